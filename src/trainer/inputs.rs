//! Everything that a step takes from the host: real batches, latents, classes, random numbers, and the numbers that
//! change with time. Drawn on the host beforehand, and sent to the device in one upload.

use burn::tensor::{Device, Tensor, TensorData};

use crate::kernels::part;
use crate::regularizer::augmentation::AugmentationInputs;
use crate::tensor::{HostMatrix, is_host};

/// Parts of an upload start at multiples of this many numbers, 256 bytes, so that a GPU can use each in place.
const ALIGNMENT: usize = 64;

/// The inputs of a step. `T` is a matrix: on the host, or, after the upload, on the device.
#[derive(Clone, Debug, PartialEq)]
pub struct StepInputs<T> {
    /// One for each discriminator update; at least one.
    pub discriminator: Vec<DiscriminatorInputs<T>>,
    /// For the generator update.
    pub generator: GeneratorInputs<T>,
    /// The decay of the generator's moving average, where there is one: `[1, 1]`.
    pub ema_decay: Option<T>,
}

/// Samples and, where a network is conditioned on them, their classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples<T> {
    /// `[n, d_dim]`
    pub rows: T,
    /// One-hot, `[n, classes]`.
    pub classes: Option<T>,
}

/// The inputs of a discriminator update.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscriminatorInputs<T> {
    /// Real samples; for an adversarial autoencoder, samples from the prior.
    pub real: Samples<T>,
    /// The generator's input, `[n, generator_inputs]`: latents, and the classes of `real` where it is conditioned; for
    /// an adversarial autoencoder, images.
    pub latents: T,
    /// Of the real samples and of the fakes.
    pub perturbations: [Perturbation<T>; 2],
    /// The discriminator's dropout masks.
    pub masks: Vec<T>,
    /// The random numbers of the gradient penalty's points, where they have any.
    pub penalty: Option<T>,
    /// For consistency regularisation, where it is set.
    pub consistency: Option<ConsistencyInputs<T>>,
    /// The start of VAT's power iteration, where it is set: `[2n / pack, pack × d_dim]`.
    pub vat: Option<T>,
    /// Learning rate and bias corrections: [`Optimizer::inputs`](crate::optimizer::Optimizer::inputs).
    pub optimizer: T,
}

/// The inputs of the generator update.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorInputs<T> {
    /// The generator's input, `[n, generator_inputs]`.
    pub latents: T,
    /// The classes in it, one-hot, `[n, classes]`.
    pub classes: Option<T>,
    /// Of the fakes.
    pub perturbation: Perturbation<T>,
    /// The discriminator's dropout masks.
    pub masks: Vec<T>,
    /// For feature matching, where it is set.
    pub feature_matching: Option<FeatureMatchingInputs<T>>,
    /// Directions among the samples for the path length, where it is set: `[⌈n/2⌉, d_dim]`.
    pub path_length: Option<T>,
    /// Learning rate and bias corrections: [`Optimizer::inputs`](crate::optimizer::Optimizer::inputs).
    pub optimizer: T,
}

/// Random numbers between samples and the discriminator.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbation<T> {
    /// One for each augmentation.
    pub augmentations: Vec<AugmentationInputs<T>>,
    /// Instance noise, `[n, d_dim]`, where there is any in this step.
    pub noise: Option<T>,
}

/// The inputs of consistency regularisation.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsistencyInputs<T> {
    /// Of the real samples and of the fakes, one for each augmentation.
    pub augmentations: [Vec<AugmentationInputs<T>>; 2],
    /// The discriminator's dropout masks for the augmented samples.
    pub masks: Vec<T>,
}

/// The inputs of feature matching.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMatchingInputs<T> {
    /// Of the real samples.
    pub perturbation: Perturbation<T>,
    /// The discriminator's dropout masks for them.
    pub masks: Vec<T>,
}

impl StepInputs<HostMatrix> {
    /// The same on `device`, in one upload.
    #[must_use]
    pub fn upload(self, device: &Device) -> StepInputs<Tensor<2>> {
        if is_host(device) {
            return self.map(&mut |matrix: HostMatrix| matrix.upload(device));
        }
        let packed = self.pack();
        packed.layout.parts(&upload(packed.values, device))
    }

    /// Everything in one list of numbers.
    pub(super) fn pack(self) -> Packed {
        let (mut pieces, mut len) = (Vec::new(), 0_usize);
        let mut place = |numbers: Vec<f32>| {
            let start = len;
            len = (len + numbers.len()).next_multiple_of(ALIGNMENT);
            pieces.push(numbers);
            start
        };
        let parts = self.map(&mut |m: HostMatrix| Part { shape: m.shape, start: place(m.values) });
        let mut values = Vec::with_capacity(len);
        for piece in &pieces {
            values.extend_from_slice(piece);
            values.resize(values.len().next_multiple_of(ALIGNMENT), 0.0);
        }
        Packed { values, layout: Layout { parts, len } }
    }
}

/// The inputs of a step as one list of numbers.
pub(super) struct Packed {
    pub values: Vec<f32>,
    pub layout: Layout,
}

/// Where the inputs of a step are in such a list.
#[derive(Clone, PartialEq)]
pub(super) struct Layout {
    parts: StepInputs<Part>,
    /// The number of all numbers.
    pub len: usize,
}

/// A matrix in a list of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    start: usize,
    shape: [usize; 2],
}

/// A list of numbers on a device.
pub(super) fn upload(numbers: Vec<f32>, device: &Device) -> Tensor<1> {
    let shape = [numbers.len()];
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

impl Layout {
    /// The inputs as parts of the numbers on a device.
    pub(super) fn parts(&self, numbers: &Tensor<1>) -> StepInputs<Tensor<2>> {
        self.parts.clone().map(&mut |Part { start, shape }| part(numbers.clone(), start, shape))
    }
}

// The same inputs with each matrix through `f`, always in the same order.

fn all<T, U>(matrices: Vec<T>, f: &mut impl FnMut(T) -> U) -> Vec<U> {
    matrices.into_iter().map(f).collect()
}

fn augmentations<T, U>(inputs: Vec<AugmentationInputs<T>>, f: &mut impl FnMut(T) -> U) -> Vec<AugmentationInputs<U>> {
    inputs.into_iter().map(|inputs| inputs.map(f)).collect()
}

impl<T> StepInputs<T> {
    pub(super) fn map<U>(self, f: &mut impl FnMut(T) -> U) -> StepInputs<U> {
        StepInputs {
            discriminator: self.discriminator.into_iter().map(|inputs| inputs.map(f)).collect(),
            generator: self.generator.map(f),
            ema_decay: self.ema_decay.map(&mut *f),
        }
    }
}

impl<T> Samples<T> {
    pub(super) fn map<U>(self, f: &mut impl FnMut(T) -> U) -> Samples<U> {
        Samples { rows: f(self.rows), classes: self.classes.map(f) }
    }
}

impl<T> DiscriminatorInputs<T> {
    pub(super) fn map<U>(self, f: &mut impl FnMut(T) -> U) -> DiscriminatorInputs<U> {
        DiscriminatorInputs {
            real: self.real.map(f),
            latents: f(self.latents),
            perturbations: self.perturbations.map(|perturbation| perturbation.map(f)),
            masks: all(self.masks, f),
            penalty: self.penalty.map(&mut *f),
            consistency: self.consistency.map(|inputs| inputs.map(f)),
            vat: self.vat.map(&mut *f),
            optimizer: f(self.optimizer),
        }
    }
}

impl<T> GeneratorInputs<T> {
    pub(super) fn map<U>(self, f: &mut impl FnMut(T) -> U) -> GeneratorInputs<U> {
        GeneratorInputs {
            latents: f(self.latents),
            classes: self.classes.map(&mut *f),
            perturbation: self.perturbation.map(f),
            masks: all(self.masks, f),
            feature_matching: self.feature_matching.map(|inputs| inputs.map(f)),
            path_length: self.path_length.map(&mut *f),
            optimizer: f(self.optimizer),
        }
    }
}

impl<T> Perturbation<T> {
    fn map<U>(self, f: &mut impl FnMut(T) -> U) -> Perturbation<U> {
        Perturbation { augmentations: augmentations(self.augmentations, f), noise: self.noise.map(f) }
    }
}

impl<T> ConsistencyInputs<T> {
    fn map<U>(self, f: &mut impl FnMut(T) -> U) -> ConsistencyInputs<U> {
        let [real, fake] = self.augmentations;
        ConsistencyInputs { augmentations: [augmentations(real, f), augmentations(fake, f)], masks: all(self.masks, f) }
    }
}

impl<T> FeatureMatchingInputs<T> {
    fn map<U>(self, f: &mut impl FnMut(T) -> U) -> FeatureMatchingInputs<U> {
        FeatureMatchingInputs { perturbation: self.perturbation.map(f), masks: all(self.masks, f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::tests::trainer;

    /// Every matrix, in order.
    fn numbers(inputs: StepInputs<Tensor<2>>) -> Vec<Vec<f32>> {
        let mut all = Vec::new();
        let _ = inputs.map(&mut |tensor| all.push(tensor.into_data().try_to_vec::<f32>().unwrap()));
        all
    }

    #[test]
    fn one_upload_holds_what_many_do() {
        let settings = [
            ("batch_size", "6"),
            ("conditional", "acgan"),
            ("augment", "[\"translation\", \"cutout\"]"),
            ("consistency_weight", "1"),
            ("feature_matching_weight", "1"),
            ("path_length_weight", "1"),
            ("vat_weight", "1"),
            ("gradient_penalty", "dragan"),
            ("instance_noise", "0.1"),
            ("n_critic", "2"),
            ("ema_decay", "0.9"),
            ("examples_per_class", "3"),
        ];
        let mut trainer = trainer("digits-mlp", &settings);
        let inputs = trainer.draw_inputs();
        let device = Device::flex();
        let many = numbers(inputs.clone().upload(&device));
        assert_eq!(many.len(), 41);
        let packed = inputs.pack();
        assert_eq!(numbers(packed.layout.parts(&upload(packed.values, &device))), many);
    }
}
