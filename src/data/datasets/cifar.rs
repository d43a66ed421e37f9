//! CIFAR-10 (Krizhevsky 2009): 50,000 and 10,000 photographs of 32 × 32 pixels in ten classes, in colour.

use crate::data::dataset::{Archive, DataFile, Dataset, Sha256, Split};
use crate::data::images::Images;
use crate::error::{Error, Result};

/// CIFAR-10.
#[derive(Clone, Copy, Debug)]
pub struct Cifar10;

/// Height and width.
const SIDE: usize = 32;
/// Red, green and blue.
const PLANES: usize = 3;
const CLASSES: usize = 10;
/// A label, and the pixels in planes.
const RECORD: usize = 1 + PLANES * SIDE * SIDE;
/// A file has 10,000 records.
const MOST_RECORDS: usize = 100_000;

const fn batch(names: &'static [&'static str]) -> DataFile {
    DataFile { names, sha256: Sha256::OfArchive }
}

static TRAIN: [DataFile; 5] = [
    batch(&["data_batch_1.bin", "cifar-10-batches-bin/data_batch_1.bin"]),
    batch(&["data_batch_2.bin", "cifar-10-batches-bin/data_batch_2.bin"]),
    batch(&["data_batch_3.bin", "cifar-10-batches-bin/data_batch_3.bin"]),
    batch(&["data_batch_4.bin", "cifar-10-batches-bin/data_batch_4.bin"]),
    batch(&["data_batch_5.bin", "cifar-10-batches-bin/data_batch_5.bin"]),
];
static TEST: [DataFile; 1] = [batch(&["test_batch.bin", "cifar-10-batches-bin/test_batch.bin"])];

impl Dataset for Cifar10 {
    fn name(&self) -> &'static str {
        "cifar10"
    }

    fn title(&self) -> &'static str {
        "CIFAR-10"
    }

    fn mirrors(&self) -> &'static [&'static str] {
        &["https://www.cs.toronto.edu/~kriz/"]
    }

    fn archive(&self) -> Option<Archive> {
        Some(Archive {
            name: "cifar-10-binary.tar.gz",
            // As TensorFlow Datasets lists it.
            sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        })
    }

    fn files(&self, split: Split) -> &[DataFile] {
        match split {
            Split::Train => &TRAIN,
            Split::Test => &TEST,
        }
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn decode(&self, files: &[Vec<u8>]) -> Result<Images> {
        let damaged = |problem: String| Error::Data {
            what: "the CIFAR-10 images".to_owned(),
            problem,
            remedy: "give the files of the binary version".to_owned(),
        };
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for file in files {
            if file.is_empty() || !file.len().is_multiple_of(RECORD) || file.len() / RECORD > MOST_RECORDS {
                return Err(damaged(format!("a file has {} bytes, not a multiple of {RECORD}", file.len())));
            }
            for record in file.chunks_exact(RECORD) {
                if usize::from(record[0]) >= CLASSES {
                    return Err(damaged(format!("a label is {}", record[0])));
                }
                labels.push(record[0]);
                pixels.extend_from_slice(&record[1..]);
            }
        }
        Images::in_planes(PLANES, SIDE, pixels, labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record whose pixels are of one colour.
    fn record(label: u8, colour: [u8; 3]) -> Vec<u8> {
        [vec![label], colour.into_iter().flat_map(|shade| vec![shade; SIDE * SIDE]).collect()].concat()
    }

    #[test]
    fn records_are_a_label_and_three_planes() {
        let files = [[record(3, [1, 2, 3]), record(9, [4, 5, 6])].concat(), record(0, [7, 8, 9])];
        let images = Cifar10.decode(&files).unwrap();
        assert_eq!((images.len(), images.size(), images.planes(), images.labels()), (3, 32, 3, &[3, 9, 0][..]));
        let at = |image: usize, plane: usize| images.pixels()[(image * 3 + plane) * 1024];
        assert_eq!([at(0, 0), at(1, 1), at(2, 2)], [1, 5, 9]);
        // Each plane keeps its own colour at another size.
        let larger = images.resized(64).unwrap();
        assert_eq!((larger.dim(), larger.pixels()[2 * 3 * 4096 + 2 * 4096]), (3 * 4096, 9));
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = record(1, [0; 3]);
        for file in [&[][..], &whole[..whole.len() - 1], &record(10, [0; 3]), &[&whole[..], &[1]].concat()] {
            assert!(Cifar10.decode(&[file.to_vec()]).unwrap_err().to_string().contains("binary version"));
        }
    }
}
