//! The updates on a GPU, each a kernel with a thread for each number.

use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::Update;
use crate::kernels::gpu::{grid, owned};

#[cube(launch_unchecked)]
fn sgd_kernel(gradient: &[f32], numbers: &[f32], param: &mut [f32], first: &mut [f32], beta1: f32) {
    if ABSOLUTE_POS < param.len() {
        let m = first[ABSOLUTE_POS] * beta1 + gradient[ABSOLUTE_POS];
        first[ABSOLUTE_POS] = m;
        param[ABSOLUTE_POS] -= m * numbers[0];
    }
}

#[cube(launch_unchecked)]
fn rmsprop_kernel(gradient: &[f32], numbers: &[f32], param: &mut [f32], second: &mut [f32], beta2: f32) {
    if ABSOLUTE_POS < param.len() {
        let g = gradient[ABSOLUTE_POS];
        let v = second[ABSOLUTE_POS] * beta2 + g * g;
        second[ABSOLUTE_POS] = v;
        param[ABSOLUTE_POS] -= g / (v.sqrt() + numbers[1]) * numbers[0];
    }
}

#[cube(launch_unchecked)]
fn adam_kernel(
    gradient: &[f32],
    numbers: &[f32],
    param: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    beta1: f32,
    beta2: f32,
) {
    if ABSOLUTE_POS < param.len() {
        let g = gradient[ABSOLUTE_POS];
        let m = first[ABSOLUTE_POS] * beta1 + g;
        let v = second[ABSOLUTE_POS] * beta2 + g * g;
        first[ABSOLUTE_POS] = m;
        second[ABSOLUTE_POS] = v;
        param[ABSOLUTE_POS] -= m / (v.sqrt() + numbers[1]) * numbers[0];
    }
}

#[cube(launch_unchecked)]
fn moving_average_kernel(value: &[f32], decay: &[f32], mean: &mut [f32]) {
    if ABSOLUTE_POS < mean.len() {
        mean[ABSOLUTE_POS] = mean[ABSOLUTE_POS] * decay[0] + value[ABSOLUTE_POS] * (1.0 - decay[0]);
    }
}

// SAFETY, of all launches: threads beyond the parameter do nothing; gradient and moments have its shape and are
// contiguous.
impl Update for CubeBackend {
    fn sgd(
        param: CubeTensor,
        first: CubeTensor,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta1: f32,
    ) -> (CubeTensor, CubeTensor) {
        let [param, first] = [param, first].map(owned);
        let client = param.client.clone();
        let (count, dim) = grid(&client, param.meta.num_elements());
        let [g, numbers] = [gradient, numbers].map(|read| into_contiguous(read).into_buffer_arg());
        let [p, m] = [&param, &first].map(|written| written.clone().into_buffer_arg());
        unsafe { sgd_kernel::launch_unchecked(&client, count, dim, g, numbers, p, m, beta1) };
        (param, first)
    }

    fn rmsprop(
        param: CubeTensor,
        second: CubeTensor,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta2: f32,
    ) -> (CubeTensor, CubeTensor) {
        let [param, second] = [param, second].map(owned);
        let client = param.client.clone();
        let (count, dim) = grid(&client, param.meta.num_elements());
        let [g, numbers] = [gradient, numbers].map(|read| into_contiguous(read).into_buffer_arg());
        let [p, v] = [&param, &second].map(|written| written.clone().into_buffer_arg());
        unsafe { rmsprop_kernel::launch_unchecked(&client, count, dim, g, numbers, p, v, beta2) };
        (param, second)
    }

    fn adam(
        param: CubeTensor,
        first: CubeTensor,
        second: CubeTensor,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta1: f32,
        beta2: f32,
    ) -> (CubeTensor, CubeTensor, CubeTensor) {
        let [param, first, second] = [param, first, second].map(owned);
        let client = param.client.clone();
        let (count, dim) = grid(&client, param.meta.num_elements());
        let [g, numbers] = [gradient, numbers].map(|read| into_contiguous(read).into_buffer_arg());
        let [p, m, v] = [&param, &first, &second].map(|written| written.clone().into_buffer_arg());
        unsafe { adam_kernel::launch_unchecked(&client, count, dim, g, numbers, p, m, v, beta1, beta2) };
        (param, first, second)
    }

    fn moving_average(mean: CubeTensor, value: CubeTensor, decay: CubeTensor) -> CubeTensor {
        let mean = owned(mean);
        let client = mean.client.clone();
        let (count, dim) = grid(&client, mean.meta.num_elements());
        let [value, decay] = [value, decay].map(|read| into_contiguous(read).into_buffer_arg());
        let written = mean.clone().into_buffer_arg();
        unsafe { moving_average_kernel::launch_unchecked(&client, count, dim, value, decay, written) };
        mean
    }
}
