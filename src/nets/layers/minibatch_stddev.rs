//! Minibatch standard deviation (Karras et al. 2018, §3). In evaluation a sample gets the running mean of the feature.

use burn::tensor::Tensor;

use super::minibatch_discrimination::{append, append_running_mean};
use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::Init;

/// Keeps the gradient of a square root finite.
const EPSILON: f32 = 1e-8;

/// Appends the mean over all features of their standard deviation in the batch: rows `[n, inputs]` to `[n, inputs +
/// 1]`.
#[derive(Clone, Copy, Debug)]
pub struct MinibatchStddev;

impl Layer for MinibatchStddev {
    fn params(&self) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        vec![ParamSpec::row("running_mean", 1, Init::Constant(0.0))]
    }

    fn masks(&self, _rows: usize) -> Vec<Mask> {
        Vec::new()
    }

    fn couples_batch(&self) -> bool {
        true
    }

    fn cost(&self, width: usize) -> Cost {
        Cost::of_width(width + 1)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        let Mode::Train(training) = mode else {
            return append_running_mean(x, weights);
        };
        let [n, _] = x.dims();
        let centred = x.clone() - x.clone().mean_dim(0);
        let variance = (centred.clone() * centred).mean_dim(0);
        let deviation = (variance + EPSILON).sqrt().mean_dim(1);
        append(x, deviation.expand([n, 1]), weights, training)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let width = x.dims()[1];
        (append_running_mean(x, weights), Box::new(move |g| g.narrow(1, 0, width)))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::Network;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn the_deviation_of_a_batch_is_appended_to_each_row() {
        let device = Device::flex();
        let network = Network::new(vec![Box::new(MinibatchStddev)]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &device);
        let train = |rows: &[[f32; 2]]| {
            let x = matrix(rows.concat(), [rows.len(), 2], &device);
            let y = network.forward(&weights, x, Mode::train(Vec::new())).output;
            y.into_data().try_to_vec::<f32>().unwrap()
        };
        // Deviations 1 and 3 (of the population), so 2 in the mean.
        for row in train(&[[1.0, 0.0], [3.0, 6.0]]).chunks(3) {
            assert!((row[2] - 2.0).abs() < 1e-5, "{row:?}");
        }
        assert!(train(&[[1.0, 5.0]; 4])[2] < 1e-3);
    }
}
