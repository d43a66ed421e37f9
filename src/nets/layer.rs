//! [`Layer`]: one step of a network, in training, at rest, and backwards.

use std::slice::Iter;

use burn::tensor::Tensor;

use super::activation::Activation;
use super::batch_norm::BatchNorm;
use super::branch::{Each, Fork};
use super::convolution::{Conv, ConvTranspose};
use super::dropout::Dropout;
use super::linear::Linear;
use super::minibatch::{MinibatchDiscrimination, MinibatchStddev, append_typical};
use super::point::Point;
use super::sample_norm::SampleNorm;
use super::{Network, PullBack};
use crate::rng::Rng;

/// One layer's plan. What it computes stands in its own file.
#[derive(Clone, Debug)]
pub enum Layer {
    /// x W + b
    Linear(Linear),
    /// An elementwise function.
    Activation(Activation),
    /// The same added to every number.
    Shift(f32),
    /// Random zeros while training.
    Dropout(Dropout),
    /// Normalisation over the batch, channel by channel.
    BatchNorm(BatchNorm),
    /// Normalisation of each sample by itself.
    SampleNorm(SampleNorm),
    /// A strided convolution.
    Conv(Conv),
    /// Its transpose.
    ConvTranspose(ConvTranspose),
    /// How near a sample is to its batch-mates.
    MinibatchDiscrimination(MinibatchDiscrimination),
    /// How much a batch varies.
    MinibatchStddev(MinibatchStddev),
    /// The same row always.
    Point(Point),
    /// Networks side by side.
    Fork(Fork),
    /// One network for each part of a row.
    Each(Each),
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
    /// `weight`, `bias`, `gain`, `mean`, `variance` …
    pub role: &'static str,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// How it starts.
    pub init: Init,
}

/// A network's numbers, dealt to its layers one after another.
pub(super) struct Numbers<'a> {
    pub trained: Iter<'a, Tensor<2>>,
    pub statistics: Iter<'a, Tensor<2>>,
}

/// What only training needs: masks, and room for the statistics that a batch leaves behind.
pub(super) struct Training<'a> {
    pub rng: &'a mut Rng,
    pub statistics: Vec<Tensor<2>>,
}

impl Numbers<'_> {
    /// The next matrix that gradients move.
    pub fn next(&mut self) -> Tensor<2> {
        self.trained.next().expect("weights fit the network").clone()
    }

    /// The next running statistic.
    pub fn running(&mut self) -> Tensor<2> {
        self.statistics.next().expect("statistics fit the network").clone()
    }
}

impl Layer {
    /// Names and shapes of the matrices that gradients move.
    pub(super) fn weights(&self) -> Vec<(String, Slot)> {
        named(match self {
            Self::Linear(layer) => layer.weights(),
            Self::BatchNorm(layer) => layer.weights(),
            Self::SampleNorm(layer) => layer.weights(),
            Self::Conv(layer) => layer.weights(),
            Self::ConvTranspose(layer) => layer.weights(),
            Self::MinibatchDiscrimination(layer) => layer.weights(),
            Self::Point(layer) => layer.weights(),
            Self::Activation(_) | Self::Shift(_) | Self::Dropout(_) | Self::MinibatchStddev(_) => Vec::new(),
            Self::Fork(layer) => return layer.slots(Network::trained_slots),
            Self::Each(layer) => return layer.network.trained_slots(),
        })
    }

    /// Names and shapes of the matrices that move with the batches seen, not with gradients.
    pub(super) fn statistics(&self) -> Vec<(String, Slot)> {
        named(match self {
            Self::BatchNorm(layer) => layer.statistics(),
            Self::MinibatchDiscrimination(layer) => layer.statistics(),
            Self::MinibatchStddev(_) => MinibatchStddev::statistics(),
            Self::Fork(layer) => return layer.slots(Network::statistics_slots),
            Self::Each(layer) => return layer.network.statistics_slots(),
            _ => Vec::new(),
        })
    }

    /// Whether a sample's output depends on its batch-mates while training.
    pub(super) fn mixes_samples(&self) -> bool {
        match self {
            Self::BatchNorm(_) | Self::MinibatchDiscrimination(_) | Self::MinibatchStddev(_) => true,
            Self::Fork(layer) => layer.branches.iter().any(|(_, branch)| branch.mixes_samples()),
            Self::Each(layer) => layer.network.mixes_samples(),
            _ => false,
        }
    }

    /// In training: statistics of this batch, random masks.
    pub(super) fn train(&self, x: Tensor<2>, numbers: &mut Numbers, training: &mut Training) -> Tensor<2> {
        match self {
            Self::Dropout(layer) => layer.train(x, training.rng),
            Self::BatchNorm(layer) => layer.train(x, numbers, &mut training.statistics),
            Self::MinibatchDiscrimination(layer) => layer.train(x, numbers, &mut training.statistics),
            Self::MinibatchStddev(_) => MinibatchStddev::train(x, numbers, &mut training.statistics),
            Self::Fork(layer) => layer.train(x, numbers, training),
            Self::Each(layer) => layer.train(x, numbers, training),
            _ => self.rest(x, numbers),
        }
    }

    /// At rest: running statistics, no masks, and each sample by itself.
    pub(super) fn rest(&self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        match self {
            Self::Linear(layer) => layer.forward(x, numbers),
            Self::Activation(function) => function.apply(x),
            Self::Shift(by) => x + *by,
            Self::Dropout(_) => x,
            Self::BatchNorm(layer) => layer.rest(x, numbers),
            Self::SampleNorm(layer) => layer.forward(x, numbers),
            Self::Conv(layer) => layer.forward(x, numbers),
            Self::ConvTranspose(layer) => layer.forward(x, numbers),
            Self::MinibatchDiscrimination(_) => MinibatchDiscrimination::rest(x, numbers),
            Self::MinibatchStddev(_) => append_typical(x, numbers),
            Self::Point(layer) => layer.forward(x, numbers),
            Self::Fork(layer) => layer.rest(x, numbers),
            Self::Each(layer) => layer.rest(x, numbers),
        }
    }

    /// At rest, with the way back.
    pub(super) fn linearize(&self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        match self {
            Self::Linear(layer) => layer.linearize(x, numbers),
            Self::Activation(function) => function.linearize(x),
            Self::Shift(by) => (x + *by, Box::new(|g| g)),
            Self::Dropout(_) => (x, Box::new(|g| g)),
            Self::BatchNorm(layer) => layer.linearize(x, numbers),
            Self::SampleNorm(layer) => layer.linearize(x, numbers),
            Self::Conv(layer) => layer.linearize(x, numbers),
            Self::ConvTranspose(layer) => layer.linearize(x, numbers),
            Self::MinibatchDiscrimination(_) => MinibatchDiscrimination::linearize(x, numbers),
            Self::MinibatchStddev(_) => MinibatchStddev::linearize(x, numbers),
            Self::Point(layer) => layer.linearize(x, numbers),
            Self::Fork(layer) => layer.linearize(x, numbers),
            Self::Each(layer) => layer.linearize(x, numbers),
        }
    }
}

fn named(slots: Vec<Slot>) -> Vec<(String, Slot)> {
    slots.into_iter().map(|slot| (slot.role.to_owned(), slot)).collect()
}
