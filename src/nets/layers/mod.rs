//! [`Layer`]: one step of a network, forward in training and in evaluation, and its vector–Jacobian product. One file a
//! layer.

mod activation;
mod add_scalar;
mod batch_norm;
mod conv;
mod conv_transpose;
mod dropout;
#[cfg(test)]
mod gradient_check;
mod instance_norm;
mod layer_norm;
mod learned_constant;
mod linear;
mod minibatch_discrimination;
mod minibatch_stddev;
mod parallel;
mod shared;
mod standardize;

use std::any::Any;
use std::fmt::Debug;
use std::slice;
use std::vec;

use burn::tensor::Tensor;

pub use self::activation::{Activation, NEGATIVE_SLOPE};
pub use self::add_scalar::AddScalar;
pub use self::batch_norm::BatchNorm;
pub use self::conv::Conv;
pub use self::conv_transpose::ConvTranspose;
pub use self::dropout::Dropout;
pub use self::instance_norm::InstanceNorm;
pub use self::layer_norm::LayerNorm;
pub use self::learned_constant::LearnedConstant;
pub use self::linear::Linear;
pub use self::minibatch_discrimination::MinibatchDiscrimination;
pub use self::minibatch_stddev::MinibatchStddev;
pub use self::parallel::Parallel;
pub use self::shared::Shared;
use super::cost::Cost;
use super::init::Init;
use super::precision::Precision;
use crate::rng::Rng;
use crate::tensor::HostMatrix;

/// Vector–Jacobian product of a map at one of its inputs: cotangents `[n, out]` to `[n, in]`, g ↦ gᵀJ row by row.
///
/// burn differentiates once. A term that holds the gradient *of a gradient*, such as a gradient penalty, needs the
/// inner one in forward operations; every layer here gives its output and this closure, made of differentiable
/// operations. It is exact.
pub type Vjp = Box<dyn FnOnce(Tensor<2>) -> Tensor<2>>;

/// One layer of a network: its structure, without its numbers. Batches are matrices, one sample a row.
///
/// No method has a default, so that a new layer has to answer every question.
pub trait Layer: Any + Debug + Send + Sync {
    /// Parameters, which gradients move, in the order in which `forward` and `vjp` take them.
    fn params(&self) -> Vec<ParamSpec>;

    /// Buffers: running statistics, which the batches of training move, in the order in which `forward` and `vjp` take
    /// them.
    fn buffers(&self) -> Vec<ParamSpec>;

    /// The dropout masks that `forward` takes for `rows` rows in training, in order.
    fn masks(&self, rows: usize) -> Vec<Mask>;

    /// Whether a row's output depends on the other rows in training.
    fn couples_batch(&self) -> bool;

    /// The work of a forward pass for one row of `width` numbers.
    fn cost(&self, width: usize) -> Cost;

    /// Rows `[n, in]` to rows `[n, out]`, in training or in evaluation.
    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2>;

    /// In evaluation: rows `[n, in]` to rows `[n, out]`, and the vector–Jacobian product there.
    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp);
}

/// A parameter or a buffer: its name within the network, its shape, and how it starts.
#[derive(Clone, Debug)]
pub struct ParamSpec {
    /// `weight`, `bias`, `running_mean` or `running_var`, behind the places of its layer, as in `0.weight`.
    pub name: String,
    /// Rows and columns.
    pub shape: [usize; 2],
    /// Its first numbers.
    pub init: Init,
    /// Whether it is the matrix of a linear map, which spectral normalisation divides by its norm.
    pub is_matrix: bool,
}

impl ParamSpec {
    /// The matrix of a linear map.
    pub(super) fn matrix(shape: [usize; 2], init: Init) -> Self {
        Self { name: "weight".to_owned(), shape, init, is_matrix: true }
    }

    /// A row of `columns` numbers.
    pub(super) fn row(name: &str, columns: usize, init: Init) -> Self {
        Self { name: name.to_owned(), shape: [1, columns], init, is_matrix: false }
    }

    /// The same within layer `place` of a network.
    pub(super) fn within(self, place: usize) -> Self {
        Self { name: format!("{place}.{}", self.name), ..self }
    }

    /// How many numbers it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A dropout mask to be drawn (Srivastava et al. 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// The probability of a 0, in [0, 1); the other numbers are 1 / (1 − rate).
    pub rate: f32,
}

impl Mask {
    /// Its numbers. They come from the host, so that a seed replays them on any device and a checkpoint continues them.
    #[must_use]
    pub fn draw(self, rng: &mut Rng) -> HostMatrix {
        let kept = 1.0 / (1.0 - self.rate);
        let n = self.shape[0] * self.shape[1];
        let values = (0..n).map(|_| if rng.uniform() < self.rate { 0.0 } else { kept }).collect();
        HostMatrix { values, shape: self.shape }
    }
}

/// How a network runs.
#[derive(Debug)]
pub enum Mode {
    /// Statistics of the batch, and dropout.
    Train(Training),
    /// Running statistics, no dropout, every row by itself.
    Eval,
}

/// Dropout masks, the weight of the batch in the running statistics, and a place for the buffers that it leaves.
#[derive(Debug)]
pub struct Training {
    masks: vec::IntoIter<Tensor<2>>,
    momentum: f32,
    buffers: Vec<Tensor<2>>,
}

/// Weight of the newest batch in running statistics.
const MOMENTUM: f32 = 0.1;

impl Mode {
    /// Training with these dropout masks, of the shapes and in the order of `Network::masks`.
    #[must_use]
    pub fn train(masks: Vec<Tensor<2>>) -> Self {
        Self::Train(Training { masks: masks.into_iter(), momentum: MOMENTUM, buffers: Vec::new() })
    }

    /// Training without dropout, on the batch after `batches` of them: buffers become the mean over all batches.
    #[must_use]
    pub fn measure(batches: u16) -> Self {
        let momentum = 1.0 / (f32::from(batches) + 1.0);
        Self::Train(Training { masks: Vec::new().into_iter(), momentum, buffers: Vec::new() })
    }
}

impl Training {
    /// The next dropout mask.
    ///
    /// # Panics
    /// When there are fewer masks than dropout layers.
    pub(super) fn mask(&mut self) -> Tensor<2> {
        self.masks.next().expect("a mask for every dropout layer")
    }

    /// Keeps the next buffer's new value: the running mean of the old one and the batch's.
    pub(super) fn leave(&mut self, old: Tensor<2>, of_batch: Tensor<2>) {
        self.buffers.push(old * (1.0 - self.momentum) + of_batch * self.momentum);
    }

    /// The buffers after the batch, in the order of the layers.
    pub(super) fn into_buffers(self) -> Vec<Tensor<2>> {
        self.buffers
    }
}

/// A network's numbers, handed to its layers one after another, and the precision of products with them.
#[derive(Debug)]
pub struct ParamCursor<'a> {
    /// Of matrix products and convolutions.
    pub precision: Precision,
    params: slice::Iter<'a, Tensor<2>>,
    buffers: slice::Iter<'a, Tensor<2>>,
}

impl<'a> ParamCursor<'a> {
    /// At the first of these.
    pub(super) fn new(params: &'a [Tensor<2>], buffers: &'a [Tensor<2>], precision: Precision) -> Self {
        Self { params: params.iter(), buffers: buffers.iter(), precision }
    }

    /// The next parameter.
    ///
    /// # Panics
    /// When the weights are not those of the network.
    pub fn param(&mut self) -> Tensor<2> {
        self.params.next().expect("weights fit the network").clone()
    }

    /// The next buffer.
    ///
    /// # Panics
    /// When the weights are not those of the network.
    pub fn buffer(&mut self) -> Tensor<2> {
        self.buffers.next().expect("weights fit the network").clone()
    }
}
