//! Estimates of a step's multiplications and memory from the shapes of the networks.

use crate::experiment::{Experiment, GradientPenalty};
use crate::nets::Network;

/// The work and the memory of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCost {
    /// Multiplications in matrix products and convolutions.
    pub multiplications: f64,
    /// Bytes: parameters with their moments and gradients, and the outputs that the larger of the two updates keeps for
    /// its backward pass.
    pub bytes: f64,
}

impl StepCost {
    /// Of a step of a valid experiment with these networks, generator and discriminator, on average over a run.
    #[must_use]
    pub fn of(e: &Experiment, [generator, discriminator]: [&Network; 2]) -> Self {
        let g = generator.cost(e.trained_inputs());
        let d = discriminator.cost(e.discriminator_inputs());
        let (n, rows) = (e.batch_size as f64, (e.batch_size / e.pack) as f64);

        // A backward pass costs two forward ones: the gradients of the inputs, and of the weights.
        let mut passes = 3.0 * 2.0;
        if e.gradient_penalty != GradientPenalty::None {
            // The vector–Jacobian product at the points, and the backward pass through both.
            passes += 3.0 * 2.0;
        }
        if e.vat_weight > 0.0 {
            passes += 2.0 * 7.0;
        }
        if e.consistency_weight > 0.0 {
            passes += 3.0 * 2.0;
        }
        let [g_work, d_work] = [g, d].map(|cost| cost.multiplications as f64);
        let of_d = n * g_work + passes * rows * d_work;
        // Through the discriminator, but not to its weights.
        let of_g = 3.0 * n * g_work + 2.0 * rows * d_work;

        // Parameters, both moments and gradients; and the average.
        let copies = [4.0 + f64::from(u8::from(e.ema_decay > 0.0)), 4.0];
        let params: f64 =
            [generator, discriminator].iter().zip(copies).map(|(net, c)| net.num_params() as f64 * c).sum();
        let [g_kept, d_kept] = [g, d].map(|cost| (2 * cost.numbers) as f64);
        let scratch = [n * g.scratch as f64, 2.0 * rows * d.scratch as f64].into_iter().fold(0.0, f64::max);
        let kept = f64::max(passes / 3.0 * rows * d_kept, n * g_kept + rows * d_kept);
        Self {
            multiplications: e.n_critic as f64 * of_d + of_g,
            bytes: size_of::<f32>() as f64 * (params + kept + scratch),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::rng::{Rng, Stream};

    fn of(settings: &[(&str, &str)]) -> StepCost {
        let mut e = Experiment::preset("mnist-dcgan").unwrap();
        e.set_all(settings.iter().copied()).unwrap();
        StepCost::of(&e, [&Network::generator(&e), &Network::discriminator(&e)])
    }

    #[test]
    fn a_dcgan_costs_what_its_convolutions_multiply() {
        // 28 → 14 → 7 pixels with 64 and 128 channels, and back; kernels of 4 × 4.
        let conv = f64::from(14 * 14 * 64 * 16 + 7 * 7 * 128 * 64 * 16);
        let (g, d) = (conv + f64::from(100 * 7 * 7 * 128), conv + f64::from(7 * 7 * 128));
        let wanted = 128.0 * (4.0 * g + (2.0 * 3.0 + 2.0) * d);
        assert_eq!(of(&[]).multiplications, wanted);
        assert_eq!(of(&[("n_critic", "2")]).multiplications, wanted + 128.0 * (g + 6.0 * d));
    }

    #[test]
    fn memory_grows_with_the_batch_and_the_width() {
        let [small, batch, wide] =
            [&[][..], &[("batch_size", "1024")], &[("base_channels", "256")]].map(|settings| of(settings).bytes);
        assert!(batch > 6.0 * small && batch < 8.0 * small, "{small} {batch}");
        assert!(wide > 4.0 * small, "{small} {wide}");
    }

    #[test]
    fn widths_are_those_of_the_outputs() {
        let device = Device::flex();
        for preset in Experiment::presets() {
            let e = &preset.experiment;
            let inputs = [e.trained_inputs(), e.discriminator_inputs()];
            for (network, inputs) in [Network::generator(e), Network::discriminator(e)].iter().zip(inputs) {
                let weights = network.init(&mut Rng::new(0, Stream::Init), &device);
                let output = network.eval(&weights, Tensor::zeros([1, inputs], &device));
                assert_eq!(network.cost(inputs).width, output.dims()[1], "{}", e.name);
                let widths = network.widths(inputs);
                assert_eq!((widths[0], *widths.last().unwrap()), (inputs, output.dims()[1]), "{}", e.name);
            }
        }
    }
}
