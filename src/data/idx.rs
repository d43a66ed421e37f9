//! IDX files of unsigned bytes, MNIST's format, gzipped or not. No byte of them is trusted.
//!
//! The format (<http://yann.lecun.com/exdb/mnist/>): the magic number `00 00 08 dd`, where dd is the
//! number of dimensions; each dimension as a big-endian `u32`; then the bytes, row-major.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::images::PIXEL_LIMIT;
use crate::error::{Error, Result};

pub(super) const IMAGES: [u8; 4] = [0, 0, 8, 3];
pub(super) const LABELS: [u8; 4] = [0, 0, 8, 1];
/// MNIST has 70,000, the largest of its kin 814,255.
const ITEM_LIMIT: usize = 1_000_000;
const SIDE_LIMIT: usize = 4096;

pub(super) fn damaged(what: &str, problem: impl Into<String>, remedy: &str) -> Error {
    Error::Data { what: what.to_owned(), problem: problem.into(), remedy: remedy.to_owned() }
}

/// One file: its dimensions, and its bytes.
///
/// Memory grows with what is really there and never beyond [`PIXEL_LIMIT`], whatever the header or the compression
/// promise.
pub(super) fn read<const DIMS: usize>(file: &[u8], what: &str, wanted: [u8; 4]) -> Result<([usize; DIMS], Vec<u8>)> {
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
pub(super) mod tests {
    use super::*;

    /// A file with this header.
    pub fn idx(magic: [u8; 4], dims: &[u32], bytes: &[u8]) -> Vec<u8> {
        let mut file = magic.to_vec();
        file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
        file.extend(bytes);
        file
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
