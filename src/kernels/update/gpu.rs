//! The updates on a GPU, each a kernel with a thread for each number.

use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::{AdamState, Update};
use crate::kernels::gpu::{grid, owned};

/// SGD with its first moment or, where `squared`, RMSProp with its second.
#[cube(launch_unchecked)]
fn one_moment_kernel(
    gradient: &[f32],
    numbers: &[f32],
    param: &mut [f32],
    moment: &mut [f32],
    beta: f32,
    #[comptime] squared: bool,
) {
    if ABSOLUTE_POS < param.len() {
        let g = gradient[ABSOLUTE_POS];
        if comptime!(squared) {
            let v = moment[ABSOLUTE_POS] * beta + g * g;
            moment[ABSOLUTE_POS] = v;
            param[ABSOLUTE_POS] -= g / (v.sqrt() + numbers[1]) * numbers[0];
        } else {
            let m = moment[ABSOLUTE_POS] * beta + g;
            moment[ABSOLUTE_POS] = m;
            param[ABSOLUTE_POS] -= m * numbers[0];
        }
    }
}

/// Adam's update of number `at`.
#[cube]
fn adam(
    gradient: &[f32],
    numbers: &[f32],
    param: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    beta1: f32,
    beta2: f32,
    at: usize,
) {
    let g = gradient[at];
    let m = first[at] * beta1 + g;
    let v = second[at] * beta2 + g * g;
    first[at] = m;
    second[at] = v;
    param[at] -= m / (v.sqrt() + numbers[1]) * numbers[0];
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
        adam(gradient, numbers, param, first, second, beta1, beta2, ABSOLUTE_POS);
    }
}

#[cube(launch_unchecked)]
fn adam_of_two_kernel(
    g1: &[f32],
    g2: &[f32],
    numbers: &[f32],
    p1: &mut [f32],
    m1: &mut [f32],
    v1: &mut [f32],
    p2: &mut [f32],
    m2: &mut [f32],
    v2: &mut [f32],
    beta1: f32,
    beta2: f32,
) {
    if ABSOLUTE_POS < p1.len() {
        adam(g1, numbers, p1, m1, v1, beta1, beta2, ABSOLUTE_POS);
    } else if ABSOLUTE_POS < p1.len() + p2.len() {
        adam(g2, numbers, p2, m2, v2, beta1, beta2, ABSOLUTE_POS - p1.len());
    }
}

/// Buffers of that kernel.
const BUFFERS_OF_TWO: u32 = 9;

#[cube(launch_unchecked)]
fn moving_average_kernel(value: &[f32], decay: &[f32], mean: &mut [f32]) {
    if ABSOLUTE_POS < mean.len() {
        mean[ABSOLUTE_POS] = mean[ABSOLUTE_POS] * decay[0] + value[ABSOLUTE_POS] * (1.0 - decay[0]);
    }
}

// SAFETY, of all launches: threads beyond the parameter do nothing; gradient and moments have its shape and are
// contiguous.

/// [`one_moment_kernel`] on a parameter with its moment, and a gradient with the optimiser's numbers.
fn one_moment(written: [CubeTensor; 2], read: [CubeTensor; 2], beta: f32, squared: bool) -> (CubeTensor, CubeTensor) {
    let [param, moment] = written.map(owned);
    let client = param.client.clone();
    let (count, dim) = grid(&client, param.meta.num_elements());
    let [g, numbers] = read.map(|tensor| into_contiguous(tensor).into_buffer_arg());
    let [p, m] = [&param, &moment].map(|tensor| tensor.clone().into_buffer_arg());
    unsafe { one_moment_kernel::launch_unchecked(&client, count, dim, g, numbers, p, m, beta, squared) };
    (param, moment)
}

impl Update for CubeBackend {
    fn sgd(
        param: CubeTensor,
        first: CubeTensor,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta1: f32,
    ) -> (CubeTensor, CubeTensor) {
        one_moment([param, first], [gradient, numbers], beta1, false)
    }

    fn rmsprop(
        param: CubeTensor,
        second: CubeTensor,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta2: f32,
    ) -> (CubeTensor, CubeTensor) {
        one_moment([param, second], [gradient, numbers], beta2, true)
    }

    fn adam(
        state: AdamState<Self>,
        gradient: CubeTensor,
        numbers: CubeTensor,
        beta1: f32,
        beta2: f32,
    ) -> AdamState<Self> {
        let state = state.owned();
        let client = state.param.client.clone();
        let (count, dim) = grid(&client, state.param.meta.num_elements());
        let [g, numbers] = [gradient, numbers].map(|read| into_contiguous(read).into_buffer_arg());
        let [p, m, v] = state.arguments();
        unsafe { adam_kernel::launch_unchecked(&client, count, dim, g, numbers, p, m, v, beta1, beta2) };
        state
    }

    fn adam_of_two(
        state1: AdamState<Self>,
        state2: AdamState<Self>,
        gradient1: CubeTensor,
        gradient2: CubeTensor,
        numbers: CubeTensor,
        beta1: f32,
        beta2: f32,
    ) -> (AdamState<Self>, AdamState<Self>) {
        let client = numbers.client.clone();
        if client.properties().hardware.max_bindings < BUFFERS_OF_TWO {
            let one = Self::adam(state1, gradient1, numbers.clone(), beta1, beta2);
            return (one, Self::adam(state2, gradient2, numbers, beta1, beta2));
        }
        let [one, two] = [state1, state2].map(AdamState::owned);
        let (count, dim) = grid(&client, one.param.meta.num_elements() + two.param.meta.num_elements());
        let [g1, g2, numbers] = [gradient1, gradient2, numbers].map(|read| into_contiguous(read).into_buffer_arg());
        let ([p1, m1, v1], [p2, m2, v2]) = (one.arguments(), two.arguments());
        unsafe {
            adam_of_two_kernel::launch_unchecked(
                &client, count, dim, g1, g2, numbers, p1, m1, v1, p2, m2, v2, beta1, beta2,
            );
        }
        (one, two)
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

impl AdamState<CubeBackend> {
    fn owned(self) -> Self {
        Self { param: owned(self.param), first: owned(self.first), second: owned(self.second) }
    }

    fn arguments(&self) -> [BufferArg; 3] {
        [&self.param, &self.first, &self.second].map(|tensor| tensor.clone().into_buffer_arg())
    }
}
