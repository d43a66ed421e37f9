//! MNIST's files: right, wrong, and absent.

use std::fs;
use std::time::{Duration, Instant};

use crate::place::{CLASSIFIER, ONE_STEP_ON_IMAGES, Place, finish};

/// An IDX file's bytes.
fn idx(dims: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, u8::try_from(dims.len()).unwrap()];
    file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    file.extend_from_slice(bytes);
    file
}

pub fn images(n: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..n * 784).map(|i| (i % 251) as u8).collect();
    idx(&[n, 28, 28], &pixels)
}

pub fn labels(n: u32) -> Vec<u8> {
    let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
    idx(&[n], &labels)
}

impl Place {
    /// The training set's two files in a folder, whatever is in them.
    pub fn training_set(&self, folder: &str, images: &[u8], labels: &[u8]) {
        fs::create_dir_all(self.path(folder)).unwrap();
        self.write(&format!("{folder}/train-images-idx3-ubyte"), images);
        self.write(&format!("{folder}/train-labels.idx1-ubyte"), labels);
    }

    /// Both sets in a folder, `n` images in each.
    pub fn both_sets(&self, folder: &str, n: u32) {
        self.training_set(folder, &images(n), &labels(n));
        self.write(&format!("{folder}/t10k-images-idx3-ubyte"), images(n));
        self.write(&format!("{folder}/t10k-labels.idx1-ubyte"), labels(n));
    }

    /// MNIST in the folder `data`, and a classifier of it in the file `c`.
    pub fn with_classifier() -> Self {
        let place = Self::new();
        place.both_sets("data", 40);
        place.ok(format!("{CLASSIFIER} --out c"));
        place
    }

    /// The same, and a run on images in the folder `images`.
    pub fn with_images_and_classifier() -> Self {
        let place = Self::with_classifier();
        place.ok(ONE_STEP_ON_IMAGES);
        place
    }
}

#[test]
fn files_that_are_wrong() {
    let place = Place::new();
    let whole = images(4);
    let mut corrupt = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    corrupt.extend([7; 100]);
    let vast = idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 99]);
    let cases: [(&str, &[u8], &[u8], &str); 9] = [
        ("truncated", &whole[..2000], &labels(4), "ends after"),
        ("truncated-header", &whole[..6], &labels(4), "images"),
        ("empty", &[], &labels(4), "images"),
        ("empty-labels", &whole, &[], "labels"),
        ("magic", b"P5 28 28 255 0000", &labels(4), "no IDX file"),
        ("absurd-size", &vast, &labels(4), "promises"),
        ("swapped", &labels(4), &whole, "swap"),
        ("another-set", &whole, &labels(5), "5 for 4 images"),
        ("corrupt-gzip", &corrupt, &labels(4), "images"),
    ];
    for (name, images, labels, wanted) in cases {
        place.training_set(name, images, labels);
        let train = format!("train --preset mnist-mlp --data {name}");
        place.refused(train, &[name, wanted]);
        assert!(!place.path("runs").exists(), "{name}");
    }
}

#[test]
fn what_is_absent_is_asked_for() {
    let place = Place::new();
    place.refused("train --preset mnist-mlp --data .", &["--data .", "train-images-idx3-ubyte"]);
    place.refused("train --preset mnist-mlp --data nowhere", &["--data nowhere"]);
    let start = Instant::now();
    place.refused("train --preset mnist-mlp", &["could not be downloaded", "--data", "digits"]);
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(40), "{waited:?}");
}

#[test]
fn it_is_found_in_its_places() {
    let place = Place::new();
    place.training_set("files", &images(20), &labels(20));
    let train = "train --preset mnist-mlp --steps 1 --device cpu \
        --set batch_size=4 --set generator_hidden=[8]";
    place.ok(format!("{train} --data files"));
    let mut command = place.command(train);
    let named = finish(command.env("COUNTERFEIT_DATA", place.path("files")));
    assert_eq!(named.code, 0, "{}", named.stderr);
    let said = named.stderr;
    assert!(said.contains("20 images of MNIST"), "{said}");
    if cfg!(target_os = "linux") {
        fs::create_dir_all(place.path("cache/counterfeit")).unwrap();
        fs::rename(place.path("files"), place.path("cache/counterfeit/mnist")).unwrap();
        place.ok(train);
    }
}
