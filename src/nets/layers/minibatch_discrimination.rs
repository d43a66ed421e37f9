//! Minibatch discrimination (Salimans et al. 2016, §3.2).
//!
//! In training, a feature compares each sample with the others of its batch. In evaluation a sample stands alone, and
//! gets the running mean of the feature: that of a typical batch.

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Training, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::Init;
use crate::tensor::{constant_like, detach};

/// Maps each sample's features to `kernels` points of `dim` numbers, and appends for each kernel Σ exp(−‖difference‖₁)
/// over the other samples of the batch: rows `[n, inputs]` to `[n, inputs + kernels]`.
#[derive(Clone, Copy, Debug)]
pub struct MinibatchDiscrimination {
    /// Features of a sample.
    pub inputs: usize,
    /// Numbers appended.
    pub kernels: usize,
    /// Numbers that a kernel compares.
    pub dim: usize,
}

impl Layer for MinibatchDiscrimination {
    fn params(&self) -> Vec<ParamSpec> {
        vec![ParamSpec::matrix([self.inputs, self.kernels * self.dim], Init::fan_in_uniform(self.inputs))]
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        vec![ParamSpec::row("running_mean", self.kernels, Init::Constant(0.0))]
    }

    fn masks(&self, _rows: usize) -> Vec<Mask> {
        Vec::new()
    }

    fn couples_batch(&self) -> bool {
        true
    }

    fn cost(&self, width: usize) -> Cost {
        let multiplications = self.inputs * self.kernels * self.dim;
        Cost { multiplications, ..Cost::of_width(width + self.kernels) }
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        let Mode::Train(training) = mode else {
            weights.param();
            return append_running_mean(x, weights);
        };
        let [n, _] = x.dims();
        let points = weights.precision.matmul(x.clone(), weights.param());
        let points = points.reshape([n, 1, self.kernels, self.dim]);
        let others = points.clone().reshape([1, n, self.kernels, self.dim]);
        let distance = (points - others).abs().sum_dim(3);
        // Less the sample's own term: its distance from itself is 0.
        let nearness = (-distance).exp().sum_dim(1) - 1.0;
        append(x, nearness.reshape([n, self.kernels]), weights, training)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let width = self.inputs;
        (self.forward(x, weights, &mut Mode::Eval), Box::new(move |g| g.narrow(1, 0, width)))
    }
}

/// Appends a feature of this batch, and leaves its running mean.
pub(super) fn append(
    x: Tensor<2>,
    feature: Tensor<2>,
    weights: &mut ParamCursor,
    training: &mut Training,
) -> Tensor<2> {
    let mean = detach(feature.clone()).mean_dim(0);
    training.leave(weights.buffer(), mean);
    Tensor::cat(vec![x, feature], 1)
}

/// Appends the feature's running mean.
pub(super) fn append_running_mean(x: Tensor<2>, weights: &mut ParamCursor) -> Tensor<2> {
    let [n, _] = x.dims();
    let mean = constant_like(&x, weights.buffer());
    let [_, features] = mean.dims();
    Tensor::cat(vec![x, mean.expand([n, features])], 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Network, Weights};
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    const KERNELS: usize = 3;

    fn discrimination() -> (Network, Weights) {
        let layer = MinibatchDiscrimination { inputs: 2, kernels: KERNELS, dim: 4 };
        let network = Network::new(vec![Box::new(layer)]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &Device::flex());
        (network, weights)
    }

    fn train(network: &Network, weights: &Weights, rows: &[[f32; 2]]) -> Vec<Vec<f32>> {
        let x = matrix(rows.concat(), [rows.len(), 2], &Device::flex());
        let y = network.forward(weights, x, Mode::train(Vec::new())).output;
        let width = y.dims()[1];
        let y = y.into_data().try_to_vec::<f32>().unwrap();
        y.chunks(width).map(<[f32]>::to_vec).collect()
    }

    #[test]
    fn identical_rows_count_each_other_and_not_themselves() {
        let (network, weights) = discrimination();
        for row in train(&network, &weights, &[[0.3, -0.7]; 5]) {
            assert_eq!(row, [0.3, -0.7, 4.0, 4.0, 4.0]);
        }
        let apart = [[-300.0, 0.0], [0.0, 0.0], [300.0, 300.0]];
        for (row, features) in apart.iter().zip(train(&network, &weights, &apart)) {
            assert_eq!(features[..2], row[..]);
            assert!(features[2..].iter().all(|f| f.abs() < 1e-6), "{features:?}");
        }
    }

    #[test]
    fn a_permuted_batch_gives_permuted_features() {
        let (network, weights) = discrimination();
        let rows = [[0.1, 0.2], [0.3, -0.4], [-0.5, 0.6]];
        let one = train(&network, &weights, &rows);
        let other = train(&network, &weights, &[rows[2], rows[0], rows[1]]);
        for (a, b) in [(2, 0), (0, 1), (1, 2)] {
            for (x, y) in one[a].iter().zip(&other[b]) {
                assert!((x - y).abs() < 1e-6, "{one:?} {other:?}");
            }
        }
        assert!(one[0][2] > 0.1 && one[0][2] < 2.0, "{one:?}");
    }

    #[test]
    fn in_evaluation_a_sample_has_the_features_of_a_typical_batch() {
        let (network, mut weights) = discrimination();
        let device = Device::flex();
        let batch = || matrix(vec![0.5; 10], [5, 2], &device);
        for _ in 0..100 {
            weights.buffers = network.forward(&weights, batch(), Mode::train(Vec::new())).buffers;
        }
        let alone = network.eval(&weights, matrix(vec![7.0, 8.0], [1, 2], &device));
        let alone = alone.into_data().try_to_vec::<f32>().unwrap();
        assert_eq!(alone[..2], [7.0, 8.0]);
        assert!(alone[2..].iter().all(|f| (f - 4.0).abs() < 1e-3), "{alone:?}");
    }
}
