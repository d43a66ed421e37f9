//! Where a test runs the program, and what it sees of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use counterfeit::checkpoint::Checkpoint;
use safetensors::SafeTensors;
use serde_json::{Map, Value};
use tempfile::TempDir;

/// A run of a second or less; more arguments may follow.
pub const TINY: &str = "train --preset mixture-1d --device cpu \
    --set generator_hidden=[8] --set discriminator_hidden=[8] --set batch_size=16";

/// One step on 30 drawn digits, so that halves of 15 are compared.
pub const ONE_STEP_ON_IMAGES: &str = "train --preset digits-mlp --steps 1 --out images --device cpu \
    --set examples_per_class=3 --set generator_hidden=[8] --set batch_size=8";

/// Training a classifier that has seen next to nothing.
pub const CLASSIFIER: &str = "classifier --device cpu --epochs 2 --data data";

/// A folder of its own for a test, with no data and no way to the net.
pub struct Place(TempDir);

pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub type Object = Map<String, Value>;

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A safetensors file's tensors.
    pub fn tensors(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let bytes = self.bytes(name);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let tensors = file.iter();
        let tensors = tensors.map(|(name, view)| (name.to_owned(), view.data().to_vec()));
        tensors.collect()
    }

    /// The checkpoint of the run in a folder.
    pub fn checkpoint(&self, run: &str) -> Checkpoint {
        Checkpoint::parse(&self.bytes(&format!("{run}/checkpoint.safetensors"))).unwrap()
    }

    /// The program with the arguments in `line`, which are told apart as a shell does.
    pub fn command(&self, line: impl AsRef<str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfeit"));
        command
            .args(shlex::split(line.as_ref()).unwrap())
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

    pub fn run(&self, line: impl AsRef<str>) -> Outcome {
        finish(&mut self.command(line))
    }

    /// Runs what should succeed.
    pub fn ok(&self, line: impl AsRef<str>) -> Outcome {
        let line = line.as_ref();
        let outcome = self.run(line);
        assert_eq!(outcome.code, 0, "{line}: {}", outcome.stderr);
        outcome
    }

    /// Runs what should succeed and print JSON objects, one a line.
    pub fn json(&self, line: impl AsRef<str>) -> Vec<Object> {
        objects(&self.ok(format!("{} --json", line.as_ref())).stdout)
    }

    /// Runs what should be refused with exit code 2 and one line that holds every one of `wanted`.
    pub fn refused(&self, line: impl AsRef<str>, wanted: &[&str]) {
        let line = line.as_ref();
        let Outcome { code, stdout, stderr } = self.run(line);
        assert_eq!(code, 2, "{line}: {stderr}");
        assert_eq!(stdout, "", "{line}");
        assert!(stderr.starts_with("error: ") && stderr.ends_with('\n'), "{stderr:?}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        for word in ["panicked", "RUST_BACKTRACE", "internal"] {
            assert!(!stderr.contains(word), "{stderr}");
        }
        for wanted in wanted {
            assert!(stderr.contains(wanted), "{line}: {stderr:?} lacks {wanted:?}");
        }
    }

    pub fn spawn(&self, line: impl AsRef<str>) -> Child {
        let mut command = self.command(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// A Python that has a module, with these packages installed once; `None` where that cannot be had.
pub fn python_with(module: &str, packages: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(module);
    let python = folder.join("bin/python");
    let import = format!("import {module}");
    let has = || Command::new(&python).args(["-c", &import]).output().is_ok_and(|run| run.status.success());
    if !has() {
        Command::new("python3").args(["-m", "venv"]).arg(&folder).output().ok()?;
        Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages).output().ok()?;
    }
    has().then_some(python)
}

pub fn finish(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Does what Ctrl-C does.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-INT", &pid]).status();
    assert!(status.unwrap().success());
}

pub fn objects(stdout: &str) -> Vec<Object> {
    stdout
        .lines()
        .map(|line| match serde_json::from_str(line) {
            Ok(Value::Object(object)) => object,
            other => panic!("{line:?} is no JSON object: {other:?}"),
        })
        .collect()
}

pub fn number(object: &Object, key: &str) -> f64 {
    let number = object.get(key).and_then(Value::as_f64);
    number.unwrap_or_else(|| panic!("no number {key} in {object:?}"))
}
