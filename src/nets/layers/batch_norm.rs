//! Batch normalisation (Ioffe & Szegedy 2015).

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Training, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::{DCGAN_SCALE, Init};
use crate::tensor::{constant_like, detach};

/// Normalises each channel over the batch and all positions, then scales and shifts it.
///
/// In training it uses the batch's own statistics, also where a generator only supplies fakes; in evaluation the
/// running ones.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// Channels in a row.
    pub channels: usize,
    /// Numbers a channel.
    pub positions: usize,
}

impl BatchNorm {
    /// Added to variances before the square root.
    pub const EPSILON: f32 = 1e-5;

    /// With the statistics of the batch; leaves the running statistics after it.
    fn train(self, x: Tensor<2>, weights: &mut ParamCursor, training: &mut Training) -> Tensor<2> {
        let (scale, bias) = (weights.param(), weights.param());
        let [n, _] = x.dims();
        let x = x.reshape([n, self.channels, self.positions]);
        let over_all = |t: Tensor<3>| t.mean_dim(2).mean_dim(0);
        let mean = over_all(x.clone());
        let centred = x - mean.clone();
        let variance = over_all(centred.clone() * centred.clone());
        let scale = self.per_channel(scale) / (variance.clone() + Self::EPSILON).sqrt();
        let y = centred * scale + self.per_channel(bias);

        let flat = |t: Tensor<3>| detach(t).reshape([1, self.channels]);
        // The running variance is the unbiased one, as everywhere in the field.
        let count = (n * self.positions) as f32;
        let unbiased = count / (count - 1.0).max(1.0);
        training.leave(weights.buffer(), flat(mean));
        training.leave(weights.buffer(), flat(variance) * unbiased);
        y.reshape([n, self.channels * self.positions])
    }

    /// In evaluation it is a factor and a shift for each channel, `[1, channels, 1]`.
    fn affine(self, x: &Tensor<2>, weights: &mut ParamCursor) -> (Tensor<3>, Tensor<3>) {
        let (scale, bias) = (weights.param(), weights.param());
        let mut running = || constant_like(x, weights.buffer());
        let (mean, variance) = (running(), running());
        let factor = scale / (variance + Self::EPSILON).sqrt();
        let shift = bias - mean * factor.clone();
        (self.per_channel(factor), self.per_channel(shift))
    }

    fn per_channel(self, row: Tensor<2>) -> Tensor<3> {
        row.reshape([1, self.channels, 1])
    }
}

impl Layer for BatchNorm {
    fn params(&self) -> Vec<ParamSpec> {
        vec![
            ParamSpec::row("weight", self.channels, DCGAN_SCALE),
            ParamSpec::row("bias", self.channels, Init::Constant(0.0)),
        ]
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        vec![
            ParamSpec::row("running_mean", self.channels, Init::Constant(0.0)),
            ParamSpec::row("running_var", self.channels, Init::Constant(1.0)),
        ]
    }

    fn masks(&self, _rows: usize) -> Vec<Mask> {
        Vec::new()
    }

    fn couples_batch(&self) -> bool {
        true
    }

    fn cost(&self, width: usize) -> Cost {
        Cost::of_width(width)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        match mode {
            Mode::Train(training) => self.train(x, weights, training),
            Mode::Eval => self.vjp(x, weights).0,
        }
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let (factor, shift) = self.affine(&x, weights);
        let [n, width] = x.dims();
        let (channels, positions) = (self.channels, self.positions);
        let grouped = move |t: Tensor<2>| t.reshape([n, channels, positions]);
        let y = grouped(x) * factor.clone() + shift;
        let vjp = move |g| (grouped(g) * factor).reshape([n, width]);
        (y.reshape([n, width]), Box::new(vjp))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Network, Weights};
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    /// With this scale and bias, and running mean and variance, in both channels.
    fn network(norm: BatchNorm, params: [f32; 2], buffers: [f32; 2]) -> (Network, Weights) {
        let pair = |value| matrix(vec![value; 2], [1, 2], &Device::flex());
        let weights = Weights { params: params.map(pair).to_vec(), buffers: buffers.map(pair).to_vec() };
        (Network::new(vec![Box::new(norm)]), weights)
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
        let result = network.forward(&weights, x, Mode::train(Vec::new()));
        let y = result.output.into_data().try_to_vec::<f32>().unwrap();
        for channel in 0..2 {
            let (mean, variance) = channel_moments(&y, channel);
            assert!(mean.abs() < 1e-4 && (variance - 1.0).abs() < 5e-3, "{mean} {variance}");
        }
        let running = |i: usize| result.buffers[i].clone().into_data();
        let [mean, variance] = [0, 1].map(|i| running(i).try_to_vec::<f32>().unwrap()[0]);
        assert!((mean - 0.3).abs() < 0.005, "{mean}");
        assert!((variance - (0.9 + 0.001)).abs() < 1e-3, "{variance}");
    }

    #[test]
    fn in_evaluation_a_row_does_not_depend_on_the_others() {
        let norm = BatchNorm { channels: 2, positions: 4 };
        let device = Device::flex();
        let (network, weights) = network(norm, [2.0, 0.5], [1.0, 4.0]);
        let row: Vec<f32> = (0..8u8).map(f32::from).collect();
        let eval = |x: Vec<f32>, n| {
            let y = network.eval(&weights, matrix(x, [n, 8], &device));
            y.into_data().try_to_vec::<f32>().unwrap()
        };
        let alone = eval(row.clone(), 1);
        let together = eval([row, vec![100.0; 8]].concat(), 2);
        assert_eq!(alone, together[..8]);
        // 2 (x - 1) / 2 + .5
        assert!((alone[3] - 2.5).abs() < 1e-4, "{alone:?}");
    }
}
