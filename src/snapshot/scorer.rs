//! Scores of a run's generated images by a classifier that learns from the run's own images, slice by slice.

use burn::tensor::{Device, Transaction};

use crate::classifier::{Classifier, Predictions, Record, SIZE, Training};
use crate::data::images::to_byte;
use crate::data::{DataLoader, Images, TrainingData};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::metrics::Metric;
use crate::metrics::images::ImageEvaluator;
use crate::nets::{Network, Weights};
use crate::tensor::{floats, matrix, read};
use crate::trainer::{StandingStatistics, Trainer};

/// Images of each class, at most, of which the classifier and the scores are made.
const PER_CLASS: usize = 300;
/// One image in so many is held out from the classifier's training: to test it, and to compare generated ones with.
const HELD_OUT: usize = 3;
/// Steps of the classifier's training, about: it then classifies 99 of 100 drawn digits correctly.
const STEPS: usize = 150;
/// Generated images that are scored, at most; a CPU takes half a second for so many.
const SAMPLES: usize = 500;
/// Images in a slice.
const SLICE: usize = 50;

/// The scores of generated images.
#[derive(Clone, Debug)]
pub struct ImageScores {
    /// The step of the generator.
    pub step: u64,
    /// The number of generated images.
    pub samples: usize,
    /// The share of each class among the generated images.
    pub classes: Vec<f64>,
    /// The same of as many real images.
    pub real: Vec<f64>,
    /// The metrics with their noise floors.
    pub metrics: Vec<Metric>,
    /// The classifier's training and test.
    pub record: Record,
}

/// Where a scorer is.
#[derive(Clone, Debug)]
pub enum Scoring {
    /// The classifier is not ready: so many slices of all are done.
    Learning {
        /// Slices done.
        done: usize,
        /// All slices.
        of: usize,
    },
    /// A slice of generated images is done, and more are to come.
    Generating,
    /// All of them are scored.
    Scored(ImageScores),
    /// The generator is the one that was scored last.
    Unchanged,
}

/// Trains a classifier, tests it, and scores the generator again and again.
pub struct ImageScorer {
    training: Option<Training>,
    classifier: Option<Classifier>,
    learnt: Slices,
    tested: Slices,
    /// Images that were held out, in random order.
    held_out: Images,
    predictions: Predictions,
    evaluator: Option<ImageEvaluator>,
    pass: Option<Pass>,
    scored: Option<u64>,
}

/// How many slices are done, of how many.
struct Slices {
    done: usize,
    of: usize,
}

/// A generator as it stood, whose images are being scored.
struct Pass {
    step: u64,
    network: Network,
    weights: Weights,
    statistics: Option<StandingStatistics>,
    inputs: Vec<f32>,
    done: usize,
    predictions: Predictions,
}

/// Images of a run at the size of the classifier's input.
///
/// # Errors
/// Never for the images of a run.
pub fn for_classifier(e: &Experiment, images: Images) -> Result<Images> {
    // Drawn digits have the classifier's size already, without a border.
    if e.data.dataset().is_some() { images.restored() } else { images.resized(SIZE) }
}

impl ImageScorer {
    /// A scorer before its first slice.
    ///
    /// # Errors
    /// [`Error::Setting`] when the run does not make single grey images, or has too few of them.
    pub fn new(trainer: &Trainer) -> Result<Self> {
        let e = trainer.experiment();
        let images = trainer.data().images().filter(|_| e.views() * e.channels == 1);
        let images = images.ok_or_else(|| {
            Error::setting("scores", "of another run", "those of an experiment that makes single grey images")
        })?;
        let images = for_classifier(e, images.subset(&e.classes, PER_CLASS)?)?;
        let (tests, lessons): (Vec<usize>, Vec<usize>) = (0..images.len()).partition(|i| i % HELD_OUT == 0);
        let count = ImageEvaluator::real_images(tests.len()).filter(|_| images.len() >= 4 * HELD_OUT);
        let count = count.ok_or_else(|| {
            let given = format!("{} images in all", images.len());
            Error::setting("examples_per_class", given, format!("at least {} images in all", 4 * HELD_OUT))
        })?;
        let (tests, lessons) = (images.select(&tests)?, images.select(&lessons)?);
        // The evaluator takes two halves in random order.
        let order = DataLoader::new(TrainingData::Images(tests.clone()), e.seed).order(count.min(2 * SAMPLES));
        let held_out = tests.select(&order)?;
        let epochs = STEPS.div_ceil(lessons.len().div_ceil(100));
        let training = Training::new(lessons, epochs as u64, e.seed, &Device::flex())?;
        Ok(Self {
            learnt: Slices { done: 0, of: training.steps() as usize },
            training: Some(training),
            classifier: None,
            tested: Slices { done: 0, of: held_out.len().div_ceil(SLICE) },
            held_out,
            predictions: Predictions::default(),
            evaluator: None,
            pass: None,
            scored: None,
        })
    }

    /// One slice: a step of the classifier's training, or the predictions on some images.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn advance(&mut self, trainer: &Trainer) -> Result<Scoring> {
        if let Some(training) = &mut self.training {
            training.step();
            self.learnt.done += 1;
            if self.learnt.done >= self.learnt.of {
                self.classifier = self.training.take().map(Training::end);
            }
            return Ok(self.learning());
        }
        let Some(classifier) = &mut self.classifier else { return Ok(self.learning()) };
        let Some(evaluator) = &self.evaluator else {
            let from = self.tested.done * SLICE;
            let slice: Vec<usize> = (from..self.held_out.len().min(from + SLICE)).collect();
            self.predictions.extend(classifier.predict(self.held_out.batch(&slice).values).await?);
            self.tested.done += 1;
            if self.tested.done >= self.tested.of {
                let real = std::mem::take(&mut self.predictions);
                classifier.tested(real.right(self.held_out.labels()), self.held_out.len());
                self.evaluator = Some(ImageEvaluator::new(&real));
            }
            return Ok(self.learning());
        };
        let e = trainer.experiment();
        let pass = match &mut self.pass {
            Some(pass) => pass,
            None if self.scored == Some(trainer.step) => return Ok(Scoring::Unchanged),
            none => none.insert(Pass::new(trainer, evaluator.n(), &self.held_out)),
        };
        if pass.measure(trainer) {
            return Ok(Scoring::Generating);
        }
        let images = for_classifier(e, pass.next(trainer).await?)?;
        let all: Vec<usize> = (0..images.len()).collect();
        pass.predictions.extend(classifier.predict(images.batch(&all).values).await?);
        if pass.predictions.len() < evaluator.n() {
            return Ok(Scoring::Generating);
        }
        let (classes, metrics) = evaluator.evaluate(&pass.predictions);
        let step = pass.step;
        self.pass = None;
        self.scored = Some(step);
        Ok(Scoring::Scored(ImageScores {
            step,
            samples: evaluator.n(),
            classes,
            real: evaluator.real_shares().to_vec(),
            metrics,
            record: classifier.record.clone(),
        }))
    }

    fn learning(&self) -> Scoring {
        let [learnt, tested] = [&self.learnt, &self.tested];
        Scoring::Learning { done: learnt.done + tested.done, of: learnt.of + tested.of }
    }
}

impl Pass {
    /// `n` images, whose classes are as frequent as those of real ones.
    fn new(trainer: &Trainer, n: usize, real: &Images) -> Self {
        let e = trainer.experiment();
        let (network, weights) = trainer.sampler();
        Self {
            step: trainer.step,
            statistics: StandingStatistics::needed(e, &network),
            network,
            // Steps between the slices leave it as it is.
            weights: weights.copied(),
            inputs: e.concat_labels(e.fixed_latents(n, e.seed), &real.labels()[..n]),
            done: 0,
            predictions: Predictions::default(),
        }
    }

    /// A batch for the standing statistics; `false` where they are complete.
    fn measure(&mut self, trainer: &Trainer) -> bool {
        let Some(statistics) = &mut self.statistics else { return false };
        if statistics.add(trainer.experiment(), &self.network, &mut self.weights, trainer.device()) {
            self.statistics = None;
        }
        true
    }

    async fn next(&mut self, trainer: &Trainer) -> Result<Images> {
        let e = trainer.experiment();
        let width = e.generator_inputs();
        let rows = self.inputs[self.done * width..].chunks(SLICE * width).next().unwrap_or_default().to_vec();
        let n = rows.len() / width;
        self.done += n;
        let samples = self.network.eval(&self.weights, matrix(rows, [n, width], trainer.device()));
        let data = read(Transaction::default().register(samples)).await?;
        let pixels = floats(&data[0])?.into_iter().map(to_byte).collect();
        Images::new(e.image_size, pixels, vec![0; n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::tests::trainer;

    fn advance(scorer: &mut ImageScorer, trainer: &Trainer) -> Scoring {
        pollster::block_on(scorer.advance(trainer)).unwrap()
    }

    /// The scores that come next, and the slices until then.
    fn scores(scorer: &mut ImageScorer, trainer: &Trainer) -> (ImageScores, usize) {
        let mut slices = 1;
        loop {
            match advance(scorer, trainer) {
                Scoring::Scored(scores) => return (scores, slices),
                Scoring::Unchanged => panic!("it was not scored"),
                _ => slices += 1,
            }
        }
    }

    #[test]
    fn a_run_is_scored_by_a_classifier_of_its_own_images() {
        let settings = [("examples_per_class", "120"), ("batch_size", "8"), ("classes", "[1, 7, 8]")];
        let mut trainer = trainer("digits-mlp", &settings);
        trainer.step();
        let mut scorer = ImageScorer::new(&trainer).unwrap();
        let Scoring::Learning { done: 1, of } = advance(&mut scorer, &trainer) else { panic!("it learns first") };
        let (first, slices) = scores(&mut scorer, &trainer);
        // Two halves of the images that were held out, of 60 each: two slices.
        assert_eq!((first.step, first.samples, slices), (1, 60, of - 1 + 2));
        assert_eq!((first.record.trained_on, first.record.tested_on), (240, 120));
        assert!(first.record.accuracy > 0.9, "{:?}", first.record);
        let of = |shares: &[f64], classes: &[usize]| classes.iter().map(|&class| shares[class]).sum::<f64>();
        assert!(of(&first.real, &[1, 7, 8]) > 0.9, "{:?}", first.real);
        assert!((of(&first.classes, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) - 1.0).abs() < 1e-9);
        let names: Vec<_> = first.metrics.iter().map(|metric| metric.quantity.name).collect();
        assert_eq!(names, ["class_kl", "confidence", "classifier_frechet"]);
        // Noise is far from digits.
        assert!(first.metrics[2].value > 3.0 * first.metrics[2].floor, "{:?}", first.metrics[2]);

        assert!(matches!(advance(&mut scorer, &trainer), Scoring::Unchanged));
        trainer.step();
        assert!(matches!(advance(&mut scorer, &trainer), Scoring::Generating));
        // The images are those of the step at which they were begun.
        trainer.step();
        assert_eq!(scores(&mut scorer, &trainer).0.step, 2);
    }

    #[test]
    fn an_averaged_generator_is_scored_with_its_own_statistics_and_the_classes_of_the_data() {
        let settings = [("examples_per_class", "30"), ("batch_size", "8"), ("conditional", "label")];
        let mut trainer = trainer("digits-batch-norm", &settings);
        trainer.steps(3);
        let images = trainer.data().images().unwrap();
        let mut pass = Pass::new(&trainer, 9, &images.subset(&[4, 6], 0).unwrap());
        let batches = (0..100).take_while(|_| pass.measure(&trainer)).count();
        assert_eq!(batches, 16);
        let e = trainer.experiment().clone();
        trainer.measure_statistics();
        let inputs = e.concat_labels(e.fixed_latents(9, e.seed), &[4; 9]);
        let wanted = trainer.sample(matrix(inputs, [9, e.generator_inputs()], trainer.device()));
        let wanted: Vec<u8> = floats(&wanted.into_data()).unwrap().into_iter().map(to_byte).collect();
        let images = pollster::block_on(pass.next(&trainer)).unwrap();
        assert_eq!(images.pixels(), wanted);
    }

    #[test]
    fn other_runs_are_refused() {
        let few = trainer("digits-mlp", &[("examples_per_class", "1"), ("batch_size", "8")]);
        assert!(ImageScorer::new(&few).err().unwrap().to_string().contains("examples_per_class"));
        let pairs = trainer("digits-coupled", &[("examples_per_class", "4")]);
        assert!(ImageScorer::new(&pairs).is_err());
        assert!(ImageScorer::new(&trainer("mixture-1d", &[])).is_err());
    }
}
