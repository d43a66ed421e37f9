//! One run, as the worker holds it.

use burn::tensor::Transaction;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::{ImageProjection, Result, Thrown, device, message};
use crate::checkpoint::{self, Checkpoint};
use crate::data::TrainingData;
use crate::data::nearest::nearest;
use crate::error::{Error, brief};
use crate::experiment::{Conditional, DataKind, Experiment};
use crate::latent;
use crate::messages::{ExperimentInfo, ScoringState, Snapshot};
use crate::snapshot::{ImageScorer, Observer, view_update};
use crate::tensor::read;
use crate::trainer::{StepReport, Trainer, UpdateReport};

/// Images in the page's gallery: a grid of 8 × 8, or about as many in rows of one class each.
const GALLERY: usize = 64;

/// A run in progress, with what looks at it.
#[wasm_bindgen]
pub struct Playground {
    /// The experiment of the link, also where drawn digits stand in for MNIST.
    asked: Experiment,
    trainer: Trainer,
    observer: Observer,
    /// The last reports of the discriminator and of the generator.
    last: [Option<UpdateReport>; 2],
    scorer: Option<ImageScorer>,
}

#[wasm_bindgen]
impl Playground {
    /// Builds networks and data for the experiment in `hash` on a device that was opened, from the contents of its
    /// dataset's training files, where it has any and they are there.
    ///
    /// # Errors
    /// When the link is malformed, or the files are damaged.
    pub fn open(hash: &str, device: &str, files: Option<Vec<Uint8Array>>) -> Result<Playground> {
        let asked = Experiment::from_hash(hash)?;
        let files = contents(files);
        let experiment = stand_in(&asked, files.as_deref());
        let device = device::device(device)?;
        let data = TrainingData::new(&experiment, files.as_deref())?;
        let trainer = Trainer::new(experiment, data, &device)?;
        Ok(Self::of(asked, trainer))
    }

    /// The run that a checkpoint holds, ready for its next step.
    ///
    /// # Errors
    /// When the bytes are no whole checkpoint.
    pub fn load(bytes: &[u8], device: &str, files: Option<Vec<Uint8Array>>) -> Result<Playground> {
        let mut checkpoint = Checkpoint::parse(bytes)?;
        let files = contents(files);
        let asked = checkpoint.experiment.clone();
        checkpoint.replace_data(stand_in(&asked, files.as_deref()).data);
        let device = device::device(device)?;
        let trainer = checkpoint.resume(files.as_deref(), &device)?;
        Ok(Self::of(asked, trainer))
    }

    fn of(asked: Experiment, trainer: Trainer) -> Self {
        Self {
            observer: Observer::new(&trainer, gallery(trainer.experiment())),
            asked,
            trainer,
            last: [None, None],
            scorer: None,
        }
    }

    /// The experiment: `ExperimentInfo`.
    #[must_use]
    pub fn info(&self) -> JsValue {
        let stands_in = self.asked.data != self.trainer.experiment().data;
        message(&ExperimentInfo::new(&self.asked, stands_in))
    }

    /// Continues with the settings in `hash` from the next step on. `false`, and nothing is changed, where they need
    /// another run.
    ///
    /// # Errors
    /// When the link is malformed.
    pub fn revise(&mut self, hash: &str) -> Result<bool> {
        let asked = Experiment::from_hash(hash)?;
        if !self.asked.differs_live(&asked) {
            return Ok(false);
        }
        // Drawn digits may stand in for the dataset.
        let experiment = Experiment { data: self.trainer.experiment().data, ..asked.clone() };
        let revised = self.trainer.revise(experiment)?;
        if revised {
            self.observer.revise(&self.trainer);
            self.asked = asked;
            // Its losses were those of other settings.
            self.last = [None, None];
        }
        Ok(revised)
    }

    /// Trains `n` steps; on WebGPU they are queued. Nothing is read back.
    pub fn step(&mut self, n: u32) {
        if n > 0 {
            let StepReport { discriminator, generator } = self.observer.train(&mut self.trainer, n as usize);
            self.last = [Some(discriminator), Some(generator)];
        }
    }

    /// One update of the discriminator alone: `UpdateView`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn update_discriminator(&mut self) -> Result<JsValue> {
        let update = self.observer.update(&mut self.trainer, Trainer::update_discriminator);
        self.last[0] = Some(update.report.clone());
        Ok(message(&view_update(&self.trainer, update).await?))
    }

    /// One update of the generator alone, which ends a step: `UpdateView`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn update_generator(&mut self) -> Result<JsValue> {
        let discriminator = self.last[0].as_ref();
        let update = self.observer.update(&mut self.trainer, |trainer| trainer.update_generator(discriminator));
        self.last[1] = Some(update.report.clone());
        Ok(message(&view_update(&self.trainer, update).await?))
    }

    /// Waits until the device has done what was queued.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn sync(&self) -> Result<()> {
        if let [_, Some(last)] = &self.last {
            read(Transaction::default().register(last.rows.clone())).await?;
        }
        Ok(())
    }

    /// Reads the state of the run: `Snapshot`.
    ///
    /// # Errors
    /// When a loss is no longer finite, or the device fails.
    pub async fn snapshot(&self) -> Result<JsValue> {
        let [discriminator, generator] = self.last.clone();
        let last =
            discriminator.zip(generator).map(|(discriminator, generator)| StepReport { discriminator, generator });
        let snapshot = self.observer.observe(&self.trainer, last).await?;
        Ok(message(&Snapshot::from(&snapshot)))
    }

    /// Sets the view of the latent space, a `LatentQuery`, from the next snapshot on.
    ///
    /// # Errors
    /// When it is not a `LatentQuery`, or names a sample that is not shown.
    pub fn set_query(&mut self, query: JsValue) -> Result<()> {
        let query = serde_wasm_bindgen::from_value(query).map_err(|error| {
            Thrown::from(Error::setting("query", brief(&error.to_string()), "a LatentQuery of www/wasm.d.ts"))
        })?;
        Ok(self.observer.set_query(&self.trainer, &query)?)
    }

    /// Starts the projection of an image of one byte a pixel, whose pixels are known where `known` is not 0, with the
    /// present networks.
    ///
    /// # Errors
    /// When the run does not make such images, or nothing is known.
    pub fn project(&self, image: &[u8], known: &[u8]) -> Result<ImageProjection> {
        Ok(ImageProjection(latent::image_projection::ImageProjection::new(&self.trainer, image, known)?))
    }

    /// The training image nearest to a single one of one byte a pixel: `NearestImage`.
    ///
    /// # Errors
    /// When the run does not make such images.
    pub fn nearest(&self, image: &[u8]) -> Result<JsValue> {
        let e = self.trainer.experiment();
        let single = e.views() * e.channels == 1;
        let images = self.trainer.data().images().filter(|_| single);
        let found = images.and_then(|images| nearest(images, image)).ok_or_else(|| {
            let given = format!("{} bytes", image.len());
            Error::setting("image", given, "a single grey image of the size that the run makes, a byte a pixel")
        })?;
        Ok(message(&found))
    }

    /// Starts scoring the run's images by a classifier of its own, or ends it.
    ///
    /// # Errors
    /// When the run does not make single grey images, or has too few of them.
    pub fn score(&mut self, on: bool) -> Result<()> {
        self.scorer = on.then(|| ImageScorer::new(&self.trainer)).transpose()?;
        Ok(())
    }

    /// One slice of scoring, which was started: `ScoringState`.
    ///
    /// # Errors
    /// When the device fails, or scoring was not started.
    pub async fn advance_scores(&mut self) -> Result<JsValue> {
        let scorer = self.scorer.as_mut().ok_or_else(|| Error::setting("scores", "off", "started first"))?;
        Ok(message(&ScoringState::from(scorer.advance(&self.trainer).await?)))
    }

    /// The run as a checkpoint's bytes.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn save(&self) -> Result<Vec<u8>> {
        Ok(checkpoint::save(&self.trainer).await?)
    }
}

/// Images to show: equally many of each class where the generator is conditioned.
fn gallery(experiment: &Experiment) -> usize {
    let views = experiment.views();
    let samples = GALLERY / views;
    let samples = match experiment.conditional {
        Conditional::None => samples,
        Conditional::Label | Conditional::Acgan => {
            let classes = experiment.class_count();
            classes * (samples / classes).max(1)
        }
    };
    samples * views
}

/// The same experiment on drawn digits, where its data are missing: a dataset's files, or a visitor's images.
fn stand_in(asked: &Experiment, files: Option<&[Vec<u8>]>) -> Experiment {
    let mut experiment = asked.clone();
    if experiment.data.comes_as_files() && files.is_none() {
        experiment.data = DataKind::Digits;
    }
    experiment
}

fn contents(files: Option<Vec<Uint8Array>>) -> Option<Vec<Vec<u8>>> {
    files.map(|files| files.iter().map(Uint8Array::to_vec).collect())
}
