//! One network on each of several equal parts of a row.

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::network::Network;

/// The same network, with the same weights, maps each of `parts` equal parts of a row; the outputs are concatenated.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Equal parts of a row.
    pub parts: usize,
    /// Their network.
    pub network: Network,
}

impl Shared {
    /// The parts as rows of their own: `[n, width]` to `[n × parts, width / parts]`.
    fn split(&self, x: Tensor<2>) -> Tensor<2> {
        let [n, width] = x.dims();
        x.reshape([n * self.parts, width / self.parts])
    }
}

/// `[n × parts, width]` to `[n, parts × width]`.
fn gather(rows: Tensor<2>, parts: usize) -> Tensor<2> {
    let [count, width] = rows.dims();
    rows.reshape([count / parts, parts * width])
}

impl Layer for Shared {
    fn params(&self) -> Vec<ParamSpec> {
        self.network.params()
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        self.network.buffers()
    }

    fn masks(&self, rows: usize) -> Vec<Mask> {
        self.network.masks(rows * self.parts)
    }

    fn couples_batch(&self) -> bool {
        self.network.couples_batch()
    }

    fn cost(&self, width: usize) -> Cost {
        let part = self.network.cost(width / self.parts);
        (0..self.parts).map(|_| part).fold(Cost::default(), Cost::concat)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        gather(self.network.run(self.split(x), weights, mode), self.parts)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let parts = self.parts;
        let (output, vjp) = self.network.run_vjp(self.split(x), weights);
        let vjp = move |g: Tensor<2>| {
            let [n, width] = g.dims();
            gather(vjp(g.reshape([n * parts, width / parts])), parts)
        };
        (gather(output, parts), Box::new(vjp))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::layers::Linear;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn parts_share_a_network() {
        let device = Device::flex();
        let linear = Network::new(vec![Box::new(Linear::new(2, 1))]);
        let network = Network::new(vec![Box::new(Shared { parts: 2, network: linear })]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &device);
        let numbers = |tensor: Tensor<2>| tensor.into_data().try_to_vec::<f32>().unwrap();
        let y = numbers(network.eval(&weights, matrix(vec![1.0, 2.0, 3.0, 4.0], [1, 4], &device)));
        let w = |i: usize| numbers(weights.params[i].clone());
        let by_hand = |x: [f32; 2]| x[0] * w(0)[0] + x[1] * w(0)[1] + w(1)[0];
        assert_eq!(y.len(), 2);
        assert!((y[0] - by_hand([1.0, 2.0])).abs() < 1e-6);
        assert!((y[1] - by_hand([3.0, 4.0])).abs() < 1e-6);
    }
}
