//! MNIST and its kin: 60,000 and 10,000 grey images of 28 × 28 pixels in ten classes, in four IDX files each.

use crate::data::dataset::{DataFile, Dataset, Sha256, Split};
use crate::data::idx::{IMAGES, LABELS, damaged, read};
use crate::data::images::Images;
use crate::error::Result;

/// A dataset in IDX files.
#[derive(Clone, Copy, Debug)]
pub struct Idx {
    name: &'static str,
    title: &'static str,
    mirrors: &'static [&'static str],
    train: [DataFile; 2],
    test: [DataFile; 2],
}

/// The names of the files of images and of labels.
const TRAIN: [&[&str]; 2] =
    [&["train-images-idx3-ubyte", "train-images.idx3-ubyte"], &["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"]];
const TEST: [&[&str]; 2] =
    [&["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"], &["t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"]];

const fn files(names: [&'static [&'static str]; 2], hashes: [Sha256; 2]) -> [DataFile; 2] {
    let ([images, labels], [of_images, of_labels]) = (names, hashes);
    [DataFile { names: images, sha256: of_images }, DataFile { names: labels, sha256: of_labels }]
}

/// Handwritten digits (LeCun, Cortes & Burges).
pub static MNIST: Idx = Idx {
    name: "mnist",
    title: "MNIST",
    // The original site asks for a password.
    mirrors: &["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"],
    train: files(
        TRAIN,
        [
            Sha256::Contents("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            Sha256::Contents("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ],
    ),
    test: files(
        TEST,
        [
            Sha256::Contents("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            Sha256::Contents("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ],
    ),
};

/// Articles of clothing (Xiao, Rasul & Vollgraf 2017).
pub static FASHION_MNIST: Idx = Idx {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    mirrors: &[
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ],
    // Of the files as TensorFlow Datasets lists them.
    train: files(
        TRAIN,
        [
            Sha256::Gzipped("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            Sha256::Gzipped("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ],
    ),
    test: files(
        TEST,
        [
            Sha256::Gzipped("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            Sha256::Gzipped("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
    ),
};

/// Cursive Japanese characters (Clanuwat et al. 2018).
pub static KMNIST: Idx = Idx {
    name: "kmnist",
    title: "Kuzushiji-MNIST",
    mirrors: &["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    // Of the files as TensorFlow Datasets lists them.
    train: files(
        TRAIN,
        [
            Sha256::Gzipped("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            Sha256::Gzipped("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        ],
    ),
    test: files(
        TEST,
        [
            Sha256::Gzipped("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            Sha256::Gzipped("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        ],
    ),
};

impl Dataset for Idx {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn mirrors(&self) -> &'static [&'static str] {
        self.mirrors
    }

    fn files(&self, split: Split) -> &[DataFile] {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    fn classes(&self) -> usize {
        10
    }

    fn decode(&self, files: &[Vec<u8>]) -> Result<Images> {
        let [images, labels] = files else {
            let remedy = "give the images and the labels of one set";
            return Err(damaged(self.title, format!("it has {} file(s), not 2", files.len()), remedy));
        };
        let what = &format!("the {} images", self.title);
        let ([count, height, width], pixels) = read::<3>(images, what, IMAGES)?;
        if height != width {
            return Err(damaged(what, format!("they are {height} × {width}"), "give square images"));
        }
        let what = &format!("the {} labels", self.title);
        let ([labelled], labels) = read::<1>(labels, what, LABELS)?;
        if labelled != count {
            let problem = format!("there are {labelled} for {count} images");
            return Err(damaged(what, problem, "give the two files of one set"));
        }
        if let Some(label) = labels.iter().find(|&&label| usize::from(label) >= self.classes()) {
            return Err(damaged(what, format!("one of them is {label}"), "give labels from 0 to 9"));
        }
        Images::new(width, pixels, labels)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::data::idx::tests::idx;
    use crate::error::Error;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Three 2 × 2 images.
    fn good() -> [Vec<u8>; 2] {
        [idx(IMAGES, &[3, 2, 2], &(0..12).collect::<Vec<_>>()), idx(LABELS, &[3], &[7, 0, 9])]
    }

    fn error(images: Vec<u8>, labels: Vec<u8>) -> String {
        let error = MNIST.decode(&[images, labels]).unwrap_err();
        assert!(matches!(error, Error::Data { .. }), "{error:?}");
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        text
    }

    #[test]
    fn files_are_read_gzipped_or_not() {
        let plain = MNIST.decode(&good()).unwrap();
        assert_eq!((plain.len(), plain.size(), plain.labels()), (3, 2, &[7, 0, 9][..]));
        assert_eq!(plain.pixels(), (0..12).collect::<Vec<_>>());
        let packed = good().map(|file| gzip(&file));
        assert_eq!(MNIST.decode(&packed).unwrap().pixels(), plain.pixels());
    }

    #[test]
    fn damaged_and_foreign_files_are_errors_that_say_what_and_why() {
        let labels = || good()[1].clone();
        let cases = [
            (vec![], "the MNIST images: the file has no magic number"),
            (labels(), "is an IDX file of labels; swap the two files"),
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
                let error = error(images, labels());
                assert!(error.contains(wanted), "{error}, not {wanted}");
            }
        }
        let [images, _] = good();
        let error = error(images, idx(LABELS, &[3], &[7, 10, 9]));
        assert!(error.contains("one of them is 10; give labels from 0 to 9"), "{error}");
        assert!(MNIST.decode(&good()[..1]).unwrap_err().to_string().contains("1 file"));
    }

    #[test]
    fn no_part_of_a_file_is_mistaken_for_all_of_it() {
        let [images, labels] = good();
        for whole in [images.clone(), gzip(&images)] {
            for length in 0..whole.len() {
                error(whole[..length].to_vec(), labels.clone());
            }
            let mut longer = whole.clone();
            longer.extend([1, 2, 3]);
            error(longer, labels.clone());
        }
        let mut damaged = gzip(&images);
        let middle = damaged.len() - 6;
        damaged[middle] ^= 0xff;
        assert!(error(damaged, labels).contains("damaged"));
    }
}
