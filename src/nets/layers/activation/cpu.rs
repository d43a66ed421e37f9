//! On the CPU: one pass over the numbers, and one over their gradients.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{Activation, NEGATIVE_SLOPE};
use crate::kernels::cpu::contiguous;

/// φ(x), of every number of x.
pub fn activation(x: Tensor<2>, function: Activation) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Elementwise>::activation(x.into_dispatch(), function))
}

/// Writes φ(x) over every x.
pub fn apply(function: Activation, numbers: &mut [f32]) {
    let numbers = numbers.iter_mut();
    match function {
        Activation::Relu => numbers.for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x }),
        Activation::LeakyRelu => numbers.for_each(|x| *x *= if *x < 0.0 { NEGATIVE_SLOPE } else { 1.0 }),
        Activation::Elu => numbers.for_each(|x| *x = if *x < 0.0 { x.exp_m1() } else { *x }),
        Activation::Sigmoid => numbers.for_each(|x| *x = 1.0 / (1.0 + (-*x).exp())),
        Activation::Tanh => numbers.for_each(|x| *x = x.tanh()),
    }
}

/// The gradient of x from that of y = φ(x): times φ′, which is a function of y.
pub fn gradient(function: Activation, y: FlexTensor, gradient: FlexTensor) -> FlexTensor {
    let [mut gradient, y] = [gradient, y].map(contiguous);
    let pairs = gradient.storage_mut::<f32>().iter_mut().zip(y.storage::<f32>());
    match function {
        Activation::Relu => pairs.for_each(|(g, y)| *g = if *y > 0.0 { *g } else { 0.0 }),
        Activation::LeakyRelu => pairs.for_each(|(g, y)| *g *= if *y > 0.0 { 1.0 } else { NEGATIVE_SLOPE }),
        Activation::Elu => pairs.for_each(|(g, y)| *g *= if *y > 0.0 { 1.0 } else { *y + 1.0 }),
        Activation::Sigmoid => pairs.for_each(|(g, y)| *g *= y * (1.0 - y)),
        Activation::Tanh => pairs.for_each(|(g, y)| *g *= 1.0 - y * y),
    }
    gradient
}

#[backend_extension(Flex, Autodiff)]
trait Elementwise: Backend {
    /// y = φ(x).
    fn activation(x: FloatTensor<Self>, function: Activation) -> FloatTensor<Self>;

    /// The gradient of x.
    fn activation_gradient(
        y: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Activation,
    ) -> FloatTensor<Self>;
}

impl Elementwise for Flex {
    fn activation(x: FlexTensor, function: Activation) -> FlexTensor {
        let mut y = contiguous(x);
        apply(function, y.storage_mut());
        y
    }

    fn activation_gradient(y: FlexTensor, of_y: FlexTensor, function: Activation) -> FlexTensor {
        gradient(function, y, of_y)
    }
}

#[derive(Debug)]
struct ActivationBackward;

impl<B: Elementwise> Backward<B, 1> for ActivationBackward {
    /// y and φ.
    type State = (FloatTensor<B>, Activation);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (y, function) = ops.state;
        let [of_x] = ops.parents;
        if let Some(node) = of_x {
            grads.register::<B>(node.id, B::activation_gradient(y, gradient, function));
        }
    }
}

impl<B: Elementwise, C: CheckpointStrategy> Elementwise for Autodiff<B, C> {
    fn activation(x: FloatTensor<Self>, function: Activation) -> FloatTensor<Self> {
        let node = x.node();
        let y = B::activation(x.into_primitive(), function);
        match ActivationBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((y.clone(), function), y),
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }

    fn activation_gradient(_: FloatTensor<Self>, _: FloatTensor<Self>, _: Activation) -> FloatTensor<Self> {
        unreachable!("burn differentiates once: its backward pass is without a graph")
    }
}
