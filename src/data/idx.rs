//! MNIST's IDX files, gzipped or not, read without trusting a byte of them.
//!
//! An IDX file of unsigned bytes (<http://yann.lecun.com/exdb/mnist/>): the magic number `00 00 08 dd`, where dd is the
//! number of dimensions; each dimension as a big-endian `u32`; then the bytes, row-major.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::MnistFiles;
use super::images::{Images, PIXEL_LIMIT};
use crate::error::{Error, Result};

const IMAGES: [u8; 4] = [0, 0, 8, 3];
const LABELS: [u8; 4] = [0, 0, 8, 1];
/// MNIST has 70,000, the largest of its kin 814,255.
const ITEM_LIMIT: usize = 1_000_000;
const SIDE_LIMIT: usize = 4096;

/// The images of MNIST's two files, with their labels.
///
/// # Errors
/// [`Error::Data`] when a file is damaged, of another kind, too large or empty, or the two do not belong together.
pub fn images(files: &MnistFiles) -> Result<Images> {
    let (dims, pixels) = read::<3>(&files.images, "the MNIST images", IMAGES)?;
    let [count, height, width] = dims;
    let what = "the MNIST images";
    if height != width {
        return Err(damaged(what, format!("they are {height} × {width}"), "give square images"));
    }
    let ([labelled], labels) = read::<1>(&files.labels, "the MNIST labels", LABELS)?;
    if labelled != count {
        return Err(damaged(
            "the MNIST labels",
            format!("there are {labelled} for {count} images"),
            "give the two files of one set",
        ));
    }
    if let Some(label) = labels.iter().find(|&&label| label > 9) {
        return Err(damaged("the MNIST labels", format!("one of them is {label}"), "give labels from 0 to 9"));
    }
    Images::new(width, pixels, labels)
}

fn damaged(what: &str, problem: impl Into<String>, remedy: &str) -> Error {
    Error::Data { what: what.to_owned(), problem: problem.into(), remedy: remedy.to_owned() }
}

/// One file: its dimensions, and its bytes.
///
/// Memory grows with what is really there and never beyond [`PIXEL_LIMIT`], whatever the header or the compression
/// promise.
fn read<const DIMS: usize>(file: &[u8], what: &str, wanted: [u8; 4]) -> Result<([usize; DIMS], Vec<u8>)> {
    if file.starts_with(&[0x1f, 0x8b]) {
        read_from(MultiGzDecoder::new(file), what, wanted)
    } else {
        read_from(file, what, wanted)
    }
}

fn read_from<const DIMS: usize>(
    mut reader: impl Read,
    what: &str,
    wanted: [u8; 4],
) -> Result<([usize; DIMS], Vec<u8>)> {
    const AGAIN: &str = "get the file again";
    let mut word = |name: &str| {
        let mut bytes = [0; 4];
        reader
            .read_exact(&mut bytes)
            .map(|()| bytes)
            .map_err(|error| damaged(what, format!("the file has no {name} ({error})"), AGAIN))
    };
    let magic = word("magic number")?;
    if magic != wanted {
        return Err(wrong_kind(what, magic));
    }
    let mut dims = [0; DIMS];
    for dim in &mut dims {
        *dim = u32::from_be_bytes(word("dimensions")?) as usize;
    }
    let length = dims.iter().try_fold(1, |product: usize, &dim| product.checked_mul(dim));
    let length = length
        .filter(|&length| length <= PIXEL_LIMIT && dims[0] <= ITEM_LIMIT && dims[1..].iter().all(|&d| d <= SIDE_LIMIT));
    let Some(length) = length else {
        return Err(damaged(
            what,
            format!("the header promises {}", shape(&dims)),
            "give at most 1000000 items of at most 4096 × 4096, 512 MiB in all",
        ));
    };
    if length == 0 {
        return Err(damaged(what, "the file holds none", "give at least one"));
    }
    let mut bytes = Vec::new();
    reader
        .take(length as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(what, format!("the file is damaged ({error})"), AGAIN))?;
    if bytes.len() != length {
        let problem = if bytes.len() < length {
            format!("the file ends after {} of {} bytes ({length})", bytes.len(), shape(&dims))
        } else {
            format!("the file goes on after its {} bytes", shape(&dims))
        };
        return Err(damaged(what, problem, AGAIN));
    }
    Ok((dims, bytes))
}

fn wrong_kind(what: &str, magic: [u8; 4]) -> Error {
    let (given, remedy) = match magic {
        IMAGES => ("an IDX file of images".to_owned(), "swap the two files"),
        LABELS => ("an IDX file of labels".to_owned(), "swap the two files"),
        [0, 0, kind, dims] => (
            format!("an IDX file of type {kind:#04x} with {dims} dimensions"),
            "give train-images-idx3-ubyte(.gz) and train-labels-idx1-ubyte(.gz)",
        ),
        other => (
            format!("no IDX file: it starts with {:#010x}", u32::from_be_bytes(other)),
            "give train-images-idx3-ubyte(.gz) and train-labels-idx1-ubyte(.gz)",
        ),
    };
    damaged(what, format!("the file is {given}"), remedy)
}

/// 60000 × 28 × 28
fn shape(dims: &[usize]) -> String {
    dims.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn idx(magic: [u8; 4], dims: &[u32], bytes: &[u8]) -> Vec<u8> {
        let mut file = magic.to_vec();
        file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
        file.extend(bytes);
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Three 2 × 2 images.
    fn good() -> MnistFiles {
        MnistFiles {
            images: idx(IMAGES, &[3, 2, 2], &(0..12).collect::<Vec<_>>()),
            labels: idx(LABELS, &[3], &[7, 0, 9]),
        }
    }

    fn error(files: &MnistFiles) -> String {
        let error = images(files).unwrap_err();
        assert!(matches!(error, Error::Data { .. }), "{error:?}");
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        text
    }

    #[test]
    fn files_are_read_gzipped_or_not() {
        let plain = images(&good()).unwrap();
        assert_eq!((plain.len(), plain.size(), plain.labels()), (3, 2, &[7, 0, 9][..]));
        assert_eq!(plain.pixels(), (0..12).collect::<Vec<_>>());
        let packed = MnistFiles { images: gzip(&good().images), labels: gzip(&good().labels) };
        assert_eq!(images(&packed).unwrap().pixels(), plain.pixels());
    }

    #[test]
    fn damaged_and_foreign_files_are_errors_that_say_what_and_why() {
        let cases = [
            (vec![], "the MNIST images: the file has no magic number"),
            (good().labels, "is an IDX file of labels; swap the two files"),
            (b"<!DOCTYPE html>".to_vec(), "no IDX file: it starts with 0x3c21444f"),
            (idx([0, 0, 13, 3], &[3, 2, 2], &[0; 48]), "of type 0x0d with 3 dimensions"),
            (idx(IMAGES, &[3, 2], &[]), "has no dimensions"),
            (idx(IMAGES, &[3, 2, 3], &[0; 18]), "they are 2 × 3; give square images"),
            (idx(IMAGES, &[3, 2, 2], &[0; 11]), "ends after 11 of 3 × 2 × 2 bytes (12)"),
            (idx(IMAGES, &[3, 2, 2], &[0; 13]), "goes on after its 3 × 2 × 2 bytes"),
            (idx(IMAGES, &[0, 2, 2], &[]), "holds none"),
            (idx(IMAGES, &[3, 0, 0], &[]), "holds none"),
            (idx(IMAGES, &[1_000_001, 1, 1], &[]), "promises 1000001 × 1 × 1"),
            (idx(IMAGES, &[1, 4097, 1], &[]), "promises 1 × 4097 × 1"),
            (idx(IMAGES, &[33, 4096, 4096], &[]), "512 MiB in all"),
            (idx(IMAGES, &[u32::MAX; 3], &[]), "promises 4294967295"),
            (idx(IMAGES, &[4, 2, 2], &[0; 16]), "there are 3 for 4 images"),
        ];
        for (images, wanted) in cases {
            for images in [gzip(&images), images] {
                let error = error(&MnistFiles { images, ..good() });
                assert!(error.contains(wanted), "{error}, not {wanted}");
            }
        }
        let labels = idx(LABELS, &[3], &[7, 10, 9]);
        let error = error(&MnistFiles { labels, ..good() });
        assert!(error.contains("one of them is 10; give labels from 0 to 9"), "{error}");
    }

    #[test]
    fn no_part_of_a_file_is_mistaken_for_all_of_it() {
        for whole in [good().images, gzip(&good().images)] {
            for length in 0..whole.len() {
                error(&MnistFiles { images: whole[..length].to_vec(), ..good() });
            }
            let mut longer = whole.clone();
            longer.extend([1, 2, 3]);
            error(&MnistFiles { images: longer, ..good() });
        }
        let mut damaged = gzip(&good().images);
        let middle = damaged.len() - 6;
        damaged[middle] ^= 0xff;
        assert!(error(&MnistFiles { images: damaged, ..good() }).contains("damaged"));
    }

    #[test]
    fn a_small_archive_of_a_vast_file_is_unpacked_no_further_than_its_header_says() {
        // Counts what is pulled out of the decompressor.
        struct Counted<'a>(&'a mut usize, std::io::Repeat);
        impl Read for Counted<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                *self.0 += buffer.len();
                self.1.read(buffer)
            }
        }
        let mut pulled = 0;
        let endless = Counted(&mut pulled, std::io::repeat(0));
        let header = idx(IMAGES, &[3, 2, 2], &[]);
        let error = read_from::<3>(header.chain(endless), "it", IMAGES).unwrap_err();
        assert!(error.to_string().contains("goes on"), "{error}");
        assert!(pulled < 100, "{pulled} bytes");
    }
}
