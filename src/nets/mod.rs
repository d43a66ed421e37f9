//! Networks: a sequence of layers, and apart from it the weights that the layers use.
//!
//! A [`Network`] is a plan; [`Weights`] are its numbers. Keeping them apart makes the rest of the program simple: training
//! hands `forward` a copy of the weights that is tracked, everything else one that is not, and an optimiser, a moving
//! average and a checkpoint each see a flat list. Every weight is a matrix (`Tensor<2>`), and so is every batch that
//! travels between layers: a row a sample. Convolutions take a row as channels × height × width.

pub mod activation;
pub mod batch_norm;
pub mod convolution;
pub mod dcgan;
pub mod dropout;
pub mod linear;
pub mod mlp;

use burn::tensor::{Device, Tensor, TensorData};

use crate::experiment::{Architecture, Experiment};
use crate::rng::Rng;
use activation::Function;
use batch_norm::BatchNorm;
use convolution::{Conv, ConvTranspose};
use dropout::Dropout;
use linear::Linear;

/// One layer's plan. What it computes stands in its own file.
#[derive(Clone, Debug)]
pub enum Layer {
    /// x W + b
    Linear(Linear),
    /// An elementwise function.
    Activation(Function),
    /// Random zeros while training.
    Dropout(Dropout),
    /// Normalisation over the batch, channel by channel.
    BatchNorm(BatchNorm),
    /// A strided convolution.
    Conv(Conv),
    /// Its transpose.
    ConvTranspose(ConvTranspose),
}

/// How a weight matrix starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±bound.
    Uniform(f32),
    /// Normal with this mean and standard deviation.
    Normal(f32, f32),
    /// The same everywhere.
    Constant(f32),
}

/// A weight matrix that a layer needs: its role, its rows and columns, and how it starts.
#[derive(Clone, Debug)]
pub struct Slot {
    /// `weight`, `bias`, `gain`, `mean` or `variance`.
    pub role: &'static str,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// How it starts.
    pub init: Init,
}

impl Layer {
    /// The matrices that gradients move.
    fn weights(&self) -> Vec<Slot> {
        match self {
            Self::Linear(layer) => layer.weights(),
            Self::BatchNorm(layer) => layer.weights(),
            Self::Conv(layer) => layer.weights(),
            Self::ConvTranspose(layer) => layer.weights(),
            Self::Activation(_) | Self::Dropout(_) => Vec::new(),
        }
    }

    /// The matrices that move with the batches seen, not with gradients.
    fn statistics(&self) -> Vec<Slot> {
        match self {
            Self::BatchNorm(layer) => layer.statistics(),
            _ => Vec::new(),
        }
    }
}

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
    /// Running means and variances of [`BatchNorm`].
    pub statistics: Vec<Tensor<2>>,
}

/// What a training pass gives.
pub struct Pass {
    /// A row a sample.
    pub output: Tensor<2>,
    /// The statistics that this batch leaves behind, untracked.
    pub statistics: Vec<Tensor<2>>,
}

impl Network {
    /// The network of these layers.
    #[must_use]
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// The experiment's generator: latents `[n, latent_dim]` to samples `[n, data_dim]`.
    #[must_use]
    pub fn generator(experiment: &Experiment) -> Self {
        match experiment.architecture {
            Architecture::Mlp => mlp::generator(experiment),
            Architecture::Dcgan => dcgan::generator(experiment),
        }
    }

    /// The experiment's discriminator: samples `[n, data_dim]` to logits `[n, 1]`; higher means more real.
    #[must_use]
    pub fn discriminator(experiment: &Experiment) -> Self {
        match experiment.architecture {
            Architecture::Mlp => mlp::discriminator(experiment),
            Architecture::Dcgan => dcgan::discriminator(experiment),
        }
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

    fn slots(&self, of: impl Fn(&Layer) -> Vec<Slot>) -> Vec<(String, Slot)> {
        self.layers
            .iter()
            .enumerate()
            .flat_map(|(i, layer)| {
                of(layer)
                    .into_iter()
                    .map(move |slot| (format!("{i}.{}", slot.role), slot))
            })
            .collect()
    }

    /// How many numbers gradients move.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.trained_slots()
            .iter()
            .map(|(_, slot)| slot.shape[0] * slot.shape[1])
            .sum()
    }

    /// Whether a sample's output depends on its batch-mates while training.
    #[must_use]
    pub fn mixes_samples(&self) -> bool {
        self.layers
            .iter()
            .any(|layer| matches!(layer, Layer::BatchNorm(_)))
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
        Weights {
            trained: draw(self.trained_slots()),
            statistics: draw(self.statistics_slots()),
        }
    }

    /// The network at rest: running statistics, no dropout. Rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn sample(&self, weights: &Weights, input: Tensor<2>) -> Tensor<2> {
        self.forward(weights, input, None).output
    }

    /// The network in training: batch statistics, and dropout masks from `rng`. Rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn train(&self, weights: &Weights, input: Tensor<2>, rng: &mut Rng) -> Pass {
        self.forward(weights, input, Some(rng))
    }

    fn forward(&self, weights: &Weights, input: Tensor<2>, mut rng: Option<&mut Rng>) -> Pass {
        let mut trained = weights.trained.iter().cloned();
        let mut old = weights.statistics.iter().cloned();
        let mut next = || trained.next().expect("weights fit the network");
        let mut statistics = Vec::with_capacity(weights.statistics.len());
        let mut x = input;
        for layer in &self.layers {
            x = match layer {
                Layer::Linear(linear) => Linear::forward(x, next(), linear.bias.then(&mut next)),
                Layer::Activation(function) => function.apply(x),
                Layer::Dropout(dropout) => match &mut rng {
                    Some(rng) => dropout.forward(x, rng),
                    None => x,
                },
                Layer::BatchNorm(norm) => {
                    let mut running = || old.next().expect("statistics fit the network");
                    let running = [running(), running()];
                    let (gain, bias) = (next(), next());
                    if rng.is_some() {
                        let (x, updated) = norm.train(x, gain, bias, running);
                        statistics.extend(updated);
                        x
                    } else {
                        norm.sample(x, gain, bias, running)
                    }
                }
                Layer::Conv(conv) => conv.forward(x, next()),
                Layer::ConvTranspose(conv) => conv.forward(x, next()),
            };
        }
        Pass {
            output: x,
            statistics,
        }
    }
}

impl Weights {
    /// The same numbers as leaves of a new graph: gradients are kept for what is trained.
    #[must_use]
    pub fn tracked(&self) -> Self {
        Self {
            trained: self
                .trained
                .iter()
                .map(|w| w.clone().autodiff().require_grad())
                .collect(),
            statistics: self.statistics.clone(),
        }
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
