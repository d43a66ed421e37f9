//! What a discriminator can tell of a whole batch: that its samples are too alike.
//!
//! In training, a feature compares each sample with its batch-mates. At rest there are none, and each sample is taken for one of a
//! typical batch: it is given the running mean of the feature.

use burn::tensor::Tensor;

use super::layer::{Init, Numbers, Slot};
use super::{PullBack, constant_beside, untracked};

/// Share of the newest batch in a running mean.
const MOMENTUM: f32 = 0.1;
/// Keeps the gradient of a square root finite.
const EPSILON: f32 = 1e-8;

/// Minibatch discrimination (Salimans et al. 2016, §3.2): each sample's features become `kernels` points of `dim` numbers; for
/// each kernel, Σ exp(-‖difference‖₁) over its batch-mates, itself left out, is appended.
#[derive(Clone, Copy, Debug)]
pub struct MinibatchDiscrimination {
    /// Features of a sample.
    pub inputs: usize,
    /// Numbers appended.
    pub kernels: usize,
    /// Numbers that a kernel compares.
    pub dim: usize,
}

/// Minibatch standard deviation (Karras et al. 2018, §3): the mean over all features of their deviation in the batch is appended.
#[derive(Clone, Copy, Debug)]
pub struct MinibatchStddev;

impl MinibatchDiscrimination {
    pub(super) fn weights(self) -> Vec<Slot> {
        vec![Slot {
            role: "weight",
            shape: [self.inputs, self.kernels * self.dim],
            init: Init::Uniform(1.0 / (self.inputs as f32).sqrt()),
        }]
    }

    pub(super) fn statistics(self) -> Vec<Slot> {
        vec![Slot { role: "nearness", shape: [1, self.kernels], init: Init::Constant(0.0) }]
    }

    pub(super) fn train(self, x: Tensor<2>, numbers: &mut Numbers, left: &mut Vec<Tensor<2>>) -> Tensor<2> {
        let [n, _] = x.dims();
        let points = x.clone().matmul(numbers.next());
        let points = points.reshape([n, 1, self.kernels, self.dim]);
        let mates = points.clone().reshape([1, n, self.kernels, self.dim]);
        let distance = (points - mates).abs().sum_dim(3);
        // A sample is at distance 0 from itself, and that counts for nothing.
        let nearness = (-distance).exp().sum_dim(1) - 1.0;
        append(x, nearness.reshape([n, self.kernels]), numbers, left)
    }

    pub(super) fn rest(x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        numbers.next();
        append_typical(x, numbers)
    }

    pub(super) fn linearize(x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let width = x.dims()[1];
        (Self::rest(x, numbers), Box::new(move |g| g.narrow(1, 0, width)))
    }
}

impl MinibatchStddev {
    pub(super) fn statistics() -> Vec<Slot> {
        vec![Slot { role: "deviation", shape: [1, 1], init: Init::Constant(0.0) }]
    }

    pub(super) fn train(x: Tensor<2>, numbers: &mut Numbers, left: &mut Vec<Tensor<2>>) -> Tensor<2> {
        let [n, _] = x.dims();
        let centred = x.clone() - x.clone().mean_dim(0);
        let variance = (centred.clone() * centred).mean_dim(0);
        let deviation = (variance + EPSILON).sqrt().mean_dim(1);
        append(x, deviation.expand([n, 1]), numbers, left)
    }

    pub(super) fn linearize(x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let width = x.dims()[1];
        (append_typical(x, numbers), Box::new(move |g| g.narrow(1, 0, width)))
    }
}

/// Appends a feature of this batch, and moves its running mean.
fn append(x: Tensor<2>, feature: Tensor<2>, numbers: &mut Numbers, left: &mut Vec<Tensor<2>>) -> Tensor<2> {
    let mean = untracked(feature.clone()).mean_dim(0);
    left.push(numbers.running() * (1.0 - MOMENTUM) + mean * MOMENTUM);
    Tensor::cat(vec![x, feature], 1)
}

/// Appends the feature's running mean.
pub(super) fn append_typical(x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
    let [n, _] = x.dims();
    let typical = constant_beside(&x, numbers.running());
    let [_, features] = typical.dims();
    Tensor::cat(vec![x, typical.expand([n, features])], 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Layer, Network, Weights, matrix};
    use crate::rng::{Rng, Stream};

    const KERNELS: usize = 3;

    fn discrimination() -> (Network, Weights) {
        let layer = MinibatchDiscrimination { inputs: 2, kernels: KERNELS, dim: 4 };
        let network = Network::new(vec![Layer::MinibatchDiscrimination(layer)]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &Device::flex());
        (network, weights)
    }

    fn train(network: &Network, weights: &Weights, rows: &[[f32; 2]]) -> Vec<Vec<f32>> {
        let x = matrix(rows.concat(), [rows.len(), 2], &Device::flex());
        let y = network.train(weights, x, &mut Rng::new(0, Stream::Dropout)).output;
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
    fn the_deviation_of_a_batch_is_appended_to_each_row() {
        let network = Network::new(vec![Layer::MinibatchStddev(MinibatchStddev)]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &Device::flex());
        // Deviations 1 and 3 (of the population), so 2 in the mean.
        for row in train(&network, &weights, &[[1.0, 0.0], [3.0, 6.0]]) {
            assert!((row[2] - 2.0).abs() < 1e-5, "{row:?}");
        }
        assert!(train(&network, &weights, &[[1.0, 5.0]; 4])[0][2] < 1e-3);
    }

    #[test]
    fn at_rest_a_sample_is_one_of_a_typical_batch() {
        let (network, mut weights) = discrimination();
        let device = Device::flex();
        let batch = || matrix(vec![0.5; 10], [5, 2], &device);
        for _ in 0..100 {
            let mut rng = Rng::new(0, Stream::Dropout);
            weights.statistics = network.train(&weights, batch(), &mut rng).statistics;
        }
        let alone = network.sample(&weights, matrix(vec![7.0, 8.0], [1, 2], &device));
        let alone = alone.into_data().try_to_vec::<f32>().unwrap();
        assert_eq!(alone[..2], [7.0, 8.0]);
        assert!(alone[2..].iter().all(|f| (f - 4.0).abs() < 1e-3), "{alone:?}");
    }
}
