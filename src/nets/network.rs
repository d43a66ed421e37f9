//! [`Network`]: a sequence of layers, and apart from it the [`Weights`] that they use.
//!
//! Forward passes are functions of weights and inputs: training passes weights that require gradients, everything else
//! weights that do not, and an optimiser, a moving average and a checkpoint each see a flat list.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};

use super::layers::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::rng::Rng;
use crate::tensor::{attach, detach, matrix};

/// A network's structure.
#[derive(Clone, Debug)]
pub struct Network {
    layers: Arc<[Box<dyn Layer>]>,
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
    /// The input of the last layer, `[n, width]`.
    pub features: Tensor<2>,
    /// The buffers afterwards, without a graph; in evaluation, as they were.
    pub buffers: Vec<Tensor<2>>,
}

impl Network {
    /// The network of these layers.
    #[must_use]
    pub fn new(layers: Vec<Box<dyn Layer>>) -> Self {
        Self { layers: layers.into() }
    }

    /// The network without layers, whose output is its input.
    #[must_use]
    pub fn identity() -> Self {
        Self::new(Vec::new())
    }

    /// The parameters; `3.weight` is that of layer 3.
    #[must_use]
    pub fn params(&self) -> Vec<ParamSpec> {
        self.specs(|layer| layer.params())
    }

    /// The buffers, named likewise.
    #[must_use]
    pub fn buffers(&self) -> Vec<ParamSpec> {
        self.specs(|layer| layer.buffers())
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
        let mut cursor = weights.cursor();
        let mut step = |x, layer: &dyn Layer| layer.forward(x, &mut cursor, &mut mode);
        let (features, output) = match self.layers.split_last() {
            Some((last, body)) => {
                let features = body.iter().fold(input, |x, layer| step(x, &**layer));
                let output = step(features.clone(), &**last);
                (features, output)
            }
            None => (input.clone(), input),
        };
        let buffers = match mode {
            Mode::Train(training) => training.into_buffers(),
            Mode::Eval => weights.buffers.clone(),
        };
        ForwardOutput { output, features, buffers }
    }

    /// The network in evaluation: rows `[n, in]` to rows `[n, out]`.
    #[must_use]
    pub fn eval(&self, weights: &Weights, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut weights.cursor(), &mut Mode::Eval)
    }

    /// The network in evaluation, rows `[n, in]` to rows `[n, out]`, and its vector–Jacobian product there.
    #[must_use]
    pub fn vjp(&self, weights: &Weights, input: Tensor<2>) -> (Tensor<2>, Vjp) {
        self.run_vjp(input, &mut weights.cursor())
    }

    /// As a part of another network, which owns the cursor.
    pub(super) fn run(&self, input: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        self.layers.iter().fold(input, |x, layer| layer.forward(x, weights, mode))
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

impl Weights {
    fn cursor(&self) -> ParamCursor<'_> {
        ParamCursor::new(&self.params, &self.buffers)
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
