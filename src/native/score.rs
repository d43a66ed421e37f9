//! Images in a classifier's eyes: of a test set to see how good it is, of a generator to see how good that is.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use indicatif::ProgressBar;

use super::failure::mistake;
use super::progress;
use super::report::Seen;
use super::sample::CHUNK;
use super::{device::Opened, files};
use crate::classifier::{self, Classifier, SIZE, Verdicts};
use crate::data::{Feed, Images, Source};
use crate::experiment::DataKind;
use crate::metrics::Metric;
use crate::metrics::images::ImageEvaluator;
use crate::nets::matrix;
use crate::rng::{Rng, Stream};
use crate::snapshot::{floats, to_byte};
use crate::trainer::Trainer;

/// The command that makes the file.
const COMMAND: &str = "counterfeit classifier";

/// A classifier, and the file that it is from.
pub struct Scorer {
    classifier: Classifier,
    path: PathBuf,
}

/// Where `classifier` puts its file unless told otherwise.
pub fn default_path() -> Option<PathBuf> {
    files::cache().map(|cache| cache.join("classifier.safetensors"))
}

/// What to do where there is no classifier.
pub fn remedy() -> String {
    format!("Metrics of images need a classifier; build it, once, with: {COMMAND}")
}

/// The verdicts on all of these images.
///
/// # Errors
/// When the device fails.
pub fn judge(classifier: &Classifier, images: &Images, bar: &ProgressBar) -> Result<Verdicts> {
    let mut verdicts = Verdicts::default();
    for chunk in chunks(images.len()) {
        bar.inc(chunk.len() as u64);
        let indices: Vec<usize> = chunk.collect();
        let values = images.batch(&indices).values;
        verdicts.extend(pollster::block_on(classifier.judge(values))?);
    }
    Ok(verdicts)
}

impl Scorer {
    /// The classifier that was asked for, or the one at its usual place, if there is one.
    ///
    /// # Errors
    /// When the one that was asked for is not there, or the file cannot be used.
    pub fn find(asked: Option<&Path>, opened: &Opened) -> Result<Option<Self>> {
        let usual = default_path().filter(|path| path.exists());
        let Some(path) = asked.map(Path::to_owned).or(usual) else {
            return Ok(None);
        };
        if !path.exists() {
            let path = path.display();
            return Err(mistake(format!(
                "--classifier {path}: there is no such file; build it with: {COMMAND} --out {path}"
            )));
        }
        let bytes = files::read(&path, classifier::SIZE_LIMIT as u64)?;
        let classifier = Classifier::parse(&bytes, &opened.device)
            .with_context(|| format!("{}; build it anew with: {COMMAND}", path.display()))?;
        Ok(Some(Self { classifier, path }))
    }

    /// Scores the generator's images beside real ones of the run's own source, brought to the classifier's size in the same
    /// way; `None` where that source has too few.
    ///
    /// # Errors
    /// When the device fails.
    pub fn score(&self, trainer: &Trainer) -> Result<Option<(Vec<Metric>, Seen)>> {
        let held = trainer.source().images().map_or(0, Images::len);
        let Some(count) = ImageEvaluator::real_images(held) else {
            return Ok(None);
        };
        let n = count / 2;
        // Drawing an image takes about as long as judging some: it is counted as one more.
        let bar = progress::bar((count + 2 * n) as u64);
        bar.set_message("scoring images");
        let real = judge(&self.classifier, &real_images(trainer, count)?, &bar)?;
        let evaluator = ImageEvaluator::new(&real);
        let generated = generated_images(trainer, n, &bar)?;
        let generated = judge(&self.classifier, &generated, &bar)?;
        bar.finish_and_clear();
        let (classes, metrics) = evaluator.evaluate(&generated);
        let seen = Seen {
            classes,
            classes_floor: evaluator.real_shares().to_vec(),
            metric_samples: n,
            classifier: self.path.display().to_string(),
            classifier_accuracy: self.classifier.record.accuracy,
        };
        Ok(Some((metrics, seen)))
    }
}

/// As many of the run's real images, in an order that is the same for every run on them.
fn real_images(trainer: &Trainer, count: usize) -> Result<Images> {
    let Source::Images(source) = trainer.source() else {
        return Err(anyhow!("points cannot be classified"));
    };
    let values = Feed::new(Source::Images(source.clone()), 0)
        .next_batch(count)
        .values;
    for_classifier(trainer, values)
}

/// As many images from the generator.
fn generated_images(trainer: &Trainer, count: usize, bar: &ProgressBar) -> Result<Images> {
    let e = &trainer.experiment;
    let mut latents = Rng::new(e.seed, Stream::Metrics);
    let mut values = Vec::with_capacity(count * e.data_dim());
    for chunk in chunks(count) {
        let n = chunk.len();
        let latents = latents.normals(n * e.latent_dim);
        let samples = trainer.sample(matrix(latents, [n, e.latent_dim], trainer.device()));
        values.extend(floats(&samples.into_data())?);
        bar.inc(n as u64);
    }
    for_classifier(trainer, values)
}

/// Values in [-1, 1] as images of the classifier's size. Real and generated ones come this way, so that what it takes from
/// them it takes from both: half a grey level, and at 64 pixels some sharpness.
fn for_classifier(trainer: &Trainer, values: Vec<f32>) -> Result<Images> {
    let e = &trainer.experiment;
    let labels = vec![0; values.len() / e.data_dim()];
    let pixels = values.into_iter().map(to_byte).collect();
    let images = Images::new(e.image_size, pixels, labels)?;
    Ok(match e.data {
        DataKind::Mnist => images.restored()?,
        // Drawn at their size, without a border.
        DataKind::Digits | DataKind::Mixture => images.resized(SIZE)?,
    })
}

fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count)
        .step_by(CHUNK)
        .map(move |start| start..count.min(start + CHUNK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_leave_nothing_out() {
        let all: Vec<_> = chunks(CHUNK + 3).collect();
        assert_eq!(all, [0..CHUNK, CHUNK..CHUNK + 3]);
        assert_eq!(chunks(0).count(), 0);
    }
}
