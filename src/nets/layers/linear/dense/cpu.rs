//! On the CPU: matrix products, with bias and activation in one pass over their results.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::{Dense, Function};
use crate::kernels::cpu::{contiguous, matmul, matrix};
use crate::nets::layers::activation::cpu::{self as activation, apply};

impl Dense for Flex {
    fn dense(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, function: Function) -> FlexTensor {
        let mut y = contiguous(matmul(x, weight));
        let bias = contiguous(bias);
        let (y_numbers, bias) = (y.storage_mut::<f32>(), bias.storage::<f32>());
        for row in y_numbers.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
            if let Some(function) = function {
                apply(function, row);
            }
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

/// The gradient of x W + b: that of y, times φ′, which is a function of y.
fn delta(y: FlexTensor, gradient: FlexTensor, function: Function) -> FlexTensor {
    match function {
        Some(function) => activation::gradient(function, y, gradient),
        None => contiguous(gradient),
    }
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
