//! The updates of parameters and of averages: a single pass over the numbers of each, which stay in their buffers where
//! nothing else refers to them.
//!
//! `numbers` of an optimiser are its rate and its ε, `[1, 2]`; see [`Optimizer`](crate::optimizer::Optimizer).

#[cfg(feature = "gpu")]
mod gpu;

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType, Flex, backend_extension};
use burn::tensor::Tensor;

use super::cpu::contiguous;

/// A parameter with Adam's moments, θ, m and v.
#[derive(ExtensionType)]
#[extension_type(fusion: cfg(feature = "gpu"))]
pub(super) struct AdamState<B: Backend> {
    param: FloatTensor<B>,
    first: FloatTensor<B>,
    second: FloatTensor<B>,
}

/// The operations, on matrices of F32.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Fusion: cfg(feature = "gpu"))]
pub(super) trait Update: Backend {
    /// m ← β₁ m + g, θ ← θ − rate m: θ and m.
    #[fusion(meta = |param, first, _, _, _| (param.clone(), first.clone()))]
    fn sgd(
        param: FloatTensor<Self>,
        first: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        beta1: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// v ← β₂ v + g², θ ← θ − rate g / (√v + ε): θ and v.
    #[fusion(meta = |param, second, _, _, _| (param.clone(), second.clone()))]
    fn rmsprop(
        param: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        beta2: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// m ← β₁ m + g, v ← β₂ v + g², θ ← θ − rate m / (√v + ε).
    #[fusion(meta = |state, _, _, _, _| state.clone())]
    fn adam(
        #[extension_type] state: AdamState<Self>,
        gradient: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
    ) -> AdamState<Self>;

    /// [`adam`](Self::adam) of two parameters, in one kernel where a GPU lets it use so many buffers.
    #[fusion(meta = |state1, state2, _, _, _, _, _| (state1.clone(), state2.clone()))]
    fn adam_of_two(
        #[extension_type] state1: AdamState<Self>,
        #[extension_type] state2: AdamState<Self>,
        gradient1: FloatTensor<Self>,
        gradient2: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
    ) -> (AdamState<Self>, AdamState<Self>);

    /// decay × mean + (1 − decay) × value, with the decay as `[1, 1]`.
    #[fusion(dtype = mean, shape = mean)]
    fn moving_average(mean: FloatTensor<Self>, value: FloatTensor<Self>, decay: FloatTensor<Self>)
    -> FloatTensor<Self>;
}

impl Update for Flex {
    fn sgd(
        param: FlexTensor,
        first: FlexTensor,
        gradient: FlexTensor,
        numbers: FlexTensor,
        beta1: f32,
    ) -> (FlexTensor, FlexTensor) {
        let [mut param, mut first, gradient] = [param, first, gradient].map(contiguous);
        let [rate, _] = pair(numbers);
        let moments = first.storage_mut::<f32>().iter_mut().zip(gradient.storage::<f32>());
        for (p, (m, g)) in param.storage_mut::<f32>().iter_mut().zip(moments) {
            *m = *m * beta1 + g;
            *p -= *m * rate;
        }
        (param, first)
    }

    fn rmsprop(
        param: FlexTensor,
        second: FlexTensor,
        gradient: FlexTensor,
        numbers: FlexTensor,
        beta2: f32,
    ) -> (FlexTensor, FlexTensor) {
        let [mut param, mut second, gradient] = [param, second, gradient].map(contiguous);
        let [rate, epsilon] = pair(numbers);
        let moments = second.storage_mut::<f32>().iter_mut().zip(gradient.storage::<f32>());
        for (p, (v, g)) in param.storage_mut::<f32>().iter_mut().zip(moments) {
            *v = *v * beta2 + g * g;
            *p -= g / (v.sqrt() + epsilon) * rate;
        }
        (param, second)
    }

    fn adam(
        state: AdamState<Self>,
        gradient: FlexTensor,
        numbers: FlexTensor,
        beta1: f32,
        beta2: f32,
    ) -> AdamState<Self> {
        let AdamState { param, first, second } = state;
        let [mut param, mut first, mut second, gradient] = [param, first, second, gradient].map(contiguous);
        let [rate, epsilon] = pair(numbers);
        let moments = first.storage_mut::<f32>().iter_mut().zip(second.storage_mut::<f32>());
        let moments = moments.zip(gradient.storage::<f32>());
        for (p, ((m, v), g)) in param.storage_mut::<f32>().iter_mut().zip(moments) {
            *m = *m * beta1 + g;
            *v = *v * beta2 + g * g;
            *p -= *m / (v.sqrt() + epsilon) * rate;
        }
        AdamState { param, first, second }
    }

    fn adam_of_two(
        state1: AdamState<Self>,
        state2: AdamState<Self>,
        gradient1: FlexTensor,
        gradient2: FlexTensor,
        numbers: FlexTensor,
        beta1: f32,
        beta2: f32,
    ) -> (AdamState<Self>, AdamState<Self>) {
        let one = Self::adam(state1, gradient1, numbers.clone(), beta1, beta2);
        (one, Self::adam(state2, gradient2, numbers, beta1, beta2))
    }

    fn moving_average(mean: FlexTensor, value: FlexTensor, decay: FlexTensor) -> FlexTensor {
        let [mut mean, value, decay] = [mean, value, decay].map(contiguous);
        let decay = decay.storage::<f32>()[0];
        for (mean, value) in mean.storage_mut::<f32>().iter_mut().zip(value.storage::<f32>()) {
            *mean = *mean * decay + value * (1.0 - decay);
        }
        mean
    }
}

/// The two numbers of `[1, 2]`.
fn pair(numbers: FlexTensor) -> [f32; 2] {
    let numbers = contiguous(numbers);
    let numbers = numbers.storage::<f32>();
    [numbers[0], numbers[1]]
}

/// Gradient descent with momentum: the parameter and its first moment.
#[must_use]
pub fn sgd([param, first]: [Tensor<2>; 2], gradient: Tensor<2>, numbers: Tensor<2>, beta1: f32) -> [Tensor<2>; 2] {
    let [param, first, gradient, numbers] = [param, first, gradient, numbers].map(Tensor::into_dispatch);
    let (param, first) = <Dispatch as Update>::sgd(param, first, gradient, numbers, beta1);
    [param, first].map(Tensor::from_dispatch)
}

/// Tieleman & Hinton 2012: the parameter and its second moment.
#[must_use]
pub fn rmsprop([param, second]: [Tensor<2>; 2], gradient: Tensor<2>, numbers: Tensor<2>, beta2: f32) -> [Tensor<2>; 2] {
    let [param, second, gradient, numbers] = [param, second, gradient, numbers].map(Tensor::into_dispatch);
    let (param, second) = <Dispatch as Update>::rmsprop(param, second, gradient, numbers, beta2);
    [param, second].map(Tensor::from_dispatch)
}

/// Kingma & Ba 2015: the parameter, its first and its second moment.
#[must_use]
pub fn adam(
    state: [Tensor<2>; 3],
    gradient: Tensor<2>,
    numbers: Tensor<2>,
    [beta1, beta2]: [f32; 2],
) -> [Tensor<2>; 3] {
    let [gradient, numbers] = [gradient, numbers].map(Tensor::into_dispatch);
    <Dispatch as Update>::adam(state.into(), gradient, numbers, beta1, beta2).into()
}

/// [`adam`] of two parameters.
#[must_use]
pub fn adam_of_two(
    states: [[Tensor<2>; 3]; 2],
    gradients: [Tensor<2>; 2],
    numbers: Tensor<2>,
    [beta1, beta2]: [f32; 2],
) -> [[Tensor<2>; 3]; 2] {
    let [one, two] = states.map(Into::into);
    let [of_one, of_two] = gradients.map(Tensor::into_dispatch);
    let numbers = numbers.into_dispatch();
    <[_; 2]>::from(<Dispatch as Update>::adam_of_two(one, two, of_one, of_two, numbers, beta1, beta2)).map(Into::into)
}

impl From<[Tensor<2>; 3]> for AdamState<Dispatch> {
    fn from(tensors: [Tensor<2>; 3]) -> Self {
        let [param, first, second] = tensors.map(Tensor::into_dispatch);
        Self { param, first, second }
    }
}

impl From<AdamState<Dispatch>> for [Tensor<2>; 3] {
    fn from(AdamState { param, first, second }: AdamState<Dispatch>) -> Self {
        [param, first, second].map(Tensor::from_dispatch)
    }
}

/// decay × `mean` + (1 − decay) × `value`; the decay is `[1, 1]`.
#[must_use]
pub fn moving_average(mean: Tensor<2>, value: Tensor<2>, decay: Tensor<2>) -> Tensor<2> {
    let [mean, value, decay] = [mean, value, decay].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as Update>::moving_average(mean, value, decay))
}
