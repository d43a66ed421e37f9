//! Networks: a sequence of layers, and apart from it the weights that the layers use.
//!
//! A [`Network`] is a plan; [`Weights`] are its numbers. Keeping them apart makes the rest of the program simple: training
//! hands `forward` a copy of the weights that is tracked, everything else one that is not, and an optimiser, a moving
//! average and a checkpoint each see a flat list. Every weight is a matrix (`Tensor<2>`), and so is every batch that
//! travels between layers: a row a sample. Convolutions take a row as channels × height × width.

pub mod activation;
pub mod autoencoder;
pub mod batch_norm;
pub mod branch;
pub mod convolution;
pub mod dcgan;
pub mod dirac;
pub mod dropout;
mod layer;
pub mod linear;
pub mod minibatch;
pub mod mlp;
pub mod pairs;
pub mod point;
pub mod sample_norm;

use burn::tensor::{Device, Tensor, TensorData};

use self::batch_norm::BatchNorm;
pub use self::layer::{Init, Layer, Slot};
use self::layer::{Numbers, Training};
use self::linear::Linear;
use self::minibatch::{MinibatchDiscrimination, MinibatchStddev};
use self::sample_norm::SampleNorm;
use crate::experiment::{Activation, Architecture, Experiment, Normalization, Objective};
use crate::rng::Rng;

/// The way back through a map at one of its inputs: the transpose of its Jacobian, from cotangents `[n, out]` to `[n, in]`.
///
/// burn differentiates once. Whoever needs the gradient *of a gradient*, a penalty on the slope of the discriminator, say, has
/// to write the inner one in forward operations; and every layer here can: it gives its output and this closure, made of the
/// same operations, through which burn then differentiates as through any others. It is exact.
pub type PullBack = Box<dyn FnOnce(Tensor<2>) -> Tensor<2>>;

/// Numbers that a kernel of minibatch discrimination compares, as in the code of Salimans et al.
const KERNEL_DIM: usize = 5;

/// A network's plan.
#[derive(Clone, Debug)]
pub struct Network {
    layers: Vec<Layer>,
}

/// A network's numbers, in the order of its layers.
#[derive(Clone, Debug)]
pub struct Weights {
    /// What gradients move.
    pub trained: Vec<Tensor<2>>,
    /// Running means of what layers see of a batch.
    pub statistics: Vec<Tensor<2>>,
}

/// What a training pass gives.
pub struct Pass {
    /// A row a sample.
    pub output: Tensor<2>,
    /// What the last layer made it from.
    pub features: Tensor<2>,
    /// The statistics that this batch leaves behind, untracked.
    pub statistics: Vec<Tensor<2>>,
}

impl Network {
    /// The network of these layers.
    #[must_use]
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// The experiment's generator: rows of `generator_inputs` numbers to samples `[n, judged_dim]`; of an autoencoder, images to
    /// codes and reconstructions.
    #[must_use]
    pub fn generator(experiment: &Experiment) -> Self {
        match experiment.architecture {
            Architecture::Mlp => mlp::generator(experiment),
            Architecture::Dcgan => dcgan::generator(experiment),
            Architecture::Dirac => dirac::generator(),
            Architecture::Autoencoder => autoencoder::generator(experiment),
            Architecture::Stacked => pairs::stacked_generator(experiment),
            Architecture::Coupled => pairs::coupled_generator(experiment),
        }
    }

    /// The experiment's discriminator: rows of `discriminator_inputs` numbers to logits, of which a higher one means more
    /// real, and to class logits where it has them; or, under BEGAN, to reconstructions.
    #[must_use]
    pub fn discriminator(experiment: &Experiment) -> Self {
        let reconstructs = experiment.objective == Objective::Began;
        match (experiment.architecture, reconstructs) {
            (Architecture::Mlp, false) | (Architecture::Autoencoder, _) => mlp::discriminator(experiment),
            (Architecture::Mlp, true) => mlp::autoencoder(experiment),
            (Architecture::Dcgan, false) => dcgan::discriminator(experiment),
            (Architecture::Dcgan, true) => dcgan::autoencoder(experiment),
            (Architecture::Dirac, _) => dirac::discriminator(),
            (Architecture::Stacked, _) => pairs::stacked_discriminator(experiment),
            (Architecture::Coupled, _) => pairs::coupled_discriminator(experiment),
        }
    }

    /// What turns latents into samples, with its numbers: the generator itself, or the decoder at the end of an autoencoder.
    #[must_use]
    pub fn sampler(experiment: &Experiment, generator: &Self, weights: &Weights) -> (Self, Weights) {
        let decoder = match generator.layers.last() {
            Some(Layer::Fork(fork)) if experiment.architecture == Architecture::Autoencoder => fork.last(),
            _ => None,
        };
        let Some(decoder) = decoder else {
            return (generator.clone(), weights.clone());
        };
        let last = |all: &[Tensor<2>], count: usize| all[all.len() - count..].to_vec();
        let weights = Weights {
            trained: last(&weights.trained, decoder.trained_slots().len()),
            statistics: last(&weights.statistics, decoder.statistics_slots().len()),
        };
        (decoder.clone(), weights)
    }

    /// Names and shapes of what gradients move, such as `0.weight`.
    #[must_use]
    pub fn trained_slots(&self) -> Vec<(String, Slot)> {
        self.slots(Layer::weights)
    }

    /// Names and shapes of the running statistics.
    #[must_use]
    pub fn statistics_slots(&self) -> Vec<(String, Slot)> {
        self.slots(Layer::statistics)
    }

    fn slots(&self, of: impl Fn(&Layer) -> Vec<(String, Slot)>) -> Vec<(String, Slot)> {
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(i, layer)| {
                let slots = of(layer).into_iter();
                slots.map(move |(name, slot)| (format!("{i}.{name}"), slot))
            })
            .collect()
    }

    /// How many numbers gradients move.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.trained_slots().iter().map(|(_, slot)| slot.shape[0] * slot.shape[1]).sum()
    }

    /// Whether a sample's output depends on its batch-mates while training.
    #[must_use]
    pub fn mixes_samples(&self) -> bool {
        self.layers.iter().any(Layer::mixes_samples)
    }

    /// Fresh weights on `device`, drawn from `rng` in the order of the layers.
    #[must_use]
    pub fn init(&self, rng: &mut Rng, device: &Device) -> Weights {
        let mut draw = |slots: Vec<(String, Slot)>| {
            slots
                .into_iter()
                .map(|(_, slot)| {
                    let n = slot.shape[0] * slot.shape[1];
                    let values = (0..n)
                        .map(|_| match slot.init {
                            Init::Uniform(bound) => rng.range(-bound, bound),
                            Init::Normal(mean, std) => mean + std * rng.normal(),
                            Init::Constant(value) => value,
                        })
                        .collect();
                    matrix(values, slot.shape, device)
                })
                .collect()
        };
        Weights { trained: draw(self.trained_slots()), statistics: draw(self.statistics_slots()) }
    }

    /// The network at rest: running statistics, no dropout, every sample by itself. Rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn sample(&self, weights: &Weights, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut weights.numbers())
    }

    /// The network in training: batch statistics, and dropout masks from `rng`. Rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn train(&self, weights: &Weights, input: Tensor<2>, rng: &mut Rng) -> Pass {
        let mut numbers = weights.numbers();
        let mut training = Training { rng, statistics: Vec::new() };
        let (last, body) = match self.layers.split_last() {
            Some((last, body)) => (std::slice::from_ref(last), body),
            None => (&[][..], &[][..]),
        };
        let mut run = |layers: &[Layer], x| {
            let mut step = |x, layer: &Layer| layer.train(x, &mut numbers, &mut training);
            layers.iter().fold(x, &mut step)
        };
        let features = run(body, input);
        Pass { output: run(last, features.clone()), features, statistics: training.statistics }
    }

    /// The network at rest, and the way back through it: rows `[n, in]` to rows `[n, out]`, and cotangents the other way.
    #[must_use]
    pub fn linearize(&self, weights: &Weights, input: Tensor<2>) -> (Tensor<2>, PullBack) {
        self.run_linearized(input, &mut weights.numbers())
    }

    fn run(&self, input: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let layers = self.layers.iter();
        layers.fold(input, |x, layer| layer.rest(x, numbers))
    }

    fn run_training(&self, input: Tensor<2>, numbers: &mut Numbers, training: &mut Training) -> Tensor<2> {
        let layers = self.layers.iter();
        layers.fold(input, |x, layer| layer.train(x, numbers, training))
    }

    fn run_linearized(&self, input: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let mut back = Vec::with_capacity(self.layers.len());
        let mut x = input;
        for layer in &self.layers {
            let (y, pull) = layer.linearize(x, numbers);
            back.push(pull);
            x = y;
        }
        let back = move |g| back.into_iter().rev().fold(g, |g, pull| pull(g));
        (x, Box::new(back))
    }
}

/// The normalisation that stands after a layer of `channels` × `positions` numbers, if one does.
fn norm(kind: Normalization, channels: usize, positions: usize) -> Option<Layer> {
    let each = |apart| Layer::SampleNorm(SampleNorm { channels, positions, apart });
    match kind {
        Normalization::None => None,
        Normalization::Batch => Some(Layer::BatchNorm(BatchNorm { channels, positions })),
        Normalization::Layer => Some(each(false)),
        Normalization::Instance => Some(each(true)),
    }
}

/// From −1 … 1 to 0 … 2, in which BEGAN's networks work on images: they reproduce what lies near 0 from the start, as all that they have
/// not learnt yet, and the generator settles on what is reproduced. That should be a black image, which is close to a digit,
/// and not a grey one.
const BLACK_IS_ZERO: Layer = Layer::Shift(1.0);

/// How a network ends that gives images in [-1, 1]: in tanh, or with BEGAN in nothing but the way back to −1 for black. There, as in
/// Berthelot et al. 2017, no tanh holds fast what once has come to its ends.
fn image_output(experiment: &Experiment) -> Layer {
    match experiment.objective {
        Objective::Began => Layer::Shift(-1.0),
        _ => Layer::Activation(Activation::Tanh),
    }
}

/// How a discriminator ends: what it can tell of the batch, then its logits.
fn head(e: &Experiment, width: usize, linear: fn(usize, usize) -> Linear) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut width = width;
    if e.minibatch_discrimination > 0 {
        layers.push(Layer::MinibatchDiscrimination(MinibatchDiscrimination {
            inputs: width,
            kernels: e.minibatch_discrimination,
            dim: KERNEL_DIM,
        }));
        width += e.minibatch_discrimination;
    }
    if e.minibatch_stddev {
        layers.push(Layer::MinibatchStddev(MinibatchStddev));
        width += 1;
    }
    layers.push(Layer::Linear(linear(width, e.discriminator_outputs())));
    layers
}

impl Weights {
    fn numbers(&self) -> Numbers<'_> {
        Numbers { trained: self.trained.iter(), statistics: self.statistics.iter() }
    }

    /// The same numbers as leaves of a new graph: gradients are kept for what is trained.
    #[must_use]
    pub fn tracked(&self) -> Self {
        Self {
            trained: self.trained.iter().map(|w| w.clone().autodiff().require_grad()).collect(),
            statistics: self.statistics.clone(),
        }
    }

    /// The same numbers without a graph.
    #[must_use]
    pub fn untracked(&self) -> Self {
        Self { trained: self.trained.iter().cloned().map(untracked).collect(), statistics: self.statistics.clone() }
    }

    /// The same numbers as constants of a graph: gradients pass through, none are kept.
    #[must_use]
    pub fn frozen(&self) -> Self {
        Self {
            trained: self.trained.iter().map(|w| w.clone().autodiff()).collect(),
            statistics: self.statistics.clone(),
        }
    }
}

/// A matrix on `device` from host numbers, row by row.
#[must_use]
pub fn matrix(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The same numbers without a graph, on the device without one.
#[must_use]
pub fn untracked<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { tensor.inner() } else { tensor }
}

/// A constant without a graph, made fit to be combined with `tensor`.
#[must_use]
pub fn constant_beside<const D: usize>(tensor: &Tensor<2>, constant: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { constant.autodiff() } else { constant }
}

/// Host numbers as a constant that is fit to be combined with `tensor`.
#[must_use]
pub fn beside(tensor: &Tensor<2>, values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
    let device = tensor.device();
    let device = if device.is_autodiff() { device.inner() } else { device };
    constant_beside(tensor, matrix(values, shape, &device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn began_starts_from_black_images_which_it_reproduces() {
        for (preset, data) in [("digits-mlp", 784), ("mnist-dcgan", 784), ("ring", 2)] {
            let mut e = Experiment::preset(preset).unwrap();
            e.objective = Objective::Began;
            e.base_channels = 4;
            e.discriminator_norm = Normalization::None;
            let (device, mut rng) = (Device::flex(), Rng::new(1, crate::rng::Stream::Init));
            let mean = |x: Tensor<2>| x.abs().mean().try_into_scalar::<f32>().unwrap();
            let black = if e.has_images() { -1.0 } else { 0.0 };

            let generator = Network::generator(&e);
            let latents = Tensor::zeros([2, e.generator_inputs()], &device);
            let fakes = generator.sample(&generator.init(&mut rng, &device), latents);
            assert_eq!(fakes.dims(), [2, data]);
            assert!(mean(fakes - black) < 0.3, "{preset}");

            let autoencoder = Network::discriminator(&e);
            let weights = autoencoder.init(&mut rng, &device);
            let images = Tensor::full([2, data], black, &device);
            let (again, pull) = autoencoder.linearize(&weights, images);
            let off = mean(again.clone() - black);
            assert!(off < if e.has_images() { 0.1 } else { 0.3 }, "{preset}: {off}");
            assert_eq!(pull(again.zeros_like()).dims(), [2, data]);
        }
    }
}
