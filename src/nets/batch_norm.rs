//! Batch normalisation (Ioffe & Szegedy 2015).

use burn::tensor::Tensor;

use super::layer::{Init, Numbers, Slot};
use super::{PullBack, constant_beside, untracked};

/// Added to variances before the square root.
const EPSILON: f32 = 1e-5;
/// Share of the newest batch in the running statistics.
const MOMENTUM: f32 = 0.1;

/// Normalises each channel over the batch and all positions, then scales and shifts it.
///
/// In training it uses the batch's own statistics; at rest the running ones. Which of the two is the caller's to say, so that
/// a generator that only supplies fakes is still in training.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Channels in a row.
    pub channels: usize,
    /// Numbers a channel.
    pub positions: usize,
}

impl BatchNorm {
    pub(super) fn weights(self) -> Vec<Slot> {
        let slot = |role, init| Slot { role, shape: [1, self.channels], init };
        vec![slot("gain", super::dcgan::GAIN), slot("bias", Init::Constant(0.0))]
    }

    pub(super) fn statistics(self) -> Vec<Slot> {
        let slot = |role, start| Slot { role, shape: [1, self.channels], init: Init::Constant(start) };
        vec![slot("mean", 0.0), slot("variance", 1.0)]
    }

    /// With the batch's statistics, and leaves behind the running ones that they lead to.
    pub(super) fn train(self, x: Tensor<2>, numbers: &mut Numbers, left: &mut Vec<Tensor<2>>) -> Tensor<2> {
        let (gain, bias) = (numbers.next(), numbers.next());
        let [n, _] = x.dims();
        let x = x.reshape([n, self.channels, self.positions]);
        let over_all = |t: Tensor<3>| t.mean_dim(2).mean_dim(0);
        let mean = over_all(x.clone());
        let centred = x - mean.clone();
        let variance = over_all(centred.clone() * centred.clone());
        let scale = self.spread(gain) / (variance.clone() + EPSILON).sqrt();
        let y = centred * scale + self.spread(bias);

        let flat = |t: Tensor<3>| untracked(t).reshape([1, self.channels]);
        // The running variance is the unbiased one, as everywhere in the field.
        let count = (n * self.positions) as f32;
        let unbiased = count / (count - 1.0).max(1.0);
        left.push(numbers.running() * (1.0 - MOMENTUM) + flat(mean) * MOMENTUM);
        left.push(numbers.running() * (1.0 - MOMENTUM) + flat(variance) * (MOMENTUM * unbiased));
        y.reshape([n, self.channels * self.positions])
    }

    /// With the running statistics.
    pub(super) fn rest(self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let (scale, shift) = self.affine(&x, numbers);
        let [n, width] = x.dims();
        let x = x.reshape([n, self.channels, self.positions]);
        (x * scale + shift).reshape([n, width])
    }

    pub(super) fn linearize(self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let (scale, shift) = self.affine(&x, numbers);
        let [n, width] = x.dims();
        let grouped = move |t: Tensor<2>| t.reshape([n, self.channels, self.positions]);
        let y = grouped(x) * scale.clone() + shift;
        let back = move |g| (grouped(g) * scale).reshape([n, width]);
        (y.reshape([n, width]), Box::new(back))
    }

    /// At rest it is a factor and a shift for each channel, `[1, channels, 1]`.
    fn affine(self, x: &Tensor<2>, numbers: &mut Numbers) -> (Tensor<3>, Tensor<3>) {
        let (gain, bias) = (numbers.next(), numbers.next());
        let mut running = || constant_beside(x, numbers.running());
        let (mean, variance) = (running(), running());
        let scale = gain / (variance + EPSILON).sqrt();
        let shift = bias - mean * scale.clone();
        (self.spread(scale), self.spread(shift))
    }

    fn spread(self, row: Tensor<2>) -> Tensor<3> {
        row.reshape([1, self.channels, 1])
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Layer, Network, Weights, matrix};
    use crate::rng::{Rng, Stream};

    /// With these gain and bias, and running mean and variance, in both channels.
    fn network(norm: BatchNorm, trained: [f32; 2], statistics: [f32; 2]) -> (Network, Weights) {
        let pair = |value| matrix(vec![value; 2], [1, 2], &Device::flex());
        let weights = Weights { trained: trained.map(pair).to_vec(), statistics: statistics.map(pair).to_vec() };
        (Network::new(vec![Layer::BatchNorm(norm)]), weights)
    }

    fn channel_moments(y: &[f32], channel: usize) -> (f32, f32) {
        let values: Vec<f32> = y.chunks(8).flat_map(|row| &row[4 * channel..4 * channel + 4]).copied().collect();
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n)
    }

    #[test]
    fn a_faint_input_comes_out_with_unit_variance() {
        // A variance of .01 shows whether epsilon is 1e-5 or the .8 that is copied around.
        let norm = BatchNorm { channels: 2, positions: 4 };
        let mut rng = Rng::new(0, Stream::Data);
        let x = rng.normals(64 * 8).iter().map(|v| 3.0 + 0.1 * v).collect();
        let x = matrix(x, [64, 8], &Device::flex());
        let (network, weights) = network(norm, [1.0, 0.0], [0.0, 1.0]);
        let pass = network.train(&weights, x, &mut rng);
        let y = pass.output.into_data().try_to_vec::<f32>().unwrap();
        for channel in 0..2 {
            let (mean, variance) = channel_moments(&y, channel);
            assert!(mean.abs() < 1e-4 && (variance - 1.0).abs() < 5e-3, "{mean} {variance}");
        }
        let running = |i: usize| pass.statistics[i].clone().into_data();
        let [mean, variance] = [0, 1].map(|i| running(i).try_to_vec::<f32>().unwrap()[0]);
        assert!((mean - 0.3).abs() < 0.005, "{mean}");
        assert!((variance - (0.9 + 0.001)).abs() < 1e-3, "{variance}");
    }

    #[test]
    fn at_rest_a_row_does_not_see_its_batch_mates() {
        let norm = BatchNorm { channels: 2, positions: 4 };
        let device = Device::flex();
        let (network, weights) = network(norm, [2.0, 0.5], [1.0, 4.0]);
        let row: Vec<f32> = (0..8u8).map(f32::from).collect();
        let sample = |x: Vec<f32>, n| {
            let y = network.sample(&weights, matrix(x, [n, 8], &device));
            y.into_data().try_to_vec::<f32>().unwrap()
        };
        let alone = sample(row.clone(), 1);
        let together = sample([row, vec![100.0; 8]].concat(), 2);
        assert_eq!(alone, together[..8]);
        // 2 (x - 1) / 2 + .5
        assert!((alone[3] - 2.5).abs() < 1e-4, "{alone:?}");
    }
}
