//! Damaged input of every kind that may come from a stranger: an answer or an error, never a panic, and never more than
//! [`MEMORY`]. A few thousand inputs of each kind, or as many as `COUNTERFEIT_FUZZ` says:
//!
//! ```sh
//! COUNTERFEIT_FUZZ=1000000 cargo test --release --test fuzz -- --nocapture
//! ```
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::disallowed_methods, reason = "a desktop has an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::panic::{self, AssertUnwindSafe};

use burn::tensor::Device;
use counterfeit::Experiment;
use counterfeit::checkpoint::{self, Checkpoint};
use counterfeit::classifier::Classifier;
use counterfeit::data::{Dataset, MNIST, TrainingData};
use counterfeit::latent::fixed_samples::LatentQuery;
use counterfeit::rng::{Rng, Stream};
use counterfeit::trainer::Trainer;
use flate2::Compression;
use flate2::write::GzEncoder;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Bytes that the reading of one input may hold, with everything else that the test holds.
const MEMORY: usize = 256 << 20;

/// Bytes in whose place a format's readers look for lengths, ends and signs.
const EDGES: [u8; 10] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'[', b'{', b'=', b'&'];
/// Numbers in the place of others.
const NUMBERS: [&str; 9] =
    ["0", "-1", "1e999", "NaN", "18446744073709551616", "9007199254740991", "0.0000001", "1000000", "\"\""];

/// One to eight random changes of one of these inputs.
fn damaged(inputs: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = inputs[rng.below(inputs.len())].clone();
    for _ in 0..=rng.below(8) {
        let length = bytes.len();
        let at = rng.below(length.max(1));
        match rng.below(8) {
            _ if length == 0 => bytes.push(EDGES[rng.below(EDGES.len())]),
            0 => bytes[at] ^= 1 << rng.below(8),
            1 => bytes[at] = EDGES[rng.below(EDGES.len())],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..length.min(at + 1 + rng.below(32)))),
            4 => bytes.insert(at, EDGES[rng.below(EDGES.len())]),
            5 => {
                let part = bytes[at..length.min(at + 1 + rng.below(64))].to_vec();
                let to = rng.below(length);
                bytes.splice(to..to, part);
            }
            6 => {
                let other = &inputs[rng.below(inputs.len())];
                let from = rng.below(other.len().max(1));
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from.min(other.len())..]);
            }
            _ => {
                // The number after this place.
                let start = (at..length).find(|&i| bytes[i].is_ascii_digit()).unwrap_or(at);
                let end = (start..length).find(|&i| !bytes[i].is_ascii_digit()).unwrap_or(length);
                bytes.splice(start..end, NUMBERS[rng.below(NUMBERS.len())].bytes());
            }
        }
    }
    bytes
}

/// Reads damaged inputs.
fn fuzz(kind: &str, inputs: &[Vec<u8>], read: impl Fn(&[u8])) {
    let count = std::env::var("COUNTERFEIT_FUZZ").map_or(2000, |count| count.parse().expect("a number of inputs"));
    let mut rng = Rng::new(0, Stream::Noise);
    ALLOCATED.reset_peak_usage();
    for i in 0..count {
        let input = damaged(inputs, &mut rng);
        let read = panic::catch_unwind(AssertUnwindSafe(|| read(&input)));
        assert!(read.is_ok(), "{kind}, input {i}: {:?}", String::from_utf8_lossy(&input));
        let peak = ALLOCATED.peak_usage();
        assert!(peak < MEMORY, "{kind}, input {i}: {peak} bytes: {:?}", String::from_utf8_lossy(&input));
    }
    println!("{kind}: {count} inputs, {:.1} MiB at most", ALLOCATED.peak_usage_as_mb());
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// One test, since the memory is that of the process.
#[test]
fn damaged_input_is_an_error_and_no_panic() {
    let presets: Vec<&Experiment> = Experiment::presets().iter().map(|preset| &preset.experiment).collect();

    let files: Vec<Vec<u8>> = presets.iter().map(|e| e.to_toml().into_bytes()).collect();
    fuzz("an experiment's file", &files, |bytes| {
        if let Some(Ok(e)) = text(bytes).map(Experiment::from_toml) {
            assert_eq!(Experiment::from_toml(&e.to_toml()).unwrap(), e, "what is read is written alike");
        }
    });

    let links: Vec<Vec<u8>> = presets.iter().map(|e| e.to_hash().into_bytes()).collect();
    fuzz("a link", &links, |bytes| {
        if let Some(Ok(e)) = text(bytes).map(Experiment::from_hash) {
            assert_eq!(Experiment::from_hash(&e.to_hash()).unwrap(), e, "a link leads back");
        }
    });

    let saved = |preset: &str, settings: &[(&str, &str)]| {
        let mut e = Experiment::preset(preset).unwrap();
        e.set_all(settings.iter().copied()).unwrap();
        let data = TrainingData::new(&e, None).unwrap();
        let mut trainer = Trainer::new(e, data, &Device::flex()).unwrap();
        trainer.step();
        pollster::block_on(checkpoint::save(&trainer)).unwrap()
    };
    let small = [("generator_hidden", "[4]"), ("discriminator_hidden", "[4]"), ("batch_size", "4")];
    let of_digits = [&small[..], &[("examples_per_class", "2")]].concat();
    let checkpoints = [saved("mixture-1d", &small), saved("digits-mlp", &of_digits)];
    fuzz("a checkpoint", &checkpoints, |bytes| {
        if let Ok(checkpoint) = Checkpoint::parse(bytes) {
            // Large sets of drawn digits are within the limits of a set of images, and beyond this test's.
            if checkpoint.experiment.examples_per_class.min(20) == checkpoint.experiment.examples_per_class {
                let _ = checkpoint.resume(None, &Device::flex());
            }
        }
    });
    fuzz("a classifier", &checkpoints, |bytes| drop(Classifier::parse(bytes, &Device::flex())));

    let idx = |header: &[u8], body: usize| [header, &vec![7; body]].concat();
    let images = idx(&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28], 2 * 784);
    let labels = idx(&[0, 0, 8, 1, 0, 0, 0, 2], 2);
    let zipped = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    fuzz("a file of images", &[images.clone(), zipped(&images)], |bytes| {
        drop(MNIST.decode(&[bytes.to_vec(), labels.clone()]));
    });
    fuzz("a file of labels", &[labels], |bytes| drop(MNIST.decode(&[images.clone(), bytes.to_vec()])));

    let queries = [
        r#"{"truncation":0.7,"interpolation":{"from":1,"to":2,"path":"slerp"},"map":true}"#,
        r#"{"arithmetic":"12-3+40","pad":{"samples":[0,1,2],"places":[{"u":0.5,"v":0.5}]}}"#,
    ];
    fuzz("a question about latents", &queries.map(|query| query.as_bytes().to_vec()), |bytes| {
        if let Ok(query) = serde_json::from_slice::<LatentQuery>(bytes) {
            let _ = query.check(64);
        }
    });
}
