//! φ(x W + b) as one operation with a gradient of its own: one node of the graph; on the CPU a matrix product, then bias
//! and activation in one pass; on a GPU one kernel, and one for the gradients.
//!
//! The gradients need y = φ(x W + b), not x W + b: the derivative of every φ here is a function of its value.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
#[cfg(feature = "gpu")]
use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::super::Activation;

/// φ: an activation, or none.
type Function = Option<Activation>;

/// φ(x W + b), of x `[n, inputs]`, W `[inputs, outputs]` and b `[1, outputs]`: `[n, outputs]`.
#[must_use]
pub fn dense(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<2>, function: Function) -> Tensor<2> {
    let [x, weight, bias] = [x, weight, bias].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as Dense>::dense(x, weight, bias, function))
}

/// The operations. `gradient` is that of y.
#[backend_extension(Flex, Autodiff, Cube: cfg(feature = "gpu"), Fusion: cfg(feature = "gpu"))]
trait Dense: Backend {
    /// y = φ(x W + b).
    #[fusion(meta = |x, weight, _, _| matrix(x, 0, weight, 1))]
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        function: Function,
    ) -> FloatTensor<Self>;

    /// The gradients of x, W and b.
    #[fusion(meta = |x, weight, y, _, _| (x.clone(), weight.clone(), row(y)))]
    fn dense_gradients(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        y: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Function,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// The gradients of W and b.
    #[fusion(meta = |x, y, _, _| (matrix(x, 1, y, 1), row(y)))]
    fn dense_weight_gradients(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Function,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient of x.
    #[fusion(meta = |weight, y, _, _| matrix(y, 0, weight, 0))]
    fn dense_input_gradient(
        weight: FloatTensor<Self>,
        y: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Function,
    ) -> FloatTensor<Self>;
}

// ---- The graph ------------------------------------------------------------------------------------------------------

#[derive(Debug)]
struct DenseBackward;

impl<B: Dense> Backward<B, 3> for DenseBackward {
    /// x, W, y and φ.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, Function);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (x, weight, y, function) = ops.state;
        let [of_x, of_weight, of_bias] = ops.parents;
        let (dx, dw, db) = match (&of_x, of_weight.is_some() || of_bias.is_some()) {
            (Some(_), true) => {
                let (dx, dw, db) = B::dense_gradients(x, weight, y, gradient, function);
                (Some(dx), Some(dw), Some(db))
            }
            (Some(_), false) => (Some(B::dense_input_gradient(weight, y, gradient, function)), None, None),
            (None, _) => {
                let (dw, db) = B::dense_weight_gradients(x, y, gradient, function);
                (None, Some(dw), Some(db))
            }
        };
        for (node, gradient) in [(of_x, dx), (of_weight, dw), (of_bias, db)] {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: Dense, C: CheckpointStrategy> Dense for Autodiff<B, C> {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        function: Function,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node()];
        let [x, weight, bias] = [x, weight, bias].map(FloatTensor::<Self>::into_primitive);
        match DenseBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::dense(x.clone(), weight.clone(), bias, function);
                prep.finish((x, weight, y.clone(), function), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::dense(x, weight, bias, function)),
        }
    }

    fn dense_gradients(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Function,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        unreachable!("{ONCE}")
    }

    fn dense_weight_gradients(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Function,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        unreachable!("{ONCE}")
    }

    fn dense_input_gradient(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Function,
    ) -> FloatTensor<Self> {
        unreachable!("{ONCE}")
    }
}

const ONCE: &str = "burn differentiates once: its backward pass is without a graph";

// ---- Shapes ---------------------------------------------------------------------------------------------------------

/// A matrix as long as `rows` in its dimension `of_rows`, and as wide as `columns` is in `of_columns`.
#[cfg(feature = "gpu")]
fn matrix(rows: &TensorSpec, of_rows: usize, columns: &TensorSpec, of_columns: usize) -> TensorSpec {
    TensorSpec::new([rows.shape[of_rows], columns.shape[of_columns]].into(), rows.dtype)
}

/// A row as wide as `columns`.
#[cfg(feature = "gpu")]
fn row(columns: &TensorSpec) -> TensorSpec {
    TensorSpec::new([1, columns.shape[1]].into(), columns.dtype)
}
