//! LayerNorm (Ba, Kiros & Hinton 2016) and InstanceNorm (Ulyanov et al. 2016): normalisation that leaves a sample's
//! batch-mates alone, so that a critic under a gradient penalty may have it.

use burn::tensor::Tensor;

use super::layer::{Init, Numbers, Slot};
use super::{PullBack, dcgan};

/// Added to variances before the square root.
const EPSILON: f32 = 1e-5;

/// Normalises a sample over all of its numbers, or over each channel's, then scales and shifts each channel.
#[derive(Clone, Copy, Debug)]
pub struct SampleNorm {
    /// Channels in a row.
    pub channels: usize,
    /// Numbers a channel.
    pub positions: usize,
    /// Each channel apart (InstanceNorm), or all together (LayerNorm).
    pub apart: bool,
}

impl SampleNorm {
    pub(super) fn weights(self) -> Vec<Slot> {
        let slot = |role, init| Slot { role, shape: [1, self.channels], init };
        vec![slot("gain", dcgan::GAIN), slot("bias", Init::Constant(0.0))]
    }

    pub(super) fn forward(self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        self.linearize(x, numbers).0
    }

    /// With y = (x - μ) / s the way back is (g - mean g - y mean(g y)) / s: what is left of g once what μ and s take back
    /// is gone.
    pub(super) fn linearize(self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let [n, width] = x.dims();
        let grouped = move |t: Tensor<2>| t.reshape([n, self.channels, self.positions]);
        let gain = numbers.next().reshape([1, self.channels, 1]);
        let bias = numbers.next().reshape([1, self.channels, 1]);
        let x = grouped(x);
        let centred = x.clone() - self.mean(x);
        let spread = (self.mean(centred.clone() * centred.clone()) + EPSILON).sqrt();
        let y = centred / spread.clone();
        let out = y.clone() * gain.clone() + bias;
        let back = move |g: Tensor<2>| {
            let g = grouped(g) * gain;
            let along = self.mean(g.clone() * y.clone());
            ((g.clone() - self.mean(g) - y * along) / spread).reshape([n, width])
        };
        (out.reshape([n, width]), Box::new(back))
    }

    /// Over what is normalised together: `[n, 1, 1]`, or `[n, channels, 1]`.
    fn mean(self, x: Tensor<3>) -> Tensor<3> {
        let x = x.mean_dim(2);
        if self.apart { x } else { x.mean_dim(1) }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Layer, Network, Weights, matrix};
    use crate::rng::{Rng, Stream};

    #[test]
    fn a_faint_sample_comes_out_with_unit_variance_whatever_its_mates() {
        let device = Device::flex();
        for apart in [false, true] {
            let norm = SampleNorm { channels: 4, positions: 256, apart };
            let network = Network::new(vec![Layer::SampleNorm(norm)]);
            let weights = Weights {
                trained: vec![Tensor::ones([1, 4], &device), Tensor::zeros([1, 4], &device)],
                statistics: Vec::new(),
            };
            let x: Vec<f32> = Rng::new(0, Stream::Data).normals(1024).iter().map(|v| 3.0 + 0.1 * v).collect();
            let run = |x: Vec<f32>| {
                let n = x.len() / 1024;
                let y = network.sample(&weights, matrix(x, [n, 1024], &device));
                y.into_data().try_to_vec::<f32>().unwrap()
            };
            let alone = run(x.clone());
            let variance = alone.iter().map(|v| v * v).sum::<f32>() / 1024.0;
            // A variance of .01, and 1e-5 beside it.
            assert!((variance - 0.999).abs() < 2e-3, "{variance}");
            let together = run([x, vec![100.0; 1024]].concat());
            assert_eq!(alone[..], together[..1024]);
        }
    }
}
