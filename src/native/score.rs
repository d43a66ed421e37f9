//! Predictions of the classifier on images: of its test set, for its accuracy, and of a generator, for the metrics.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::failure::mistake;
use super::progress;
use super::report::Seen;
use super::sample::CHUNK;
use super::{device::Opened, files};
use crate::classifier::{self, CLASSES, Classifier, Predictions};
use crate::data::images::to_byte;
use crate::data::{DataLoader, Images, TrainingData};
use crate::metrics::classes::Classes;
use crate::metrics::images::ImageEvaluator;
use crate::metrics::{Metric, stacked};
use crate::rng::{Rng, Stream};
use crate::snapshot;
use crate::tensor::{floats, matrix};
use crate::trainer::Trainer;

/// The command that makes the file.
const COMMAND: &str = "counterfeit classifier";

/// A classifier and its file.
pub struct Scorer {
    classifier: Classifier,
    path: PathBuf,
}

/// The default path of the classifier's file.
pub fn default_path() -> Option<PathBuf> {
    files::cache().map(|cache| cache.join("classifier.safetensors"))
}

/// The remedy where there is no classifier.
pub fn remedy() -> String {
    format!("Metrics of images need a classifier; build it, once, with: {COMMAND}")
}

/// The predictions on these images.
///
/// # Errors
/// When the device fails.
pub fn predict(classifier: &Classifier, images: &Images, bar: &ProgressBar) -> Result<Predictions> {
    let mut predictions = Predictions::default();
    for chunk in chunks(images.len()) {
        bar.inc(chunk.len() as u64);
        let indices: Vec<usize> = chunk.collect();
        let values = images.batch(&indices).values;
        predictions.extend(pollster::block_on(classifier.predict(values))?);
    }
    Ok(predictions)
}

impl Scorer {
    /// The given classifier, or the one at the default path, if there is one.
    ///
    /// # Errors
    /// When the given file does not exist, or the file cannot be used.
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

    /// Scores the generator's images and `held_out` real ones, both resized to the classifier's size; `None` where there
    /// are too few of those. The generator should have standing statistics.
    ///
    /// # Errors
    /// When the device fails.
    pub fn score(&self, trainer: &Trainer, held_out: &TrainingData) -> Result<Option<(Vec<Metric>, Seen)>> {
        let images = |data: &TrainingData| data.images().map_or(0, Images::len);
        let channels = trainer.experiment().channels;
        let [count, n] = if channels > 1 {
            // Of the images held out there are more triples than are scored.
            [stacked::samples(images(trainer.data())); 2]
        } else if let Some(count) = ImageEvaluator::real_images(images(held_out)) {
            [count, count / 2]
        } else {
            return Ok(None);
        };
        // Generating a sample takes about as long as a prediction on some images: counted as one more.
        let bar = progress::bar(((count + n) * channels + n) as u64);
        bar.set_message("scoring images");
        let mut feed = DataLoader::new(held_out.clone(), 0);
        let real = self.judge_samples(trainer, count, &bar, |n| Ok(feed.next_batch(n).values))?;
        let mut latents = Rng::new(trainer.experiment().seed, Stream::Metrics);
        let mut classes = Rng::new(trainer.experiment().seed, Stream::Class);
        let generated = self.judge_samples(trainer, n, &bar, |n| {
            bar.inc(n as u64);
            // As frequent as among real images, so that their unevenness is in the scores of both.
            generate(trainer, &mut latents, &feed.classes(n, &mut classes))
        })?;
        bar.finish_and_clear();
        let (metrics, [classes, classes_floor]) = if channels > 1 {
            let shares = |of: &Predictions| Classes::count(&of.probabilities, CLASSES, 1).shares;
            let metrics = stacked::evaluate(&real, &generated, channels);
            (metrics, [shares(&generated), shares(&real)])
        } else {
            let evaluator = ImageEvaluator::new(&real);
            let (shares, metrics) = evaluator.evaluate(&generated);
            (metrics, [shares, evaluator.real_shares().to_vec()])
        };
        let seen = Seen {
            classes,
            classes_floor,
            metric_samples: n,
            classifier: self.path.display().to_string(),
            classifier_accuracy: self.classifier.record.accuracy,
        };
        Ok(Some((metrics, seen)))
    }

    /// The predictions on `count` samples, or on their channels in turn, which `next` gives in batches: a sample takes
    /// more memory than its prediction.
    fn judge_samples(
        &self,
        trainer: &Trainer,
        count: usize,
        bar: &ProgressBar,
        mut next: impl FnMut(usize) -> Result<Vec<f32>>,
    ) -> Result<Predictions> {
        let mut predictions = Predictions::default();
        for chunk in chunks(count) {
            let images = for_classifier(trainer, next(chunk.len())?)?;
            predictions.extend(predict(&self.classifier, &images, bar)?);
        }
        Ok(predictions)
    }
}

/// Samples of the generator, one for each label: of several views the one that is like the data.
fn generate(trainer: &Trainer, latents: &mut Rng, labels: &[u8]) -> Result<Vec<f32>> {
    let (e, n) = (trainer.experiment(), labels.len());
    let inputs = e.concat_labels(e.prior.draw(latents, n, e.latent_dim), labels);
    let samples = trainer.sample(matrix(inputs, [n, e.generator_inputs()], trainer.device()));
    let view = samples.narrow(1, e.data_view() * e.data_dim(), e.data_dim());
    Ok(floats(&view.into_data())?)
}

/// Values in [-1, 1] as images of the classifier's size, one per channel. Real and generated images take the same path,
/// so that rounding to grey levels and resizing from 64 pixels affect both alike.
fn for_classifier(trainer: &Trainer, values: Vec<f32>) -> Result<Images> {
    let e = trainer.experiment();
    let labels = vec![0; values.len() / e.image_size.pow(2)];
    let pixels = values.into_iter().map(to_byte).collect();
    let images = Images::new(e.image_size, pixels, labels)?;
    Ok(snapshot::for_classifier(e, images)?)
}

fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(CHUNK).map(move |start| start..count.min(start + CHUNK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::Training;

    #[test]
    fn the_view_that_is_like_the_data_is_scored() {
        // Coarse images come in blocks of four equal pixels, edges are black where nothing changes.
        let coarse =
            |image: &[f32]| (0..14).all(|i| image[2 * i] == image[2 * i + 1] && image[2 * i] == image[28 + 2 * i]);
        for (preset, settings) in [("digits-stacked", 1), ("digits-coupled", 0), ("digits-autoencoder", 0)] {
            let small = [("batch_size", "4"), ("examples_per_class", "3"), ("generator_hidden", "[8]")];
            let trainer = crate::trainer::tests::trainer(preset, &small);
            let e = trainer.experiment();
            let labels = trainer.experiment().fixed_labels(6, 0);
            let images = generate(&trainer, &mut Rng::new(3, Stream::Metrics), &labels).unwrap();
            assert_eq!(images.len(), 6 * 784, "{preset}");
            let latents = e.prior.draw(&mut Rng::new(3, Stream::Metrics), 6, e.latent_dim);
            let inputs = e.concat_labels(latents, &e.fixed_labels(6, e.seed));
            let all = trainer.sample(matrix(inputs, [6, e.generator_inputs()], trainer.device()));
            let all = floats(&all.into_data()).unwrap();
            let whole = e.views() * 784;
            for (i, image) in images.chunks_exact(784).enumerate() {
                assert_eq!(image, &all[i * whole + settings * 784..][..784], "{preset}");
                assert!(!coarse(image), "{preset}");
            }
        }
    }

    #[test]
    fn classes_are_as_frequent_as_among_the_images_held_out() {
        // A generator whose output is the mean image of the class in its input, and a classifier of drawn digits.
        let settings = [("conditional", "label"), ("generator_hidden", "[]"), ("examples_per_class", "40")];
        let mut trainer = crate::trainer::tests::trainer("digits-mlp", &settings);
        let (e, images) = (trainer.experiment().clone(), trainer.data().images().unwrap().clone());
        let mut weight = vec![0.0; e.generator_inputs() * 784];
        for class in 0..10 {
            let own = images.subset(&[class as u8], 0).unwrap();
            let values = own.batch(&(0..own.len()).collect::<Vec<_>>()).values;
            let row = &mut weight[(e.latent_dim + class) * 784..][..784];
            for (i, to) in row.iter_mut().enumerate() {
                let mean = values.iter().skip(i).step_by(784).sum::<f32>() / own.len() as f32;
                *to = mean.clamp(-0.99, 0.99).atanh();
            }
        }
        let params = &mut trainer.state.generator.weights.params;
        params[0] = matrix(weight, [e.generator_inputs(), 784], &params[0].device());
        params[1] = params[1].zeros_like();
        let mut training = Training::new(images.clone(), 20, 0, trainer.device()).unwrap();
        (0..training.steps()).for_each(|_| drop(training.step()));
        let scorer = Scorer { classifier: training.end(), path: PathBuf::new() };
        let held_out = TrainingData::Images(images.subset(&[1, 4, 7], 0).unwrap());
        let (metrics, seen) = scorer.score(&trainer, &held_out).unwrap().unwrap();
        assert_eq!(seen.metric_samples, 60);
        let shares: f64 = [1, 4, 7].iter().map(|&class| seen.classes[class]).sum();
        assert!(shares > 0.9, "{:?}", seen.classes);
        // The floor has the same unevenness.
        assert!((metrics[0].value - metrics[0].floor).abs() < 0.2 && metrics[0].floor > 1.0, "{metrics:?}");
    }

    #[test]
    fn chunks_leave_nothing_out() {
        let all: Vec<_> = chunks(CHUNK + 3).collect();
        assert_eq!(all, [0..CHUNK, CHUNK..CHUNK + 3]);
        assert_eq!(chunks(0).count(), 0);
    }
}
