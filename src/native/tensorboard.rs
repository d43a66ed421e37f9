//! TensorBoard's event files: scalars, image grids and histograms of a run (`tensorboard --logdir runs`).
//!
//! A file is a sequence of records, each an `Event` in protobuf between two checksums (tensorflow/core/lib/io/
//! `record_writer.cc`, tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto). The messages here have
//! the fields that are written; whole numbers are none below 0, which signed and unsigned fields write alike.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use prost::{Enumeration, Message};

use super::files;

#[derive(Clone, PartialEq, Message)]
struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(uint64, tag = "2")]
    step: u64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
    #[prost(message, optional, tag = "7")]
    session_log: Option<SessionLog>,
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    #[prost(enumeration = "SessionStatus", tag = "1")]
    status: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
enum SessionStatus {
    Unspecified = 0,
    /// Readers forget earlier events of this step and later ones.
    Start = 1,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

/// One of the optional fields is there.
#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    /// `simple_value` in the definition.
    #[prost(float, optional, tag = "2")]
    scalar: Option<f32>,
    #[prost(message, optional, tag = "4")]
    image: Option<Image>,
    #[prost(message, optional, tag = "5")]
    histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Image {
    #[prost(uint32, tag = "1")]
    height: u32,
    #[prost(uint32, tag = "2")]
    width: u32,
    /// Channels: 1 grey, 3 RGB.
    #[prost(uint32, tag = "3")]
    colorspace: u32,
    #[prost(bytes = "vec", tag = "4")]
    png: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(double, tag = "1")]
    min: f64,
    #[prost(double, tag = "2")]
    max: f64,
    #[prost(double, tag = "3")]
    num: f64,
    #[prost(double, tag = "4")]
    sum: f64,
    #[prost(double, tag = "5")]
    sum_squares: f64,
    /// The upper end of each bucket; a bucket begins where the one before it ends.
    #[prost(double, repeated, tag = "6")]
    bucket_limit: Vec<f64>,
    /// The count of each bucket.
    #[prost(double, repeated, tag = "7")]
    bucket: Vec<f64>,
}

/// Buckets of a histogram.
const BUCKETS: usize = 30;
/// The name of an event file, before its number, by which readers know it, and after it.
const NAME: &str = "events.out.tfevents.";
const END: &str = ".counterfeit";

/// The event file of a run since it started or was resumed.
pub struct Events {
    file: File,
    path: String,
    /// The values of the next event.
    values: Vec<Value>,
}

impl Events {
    /// A new file in a run's folder. After those that are there, also by name, in whose order readers take them; of
    /// those, events after `step` are void.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn create(folder: &Path, step: u64) -> Result<Self> {
        let now = seconds() as u64;
        let number = files::numbered(folder, NAME, END)?.last().map_or(now, |last| now.max(last + 1));
        let path = folder.join(format!("{NAME}{number:010}{END}"));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        let mut events = Self { file, path: path.display().to_string(), values: Vec::new() };
        events.write(Event { file_version: Some("brain.Event:2".to_owned()), ..Event::default() })?;
        if step > 0 {
            let start = SessionLog { status: SessionStatus::Start.into() };
            events.write(Event { step: step + 1, session_log: Some(start), ..Event::default() })?;
        }
        Ok(events)
    }

    /// Adds a scalar to the next event.
    pub fn scalar(&mut self, tag: &str, value: f64) {
        self.values.push(Value { tag: tag.to_owned(), scalar: Some(value as f32), ..Value::default() });
    }

    /// Adds an image to the next event, as PNG of so many channels.
    ///
    /// # Errors
    /// When it is not a PNG.
    pub fn image(&mut self, tag: &str, png: &[u8], channels: usize) -> Result<()> {
        let (width, height) = image::ImageReader::with_format(std::io::Cursor::new(png), image::ImageFormat::Png)
            .into_dimensions()
            .context("a grid of images")?;
        let image = Image { height, width, colorspace: channels as u32, png: png.to_vec() };
        self.values.push(Value { tag: tag.to_owned(), image: Some(image), ..Value::default() });
        Ok(())
    }

    /// Adds the distribution of these numbers to the next event.
    pub fn histogram(&mut self, tag: &str, numbers: &[f32]) {
        self.values.push(Value { tag: tag.to_owned(), histogram: Some(Histogram::of(numbers)), ..Value::default() });
    }

    /// Writes the event of this step, where anything was added to it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn end(&mut self, step: u64) -> Result<()> {
        let value = std::mem::take(&mut self.values);
        if value.is_empty() {
            return Ok(());
        }
        self.write(Event { step, summary: Some(Summary { value }), ..Event::default() })
    }

    fn write(&mut self, event: Event) -> Result<()> {
        let event = Event { wall_time: seconds(), ..event };
        self.file.write_all(&record(&event.encode_to_vec())).with_context(|| format!("{} cannot be written", self.path))
    }
}

impl Histogram {
    /// In [`BUCKETS`] buckets of one width; numbers that are not finite are left out.
    fn of(numbers: &[f32]) -> Self {
        let numbers: Vec<f64> = numbers.iter().copied().filter(|x| x.is_finite()).map(f64::from).collect();
        let (min, max) = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
        if numbers.is_empty() {
            return Self::default();
        }
        let width = (max - min) / BUCKETS as f64;
        let mut bucket = vec![0.0; BUCKETS];
        for x in &numbers {
            let at = if width > 0.0 { ((x - min) / width) as usize } else { 0 };
            bucket[at.min(BUCKETS - 1)] += 1.0;
        }
        Self {
            min,
            max,
            num: numbers.len() as f64,
            sum: numbers.iter().sum(),
            sum_squares: numbers.iter().map(|x| x * x).sum(),
            bucket_limit: (1..=BUCKETS).map(|i| if i == BUCKETS { max } else { min + width * i as f64 }).collect(),
            bucket,
        }
    }
}

/// Length and data, each followed by its masked CRC-32C.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let masked = |bytes: &[u8]| (crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)).to_le_bytes();
    [&length[..], &masked(&length), data, &masked(data)].concat()
}

/// Since 1970; 0 where the clock says earlier.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The events in a file, whose checksums hold.
    fn events(bytes: &[u8]) -> Vec<Event> {
        let (mut rest, mut found) = (bytes, Vec::new());
        while !rest.is_empty() {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            let data = &rest[12..12 + length];
            assert_eq!(record(data), rest[..16 + length]);
            found.push(Event::decode(data).unwrap());
            rest = &rest[16 + length..];
        }
        found
    }

    #[test]
    fn a_record_is_the_one_that_tensorflow_writes() {
        // The first record of an event file of TensorFlow 2, whose event has no time.
        let event = Event { file_version: Some("brain.Event:2".to_owned()), ..Event::default() };
        assert_eq!(event.encode_to_vec(), b"\x1a\x0dbrain.Event:2");
        // RFC 3720, B.4: CRC-32C of 32 bytes of zeros is 8a9136aa; masked as record_writer.cc does.
        let of_zeros = 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes();
        assert_eq!(record(&[0; 32])[44..], of_zeros);
    }

    #[test]
    fn a_resumed_run_has_a_later_file_that_voids_what_comes_again() {
        let folder = tempfile::tempdir().unwrap();
        // A file from the future: the clock was set back since.
        fs::write(folder.path().join(format!("{NAME}9999999999.counterfeit")), "").unwrap();
        let mut events_of = Events::create(folder.path(), 500).unwrap();
        events_of.scalar("d_loss", 1.5);
        events_of.histogram("x", &[0.0, 1.0, 1.0, f32::NAN]);
        events_of.end(510).unwrap();
        events_of.end(520).unwrap();
        let found = events(&fs::read(folder.path().join(format!("{NAME}10000000000.counterfeit"))).unwrap());
        assert_eq!(found.len(), 3, "nothing is written of a step without values");
        assert_eq!((found[1].step, found[1].session_log.as_ref().unwrap().status), (501, 1));
        assert_eq!(found[2].step, 510);
        let [loss, numbers] = &found[2].summary.as_ref().unwrap().value[..] else { panic!("two values") };
        assert_eq!((loss.tag.as_str(), loss.scalar), ("d_loss", Some(1.5)));
        let histogram = numbers.histogram.as_ref().unwrap();
        assert_eq!((histogram.num, histogram.sum, histogram.sum_squares), (3.0, 2.0, 2.0));
        assert_eq!((histogram.bucket[0], histogram.bucket[BUCKETS - 1]), (1.0, 2.0));
        assert_eq!(histogram.bucket_limit[BUCKETS - 1], 1.0);
    }
}
