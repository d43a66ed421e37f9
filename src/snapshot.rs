//! Snapshots of a run: losses, metrics and a picture as plain numbers, read from the device in one transaction.

mod latent_map;
mod lattice;
mod phase;
mod picture;
mod scene;
mod scorer;
mod stats;
#[cfg(test)]
mod tests;
mod theory;
mod update;

use burn::tensor::{Tensor, Transaction};

pub use self::latent_map::LatentMap;
pub use self::picture::{Gallery, Line, Phase, Picture, Plane, Scale};
use self::scene::Scene;
pub use self::scorer::{ImageScorer, ImageScores, Scoring, for_classifier};
pub use self::stats::{GanStats, MeanLogits, read_stats};
use self::stats::{UnreadStats, sigmoid};
pub use self::theory::Value;
pub use self::update::{UpdateView, Updated, view_update};
use crate::data::images::to_byte;
use crate::error::Result;
use crate::latent::fixed_samples::{FixedSamples, LatentQuery};
use crate::metrics::Metric;
use crate::tensor::{floats, matrix, read};
use crate::trainer::{StepReport, Trainer, Update};

/// Samples that every metric is computed from; VEEGAN's number.
pub const METRIC_SAMPLES: usize = 2500;

/// The state of a run after a step.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Generator updates so far.
    pub step: u64,
    /// Losses and outputs of the last step; `None` before the first, and right after a checkpoint was loaded.
    pub stats: Option<GanStats>,
    /// Mean logits of the last step; `None` before the first.
    pub scores: Option<MeanLogits>,
    /// V(D, G), over the picture's densities where there are any, else of the last step; `None` for other objectives.
    pub value: Option<Value>,
    /// Metrics with their noise floors; none for images.
    pub metrics: Vec<Metric>,
    /// The picture; `None` for mixtures of more than two dimensions.
    pub picture: Option<Picture>,
}

/// Takes snapshots of a run, always of the same latents and real samples, without changing the run.
pub struct Observer {
    count: usize,
    inputs: Tensor<2>,
    /// The same latents before truncation, where it is set: metrics are of the generator as it is.
    untruncated: Option<Tensor<2>>,
    scene: Scene,
    /// Generator inputs of the interpolation, of the latent arithmetic and of the plane's points that are set.
    queried: [Option<Tensor<2>>; 3],
    /// The map of the latent space, where it is set and there is one, with its generator inputs.
    map: Option<(LatentMap, Tensor<2>)>,
}

impl Observer {
    /// An observer of `images` samples, where the data are images.
    #[must_use]
    pub fn new(trainer: &Trainer, images: usize) -> Self {
        let e = trainer.experiment();
        let count = if e.has_images() { (images / e.views()).max(1) } else { METRIC_SAMPLES };
        Self {
            count,
            inputs: rows(trainer, e.fixed_inputs(count, e.seed)),
            untruncated: None,
            scene: Scene::of(trainer, count),
            queried: [None, None, None],
            map: None,
        }
    }

    /// Follows a run whose settings were changed ([`Trainer::revise`]).
    pub fn revise(&mut self, trainer: &Trainer) {
        self.scene.revise(trainer, self.count);
    }

    /// Sets the view of the latent space; interpolation, arithmetic and planes have an effect on images alone.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::error::Error::Setting) when the query names a sample that there is not.
    pub fn set_query(&mut self, trainer: &Trainer, query: &LatentQuery) -> Result<()> {
        query.check(self.count)?;
        let e = trainer.experiment();
        let fixed = FixedSamples::new(e, self.count, e.seed, query.truncation);
        self.queried = [
            query.interpolation.map(|walk| fixed.interpolation(walk)),
            query.arithmetic.as_ref().map(|sum| fixed.arithmetic(sum)),
            query.pad.as_ref().map(|pad| fixed.pad(pad)),
        ]
        .map(|inputs| inputs.map(|inputs| rows(trainer, inputs)));
        self.map = query.map.then(|| LatentMap::of(e)).flatten().map(|map| {
            let inputs = rows(trainer, map.inputs(e));
            (map, inputs)
        });
        self.inputs = rows(trainer, fixed.inputs());
        let truncated = query.truncation.is_some() && !e.has_images();
        self.untruncated = truncated.then(|| rows(trainer, e.fixed_inputs(self.count, e.seed)));
        Ok(())
    }

    /// Trains `n` steps, at least one, and keeps the parameters after each of a Dirac-GAN, for its trail. Reads nothing.
    pub fn train(&self, trainer: &mut Trainer, n: usize) -> StepReport {
        self.scene.train(trainer, n)
    }

    /// Carries out a single update of a network, which the trail of a Dirac-GAN shows, too.
    pub fn update(&self, trainer: &mut Trainer, update: impl FnOnce(&mut Trainer) -> Update) -> Update {
        let update = update(trainer);
        self.scene.follow(trainer);
        update
    }

    /// Takes a snapshot of the run, whose last step gave `report`.
    ///
    /// # Errors
    /// When the device fails, or a loss is no longer finite.
    pub async fn observe(&self, trainer: &Trainer, report: Option<StepReport>) -> Result<Snapshot> {
        let e = trainer.experiment();
        let samples = trainer.sample(self.inputs.clone());
        let mut asked = self.scene.ask(trainer, &samples);
        let mut transaction = Transaction::default().register(samples);
        let of_scene = 1 + asked.len();
        if e.has_images() {
            let queried = self.queried.iter().flatten();
            asked.extend(queried.map(|inputs| trainer.sample(inputs.clone())));
        }
        asked.extend(self.map.iter().map(|(_, inputs)| trainer.sample(inputs.clone())));
        asked.extend(self.untruncated.iter().map(|inputs| trainer.sample(inputs.clone())));
        let seen = 1 + asked.len();
        transaction = asked.into_iter().fold(transaction, Transaction::register);
        let unread = report.map(UnreadStats::new);
        if let Some(unread) = &unread {
            transaction = unread.register(transaction);
        }
        let data = read(transaction).await?;
        let stats = unread.map(|unread| unread.stats(e, trainer.step, &data[seen..])).transpose()?;
        let (stats, scores) = stats.unzip();
        let mut answers = data[..seen].iter().map(floats).collect::<Result<Vec<_>>>()?;
        let mut queried = answers.split_off(of_scene);
        let untruncated = self.untruncated.is_some().then(|| queried.pop()).flatten();
        let map = self.map.as_ref().and_then(|(map, _)| Some(LatentMap { samples: queried.pop()?, ..map.clone() }));
        let (metrics, mut picture, value) =
            self.scene.picture(e, answers, untruncated.as_deref(), trainer.instance_noise());
        match &mut picture {
            Some(Picture::Line(line)) => line.map = map,
            Some(Picture::Plane(plane)) => plane.map = map,
            Some(Picture::Gallery(gallery)) => self.attach(gallery, queried),
            Some(Picture::Phase(_)) | None => {}
        }
        let of_step = stats.as_ref().filter(|_| theory::has_value(e));
        Ok(Snapshot {
            step: trainer.step,
            value: value.or_else(|| of_step.map(theory::value_of_step)),
            stats,
            scores,
            metrics,
            picture,
        })
    }

    /// Adds the images of the query to the gallery.
    fn attach(&self, gallery: &mut Gallery, queried: Vec<Vec<f32>>) {
        let places = [&mut gallery.interpolation, &mut gallery.arithmetic, &mut gallery.pad];
        let set = self.queried.iter().zip(places).filter(|(inputs, _)| inputs.is_some());
        for ((_, place), values) in set.zip(queried) {
            *place = values.into_iter().map(to_byte).collect();
        }
    }
}

/// Generator inputs on the device of the run.
fn rows(trainer: &Trainer, inputs: Vec<f32>) -> Tensor<2> {
    let width = trainer.experiment().generator_inputs();
    let shape = [inputs.len() / width, width];
    matrix(inputs, shape, trainer.device())
}
