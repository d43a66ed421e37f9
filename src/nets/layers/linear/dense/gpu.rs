//! On a GPU: one kernel forward and one for all gradients. Networks of a browser's size are limited by the number of
//! kernels; for layers of more multiplications the matrix products are burn's.
//!
//! A thread computes one number of a product or, where there are enough of them, a block of 4 × 4, whose factors it
//! loads once: two loads for each multiplication become one for two.

mod tiling;

use burn::backend::ops::FloatTensorOps;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use self::tiling::{add_outer, block, blocks, zeros};
use super::{Dense, Function};
use crate::kernels::gpu::grid;
use crate::nets::layers::{Activation, NEGATIVE_SLOPE};

/// Multiplications of a layer's matrix product from which it is left to burn.
const LARGE: usize = 1 << 25;
/// The side of a block, in products of so many numbers that a thread for each 16 of them keeps a GPU busy.
const SIDE: usize = 4;
const MANY: usize = 1 << 14;

#[cube]
fn activated(x: f32, #[comptime] function: Function) -> f32 {
    let mut y = x;
    if comptime!(function == Some(Activation::Relu)) {
        y = max(x, 0.0);
    } else if comptime!(function == Some(Activation::LeakyRelu)) {
        y = max(x, NEGATIVE_SLOPE * x);
    } else if comptime!(function == Some(Activation::Elu)) {
        y = select(x > 0.0, x, min(x, 0.0).exp() - 1.0);
    } else if comptime!(function == Some(Activation::Sigmoid)) {
        y = 1.0 / (1.0 + (-x).exp());
    } else if comptime!(function == Some(Activation::Tanh)) {
        y = x.tanh();
    }
    y
}

/// The gradient of x W + b at a place: that of y, times φ′.
#[cube]
fn delta(y: &[f32], gradient: &[f32], at: usize, #[comptime] function: Function) -> f32 {
    let mut delta = gradient[at];
    if comptime!(function == Some(Activation::Relu)) {
        delta = select(y[at] > 0.0, delta, 0.0);
    } else if comptime!(function == Some(Activation::LeakyRelu)) {
        delta = select(y[at] > 0.0, delta, NEGATIVE_SLOPE * delta);
    } else if comptime!(function == Some(Activation::Elu)) {
        delta = select(y[at] > 0.0, delta, delta * (y[at] + 1.0));
    } else if comptime!(function == Some(Activation::Sigmoid)) {
        delta *= y[at] * (1.0 - y[at]);
    } else if comptime!(function == Some(Activation::Tanh)) {
        delta *= 1.0 - y[at] * y[at];
    }
    delta
}

/// Writes what lies inside of a block at the margin.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "on the device they are as long as they were made")]
#[cube]
fn write(
    sums: &Array<f32>,
    out: &mut [f32],
    first: (usize, usize),
    columns: usize,
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let (row, column) = first;
    #[unroll]
    for i in 0..side {
        #[unroll]
        for j in 0..side {
            let at = (row + i) * columns + column + j;
            if column + j < columns && at < out.len() {
                out[at] = activated(sums[i * side + j], function);
            }
        }
    }
}

#[cube(launch_unchecked)]
fn dense_kernel(
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    y: &mut [f32],
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let outputs = bias.len();
    let inputs = weight.len() / outputs;
    let rows = y.len() / outputs;
    if ABSOLUTE_POS < blocks(rows, outputs, side) {
        let (row, column) = block(ABSOLUTE_POS, outputs, side);
        let mut sums = Array::<f32>::new(side * side);
        let (mut left, mut right) = (Array::<f32>::new(side), Array::<f32>::new(side));
        #[unroll]
        for i in 0..side {
            #[unroll]
            for j in 0..side {
                sums[i * side + j] = bias[min(column + j, outputs - 1)];
            }
        }
        for k in 0..inputs {
            #[unroll]
            for i in 0..side {
                left[i] = x[min(row + i, rows - 1) * inputs + k];
                right[i] = weight[k * outputs + min(column + i, outputs - 1)];
            }
            add_outer(&mut sums, &left, &right, side);
        }
        write(&sums, y, (row, column), outputs, side, function);
    }
}

/// Block `at` of the gradient of W or, after the last, an element of that of b.
#[cube]
fn weight_gradient(
    x: &[f32],
    y: &[f32],
    gradient: &[f32],
    dw: &mut [f32],
    db: &mut [f32],
    at: usize,
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let outputs = db.len();
    let inputs = dw.len() / outputs;
    let rows = y.len() / outputs;
    let blocks = blocks(inputs, outputs, side);
    if at < blocks {
        let (input, column) = block(at, outputs, side);
        let mut sums = zeros(side);
        let (mut left, mut right) = (Array::<f32>::new(side), Array::<f32>::new(side));
        for row in 0..rows {
            #[unroll]
            for i in 0..side {
                left[i] = x[row * inputs + min(input + i, inputs - 1)];
                right[i] = delta(y, gradient, row * outputs + min(column + i, outputs - 1), function);
            }
            add_outer(&mut sums, &left, &right, side);
        }
        write(&sums, dw, (input, column), outputs, side, None);
    } else {
        let column = at - blocks;
        let mut sum = 0.0f32;
        for row in 0..rows {
            sum += delta(y, gradient, row * outputs + column, function);
        }
        db[column] = sum;
    }
}

/// Block `at` of the gradient of x.
#[cube]
fn input_gradient(
    weight: &[f32],
    y: &[f32],
    gradient: &[f32],
    dx: &mut [f32],
    at: usize,
    outputs: usize,
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let inputs = weight.len() / outputs;
    let rows = dx.len() / inputs;
    let (row, input) = block(at, inputs, side);
    let mut sums = zeros(side);
    let (mut left, mut right) = (Array::<f32>::new(side), Array::<f32>::new(side));
    for k in 0..outputs {
        #[unroll]
        for i in 0..side {
            left[i] = delta(y, gradient, min(row + i, rows - 1) * outputs + k, function);
            right[i] = weight[min(input + i, inputs - 1) * outputs + k];
        }
        add_outer(&mut sums, &left, &right, side);
    }
    write(&sums, dx, (row, input), inputs, side, None);
}

#[cube(launch_unchecked)]
fn gradients_kernel(
    x: &[f32],
    weight: &[f32],
    y: &[f32],
    gradient: &[f32],
    dx: &mut [f32],
    dw: &mut [f32],
    db: &mut [f32],
    #[comptime] w_side: usize,
    #[comptime] x_side: usize,
    #[comptime] function: Function,
) {
    let outputs = db.len();
    let inputs = dw.len() / outputs;
    let of_parameters = blocks(inputs, outputs, w_side) + outputs;
    if ABSOLUTE_POS < of_parameters {
        weight_gradient(x, y, gradient, dw, db, ABSOLUTE_POS, w_side, function);
    } else if ABSOLUTE_POS < of_parameters + blocks(dx.len() / inputs, inputs, x_side) {
        input_gradient(weight, y, gradient, dx, ABSOLUTE_POS - of_parameters, outputs, x_side, function);
    }
}

#[cube(launch_unchecked)]
fn weight_gradients_kernel(
    x: &[f32],
    y: &[f32],
    gradient: &[f32],
    dw: &mut [f32],
    db: &mut [f32],
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let outputs = db.len();
    if ABSOLUTE_POS < blocks(dw.len() / outputs, outputs, side) + outputs {
        weight_gradient(x, y, gradient, dw, db, ABSOLUTE_POS, side, function);
    }
}

#[cube(launch_unchecked)]
fn input_gradient_kernel(
    weight: &[f32],
    y: &[f32],
    gradient: &[f32],
    dx: &mut [f32],
    outputs: usize,
    #[comptime] side: usize,
    #[comptime] function: Function,
) {
    let inputs = weight.len() / outputs;
    if ABSOLUTE_POS < blocks(dx.len() / inputs, inputs, side) {
        input_gradient(weight, y, gradient, dx, ABSOLUTE_POS, outputs, side, function);
    }
}

/// Bias and activation over a matrix product, in place.
#[cube(launch_unchecked)]
fn finish_kernel(bias: &[f32], y: &mut [f32], #[comptime] function: Function) {
    if ABSOLUTE_POS < y.len() {
        y[ABSOLUTE_POS] = activated(y[ABSOLUTE_POS] + bias[ABSOLUTE_POS % bias.len()], function);
    }
}

#[cube(launch_unchecked)]
fn delta_kernel(y: &[f32], gradient: &[f32], out: &mut [f32], #[comptime] function: Function) {
    if ABSOLUTE_POS < out.len() {
        out[ABSOLUTE_POS] = delta(y, gradient, ABSOLUTE_POS, function);
    }
}

// SAFETY, of all launches: threads beyond the results do nothing, and `rows_of` and `columns_of` make results of the
// shapes that the kernels compute from the lengths of their arguments, which are contiguous.
impl Dense for CubeBackend {
    fn dense(x: CubeTensor, weight: CubeTensor, bias: CubeTensor, function: Function) -> CubeTensor {
        let [x, weight, bias] = [x, weight, bias].map(into_contiguous);
        if is_large(&x, &weight) {
            let y = into_contiguous(Self::float_matmul(x, weight));
            let client = y.client.clone();
            let (count, dim) = grid(&client, y.meta.num_elements());
            unsafe {
                finish_kernel::launch_unchecked(
                    &client,
                    count,
                    dim,
                    bias.into_buffer_arg(),
                    y.clone().into_buffer_arg(),
                    function,
                );
            }
            return y;
        }
        let y = empty(&x, [rows(&x), columns(&bias)]);
        let client = y.client.clone();
        let side = side(&y);
        let (count, dim) = grid(&client, threads(&y, side));
        let [x, weight, bias, out] = [x, weight, bias, y.clone()].map(CubeTensor::into_buffer_arg);
        unsafe { dense_kernel::launch_unchecked(&client, count, dim, x, weight, bias, out, side, function) };
        y
    }

    fn dense_gradients(
        x: CubeTensor,
        weight: CubeTensor,
        y: CubeTensor,
        gradient: CubeTensor,
        function: Function,
    ) -> (CubeTensor, CubeTensor, CubeTensor) {
        let [x, weight, y, gradient] = [x, weight, y, gradient].map(into_contiguous);
        if is_large(&x, &weight) {
            let dx = Self::dense_input_gradient(weight, y.clone(), gradient.clone(), function);
            let (dw, db) = Self::dense_weight_gradients(x, y, gradient, function);
            return (dx, dw, db);
        }
        let (dx, dw) = (empty(&x, [rows(&x), columns(&x)]), empty(&x, [columns(&x), columns(&y)]));
        let db = empty(&x, [1, columns(&y)]);
        let (w_side, x_side) = (side(&dw), side(&dx));
        let (count, dim) = grid(&x.client, threads(&dw, w_side) + columns(&db) + threads(&dx, x_side));
        let client = x.client.clone();
        let [x, weight, y, gradient] = [x, weight, y, gradient].map(CubeTensor::into_buffer_arg);
        let [to_x, to_w, to_b] = [&dx, &dw, &db].map(|t| t.clone().into_buffer_arg());
        unsafe {
            gradients_kernel::launch_unchecked(
                &client, count, dim, x, weight, y, gradient, to_x, to_w, to_b, w_side, x_side, function,
            );
        }
        (dx, dw, db)
    }

    fn dense_weight_gradients(
        x: CubeTensor,
        y: CubeTensor,
        gradient: CubeTensor,
        function: Function,
    ) -> (CubeTensor, CubeTensor) {
        let [x, y, gradient] = [x, y, gradient].map(into_contiguous);
        if is_large(&x, &y) {
            let delta = delta_of(y, gradient, function);
            let db = Self::float_sum_dim(delta.clone(), 0);
            return (Self::float_matmul(Self::float_swap_dims(x, 0, 1), delta), db);
        }
        let (dw, db) = (empty(&x, [columns(&x), columns(&y)]), empty(&x, [1, columns(&y)]));
        let side = side(&dw);
        let (count, dim) = grid(&x.client, threads(&dw, side) + columns(&db));
        let client = x.client.clone();
        let [x, y, gradient] = [x, y, gradient].map(CubeTensor::into_buffer_arg);
        let [to_w, to_b] = [&dw, &db].map(|t| t.clone().into_buffer_arg());
        unsafe {
            weight_gradients_kernel::launch_unchecked(&client, count, dim, x, y, gradient, to_w, to_b, side, function);
        }
        (dw, db)
    }

    fn dense_input_gradient(weight: CubeTensor, y: CubeTensor, gradient: CubeTensor, function: Function) -> CubeTensor {
        let [weight, y, gradient] = [weight, y, gradient].map(into_contiguous);
        if is_large(&y, &weight) {
            let delta = delta_of(y, gradient, function);
            return Self::float_matmul(delta, Self::float_swap_dims(weight, 0, 1));
        }
        let outputs = columns(&y);
        let dx = empty(&y, [rows(&y), rows(&weight)]);
        let client = dx.client.clone();
        let side = side(&dx);
        let (count, dim) = grid(&client, threads(&dx, side));
        let [weight, y, gradient, out] = [weight, y, gradient, dx.clone()].map(CubeTensor::into_buffer_arg);
        unsafe {
            input_gradient_kernel::launch_unchecked(
                &client, count, dim, weight, y, gradient, out, outputs, side, function,
            );
        }
        dx
    }
}

/// The gradient of x W + b.
fn delta_of(y: CubeTensor, gradient: CubeTensor, function: Function) -> CubeTensor {
    if function.is_none() {
        return gradient;
    }
    let out = empty(&y, [rows(&y), columns(&y)]);
    let client = out.client.clone();
    let (count, dim) = grid(&client, out.meta.num_elements());
    let [y, gradient, to] = [y, gradient, out.clone()].map(CubeTensor::into_buffer_arg);
    unsafe { delta_kernel::launch_unchecked(&client, count, dim, y, gradient, to, function) };
    out
}

fn rows(matrix: &CubeTensor) -> usize {
    matrix.meta.shape()[0]
}

fn columns(matrix: &CubeTensor) -> usize {
    matrix.meta.shape()[1]
}

/// The side of the blocks of a product.
fn side(product: &CubeTensor) -> usize {
    if product.meta.num_elements() < MANY { 1 } else { SIDE }
}

/// Threads for a product, one for each block.
fn threads(product: &CubeTensor, side: usize) -> usize {
    rows(product).div_ceil(side) * columns(product).div_ceil(side)
}

/// Whether the product of two matrices of a layer is left to burn.
fn is_large(rows_of: &CubeTensor, other: &CubeTensor) -> bool {
    rows_of.meta.num_elements() * columns(other) > LARGE
}

/// A matrix on the device of another, not yet written.
fn empty(like: &CubeTensor, shape: [usize; 2]) -> CubeTensor {
    empty_device_dtype(like.client.clone(), like.device.clone(), shape.into(), like.dtype)
}
