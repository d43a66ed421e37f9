//! One run, as the worker holds it.

use burn::tensor::Transaction;
use wasm_bindgen::prelude::*;

use super::{device, info, mnist_files, picture};
use crate::checkpoint::{self, Checkpoint};
use crate::data::{MnistFiles, Source};
use crate::experiment::{DataKind, Experiment};
use crate::snapshot::{Observer, read};
use crate::trainer::{StepReport, Trainer};

/// Images in the page's gallery: a grid of 8 × 8.
const GALLERY: usize = 64;

const STAND_IN: &str =
    "MNIST was not to be had, so this trains on digits that the program draws itself.";

/// A run in progress, with what looks at it.
#[wasm_bindgen]
pub struct Playground {
    trainer: Trainer,
    observer: Observer,
    last: Option<StepReport>,
    note: &'static str,
}

#[wasm_bindgen]
impl Playground {
    /// Builds networks and data for the experiment in `hash` on a device that was opened.
    ///
    /// # Errors
    /// When the link is malformed, or MNIST's files are damaged.
    pub fn open(
        hash: &str,
        device: &str,
        mnist: &JsValue,
    ) -> std::result::Result<Playground, JsError> {
        let mut experiment = Experiment::from_hash(hash)?;
        let mnist = mnist_files(mnist);
        let note = stand_in(&mut experiment, mnist.as_ref());
        let device = device::device(device)?;
        let source = Source::new(&experiment, mnist.as_ref())?;
        let trainer = Trainer::new(experiment, source, &device)?;
        Ok(Self::of(trainer, note))
    }

    /// The run that a checkpoint holds, ready for its next step.
    ///
    /// # Errors
    /// When the bytes are no whole checkpoint.
    pub fn load(
        bytes: &[u8],
        device: &str,
        mnist: &JsValue,
    ) -> std::result::Result<Playground, JsError> {
        let mut checkpoint = Checkpoint::parse(bytes)?;
        let mnist = mnist_files(mnist);
        let note = stand_in(&mut checkpoint.experiment, mnist.as_ref());
        let device = device::device(device)?;
        let trainer = checkpoint.resume(mnist.as_ref(), &device)?;
        Ok(Self::of(trainer, note))
    }

    fn of(trainer: Trainer, note: &'static str) -> Self {
        Self {
            observer: Observer::new(&trainer, GALLERY),
            trainer,
            last: None,
            note,
        }
    }

    /// What is run: `ExperimentInfo`.
    ///
    /// # Errors
    /// Never, in practice: an experiment is plain data.
    pub fn info(&self) -> std::result::Result<JsValue, JsError> {
        Ok(info(&self.trainer.experiment, self.note)?)
    }

    /// Trains `n` steps; on WebGPU they are queued. Nothing is read back.
    pub fn step(&mut self, n: u32) {
        for _ in 0..n {
            self.last = Some(self.trainer.step());
        }
    }

    /// Waits until the device has done what was queued.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn sync(&self) -> std::result::Result<(), JsError> {
        if let Some(last) = &self.last {
            read(Transaction::default().register(last.g_rows.clone())).await?;
        }
        Ok(())
    }

    /// Reads the state of the run: `Snapshot`.
    ///
    /// # Errors
    /// When a loss is no longer finite, or the device fails.
    pub async fn snapshot(&self) -> std::result::Result<JsValue, JsError> {
        let snapshot = self.observer.look(&self.trainer, self.last.clone()).await?;
        Ok(picture::snapshot(&snapshot))
    }

    /// The run as a checkpoint's bytes.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn save(&self) -> std::result::Result<Vec<u8>, JsError> {
        Ok(checkpoint::save(&self.trainer).await?)
    }
}

/// Drawn digits for MNIST, where it was not to be had; then says so.
fn stand_in(experiment: &mut Experiment, mnist: Option<&MnistFiles>) -> &'static str {
    if experiment.data == DataKind::Mnist && mnist.is_none() {
        experiment.data = DataKind::Digits;
        return STAND_IN;
    }
    ""
}
