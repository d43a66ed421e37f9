//! On the CPU: a matrix product, then bias and activation in one pass over its result.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;

use super::{Dense, Function};
use crate::nets::layers::{Activation, NEGATIVE_SLOPE};

impl Dense for Flex {
    fn dense(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, function: Function) -> FlexTensor {
        let mut y = Flex::float_matmul(x, weight);
        let bias = bias.to_contiguous();
        let bias = bias.storage::<f32>();
        let rows = y.storage_mut::<f32>().chunks_exact_mut(bias.len());
        rows.for_each(|row| {
            let pairs = row.iter_mut().zip(bias);
            match function {
                None => pairs.for_each(|(y, b)| *y += b),
                Some(Activation::Relu) => pairs.for_each(|(y, b)| *y = (*y + b).max(0.0)),
                Some(Activation::LeakyRelu) => pairs.for_each(|(y, b)| *y = leaky_relu(*y + b)),
                Some(Activation::Elu) => pairs.for_each(|(y, b)| *y = elu(*y + b)),
                Some(Activation::Sigmoid) => pairs.for_each(|(y, b)| *y = sigmoid(*y + b)),
                Some(Activation::Tanh) => pairs.for_each(|(y, b)| *y = (*y + b).tanh()),
            }
        });
        y
    }

    fn dense_gradients(
        x: FlexTensor,
        weight: FlexTensor,
        y: FlexTensor,
        gradient: FlexTensor,
        function: Function,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let delta = delta(y, gradient, function);
        let (dw, db) = of_weights(x, delta.clone());
        (Flex::float_matmul(delta, weight.transpose(0, 1)), dw, db)
    }

    fn dense_weight_gradients(
        x: FlexTensor,
        y: FlexTensor,
        gradient: FlexTensor,
        function: Function,
    ) -> (FlexTensor, FlexTensor) {
        of_weights(x, delta(y, gradient, function))
    }

    fn dense_input_gradient(weight: FlexTensor, y: FlexTensor, gradient: FlexTensor, function: Function) -> FlexTensor {
        Flex::float_matmul(delta(y, gradient, function), weight.transpose(0, 1))
    }
}

/// The gradient of x W + b: that of y, times φ′, which is a function of y.
fn delta(y: FlexTensor, gradient: FlexTensor, function: Function) -> FlexTensor {
    let Some(function) = function else {
        return gradient;
    };
    let mut gradient = gradient.to_contiguous();
    let y = y.to_contiguous();
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

/// The gradients of W and b, of the gradient of x W + b.
fn of_weights(x: FlexTensor, delta: FlexTensor) -> (FlexTensor, FlexTensor) {
    let db = Flex::float_sum_dim(delta.clone(), 0);
    (Flex::float_matmul(x.transpose(0, 1), delta), db)
}

fn leaky_relu(x: f32) -> f32 {
    x.max(NEGATIVE_SLOPE * x)
}

fn elu(x: f32) -> f32 {
    if x > 0.0 { x } else { x.exp_m1() }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
