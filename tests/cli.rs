//! The command line as its users meet it: each test runs the program.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::disallowed_methods, reason = "a desktop has clocks")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use counterfeit::checkpoint::Checkpoint;
use counterfeit::experiment::Experiment;
use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for a test, with no data and no way to the net.
struct Place(TempDir);

struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn file(&self, name: &str, contents: &[u8]) -> String {
        fs::write(self.path(name), contents).unwrap();
        self.text(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfeit"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env_remove("COUNTERFEIT_DATA")
            .env("HOME", self.0.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            // The discard port: nothing listens there, so that a download fails at once on every machine.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("https_proxy", "http://127.0.0.1:9")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Outcome {
        finish(&mut self.command(args))
    }

    /// Runs what should succeed.
    fn ok(&self, args: &[&str]) -> Outcome {
        let outcome = self.run(args);
        assert_eq!(outcome.code, 0, "{args:?}: {}", outcome.stderr);
        outcome
    }

    /// Runs what should be refused with exit code 2 and one line that holds every one of `wanted`.
    fn refused(&self, args: &[&str], wanted: &[&str]) {
        let outcome = self.run(args);
        assert_eq!(outcome.code, 2, "{args:?}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "{args:?}");
        assert_one_line(&outcome.stderr);
        for wanted in wanted {
            assert!(
                outcome.stderr.contains(wanted),
                "{args:?}: {:?} lacks {wanted:?}",
                outcome.stderr
            );
        }
    }

    fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// MNIST's two files in a folder, whatever is in them.
    fn mnist(&self, name: &str, images: &[u8], labels: &[u8]) -> String {
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("train-images-idx3-ubyte"), images).unwrap();
        fs::write(folder.join("train-labels.idx1-ubyte"), labels).unwrap();
        folder.display().to_string()
    }
}

impl Place {
    /// MNIST's four files in a folder, `n` images in each set.
    fn both_sets(&self, name: &str, n: u32) -> String {
        let folder = self.mnist(name, &images(n), &labels(n));
        let test = |name: &str, bytes: &[u8]| fs::write(Path::new(&folder).join(name), bytes);
        test("t10k-images-idx3-ubyte", &images(n)).unwrap();
        test("t10k-labels.idx1-ubyte", &labels(n)).unwrap();
        folder
    }

    /// A run of one step on images, and a classifier that has seen next to nothing.
    fn images_and_classifier(&self, classifier: &str) {
        let data = self.both_sets("data", 40);
        self.ok(&classifier_args(&data, classifier));
        self.ok(&ONE_STEP_ON_IMAGES);
    }
}

fn classifier_args<'a>(data: &'a str, out: &'a str) -> Vec<&'a str> {
    let args = ["classifier", "--device", "cpu", "--epochs", "2"];
    [&args[..], &["--data", data, "--out", out]].concat()
}

/// 30 drawn digits, so that halves of 15 are compared.
const ONE_STEP_ON_IMAGES: [&str; 14] = [
    "train",
    "--preset",
    "digits-mlp",
    "--steps",
    "1",
    "--out",
    "images",
    "--device",
    "cpu",
    "--set",
    "examples_per_class=3",
    "--set",
    "generator_hidden=[8]",
    "--set=batch_size=8",
];

fn finish(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn assert_one_line(stderr: &str) {
    assert!(
        stderr.starts_with("error: ") && stderr.ends_with('\n'),
        "{stderr:?}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for word in ["panicked", "RUST_BACKTRACE", "internal"] {
        assert!(!stderr.contains(word), "{stderr}");
    }
}

fn objects(stdout: &str) -> Vec<serde_json::Map<String, Value>> {
    stdout
        .lines()
        .map(|line| match serde_json::from_str(line) {
            Ok(Value::Object(object)) => object,
            other => panic!("{line:?} is no JSON object: {other:?}"),
        })
        .collect()
}

/// An IDX file's bytes.
fn idx(dims: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, u8::try_from(dims.len()).unwrap()];
    file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    file.extend_from_slice(bytes);
    file
}

fn images(n: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..n * 784).map(|i| (i % 251) as u8).collect();
    idx(&[n, 28, 28], &pixels)
}

fn labels(n: u32) -> Vec<u8> {
    let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
    idx(&[n], &labels)
}

/// A run of a second or less; more arguments may follow.
const TINY: [&str; 11] = [
    "train",
    "--preset",
    "mixture-1d",
    "--device",
    "cpu",
    "--set",
    "generator_hidden=[8]",
    "--set",
    "discriminator_hidden=[8]",
    "--set",
    "batch_size=16",
];

fn tiny<'a>(more: &[&'a str]) -> Vec<&'a str> {
    TINY.iter().chain(more).copied().collect()
}

// ---- What is wrong is refused ---------------------------------------------------------------------------------------

#[test]
fn usage_errors() {
    let place = Place::new();
    place.refused(&["conjure"], &["conjure", "--help"]);
    place.refused(&["train", "--bach", "3"], &["--bach"]);
    place.refused(&["train", "--steps", "many"], &["--steps", "many"]);
    place.refused(&["train", "--device", "tpu"], &["tpu", "auto, cpu, gpu"]);
    place.refused(&["train", "--set", "batch_size"], &["KEY=VALUE"]);
    place.refused(
        &["train", "--preset", "ring", "a.toml"],
        &["--preset", "FILE.toml"],
    );
    place.refused(
        &["train", "--resume", "a", "--seed", "1"],
        &["--resume", "--seed"],
    );
    place.refused(&["train", "--report-every", "0"], &["--report-every"]);
    place.refused(&["sample"], &["CHECKPOINT"]);
    place.refused(&["sample", "a", "--count", "0"], &["--count", "10000"]);
    place.refused(&["bench", "--steps", "1"], &["--steps"]);
}

#[test]
fn experiments_that_are_wrong() {
    let place = Place::new();
    place.refused(&["train", "--preset", "rang"], &["`rang`", "mnist-dcgan"]);
    place.refused(&["presets", "--toml", "rang"], &["`rang`", "mnist-dcgan"]);
    place.refused(
        &tiny(&["--set", "batchsize=1"]),
        &["did you mean `batch_size`"],
    );
    place.refused(
        &tiny(&["--set", "batch_size=0"]),
        &["`batch_size` is 0", "from 1 to"],
    );
    place.refused(&tiny(&["--set", "batch_size=many"]), &["`batch_size`"]);
    place.refused(&tiny(&["--set", "dropout=nan"]), &["`dropout`"]);
    place.refused(&tiny(&["--steps", "0"]), &["`steps` is 0"]);
    place.refused(&tiny(&["--seed", "9007199254740992"]), &["`seed`"]);
    place.refused(&["bench", "--size", "30"], &["`image_size` is 30"]);
    let long = "#".repeat((1 << 20) + 1);
    let files: [(&[u8], &str); 6] = [
        (b"preset = \"ring\"\nsede = 1", "did you mean `seed`"),
        (b"preset = \"ring\"\nbatch_size = -1", "`batch_size`"),
        (b"seed = ", "cannot be read"),
        (b"\xff\xfe", "UTF-8"),
        (b"preset = 3", "`preset`"),
        (long.as_bytes(), "1 MiB"),
    ];
    for (contents, wanted) in files {
        let file = place.file("wrong.toml", contents);
        place.refused(&["train", &file], &["wrong.toml", wanted]);
    }
    place.refused(&["train", "absent.toml"], &["absent.toml"]);
    place.refused(&["train", "."], &["cannot be read"]);
    assert!(
        !place.path("runs").exists(),
        "a request that is refused leaves nothing behind"
    );
}

#[test]
fn mnist_files_that_are_wrong() {
    let place = Place::new();
    let whole = images(4);
    let mut corrupt = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    corrupt.extend([7; 100]);
    let cases: [(&str, Vec<u8>, Vec<u8>, &str); 9] = [
        ("truncated", whole[..2000].to_vec(), labels(4), "ends after"),
        ("truncated header", whole[..6].to_vec(), labels(4), "images"),
        ("empty", Vec::new(), labels(4), "images"),
        ("empty labels", images(4), Vec::new(), "labels"),
        (
            "wrong magic",
            b"P5 28 28 255 0000".to_vec(),
            labels(4),
            "no IDX file",
        ),
        (
            "absurd size",
            idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 99]),
            labels(4),
            "promises",
        ),
        ("swapped", labels(4), images(4), "swap"),
        (
            "another set's labels",
            images(4),
            labels(5),
            "5 for 4 images",
        ),
        ("corrupt gzip", corrupt, labels(4), "images"),
    ];
    for (name, images, labels, wanted) in cases {
        let folder = place.mnist(name, &images, &labels);
        place.refused(
            &["train", "--preset", "mnist-mlp", "--data", &folder],
            &[name, wanted],
        );
        assert!(!place.path("runs").exists(), "{name}");
    }
}

#[test]
fn mnist_that_is_absent_is_asked_for() {
    let place = Place::new();
    place.refused(
        &["train", "--preset", "mnist-mlp", "--data", "."],
        &["--data .", "train-images-idx3-ubyte"],
    );
    place.refused(
        &["train", "--preset", "mnist-mlp", "--data", "nowhere"],
        &["--data nowhere"],
    );
    let start = Instant::now();
    place.refused(
        &["train", "--preset", "mnist-mlp"],
        &["could not be downloaded", "--data", "digits"],
    );
    assert!(
        start.elapsed() < Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn mnist_is_found_in_its_places() {
    let place = Place::new();
    let data = place.mnist("files", &images(20), &labels(20));
    let cached = place.path("cache/counterfeit/mnist");
    let args = [
        "train",
        "--preset",
        "mnist-mlp",
        "--steps",
        "1",
        "--device",
        "cpu",
        "--set",
        "batch_size=4",
        "--set",
        "generator_hidden=[8]",
    ];
    place.ok(&[&args[..], &["--data", &data]].concat());
    let named = finish(place.command(&args).env("COUNTERFEIT_DATA", &data));
    assert_eq!(named.code, 0, "{}", named.stderr);
    assert!(
        named.stderr.contains("20 images of MNIST"),
        "{}",
        named.stderr
    );
    if cfg!(target_os = "linux") {
        fs::create_dir_all(cached.parent().unwrap()).unwrap();
        fs::rename(&data, &cached).unwrap();
        place.ok(&args);
    }
}

#[test]
fn checkpoints_that_are_wrong() {
    let place = Place::new();
    place.ok(&tiny(&["--steps", "5", "--out", "run"]));
    let good = fs::read(place.path("run/checkpoint.safetensors")).unwrap();
    let mut not_finite = good.clone();
    let end = not_finite.len();
    not_finite[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let header = br#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let foreign = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 4]].concat();
    let text = String::from_utf8_lossy(&good[..400]).into_owned();
    let renamed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = good.windows(from.len()).position(|w| w == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {from} in {text}…"));
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", Vec::new(), "not a whole safetensors file"),
        (
            "truncated",
            good[..good.len() - 10].to_vec(),
            "not a whole safetensors file",
        ),
        ("noise", vec![0xa5; 4096], "not a whole safetensors file"),
        (
            "promises",
            [&u64::MAX.to_le_bytes()[..], &[0; 64]].concat(),
            "not a whole safetensors file",
        ),
        ("foreign", foreign, "not written by this program"),
        ("not-finite", not_finite, "not finite"),
        (
            "other-network",
            renamed("generator_hidden = [8]", "generator_hidden = [9]"),
            "shape",
        ),
        (
            "unknown-setting",
            renamed("latent_dim = 1", "lament_dim = 1"),
            "lament_dim",
        ),
    ];
    for (name, bytes, wanted) in cases {
        let file = place.file(&format!("{name}.safetensors"), &bytes);
        place.refused(&["sample", &file], &[name, wanted]);
        place.refused(&["evaluate", &file], &[name, wanted]);
        place.file("run/checkpoint.safetensors", &bytes);
        place.refused(
            &["train", "--resume", "run", "--steps", "9"],
            &["run", wanted],
        );
    }
    place.refused(&["sample", "absent.safetensors"], &["absent.safetensors"]);
    place.refused(&["sample", "cache"], &["cache"]);
    place.refused(&["train", "--resume", "absent"], &["--resume absent"]);
}

#[test]
fn classifiers_that_are_wrong() {
    let place = Place::new();
    place.images_and_classifier("good.safetensors");
    let good = fs::read(place.path("good.safetensors")).unwrap();
    let mut not_finite = good.clone();
    let end = not_finite.len();
    not_finite[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let run = fs::read(place.path("images/checkpoint.safetensors")).unwrap();
    let cases: [(&str, &[u8], &str); 5] = [
        ("empty", &[], "not a whole safetensors file"),
        (
            "truncated",
            &good[..good.len() - 10],
            "not a whole safetensors file",
        ),
        ("not-finite", &not_finite, "not finite"),
        ("a-run", &run, "not written by this program"),
        ("huge", &vec![0; (16 << 20) + 1], "16 MiB"),
    ];
    for (name, bytes, wanted) in cases {
        let file = place.file(name, bytes);
        let evaluate = ["evaluate", "images", "--classifier", &file];
        place.refused(&evaluate, &[name, wanted]);
    }
    let absent = ["evaluate", "images", "--classifier", "absent"];
    place.refused(&absent, &["absent", "counterfeit classifier --out absent"]);
    place.ok(&tiny(&["--steps", "1", "--out", "points"]));
    let points = ["evaluate", "points", "--classifier", "good.safetensors"];
    place.refused(&points, &["--classifier", "points, not images"]);
    // Nor is a classifier a run.
    place.refused(&["evaluate", "good.safetensors"], &["good.safetensors"]);
    // What lies in the usual place is found, and found wanting.
    if cfg!(target_os = "linux") {
        fs::create_dir_all(place.path("cache/counterfeit")).unwrap();
        place.file("cache/counterfeit/classifier.safetensors", &good[..99]);
        place.refused(&["evaluate", "images"], &["classifier.safetensors"]);
    }
}

#[test]
fn classifiers_that_cannot_be_trained() {
    let place = Place::new();
    let only_training = place.mnist("half", &images(4), &labels(4));
    place.refused(
        &classifier_args(&only_training, "c"),
        &["MNIST's test set is not there", "t10k-images-idx3-ubyte"],
    );
    let data = place.both_sets("data", 4);
    place.file("file", b"");
    place.refused(&classifier_args(&data, "file/c"), &["file/c"]);
    place.refused(&classifier_args(&data, "data"), &["data", "folder"]);
    let damaged = place.both_sets("damaged", 4);
    place.file("damaged/t10k-images-idx3-ubyte", &images(4)[..999]);
    place.refused(
        &classifier_args(&damaged, "c"),
        &["damaged, MNIST's test set", "ends after"],
    );
    let none = [&classifier_args(&data, "c")[..], &["--epochs", "0"]].concat();
    place.refused(&none, &["--epochs"]);
    assert!(!place.path("c").exists());
}

#[test]
fn folders_that_cannot_be_written_to() {
    let place = Place::new();
    // Below a file, which even root cannot write to.
    place.file("file", b"");
    place.refused(&tiny(&["--out", "file/run"]), &["file/run"]);
    place.refused(&tiny(&["--out", "file"]), &["file"]);
    place.ok(&tiny(&["--steps", "5", "--out", "run"]));
    place.refused(&["sample", "run", "--out", "file/s.csv"], &["file/s.csv"]);
    place.refused(&["sample", "run", "--out", "s.png"], &["s.png", ".csv"]);
    place.file("runs", b"");
    place.refused(&tiny(&[]), &["runs", "--out"]);
}

#[test]
fn a_run_is_not_overwritten() {
    let place = Place::new();
    place.ok(&tiny(&["--steps", "5", "--out", "run"]));
    let before = fs::read(place.path("run/checkpoint.safetensors")).unwrap();
    place.refused(
        &tiny(&["--steps", "5", "--out", "run"]),
        &["holds a run", "--resume run"],
    );
    place.refused(
        &["train", "--resume", "run"],
        &["has done 5 of 5 steps", "--steps"],
    );
    place.refused(
        &["train", "--resume", "run", "--steps", "3"],
        &["has done 5 of 3 steps"],
    );
    assert_eq!(
        fs::read(place.path("run/checkpoint.safetensors")).unwrap(),
        before
    );
    place.ok(&tiny(&["--steps", "5"]));
    place.ok(&tiny(&["--steps", "5"]));
    assert!(
        place.path("runs/mixture-1d-001").is_dir() && place.path("runs/mixture-1d-002").is_dir()
    );
}

// ---- What is right is done ------------------------------------------------------------------------------------------

#[test]
fn json_is_all_that_standard_output_holds() {
    let place = Place::new();
    let args = tiny(&[
        "--steps",
        "20",
        "--report-every",
        "8",
        "--json",
        "--out",
        "run",
    ]);
    let outcome = place.ok(&args);
    let reports = objects(&outcome.stdout);
    let steps: Vec<u64> = reports
        .iter()
        .map(|r| r["step"].as_u64().unwrap())
        .collect();
    assert_eq!(
        steps,
        [8, 16, 20, 20],
        "reports, the last step's, and the last object"
    );
    for report in &reports {
        for key in [
            "d_loss",
            "g_loss",
            "d_real",
            "d_fake",
            "w1",
            "w1_floor",
            "js",
            "js_floor",
            "images_per_s",
        ] {
            assert!(report[key].is_number(), "{key} in {report:?}");
        }
        for key in ["modes", "modes_floor", "high_quality", "high_quality_floor"] {
            assert!(report[key].is_number(), "{key} in {report:?}");
        }
        assert!(
            (0.0..=1.0).contains(&report["d_real"].as_f64().unwrap()),
            "{report:?}"
        );
    }
    let (done, earlier) = reports.split_last().unwrap();
    assert!(earlier.iter().all(|report| !report.contains_key("event")));
    assert_eq!(done["event"], "done");
    assert_eq!(done["w1"], earlier.last().unwrap()["w1"]);
    let checkpoint = fs::read(place.path(done["checkpoint"].as_str().unwrap())).unwrap();
    assert_eq!(Checkpoint::parse(&checkpoint).unwrap().step(), 20);
    let kept = fs::read_to_string(place.path("run/experiment.toml")).unwrap();
    assert_eq!(Experiment::from_toml(&kept).unwrap().steps, 20);

    let evaluated = objects(&place.ok(&["evaluate", "run", "--json"]).stdout);
    assert_eq!(evaluated.len(), 1);
    assert_eq!(
        evaluated[0]["w1"], done["w1"],
        "the same samples are scored"
    );
    assert_eq!(evaluated[0]["w1_floor"], done["w1_floor"]);
}

/// What tells one state of a run from another.
fn state(folder: &Path) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>) {
    let bytes = fs::read(folder.join("checkpoint.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = tensors
        .iter()
        .map(|(name, view)| (name.to_owned(), view.data().to_vec()))
        .collect();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    (
        tensors,
        header.metadata().clone().unwrap().into_iter().collect(),
    )
}

#[test]
fn ten_steps_are_five_and_five_more() {
    let digits = ["data=digits", "examples_per_class=3", "batch_size=7"];
    let cases: [(&str, &str, &[&str]); 5] = [
        (
            "mlp with dropout",
            "digits-mlp",
            &["generator_hidden=[16]", "discriminator_hidden=[16]"],
        ),
        (
            "dcgan with an average",
            "mnist-dcgan",
            &["base_channels=4", "latent_dim=5"],
        ),
        (
            "dcgan without",
            "mnist-dcgan",
            &[
                "base_channels=4",
                "ema_decay=0",
                "n_critic=2",
                "optimizer=rmsprop",
            ],
        ),
        (
            "dcgan of three channels",
            "mnist-dcgan",
            &["base_channels=4", "channels=3", "pack=7"],
        ),
        (
            "mlp with an average",
            "digits-mlp",
            &["generator_hidden=[16]", "ema_decay=0.9", "optimizer=sgd"],
        ),
    ];
    for (name, preset, settings) in cases {
        let place = Place::new();
        let mut args = vec![
            "train",
            "--preset",
            preset,
            "--device",
            "cpu",
            "--sample-every",
            "3",
        ];
        args.extend(
            digits
                .iter()
                .chain(settings)
                .flat_map(|setting| ["--set", setting]),
        );
        let train = |steps, out| place.ok(&[&args[..], &["--steps", steps, "--out", out]].concat());
        train("10", "whole");
        train("5", "parts");
        let (five, _) = state(&place.path("parts"));
        place.ok(&[
            "train", "--resume", "parts", "--steps", "10", "--device", "cpu",
        ]);
        let (whole, parts) = (state(&place.path("whole")), state(&place.path("parts")));
        assert_eq!(whole.1, parts.1, "{name}");
        for (tensor, values) in &whole.0 {
            assert!(values == &parts.0[tensor], "{name}: {tensor}");
        }
        assert_ne!(five, whole.0, "{name}: five more steps change something");
        let grid = |run: &str| fs::read(place.path(run).join("samples-000010.png")).unwrap();
        assert!(grid("whole") == grid("parts"), "{name}");
        place.ok(&["sample", "whole", "--out", "again.png"]);
        assert!(
            grid("whole") == fs::read(place.path("again.png")).unwrap(),
            "{name}: the run's own latents"
        );
    }
}

#[test]
fn samples_are_a_grid_or_a_table() {
    let place = Place::new();
    place.ok(&tiny(&["--steps", "1", "--out", "points"]));
    place.ok(&["sample", "points/checkpoint.safetensors", "--count", "300"]);
    let table = fs::read_to_string(place.path("samples.csv")).unwrap();
    let numbers: Vec<f32> = table
        .lines()
        .skip(1)
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!((table.lines().next(), numbers.len()), (Some("x"), 300));
    place.ok(&[
        "sample",
        "points",
        "--count",
        "300",
        "--seed",
        "5",
        "--out",
        "other.csv",
    ]);
    assert_ne!(table, fs::read_to_string(place.path("other.csv")).unwrap());

    place.ok(&[
        "train",
        "--preset",
        "digits-mlp",
        "--steps",
        "1",
        "--out",
        "images",
        "--device",
        "cpu",
        "--set",
        "examples_per_class=2",
        "--set",
        "generator_hidden=[8]",
    ]);
    place.ok(&["sample", "images", "--count", "10"]);
    let file = BufReader::new(fs::File::open(place.path("samples.png")).unwrap());
    let image = png::Decoder::new(file).read_info().unwrap();
    assert_eq!(
        (image.info().width, image.info().height),
        (4 * 30 + 2, 3 * 30 + 2)
    );
    let shown = place.ok(&["evaluate", "images"]).stdout;
    assert!(
        shown.contains("D(x)") && shown.contains("classifier"),
        "{shown}"
    );
    assert!(place.path("images/evaluation.png").is_file());
}

#[test]
fn a_classifier_is_trained_and_tested() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    let usual = place.path("cache/counterfeit/classifier.safetensors");
    let mut args = classifier_args(&data, "new/folder/c.safetensors");
    args.push("--json");
    let outcome = place.ok(&args);
    let said = &objects(&outcome.stdout)[..];
    assert_eq!(said.len(), 1);
    assert_eq!(
        (&said[0]["event"], &said[0]["tested_on"]),
        (&"done".into(), &40.into())
    );
    let accuracy = said[0]["accuracy"].as_f64().unwrap();
    // Two steps teach it little, and it says so.
    assert!((0.0..0.99).contains(&accuracy), "{accuracy}");
    assert!(
        outcome.stderr.contains("short of 99%"),
        "{}",
        outcome.stderr
    );
    assert!(place.path("new/folder/c.safetensors").is_file() && !usual.exists());
    if cfg!(target_os = "linux") {
        let usually = ["classifier", "--device", "cpu", "--epochs", "2"];
        let text = place.ok(&[&usually[..], &["--data", &data]].concat());
        let wanted = format!("{:.2}% of 40 test images right", 100.0 * accuracy);
        assert!(text.stdout.contains(&wanted), "{} {wanted}", text.stdout);
        // The same seed, the same numbers.
        let tensors = |path: &Path| {
            let bytes = fs::read(path).unwrap();
            let file = SafeTensors::deserialize(&bytes).unwrap();
            let all = file
                .iter()
                .map(|(name, view)| (name.to_owned(), view.data().to_vec()));
            all.collect::<BTreeMap<_, _>>()
        };
        assert!(tensors(&usual) == tensors(&place.path("new/folder/c.safetensors")));
    }
}

#[test]
fn images_are_scored_beside_real_ones() {
    let place = Place::new();
    place.images_and_classifier("c.safetensors");
    let without = place.ok(&["evaluate", "images"]);
    let last = without.stdout.lines().last().unwrap();
    assert!(last.ends_with("counterfeit classifier"), "{last}");
    let without = place.ok(&["evaluate", "images", "--json"]);
    assert!(without.stderr.contains("counterfeit classifier"));
    assert!(!objects(&without.stdout)[0].contains_key("class_kl"));

    let evaluate = ["evaluate", "images", "--classifier", "c.safetensors"];
    let report = &objects(&place.ok(&[&evaluate[..], &["--json"]].concat()).stdout)[0];
    for metric in ["class_kl", "confidence", "classifier_frechet"] {
        let floor = &report[&format!("{metric}_floor")];
        assert!(
            report[metric].is_number() && floor.is_number(),
            "{report:?}"
        );
    }
    assert_eq!(report["metric_samples"], 15);
    for shares in ["classes", "classes_floor"] {
        let shares = report[shares].as_array().unwrap();
        let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
        assert!(shares.len() == 10 && (sum - 1.0).abs() < 1e-9, "{shares:?}");
    }
    let text = place.ok(&evaluate).stdout;
    for wanted in [
        "classifier_frechet",
        "class 9",
        "15 samples of each kind",
        "c.safetensors",
    ] {
        assert!(text.contains(wanted), "{text}");
    }
    assert!(!text.contains("FID"), "{text}");
}

#[test]
fn too_few_images_are_not_scored_by() {
    let place = Place::new();
    let data = place.both_sets("data", 4);
    place.ok(&classifier_args(&data, "c"));
    let few = ["--set", "classes=[1]", "--set", "examples_per_class=3"];
    place.ok(&[&ONE_STEP_ON_IMAGES[..9], &few].concat());
    let text = place
        .ok(&["evaluate", "images", "--classifier", "c"])
        .stdout;
    assert!(
        text.lines().last().unwrap().contains("too few images"),
        "{text}"
    );
}

#[test]
fn mnist_at_every_size_is_scored() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    place.ok(&classifier_args(&data, "c"));
    for size in ["28", "32", "64"] {
        let image_size = format!("image_size={size}");
        let train = [
            "train",
            "--preset",
            "mnist-mlp",
            "--steps",
            "1",
            "--device",
            "cpu",
        ];
        let settings = [
            "--set",
            &image_size,
            "--set",
            "generator_hidden=[8]",
            "--set=batch_size=4",
        ];
        place.ok(&[&train[..], &settings, &["--data", &data, "--out", size]].concat());
        let evaluate = [
            "evaluate",
            size,
            "--classifier",
            "c",
            "--data",
            &data,
            "--json",
        ];
        let report = &objects(&place.ok(&evaluate).stdout)[0];
        assert_eq!(report["metric_samples"], 20);
        assert!(
            report["classifier_frechet"].is_number(),
            "{size}: {report:?}"
        );
    }
}

#[test]
fn images_that_are_told_their_class_are_scored() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    place.ok(&classifier_args(&data, "c"));
    let told = ["--set", "conditional=label"];
    place.ok(&[&ONE_STEP_ON_IMAGES[..], &told].concat());
    let evaluate = ["evaluate", "images", "--classifier", "c", "--json"];
    let report = &objects(&place.ok(&evaluate).stdout)[0];
    assert!(report["class_kl"].is_number(), "{report:?}");
}

#[test]
fn images_of_three_channels_are_shown_and_scored_by_their_modes() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    place.ok(&classifier_args(&data, "c"));
    place.ok(&[&ONE_STEP_ON_IMAGES[..], &["--set", "channels=3"]].concat());
    place.ok(&["sample", "images", "--count", "10"]);
    for name in ["samples.png", "images/samples-000001.png"] {
        let file = BufReader::new(fs::File::open(place.path(name)).unwrap());
        let image = png::Decoder::new(file).read_info().unwrap();
        assert_eq!(image.info().color_type, png::ColorType::Rgb, "{name}");
    }
    let (width, height, _) = pixels(&place.path("samples.png"));
    assert_eq!((width, height), (4 * 30 + 2, 3 * 30 + 2));

    let evaluate = ["evaluate", "images", "--classifier", "c"];
    let report = &objects(&place.ok(&[&evaluate[..], &["--json"]].concat()).stdout)[0];
    let figure = |name: &str| report[name].as_f64().unwrap();
    // As many samples as there are images.
    assert_eq!(report["metric_samples"], 30);
    let within = |modes: f64| modes.fract() == 0.0 && (1.0..=30.0).contains(&modes);
    assert!(
        within(figure("modes")) && within(figure("modes_floor")),
        "{report:?}"
    );
    // Thirty samples of 1,000 modes are at least so far from all of them.
    let least = (1000.0_f64 / 30.0).ln() - 1e-9;
    assert!(figure("mode_kl") > least && figure("mode_kl_floor") > least);
    let digits = report["classes"].as_array().unwrap();
    assert_eq!(digits.len(), 10);
    assert!(!report.contains_key("classifier_frechet"));
    let text = place.ok(&evaluate).stdout;
    assert!(
        text.contains("mode_kl") && text.contains("30 samples of each kind"),
        "{text}"
    );

    place.file("a.png", &grey_png(28, 28, &[9; 784]));
    place.refused(
        &["project", "images", "a.png"],
        &["images", "three channels"],
    );
}

#[test]
fn presets_are_listed_and_printed_whole() {
    let place = Place::new();
    let list = place.ok(&["presets"]).stdout;
    assert_eq!(list.lines().count(), Experiment::presets().len());
    for preset in Experiment::presets() {
        assert!(list.contains(&preset.experiment.name) && list.contains(&preset.about));
    }
    let whole = place.ok(&["presets", "--toml", "ring"]).stdout;
    assert_eq!(
        Experiment::from_toml(&whole).unwrap(),
        Experiment::preset("ring").unwrap()
    );
    let file = place.file("ring.toml", whole.as_bytes());
    place.ok(&["train", &file, "--steps", "1", "--device", "cpu"]);
}

#[test]
fn bench_is_one_json_line() {
    let place = Place::new();
    let args = [
        "bench",
        "--size",
        "28",
        "--batch",
        "2",
        "--steps",
        "5",
        "--device",
        "cpu",
        "--set",
        "base_channels=2",
    ];
    let figures = objects(&place.ok(&args).stdout);
    assert_eq!(figures.len(), 1);
    let figures = &figures[0];
    assert_eq!(
        (&figures["size"], &figures["batch"], &figures["steps"]),
        (&28.into(), &2.into(), &5.into())
    );
    assert!(figures["images_per_s"].as_f64().unwrap() > 0.0);
    // Latent 100, base 2: 100 × 4 × 7², two of gain and bias, 4 × 2 × 4², 2 × 4².
    assert_eq!(
        figures["generator_parameters"],
        100 * 4 * 49 + 2 * (4 + 2) + 4 * 2 * 16 + 2 * 16
    );
}

#[test]
fn divergence_is_an_error_that_names_the_last_good_checkpoint() {
    let place = Place::new();
    let outcome = place.run(&tiny(&[
        "--set",
        "optimizer=sgd",
        "--set",
        "beta1=0.99",
        "--set",
        "generator_lr=1",
        "--set",
        "discriminator_lr=1",
        "--set",
        "mixture=[{ mean = [1000], std = 1000 }]",
        "--steps",
        "5000",
        "--checkpoint-every",
        "1",
        "--report-every",
        "1",
        "--out",
        "run",
        "--json",
    ]));
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let last = outcome.stderr.lines().last().unwrap();
    assert!(
        last.starts_with("error: training diverged at step"),
        "{last}"
    );
    assert!(last.contains("run/checkpoint.safetensors"), "{last}");
    objects(&outcome.stdout);
    let bytes = fs::read(place.path("run/checkpoint.safetensors")).unwrap();
    let checkpoint = Checkpoint::parse(&bytes).unwrap();
    assert!(
        last.contains(&format!("of step {}", checkpoint.step())),
        "{last}"
    );
}

#[test]
fn a_reader_that_leaves_is_no_panic() {
    let place = Place::new();
    let mut child = place.spawn(&tiny(&["--steps", "5000", "--report-every", "1", "--json"]));
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        !stderr.contains("panicked") && !stderr.contains("internal"),
        "{stderr}"
    );
}

// ---- What is interrupted is kept ------------------------------------------------------------------------------------

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{what} did not come"
        );
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn without_arguments_it_trains_on_drawn_digits_and_says_so() {
    let place = Place::new();
    let mut child = place.spawn(&[]);
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take(3).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        said[0].contains("MNIST") && said[0].contains("could not be downloaded"),
        "{said:?}"
    );
    assert!(
        said[1].contains("digits that this program draws"),
        "{said:?}"
    );
    assert!(said[2].contains("runs/digits-dcgan-001"), "{said:?}");
    assert!(
        place
            .path("runs/digits-dcgan-001/experiment.toml")
            .is_file()
    );
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_checkpoint() {
    let place = Place::new();
    let checkpoint = place.path("run/checkpoint.safetensors");
    let started = [
        "--steps",
        "1000000",
        "--checkpoint-every",
        "1",
        "--out",
        "run",
        "--set",
        "generator_hidden=[512, 512]",
    ];
    let mut args = tiny(&started);
    let mut before = 0;
    for round in 0..8 {
        let mut child = place.spawn(&args);
        let mut seen = before;
        wait_for("a checkpoint", || {
            seen = fs::read(&checkpoint).map_or(before, |bytes| {
                Checkpoint::parse(&bytes)
                    .expect("whole at every moment")
                    .step()
            });
            seen > before
        });
        // Somewhere within the writing of one of the next checkpoints.
        sleep(Duration::from_millis(3 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let bytes = fs::read(&checkpoint).unwrap();
        let step = Checkpoint::parse(&bytes).unwrap().step();
        assert!(step >= seen, "{step} after {seen}");
        before = step;
        args = vec![
            "train",
            "--resume",
            "run",
            "--checkpoint-every",
            "1",
            "--device",
            "cpu",
        ];
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_names_the_command_to_go_on() {
    let place = Place::new();
    let args = tiny(&[
        "--steps",
        "1000000",
        "--report-every",
        "1",
        "--json",
        "--out",
        "my run",
    ]);
    let mut child = place.spawn(&args);
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    reports.next().unwrap().unwrap();
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let last = reports.map(Result::unwrap).last().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "a run that was saved is no failure"
    );
    let last = &objects(&last)[0];
    assert_eq!(last["event"], "interrupted");
    let step = last["step"].as_u64().unwrap();
    let bytes = fs::read(place.path("my run/checkpoint.safetensors")).unwrap();
    assert_eq!(Checkpoint::parse(&bytes).unwrap().step(), step);

    let stderr = String::from_utf8(output.stderr).unwrap();
    let (_, command) = stderr
        .lines()
        .last()
        .unwrap()
        .split_once("go on with: ")
        .unwrap();
    let command = format!("{command} --steps {}", step + 2);
    let again = finish(
        Command::new("sh")
            .args(["-c", &command])
            .current_dir(place.0.path()),
    );
    assert_eq!(again.code, 0, "{command}: {}", again.stderr);
    assert_eq!(objects(&again.stdout).last().unwrap()["step"], step + 2);
}

#[cfg(unix)]
#[test]
fn a_classifier_that_is_interrupted_leaves_nothing() {
    let place = Place::new();
    let data = place.both_sets("data", 1000);
    let mut args = classifier_args(&data, "folder/c");
    args.extend(["--seed", "1"]);
    args[4] = "1000";
    let mut child = place.spawn(&args);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    said.next().unwrap().unwrap();
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let last = said.map(Result::unwrap).last().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(
        last.starts_with("error: interrupted after") && last.ends_with("nothing was written"),
        "{last}"
    );
    assert_eq!(fs::read_dir(place.path("folder")).unwrap().count(), 0);
}

// ---- Protocols ------------------------------------------------------------------------------------------------------

#[test]
fn a_protocol_is_run_over_its_seeds_and_tabled() {
    let place = Place::new();
    let outcome = place.ok(&[
        "reproduce",
        "mixture-1d-5",
        "--steps",
        "5",
        "--seeds",
        "2",
        "--device",
        "cpu",
        "--out",
        "table.md",
        "--json",
    ]);
    let lines = objects(&outcome.stdout);
    let (last, runs) = lines.split_last().unwrap();
    assert_eq!((&last["event"], &last["runs"]), (&"done".into(), &4.into()));
    let of = |preset: &str| -> Vec<&serde_json::Map<String, Value>> {
        let of = |run: &&serde_json::Map<String, Value>| run["preset"] == preset;
        runs.iter().filter(of).collect()
    };
    for preset in ["mixture-1d-5", "mixture-1d-5-vanilla"] {
        let runs = of(preset);
        let seeds: Vec<_> = runs
            .iter()
            .map(|run| run["seed"].as_u64().unwrap())
            .collect();
        assert_eq!(seeds, [0, 1]);
        let w1: Vec<_> = runs.iter().map(|run| run["w1"].as_f64().unwrap()).collect();
        assert_ne!(w1[0], w1[1], "each seed is a run of its own");
        let mean = last["presets"][preset]["w1"].as_f64().unwrap();
        assert!((mean - f64::midpoint(w1[0], w1[1])).abs() < 1e-9);
    }
    let table = fs::read_to_string(place.path("table.md")).unwrap();
    for wanted in [
        "## mixture-1d-5\n",
        "**A quick look:**",
        "| **`mixture-1d-5`** |",
        "| a perfect sampler | 5.0 |",
        "`counterfeit reproduce mixture-1d-5 --seeds 2 --steps 5 --device cpu`, seeds 0 to 1, on ",
        "\n| 1 | ",
    ] {
        assert!(table.contains(wanted), "{wanted:?} is not in\n{table}");
    }
    assert!(!table.contains("Unfinished"), "{table}");
    place.refused(
        &["reproduce", "mixture-1d-5", "--out", "table.md"],
        &["--out table.md", "another file"],
    );
    assert_eq!(
        fs::read_to_string(place.path("table.md")).unwrap(),
        table,
        "a refusal changes nothing"
    );
}

#[test]
fn a_protocols_first_figures_are_those_that_training_ends_with() {
    let place = Place::new();
    // Enough for the first good samples.
    let common = ["--steps", "400", "--device", "cpu", "--json"];
    let reproduced = place.ok(&[
        &["reproduce", "ring", "--seed-list", "3", "--out", "ring.md"],
        &common[..],
    ]
    .concat());
    let trained = place.ok(&[&["train", "--preset", "ring", "--seed", "3"], &common[..]].concat());
    let ours = objects(&reproduced.stdout)[0]["high_quality"].as_f64();
    let trained = objects(&trained.stdout).last().unwrap()["high_quality"].as_f64();
    assert!(trained.unwrap() > 0.0);
    assert!((ours.unwrap() - 100.0 * trained.unwrap()).abs() < 1e-9);
}

#[test]
fn images_are_scored_by_the_classifier() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    place.refused(
        &["reproduce", "mnist", "--data", &data],
        &["counterfeit classifier"],
    );
    place.ok(&classifier_args(&data, "c.safetensors"));
    let outcome = place.ok(&[
        "reproduce",
        "mnist",
        "--steps",
        "1",
        "--seeds",
        "1",
        "--device",
        "cpu",
        "--data",
        &data,
        "--classifier",
        "c.safetensors",
        "--json",
    ]);
    for run in &objects(&outcome.stdout)[..2] {
        let figure = |name: &str| run[name].as_f64().unwrap();
        assert!(figure("class_kl") > 0.0, "{run:?}");
        // A generator of one step is further from the data than the data are.
        assert!(
            figure("classifier_frechet") > figure("classifier_frechet_floor"),
            "{run:?}"
        );
    }
    let table = fs::read_to_string(place.path("reproduce-mnist.md")).unwrap();
    assert!(table.contains("| **`mnist-dcgan`** |"), "{table}");
    assert!(!table.contains("was to reach"), "{table}");
}

#[test]
fn modes_of_stacked_digits_are_counted_by_the_classifier() {
    let place = Place::new();
    let data = place.both_sets("data", 40);
    place.ok(&classifier_args(&data, "c"));
    let protocol = [
        "reproduce",
        "stacked-mnist",
        "--steps",
        "1",
        "--seeds",
        "1",
        "--json",
    ];
    let files = ["--device", "cpu", "--data", &data, "--classifier", "c"];
    let outcome = place.ok(&[&protocol[..], &files].concat());
    for run in &objects(&outcome.stdout)[..2] {
        let figure = |name: &str| run[name].as_f64().unwrap();
        assert!((1.0..=40.0).contains(&figure("modes")), "{run:?}");
        assert!(
            figure("modes") <= figure("modes_floor")
                && figure("mode_kl") >= figure("mode_kl_floor"),
            "{run:?}"
        );
    }
    let table = fs::read_to_string(place.path("reproduce-stacked-mnist.md")).unwrap();
    for wanted in [
        "| **`stacked-mnist`** |",
        "| PacDCGAN2 | 1000 | 0.06 |  | Lin et al. 2018, table 2 |",
        "modes at least 1000.0: **missed**",
    ] {
        assert!(
            table.contains(wanted),
            "{wanted:?} is not in
{table}"
        );
    }
}

#[test]
fn protocols_that_cannot_be_run() {
    let place = Place::new();
    place.refused(&["reproduce", "spiral"], &["spiral", "ring", "grid"]);
    place.refused(&["reproduce", "ring", "--seeds", "0"], &["--seeds"]);
    place.refused(
        &["reproduce", "ring", "--seed-list", "1,2,1"],
        &["--seed-list", "twice"],
    );
    place.refused(&["reproduce", "ring", "--seed-list", "1,x"], &["x"]);
    place.refused(
        &["reproduce", "ring", "--out", "none/table.md"],
        &["none/table.md"],
    );
    assert!(!place.path("none").exists());
}

#[cfg(unix)]
#[test]
fn a_protocol_that_is_interrupted_keeps_what_is_done_and_says_so() {
    let place = Place::new();
    let mut child = place.spawn(&[
        "reproduce",
        "mixture-1d-5",
        "--steps",
        "100",
        "--seeds",
        "1000",
        "--device",
        "cpu",
        "--json",
    ]);
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let last = objects(&rest).pop().unwrap();
    assert_eq!(last["event"], "interrupted");
    let table = fs::read_to_string(place.path("reproduce-mixture-1d-5.md")).unwrap();
    let done = format!("**Unfinished: {} of 2000 runs are done.**", last["runs"]);
    assert!(table.contains(&done), "{done} is not in\n{table}");
}

// ---- A GPU, in software ---------------------------------------------------------------------------------------------

#[cfg(not(feature = "gpu"))]
#[test]
fn a_build_without_gpu_says_so() {
    Place::new().refused(
        &["train", "--preset", "ring", "--device", "gpu"],
        &["--device gpu", "feature `gpu`"],
    );
}

/// Debian's Chromium brings a Vulkan driver that needs no GPU.
#[cfg(feature = "gpu")]
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Tuning picks the fastest of many kernels, which takes minutes on an emulated GPU: here each is timed once.
#[cfg(feature = "gpu")]
const HARDLY_TUNED: &[u8] = b"[autotune]\nlevel = \"minimal\"\n[autotune.bench]\nadaptive = false\nmin_samples = 1\nmax_samples = 1\n";

/// Three steps of a small network on a device; its reports.
#[cfg(feature = "gpu")]
fn three_steps(place: &Place, device: &str) -> Vec<serde_json::Map<String, Value>> {
    let settings = [
        "examples_per_class=1",
        "generator_hidden=[16]",
        "discriminator_hidden=[16]",
        "latent_dim=8",
        "batch_size=4",
    ];
    let mut args = vec![
        "train",
        "--preset",
        "digits-mlp",
        "--device",
        device,
        "--out",
        device,
    ];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    args.extend(["--steps", "3", "--report-every", "1", "--json"]);
    let outcome = finish(place.command(&args).env("VK_DRIVER_FILES", SWIFTSHADER));
    assert_eq!(outcome.code, 0, "{device}: {}", outcome.stderr);
    let software = outcome.stderr.contains("a GPU in software");
    assert_eq!(software, device == "gpu", "{device}: {}", outcome.stderr);
    objects(&outcome.stdout)
}

#[cfg(feature = "gpu")]
fn place_with_swiftshader() -> Option<Place> {
    if !Path::new(SWIFTSHADER).exists() {
        eprintln!("skipped: there is no {SWIFTSHADER}; Debian's package `chromium` brings it");
        return None;
    }
    let loaders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
    ];
    if !loaders
        .iter()
        .any(|folder| Path::new(folder).join("libvulkan.so.1").exists())
    {
        eprintln!("skipped: there is no Vulkan loader; Debian's package `libvulkan1` brings it");
        return None;
    }
    let place = Place::new();
    place.file("cubecl.toml", HARDLY_TUNED);
    Some(place)
}

#[cfg(feature = "gpu")]
#[test]
fn a_gpu_in_software_trains() {
    let Some(place) = place_with_swiftshader() else {
        return;
    };
    let reports = three_steps(&place, "gpu");
    assert_eq!(reports.len(), 4);
    for report in &reports {
        // JSON has no word for what is not finite: such a loss would be null.
        assert!(
            report["d_loss"].is_number() && report["g_loss"].is_number(),
            "{report:?}"
        );
    }
    let bytes = fs::read(place.path("gpu/checkpoint.safetensors")).unwrap();
    assert_eq!(Checkpoint::parse(&bytes).unwrap().step(), 3);
}

#[cfg(feature = "gpu")]
#[test]
fn a_gpu_in_software_trains_as_the_cpu_does() {
    let Some(place) = place_with_swiftshader() else {
        return;
    };
    for (cpu, gpu) in three_steps(&place, "cpu")
        .iter()
        .zip(three_steps(&place, "gpu"))
    {
        for loss in ["d_loss", "g_loss"] {
            let [cpu, gpu] = [cpu, &gpu].map(|report| report[loss].as_f64().unwrap());
            assert!(
                (cpu - gpu).abs() < 1e-3,
                "{loss}: {cpu} on the CPU, {gpu} on the GPU"
            );
        }
    }
}

#[cfg(all(feature = "gpu", target_os = "linux"))]
#[test]
fn a_machine_without_gpu_says_so() {
    let place = Place::new();
    let args = [
        "train", "--preset", "ring", "--steps", "1", "--device", "gpu",
    ];
    // A driver that is not there, and no display for OpenGL.
    let mut command = place.command(&args);
    command
        .env("VK_DRIVER_FILES", place.path("none.json"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    let outcome = finish(&mut command);
    if outcome.code == 0 {
        eprintln!("skipped: this machine's GPU is reached without Vulkan");
        return;
    }
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    // Above it may stand what drivers print.
    assert!(
        outcome
            .stderr
            .lines()
            .last()
            .unwrap()
            .starts_with("error: --device gpu: "),
        "{}",
        outcome.stderr
    );
}

// ---- The latent space -----------------------------------------------------------------------------------------------

/// A run whose generator makes images of 28 × 28, and one that makes points.
fn forgers() -> Place {
    let place = Place::new();
    place.ok(&tiny(&["--steps", "1", "--out", "points"]));
    let mut args = vec!["train", "--preset", "digits-mlp", "--device", "cpu"];
    let settings = [
        "examples_per_class=2",
        "generator_hidden=[32]",
        "discriminator_hidden=[8]",
    ];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    args.extend(["--steps", "20", "--out", "images"]);
    place.ok(&args);
    place
}

/// A grey PNG, row by row.
fn grey_png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A grey PNG's width, height and pixels.
fn pixels(path: &Path) -> (usize, usize, Vec<u8>) {
    let file = BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, info.height as usize, pixels)
}

/// An upright stroke on black.
fn stroke(side: usize) -> Vec<u8> {
    let mut image = vec![0; side * side];
    for y in side / 4..side * 3 / 4 {
        image[y * side + side / 2 - 1..][..3].fill(250);
    }
    image
}

#[test]
fn samples_along_a_way_and_of_a_sum() {
    let place = forgers();
    let points = |more: &[&str]| -> Vec<f32> {
        let args = ["sample", "points", "--out", "points.csv"];
        place.ok(&[&args, more].concat());
        let table = fs::read_to_string(place.path("points.csv")).unwrap();
        table.lines().skip(1).map(|x| x.parse().unwrap()).collect()
    };
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} {b}");
    let grid = points(&["--count", "3"]);
    for path in ["lerp", "slerp"] {
        let walk = points(&["--interpolate", path, "--count", "16"]);
        assert_eq!(walk.len(), 16);
        for (at, sample) in [(0, 0), (7, 1), (8, 1), (15, 2)] {
            close(walk[at], grid[sample]);
        }
    }
    let sum = points(&["--arithmetic", "2 - 0 + (1,2)"]);
    assert_eq!(sum.len(), 4, "each term, and the sum");
    close(sum[0], grid[2]);
    close(sum[1], grid[0]);
    let twice = points(&["--arithmetic", "-1+1+0"]);
    close(twice[3], grid[0]);
    let spread = |points: &[f32]| {
        let extreme = |of: fn(f32, f32) -> f32| points.iter().copied().reduce(of).unwrap();
        extreme(f32::max) - extreme(f32::min)
    };
    let truncated = points(&["--truncation", "0.001"]);
    assert!(
        spread(&truncated) < 0.02 * spread(&points(&[])),
        "{truncated:?}"
    );
    assert_eq!(points(&["--truncation", "99"]), points(&[]));

    let size = |more: &[&str]| {
        place.ok(&[&["sample", "images", "--out", "images.png"], more].concat());
        let (width, height, _) = pixels(&place.path("images.png"));
        (width, height)
    };
    assert_eq!(
        size(&["--interpolate", "slerp", "--count", "16"]),
        (8 * 30 + 2, 2 * 30 + 2)
    );
    assert_eq!(size(&["--arithmetic", "63-0+5"]), (4 * 30 + 2, 30 + 2));
}

#[test]
fn ways_and_sums_that_are_wrong() {
    let place = Place::new();
    place.ok(&tiny(&["--steps", "1", "--out", "run"]));
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--arithmetic", "12-3+"], &["12-3+40"]),
        (&["--arithmetic", "0-10000"], &["no sample 10000", "9999"]),
        (
            &["--arithmetic", "1", "--interpolate", "lerp"],
            &["--arithmetic", "--interpolate"],
        ),
        (
            &["--arithmetic", "1", "--count", "5"],
            &["--arithmetic", "--count"],
        ),
        (&["--interpolate", "nlerp"], &["nlerp", "lerp or slerp"]),
        (
            &["--interpolate", "lerp", "--count", "12"],
            &["--count 12", "multiple of 8"],
        ),
        (&["--truncation", "0"], &["--truncation", "above 0"]),
        (&["--truncation", "-1"], &["--truncation", "above 0"]),
        (&["--truncation", "nan"], &["--truncation", "above 0"]),
    ];
    for (args, wanted) in cases {
        place.refused(&[&["sample", "run"], args].concat(), wanted);
    }
    assert!(!place.path("samples.csv").exists());
}

#[test]
fn images_are_projected_and_filled_in() {
    let place = forgers();
    let image = stroke(28);
    place.file("grey.png", &grey_png(28, 28, &image));
    place.file("large.png", &grey_png(56, 56, &stroke(56)));
    let args = [
        "project",
        "images",
        "grey.png",
        "large.png",
        "--steps",
        "40",
        "--json",
    ];
    let outcome = place.ok(&args);
    assert!(
        outcome.stderr.contains("large.png: resized from 56 × 56"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains("grey.png: resized"));
    let lines = objects(&outcome.stdout);
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let [error, start] = ["error", "start_error"].map(|key| line[key].as_f64().unwrap());
        assert!(error < 0.95 * start, "{line:?}");
    }
    assert_eq!(lines[1]["image"], "large.png");
    assert_eq!(lines[0]["latent"].as_array().unwrap().len(), 100);
    assert_eq!(lines[2]["event"], "done");
    let (width, height, first) = pixels(&place.path("projection.png"));
    assert_eq!((width, height), (2 * 30 + 2, 2 * 30 + 2));
    place.ok(&args);
    assert!(
        pixels(&place.path("projection.png")).2 == first,
        "a seed replays"
    );

    let hole = ["--mask", "10, 8,9,7", "--out", "filled.png", "--seed", "4"];
    let said = place.ok(&[&args[..6], &hole].concat()).stdout;
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.starts_with("grey.png: error "), "{said}");
    let (width, height, shown) = pixels(&place.path("filled.png"));
    assert_eq!((width, height), (3 * 30 + 2, 2 * 30 + 2));
    for (i, pixel) in image.into_iter().enumerate() {
        let (x, y) = (i % 28, i / 28);
        let at = |column: usize| shown[(2 + y) * width + 2 + 30 * column + x];
        let hidden = (10..19).contains(&x) && (8..15).contains(&y);
        let wanted = if hidden { [128, at(1)] } else { [pixel; 2] };
        assert_eq!([at(0), at(2)], wanted, "{x} {y}");
    }
}

#[test]
fn projections_that_are_wrong() {
    let place = forgers();
    let whole = grey_png(28, 28, &[9; 784]);
    place.file("whole.png", &whole);
    place.file("wide.png", &grey_png(28, 20, &[9; 560]));
    place.file("text.png", b"no picture");
    place.file("empty.png", b"");
    place.file("truncated.png", &whole[..whole.len() / 2]);
    // Its header promises 60,000 × 60,000 pixels.
    let mut huge = whole.clone();
    let side = 60_000_u32.to_be_bytes();
    huge[16..24].copy_from_slice(&[side, side].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    place.file("huge.png", &huge);
    let cases: [(&[&str], &[&str]); 16] = [
        (&["images"], &["IMAGE.png"]),
        (&["images", "absent.png"], &["absent.png"]),
        (&["images", "text.png"], &["text.png", "PNG"]),
        (&["images", "empty.png"], &["empty.png", "PNG"]),
        (
            &["images", "whole.png", "truncated.png"],
            &["truncated.png", "PNG"],
        ),
        (&["images", "huge.png"], &["huge.png", "too many pixels"]),
        (&["images", "wide.png"], &["wide.png", "28 × 20", "square"]),
        (&["images", "."], &["cannot be read"]),
        (&["points", "whole.png"], &["points", "images"]),
        (&["whole.png", "whole.png"], &["whole.png", "safetensors"]),
        (&["images", "whole.png", "--mask", "1,2,3"], &["X,Y,WIDTH"]),
        (
            &["images", "whole.png", "--mask", "20,20,9,1"],
            &["`mask` is 20,20,9,1", "28 × 28"],
        ),
        (
            &["images", "whole.png", "--mask", "0,0,28,28"],
            &["not all of it"],
        ),
        (
            &["images", "whole.png", "--out", "a.jpg"],
            &["--out a.jpg", ".png"],
        ),
        (&["images", "whole.png", "--steps", "0"], &["--steps"]),
        (&["images", "whole.png", "--restarts", "0"], &["--restarts"]),
    ];
    for (args, wanted) in cases {
        place.refused(&[&["project"], args].concat(), wanted);
    }
    assert!(!place.path("projection.png").exists());
}
