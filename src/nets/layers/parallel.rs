//! Networks in parallel, each on some columns of a row.

use std::ops::Range;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::network::Network;

/// Each branch maps ranges of a row; the outputs are concatenated. The identity as a branch copies its input.
#[derive(Clone, Debug)]
pub struct Parallel {
    /// The columns that each branch takes, and its network.
    pub branches: Vec<(Vec<Range<usize>>, Network)>,
}

impl Parallel {
    fn specs(&self, of: impl Fn(&Network) -> Vec<ParamSpec>) -> Vec<ParamSpec> {
        let branches = self.branches.iter().enumerate();
        branches.flat_map(|(i, (_, network))| of(network).into_iter().map(move |spec| spec.within(i))).collect()
    }
}

impl Layer for Parallel {
    fn params(&self) -> Vec<ParamSpec> {
        self.specs(Network::params)
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        self.specs(Network::buffers)
    }

    fn masks(&self, rows: usize) -> Vec<Mask> {
        self.branches.iter().flat_map(|(_, network)| network.masks(rows)).collect()
    }

    fn couples_batch(&self) -> bool {
        self.branches.iter().any(|(_, network)| network.couples_batch())
    }

    fn cost(&self, _width: usize) -> Cost {
        let branches = self.branches.iter();
        branches
            .map(|(columns, network)| network.cost(columns.iter().map(Range::len).sum()))
            .fold(Cost::default(), Cost::concat)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        let branches = self.branches.iter();
        let outputs = branches.map(|(ranges, network)| network.run(select(&x, ranges), weights, mode));
        Tensor::cat(outputs.collect(), 1)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let [n, width] = x.dims();
        let mut outputs = Vec::new();
        let mut vjps = Vec::new();
        for (ranges, network) in &self.branches {
            let (output, vjp) = network.run_vjp(select(&x, ranges), weights);
            vjps.push((ranges.clone(), output.dims()[1], vjp));
            outputs.push(output);
        }
        let vjp = move |g: Tensor<2>| {
            // A column that several branches take has the sum of their gradients.
            let mut total = g.zeros_like().narrow(1, 0, 1).expand([n, width]);
            let mut start = 0;
            for (ranges, outputs, vjp) in vjps {
                let part = vjp(g.clone().narrow(1, start, outputs));
                start += outputs;
                let mut taken = 0;
                for range in ranges.into_iter().filter(|range| !range.is_empty()) {
                    let piece = part.clone().narrow(1, taken, range.len());
                    taken += range.len();
                    let edges = [(0, 0), (range.start, width - range.end)];
                    total = total + piece.pad(edges, PadMode::Constant(0.0));
                }
            }
            total
        };
        (Tensor::cat(outputs, 1), Box::new(vjp))
    }
}

/// These ranges of each row, concatenated.
fn select(x: &Tensor<2>, ranges: &[Range<usize>]) -> Tensor<2> {
    let parts = ranges.iter().filter(|range| !range.is_empty());
    let mut parts: Vec<_> = parts.map(|range| x.clone().narrow(1, range.start, range.len())).collect();
    if parts.len() == 1 {
        return parts.remove(0);
    }
    Tensor::cat(parts, 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::layers::Linear;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn branches_take_their_ranges() {
        let device = Device::flex();
        let linear = || Network::new(vec![Box::new(Linear::new(2, 1))]);
        let network = Network::new(vec![Box::new(Parallel {
            branches: vec![(vec![1..3], Network::identity()), (vec![0..2], linear()), (vec![2..3, 3..4], linear())],
        })]);
        let names: Vec<_> = network.params().into_iter().map(|spec| spec.name).collect();
        assert_eq!(names, ["0.1.0.weight", "0.1.0.bias", "0.2.0.weight", "0.2.0.bias"]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &device);
        let numbers = |tensor: Tensor<2>| tensor.into_data().try_to_vec::<f32>().unwrap();
        let y = numbers(network.eval(&weights, matrix(vec![1.0, 2.0, 3.0, 4.0], [1, 4], &device)));
        assert_eq!(y[..2], [2.0, 3.0]);
        let w = |i: usize| numbers(weights.params[i].clone());
        let by_hand = |x: [f32; 2], i: usize| x[0] * w(i)[0] + x[1] * w(i)[1] + w(i + 1)[0];
        assert!((y[2] - by_hand([1.0, 2.0], 0)).abs() < 1e-6);
        assert!((y[3] - by_hand([3.0, 4.0], 2)).abs() < 1e-6);
    }
}
