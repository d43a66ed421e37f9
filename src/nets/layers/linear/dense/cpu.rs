//! On the CPU: matrix products, with bias, activation and its derivative in one pass each over their results.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::{Dense, Function};
use crate::kernels::cpu::{contiguous, matmul, matrix};
use crate::nets::layers::{Activation, NEGATIVE_SLOPE};

impl Dense for Flex {
    fn dense(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, function: Function) -> FlexTensor {
        let mut y = contiguous(matmul(x, weight));
        let bias = contiguous(bias);
        let (y_numbers, bias) = (y.storage_mut::<f32>(), bias.storage::<f32>());
        match function {
            None => finish(y_numbers, bias, |y| y),
            Some(Activation::Relu) => finish(y_numbers, bias, |y| if y < 0.0 { 0.0 } else { y }),
            Some(Activation::LeakyRelu) => finish(y_numbers, bias, |y| if y < 0.0 { NEGATIVE_SLOPE * y } else { y }),
            Some(Activation::Elu) => finish(y_numbers, bias, |y| if y < 0.0 { y.exp_m1() } else { y }),
            Some(Activation::Sigmoid) => finish(y_numbers, bias, |y| 1.0 / (1.0 + (-y).exp())),
            Some(Activation::Tanh) => finish(y_numbers, bias, f32::tanh),
        }
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
        (matmul(delta, weight.transpose(0, 1)), dw, db)
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
        matmul(delta(y, gradient, function), weight.transpose(0, 1))
    }
}

/// Bias and activation over x W.
fn finish(y: &mut [f32], bias: &[f32], function: impl Fn(f32) -> f32) {
    for row in y.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(y, b)| *y = function(*y + b));
    }
}

/// The gradient of x W + b: that of y, times φ′, which is a function of y.
fn delta(y: FlexTensor, gradient: FlexTensor, function: Function) -> FlexTensor {
    let mut gradient = contiguous(gradient);
    let Some(function) = function else {
        return gradient;
    };
    let y = contiguous(y);
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
    let outputs = delta.layout().shape()[1];
    let mut db = vec![0.0; outputs];
    for row in delta.storage::<f32>().chunks_exact(outputs) {
        db.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
    }
    (matmul(x.transpose(0, 1), delta), matrix(db, [1, outputs]))
}
