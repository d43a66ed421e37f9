//! `classifier`: trained, tested, and refused where its files are wrong.

use std::fs;

use crate::mnist::{images, labels};
use crate::place::{CLASSIFIER, Place, TINY, number, objects};

#[test]
fn files_that_are_wrong() {
    let place = Place::with_images_and_classifier();
    let good = place.bytes("c");
    let mut not_finite = good.clone();
    let end = not_finite.len();
    not_finite[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let run = place.bytes("images/checkpoint.safetensors");
    let huge = vec![0; (16 << 20) + 1];
    let not_whole = "not a whole safetensors file";
    let cases: [(&str, &[u8], &str); 5] = [
        ("empty", &[], not_whole),
        ("truncated", &good[..good.len() - 10], not_whole),
        ("not-finite", &not_finite, "not finite"),
        ("a-run", &run, "not written by this program"),
        ("huge", &huge, "16 MiB"),
    ];
    for (name, bytes, wanted) in cases {
        place.write(name, bytes);
        let evaluate = format!("evaluate images --classifier {name}");
        place.refused(evaluate, &[name, wanted]);
    }
    place.refused("evaluate images --classifier absent", &["absent", "counterfeit classifier --out absent"]);
    place.ok(format!("{TINY} --steps 1 --out points"));
    place.refused("evaluate points --classifier c", &["--classifier", "points, not images"]);
    // Nor is a classifier a run.
    place.write("classifier.safetensors", &good);
    place.refused("evaluate classifier.safetensors", &["classifier.safetensors"]);
    // What lies in the usual place is found, and found wanting.
    if cfg!(target_os = "linux") {
        fs::create_dir_all(place.path("cache/counterfeit")).unwrap();
        place.write("cache/counterfeit/classifier.safetensors", &good[..99]);
        place.refused("evaluate images", &["cache/counterfeit/classifier"]);
    }
}

#[test]
fn those_that_cannot_be_trained() {
    let place = Place::new();
    let train = "classifier --device cpu";
    place.training_set("half", &images(4), &labels(4));
    place.refused(format!("{train} --data half --out c"), &["MNIST's test set is not there", "t10k-images-idx3-ubyte"]);
    place.both_sets("data", 4);
    place.write("file", "");
    place.refused(format!("{train} --data data --out file/c"), &["file/c"]);
    place.refused(format!("{train} --data data --out data"), &["data", "folder"]);
    place.both_sets("damaged", 4);
    place.write("damaged/t10k-images-idx3-ubyte", &images(4)[..999]);
    place.refused(format!("{train} --data damaged --out c"), &["damaged, MNIST's test set", "ends after"]);
    let none = format!("{train} --data data --out c --epochs 0");
    place.refused(none, &["--epochs"]);
    assert!(!place.path("c").exists());
}

#[test]
fn it_is_trained_and_tested() {
    let place = Place::new();
    place.both_sets("data", 40);
    let outcome = place.ok(format!("{CLASSIFIER} --out new/folder/c --json"));
    let said = &objects(&outcome.stdout)[..];
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["event"], "done");
    assert_eq!(said[0]["tested_on"], 40);
    let accuracy = number(&said[0], "accuracy");
    // Two steps teach it little, and it says so.
    assert!((0.0..0.99).contains(&accuracy), "{accuracy}");
    let said = outcome.stderr;
    assert!(said.contains("below 99%"), "{said}");
    assert!(place.path("new/folder/c").is_file());
    let usual = "cache/counterfeit/classifier.safetensors";
    assert!(!place.path(usual).exists());
    if cfg!(target_os = "linux") {
        let said = place.ok(CLASSIFIER).stdout;
        let wanted = format!("{:.2}% of 40 test images right", 100.0 * accuracy);
        assert!(said.contains(&wanted), "{said:?} lacks {wanted:?}");
        let same = place.tensors(usual) == place.tensors("new/folder/c");
        assert!(same, "one seed gives one classifier");
    }
}
