//! The parts of a snapshot that depend on the kind of data.

use std::cell::RefCell;

use burn::tensor::Tensor;

use super::lattice::Lattice;
use super::phase::Portrait;
use super::picture::{Gallery, Line, Picture, Plane};
use super::theory::{self, Value};
use super::{METRIC_SAMPLES, sigmoid};
use crate::data::images::to_byte;
use crate::data::mixture::Mixture;
use crate::data::{DataLoader, TrainingData, views};
use crate::experiment::{Conditional, Experiment};
use crate::latent::pad;
use crate::metrics::wasserstein::W1;
use crate::metrics::{Evaluator, Metric, density};
use crate::rng::{Rng, Stream};
use crate::tensor::matrix;
use crate::trainer::{StepReport, Trainer};

/// Points along the axis of a [`Line`].
const LINE_POINTS: usize = 256;
/// Cells on each side of a [`Plane`]'s lattice.
const PLANE_CELLS: usize = 48;
/// Dots of each colour that are drawn.
const DOTS: usize = 1000;
/// Generated samples at which the discriminator's slope is taken.
const GRADIENTS: usize = 80;
/// The best discriminator is shown where the densities' sum is at least this share of its largest.
const VISIBLE: f32 = 0.02;

pub(super) enum Scene {
    Line(Box<Field>),
    Plane(Box<Field>),
    Phase { evaluator: Box<Evaluator>, portrait: Box<RefCell<Portrait>> },
    Points { evaluator: Box<Evaluator> },
    Gallery { size: usize, channels: usize, count: usize, views: usize, classes: Vec<u8>, real: Vec<u8> },
}

/// A mixture that is drawn, on a line or in the plane, with D at equally spaced points.
pub(super) struct Field {
    evaluator: Evaluator,
    low: f32,
    high: f32,
    mixture: Mixture,
    /// The target's density at the points; in the plane blurred, as the lattice's is.
    density: Vec<f32>,
    /// Some real samples.
    real: Vec<f32>,
    points: Points,
    /// The classes that the first generated samples were asked to be of.
    asked: Vec<u8>,
}

/// Points at which the discriminator is evaluated.
struct Points {
    /// Where the discriminator judges several samples together, each place is followed by real samples to go with it.
    samples: Tensor<2>,
    /// The class of the component nearest to each place.
    labels: Vec<u8>,
}

impl Points {
    fn new(places: Vec<f32>, mixture: &Mixture, trainer: &Trainer) -> Self {
        let e = trainer.experiment();
        let dim = mixture.dim();
        let mut rng = Rng::new(e.seed, Stream::Metrics);
        let mut samples = Vec::new();
        let mut labels = Vec::new();
        for place in places.chunks_exact(dim) {
            let mates = mixture.sample(e.pack - 1, &mut rng);
            samples.extend_from_slice(place);
            labels.push(mixture.nearest(place).0 as u8);
            samples.extend(mates.values);
            labels.extend(mates.labels);
        }
        Self { samples: matrix(samples, [labels.len(), dim], trainer.device()), labels }
    }
}

impl Scene {
    /// The scene of an experiment, with `count` samples.
    pub(super) fn of(trainer: &Trainer, count: usize) -> Self {
        let e = trainer.experiment();
        match trainer.data() {
            TrainingData::Images(source) => {
                let real = DataLoader::new(TrainingData::Images(source.clone()), e.seed).next_batch(count);
                let real = views::all(e, real.values);
                Self::Gallery {
                    size: e.image_size,
                    channels: e.channels,
                    count: count * e.views(),
                    views: e.views(),
                    classes: asked(e, count),
                    real: real.into_iter().map(to_byte).collect(),
                }
            }
            TrainingData::Mixture(mixture) => Self::of_mixture(mixture, mixture.bounds(), trainer),
        }
    }

    /// The scene after a change of settings. The picture of a moved mixture keeps its axes as long as it fits, so that
    /// it can be moved by hand.
    pub(super) fn revise(&mut self, trainer: &Trainer, count: usize) {
        match (&mut *self, trainer.data()) {
            (Self::Phase { evaluator, portrait }, TrainingData::Mixture(mixture)) => {
                **evaluator = Evaluator::new(mixture, METRIC_SAMPLES);
                portrait.borrow_mut().revise(trainer);
            }
            (Self::Line(field) | Self::Plane(field), TrainingData::Mixture(mixture)) => {
                let (low, high) = mixture.bounds();
                let bounds = (low.min(field.low), high.max(field.high));
                *self = Self::of_mixture(mixture, bounds, trainer);
            }
            _ => *self = Self::of(trainer, count),
        }
    }

    fn of_mixture(mixture: &Mixture, bounds: (f32, f32), trainer: &Trainer) -> Self {
        let evaluator = Evaluator::new(mixture, METRIC_SAMPLES);
        if let Some(portrait) = Portrait::of(trainer) {
            return Self::Phase { evaluator: Box::new(evaluator), portrait: Box::new(RefCell::new(portrait)) };
        }
        let (low, high) = bounds;
        let lattice = Lattice {
            low,
            high,
            cells: match mixture.dim() {
                1 => LINE_POINTS,
                2 => PLANE_CELLS,
                _ => {
                    return Self::Points { evaluator: Box::new(evaluator) };
                }
            },
        };
        let e = trainer.experiment();
        let field = |density, real, places| {
            Box::new(Field {
                mixture: mixture.clone(),
                evaluator,
                low,
                high,
                density,
                real,
                points: Points::new(places, mixture, trainer),
                asked: asked(e, METRIC_SAMPLES),
            })
        };
        if mixture.dim() == 1 {
            let axis = lattice.axis();
            let density = axis.iter().map(|&x| mixture.density(&[x]) as f32);
            Self::Line(field(density.collect(), Vec::new(), axis))
        } else {
            let dots = mixture.sample(DOTS, &mut Rng::new(e.seed, Stream::Metrics));
            Self::Plane(field(lattice.real(mixture, 0.0), dots.values, lattice.points()))
        }
    }

    pub(super) fn train(&self, trainer: &mut Trainer, n: usize) -> StepReport {
        if !matches!(self, Self::Phase { .. }) {
            return trainer.steps(n);
        }
        let step = |_| {
            let report = trainer.step();
            self.follow(trainer);
            report
        };
        (0..n).map(step).last().expect("at least one step")
    }

    /// The trail of a Dirac-GAN goes on to where its networks are.
    pub(super) fn follow(&self, trainer: &Trainer) {
        if let Self::Phase { portrait, .. } = self {
            portrait.borrow_mut().follow(trainer);
        }
    }

    /// Tensors to read in addition to the samples.
    pub(super) fn ask(&self, trainer: &Trainer, samples: &Tensor<2>) -> Vec<Tensor<2>> {
        match self {
            Self::Line(field) | Self::Plane(field) => {
                let points = &field.points;
                let pulled = GRADIENTS.next_multiple_of(trainer.experiment().pack);
                let labels = field.asked.get(..pulled).unwrap_or_default();
                let pulled = samples.clone().narrow(0, 0, pulled);
                vec![trainer.logits(points.samples.clone(), &points.labels), trainer.logit_gradients(pulled, labels)]
            }
            Self::Phase { portrait, .. } => portrait.borrow_mut().unread(trainer).into(),
            Self::Points { .. } | Self::Gallery { .. } => Vec::new(),
        }
    }

    /// The metrics and the picture, from the samples and the values read. `scored` are the samples that the metrics and
    /// the value are of, where they are others. `noise` is the deviation of the noise that is added to all samples before
    /// the discriminator.
    pub(super) fn picture(
        &self,
        e: &Experiment,
        answers: Vec<Vec<f32>>,
        scored: Option<&[f32]>,
        noise: f32,
    ) -> (Vec<Metric>, Option<Picture>, Option<Value>) {
        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        let samples = next();
        match self {
            Self::Line(field) => {
                let metrics = field.evaluator.evaluate(scored.unwrap_or(&samples));
                let (line, value) = field.line(e, samples, [next(), next()], scored, noise);
                (metrics, Some(Picture::Line(line)), value)
            }
            Self::Plane(field) => {
                let metrics = field.evaluator.evaluate(scored.unwrap_or(&samples));
                let plane = field.plane(e, samples, [next(), next()], noise);
                (metrics, Some(Picture::Plane(plane)), None)
            }
            Self::Phase { evaluator, portrait } => {
                let mut metrics = evaluator.evaluate(scored.unwrap_or(&samples));
                // A point has no shape and no modes: how far off it lies is all there is.
                metrics.retain(|metric| metric.quantity == W1);
                let phase = portrait.borrow_mut().picture(next(), &next());
                (metrics, Some(Picture::Phase(phase)), None)
            }
            Self::Points { evaluator } => (evaluator.evaluate(scored.unwrap_or(&samples)), None, None),
            Self::Gallery { size, channels, count, views, classes, real } => {
                let gallery = Gallery {
                    size: *size,
                    channels: *channels,
                    count: *count,
                    views: *views,
                    generated: samples.into_iter().map(to_byte).collect(),
                    classes: classes.clone(),
                    real: real.clone(),
                    interpolation: Vec::new(),
                    arithmetic: Vec::new(),
                    pad: Vec::new(),
                    pad_keeps_norm: pad::keeps_norm(e.prior, e.latent_dim),
                };
                (Vec::new(), Some(Picture::Gallery(gallery)), None)
            }
        }
    }
}

impl Field {
    fn line(
        &self,
        e: &Experiment,
        mut samples: Vec<f32>,
        [logits, gradients]: [Vec<f32>; 2],
        scored: Option<&[f32]>,
        noise: f32,
    ) -> (Line, Option<Value>) {
        let width = (self.high - self.low) / (LINE_POINTS - 1) as f32;
        let bandwidth = density::bandwidth(self.low, self.high);
        // Both through one kernel, of the estimate and of the noise: equal densities stay equal. Noise goes beyond the
        // picture, where D is taken to be as at its end.
        let blur = bandwidth.hypot(noise);
        let more = (4.0 * noise / width).ceil() as usize;
        let beyond = more as f32 * width;
        let axis = Lattice { low: self.low - beyond, high: self.high + beyond, cells: LINE_POINTS + 2 * more };
        let seen = self.mixture.clone().blurred(blur);
        let real: Vec<f32> = axis.axis().iter().map(|&x| seen.density(&[x]) as f32).collect();
        let estimate = |samples: &[f32]| density::estimate(samples, axis.low, axis.high, axis.cells, blur);
        let fake = estimate(&samples);
        let end = |logit: Option<&f32>| vec![logit.copied().unwrap_or_default(); more];
        let outer = [end(logits.first()), logits.clone(), end(logits.last())].concat();
        let value = theory::value(e, &real, scored.map(estimate).as_ref().unwrap_or(&fake), &outer, width);
        let optimal = theory::optimal_on_line(e, &real, &fake, &outer, width);
        let optimal = optimal.into_iter().skip(more).take(LINE_POINTS).collect();
        let generated = density::estimate(&samples, self.low, self.high, LINE_POINTS, bandwidth);
        samples.truncate(DOTS);
        let line = Line {
            low: self.low,
            high: self.high,
            real: self.density.clone(),
            scale: theory::scale(e),
            optimal,
            discriminator: outputs(e, logits),
            generated,
            samples,
            gradients,
            map: None,
        };
        (line, value)
    }

    fn plane(&self, e: &Experiment, mut samples: Vec<f32>, [logits, gradients]: [Vec<f32>; 2], noise: f32) -> Plane {
        let lattice = Lattice { low: self.low, high: self.high, cells: PLANE_CELLS };
        let real = if noise > 0.0 { &lattice.real(&self.mixture, noise) } else { &self.density };
        let fake = lattice.generated(&samples, noise);
        let sums = real.iter().zip(&fake).map(|(p, q)| p + q);
        let faint = VISIBLE * sums.clone().fold(0.0, f32::max);
        let mut optimal = theory::optimal(e, real, &fake);
        for (best, sum) in optimal.iter_mut().zip(sums) {
            if sum < faint {
                *best = f32::NAN;
            }
        }
        samples.truncate(2 * DOTS);
        Plane {
            low: self.low,
            high: self.high,
            real: self.real.clone(),
            generated: samples,
            gradients,
            cells: PLANE_CELLS,
            scale: theory::scale(e),
            discriminator: outputs(e, logits),
            optimal,
            map: None,
        }
    }
}

/// The discriminator's outputs, from its logits.
pub(super) fn outputs(e: &Experiment, logits: Vec<f32>) -> Vec<f32> {
    if theory::scale(e).probability { logits.into_iter().map(sigmoid).collect() } else { logits }
}

/// The classes of the samples; none where the generator is not conditioned.
fn asked(e: &Experiment, count: usize) -> Vec<u8> {
    match e.conditional {
        Conditional::None => Vec::new(),
        Conditional::Label | Conditional::Acgan => e.fixed_labels(count, e.seed),
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::LN_2;

    use super::*;
    use crate::trainer::tests::trainer;

    /// The picture of these samples, with an undecided D, and its value.
    fn line(mixture: &str, samples: Vec<f32>, noise: f32) -> (Line, Value) {
        let t = trainer("mixture-1d", &[("mixture", mixture)]);
        let answers = vec![samples, vec![0.0; LINE_POINTS], Vec::new()];
        match Scene::of(&t, 0).picture(t.experiment(), answers, None, noise) {
            (_, Some(Picture::Line(line)), Some(value)) => (line, value),
            _ => panic!("a line with a value"),
        }
    }

    #[test]
    fn a_perfect_sampler_has_the_lowest_ceiling_however_narrow_the_target() {
        let text = "[{ mean = [-2.0], std = 0.05 }, { mean = [1.0], std = 0.05 }]";
        let t = trainer("mixture-1d", &[("mixture", text)]);
        let samples = t.data().mixture().unwrap().sample(50_000, &mut Rng::new(0, Stream::Metrics)).values;
        for noise in [0.0, 0.4] {
            let (_, value) = line(text, samples.clone(), noise);
            assert!((value.reached + 2.0 * LN_2).abs() < 0.01, "{noise}: {value:?}");
            assert!((value.ceiling.unwrap() + 2.0 * LN_2).abs() < 0.01, "{noise}: {value:?}");
        }
    }

    #[test]
    fn the_optimal_discriminator_sees_the_noise() {
        // Between two normals a distance of 1 apart the log ratio is (1 − 2x) / 2s², with s² of what D sees.
        let samples: Vec<f32> = Rng::new(0, Stream::Metrics).normals(50_000).iter().map(|z| 1.0 + 0.1 * z).collect();
        for noise in [0.0_f32, 0.5] {
            let (line, _) = line("[{ mean = [0.0], std = 0.1 }]", samples.clone(), noise);
            let variance = 0.01 + density::bandwidth(line.low, line.high).powi(2) + noise * noise;
            let width = (line.high - line.low) / (LINE_POINTS - 1) as f32;
            for i in (0..LINE_POINTS).filter(|&i| (0.3..0.7).contains(&(line.low + width * i as f32))) {
                let x = line.low + width * i as f32;
                let wanted = sigmoid((1.0 - 2.0 * x) / (2.0 * variance));
                assert!((line.optimal[i] - wanted).abs() < 0.05, "{noise} {x}: {} {wanted}", line.optimal[i]);
            }
        }
    }
}
