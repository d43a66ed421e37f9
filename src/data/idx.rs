//! MNIST's IDX files, gzipped or not, read without trusting a byte of them.
//!
//! An IDX file of unsigned bytes (<http://yann.lecun.com/exdb/mnist/>): the magic number `00 00 08 dd`, where dd is the
//! number of dimensions; each dimension as a big-endian `u32`; then the bytes, row-major.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::images::{Images, PIXEL_LIMIT};
use super::MnistFiles;
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
        return Err(damaged(
            "the MNIST labels",
            format!("one of them is {label}"),
            "give labels from 0 to 9",
        ));
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
fn read<const DIMS: usize>(
    file: &[u8],
    what: &str,
    wanted: [u8; 4],
) -> Result<([usize; DIMS], Vec<u8>)> {
    const AGAIN: &str = "get the file again";
    let mut reader: Box<dyn Read + '_> = if file.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut word = |name: &str| {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes).map(|()| bytes).map_err(|error| {
            damaged(what, format!("the file has no {name} ({error})"), AGAIN)
        })
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
    let length = length.filter(|&length| {
        length <= PIXEL_LIMIT && dims[0] <= ITEM_LIMIT && dims[1..].iter().all(|&d| d <= SIDE_LIMIT)
    });
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
