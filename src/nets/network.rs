//! [`Network`]: a sequence of layers, and apart from it the [`Weights`] that they use.
//!
//! Forward passes are functions of weights and inputs: training passes weights that require gradients, everything else
//! weights that do not, and an optimiser, a moving average and a checkpoint each see a flat list.

use std::any::Any;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use super::cost::Cost;
use super::layers::{Activation, Layer, Linear, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use super::precision::Precision;
use crate::rng::Rng;
use crate::tensor::{attach, copied, detach, matrix};

/// A network's structure.
#[derive(Clone, Debug)]
pub struct Network {
    layers: Arc<[Box<dyn Layer>]>,
    precision: Precision,
}

/// A network's numbers, in the order of its layers.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Parameters, which gradients move.
    pub params: Vec<Tensor<2>>,
    /// Running statistics, which the batches of training move.
    pub buffers: Vec<Tensor<2>>,
}

/// The result of a forward pass over n rows.
pub struct ForwardOutput {
    /// `[n, out]`
    pub output: Tensor<2>,
    /// The input of the last layer, or of the last affine map and its activation, `[n, width]`.
    pub features: Tensor<2>,
    /// The buffers afterwards, without a graph; in evaluation, as they were.
    pub buffers: Vec<Tensor<2>>,
}

impl Network {
    /// The network of these layers, in single precision.
    #[must_use]
    pub fn new(layers: Vec<Box<dyn Layer>>) -> Self {
        Self { layers: layers.into(), precision: Precision::F32 }
    }

    /// The same layers in this precision, also where they are networks themselves.
    #[must_use]
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// The network without layers, whose output is its input.
    #[must_use]
    pub fn identity() -> Self {
        Self::new(Vec::new())
    }

    /// The layers in their order.
    pub fn layers(&self) -> impl Iterator<Item = &dyn Layer> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// The parameters; `3.weight` is that of layer 3.
    #[must_use]
    pub fn params(&self) -> Vec<ParamSpec> {
        self.specs(Layer::params)
    }

    /// The buffers, named likewise.
    #[must_use]
    pub fn buffers(&self) -> Vec<ParamSpec> {
        self.specs(Layer::buffers)
    }

    fn specs(&self, of: impl Fn(&dyn Layer) -> Vec<ParamSpec>) -> Vec<ParamSpec> {
        let layers = self.layers.iter().enumerate();
        layers.flat_map(|(i, layer)| of(&**layer).into_iter().map(move |spec| spec.within(i))).collect()
    }

    /// How many numbers gradients move.
    #[must_use]
    pub fn num_params(&self) -> usize {
        self.params().iter().map(ParamSpec::len).sum()
    }

    /// The dropout masks of a forward pass over `rows` rows in training, in the order in which they are taken.
    #[must_use]
    pub fn masks(&self, rows: usize) -> Vec<Mask> {
        self.layers.iter().flat_map(|layer| layer.masks(rows)).collect()
    }

    /// Whether a row's output depends on the other rows in training.
    #[must_use]
    pub fn couples_batch(&self) -> bool {
        self.layers.iter().any(|layer| layer.couples_batch())
    }

    /// The work of a forward pass for one row of `width` numbers.
    #[must_use]
    pub fn cost(&self, width: usize) -> Cost {
        self.layers.iter().fold(Cost { width, ..Cost::default() }, |cost, layer| cost.then(layer.cost(cost.width)))
    }

    /// The numbers of a row of `width` numbers, and of its images under each matrix product or convolution in turn.
    #[must_use]
    pub fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths = vec![width];
        self.layers.iter().fold(width, |width, layer| {
            let cost = layer.cost(width);
            if cost.multiplications > 0 {
                widths.push(cost.width);
            }
            cost.width
        });
        widths
    }

    /// Fresh weights on `device`, drawn from `rng` in the order of the layers.
    #[must_use]
    pub fn init(&self, rng: &mut Rng, device: &Device) -> Weights {
        let mut draw = |specs: Vec<ParamSpec>| {
            specs.into_iter().map(|spec| matrix(spec.init.draw(spec.len(), rng), spec.shape, device)).collect()
        };
        Weights { params: draw(self.params()), buffers: draw(self.buffers()) }
    }

    /// Rows `[n, in]` to rows `[n, out]`.
    ///
    /// # Panics
    /// When the weights, or the masks in `mode`, are not those of this network.
    #[must_use]
    pub fn forward(&self, weights: &Weights, input: Tensor<2>, mut mode: Mode) -> ForwardOutput {
        let mut cursor = self.cursor(weights);
        let (features, output) = self.run_both(input, &mut cursor, &mut mode);
        let buffers = match mode {
            Mode::Train(training) => training.into_buffers(),
            Mode::Eval => weights.buffers.clone(),
        };
        ForwardOutput { output, features, buffers }
    }

    /// The network in evaluation: rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn eval(&self, weights: &Weights, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut self.cursor(weights), &mut Mode::Eval)
    }

    /// The network in evaluation, rows `[n, in]` to rows `[n, out]`, and its vector–Jacobian product there.
    #[must_use]
    pub fn vjp(&self, weights: &Weights, input: Tensor<2>) -> (Tensor<2>, Vjp) {
        self.run_vjp(input, &mut self.cursor(weights))
    }

    fn cursor<'a>(&self, weights: &'a Weights) -> ParamCursor<'a> {
        ParamCursor::new(&weights.params, &weights.buffers, self.precision)
    }

    /// As a part of another network, which owns the cursor.
    pub(super) fn run(&self, input: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        self.run_both(input, weights, mode).1
    }

    /// The input of the last operation, and its output. An affine map and the activation after it are one operation.
    fn run_both(&self, input: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> (Tensor<2>, Tensor<2>) {
        let mut layers = self.layers().peekable();
        let (mut features, mut x) = (None, input);
        while let Some(layer) = layers.next() {
            let pair = as_layer::<Linear>(layer).zip(layers.peek().and_then(|next| as_layer::<Activation>(*next)));
            if pair.is_some() {
                layers.next();
            }
            if layers.peek().is_none() {
                features = Some(x.clone());
            }
            x = match pair {
                Some((linear, activation)) => linear.activated(x, weights, *activation),
                None => layer.forward(x, weights, mode),
            };
        }
        (features.unwrap_or_else(|| x.clone()), x)
    }

    /// As a part of another network, which owns the cursor.
    pub(super) fn run_vjp(&self, input: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let mut vjps = Vec::with_capacity(self.layers.len());
        let mut x = input;
        for layer in self.layers.iter() {
            let (y, vjp) = layer.vjp(x, weights);
            vjps.push(vjp);
            x = y;
        }
        (x, Box::new(move |g| vjps.into_iter().rev().fold(g, |g, vjp| vjp(g))))
    }
}

/// The layer, where it is of this kind.
#[must_use]
pub fn as_layer<T: Layer>(layer: &dyn Layer) -> Option<&T> {
    (layer as &dyn Any).downcast_ref()
}

impl Weights {
    /// A copy that later steps leave as it is: on a GPU they write into the buffers of the weights.
    #[must_use]
    pub fn copied(self) -> Self {
        let all = |tensors: Vec<Tensor<2>>| tensors.into_iter().map(copied).collect();
        Self { params: all(self.params), buffers: all(self.buffers) }
    }

    fn map_params(&self, f: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        Self { params: self.params.iter().cloned().map(f).collect(), buffers: self.buffers.clone() }
    }

    /// The same numbers as leaves of a new graph, which keeps the gradients of the parameters.
    #[must_use]
    pub fn require_grad(&self) -> Self {
        self.map_params(|param| param.autodiff().require_grad())
    }

    /// The same numbers without a graph.
    #[must_use]
    pub fn detach(&self) -> Self {
        self.map_params(detach)
    }

    /// The same numbers as constants of a graph: gradients pass through the network, and none are kept for the
    /// parameters.
    #[must_use]
    pub fn no_grad(&self) -> Self {
        self.map_params(attach)
    }
}
