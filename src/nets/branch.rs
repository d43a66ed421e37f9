//! Networks within a network: [`Fork`] reads parts of a row by networks of their own, [`Each`] reads equal parts by one.

use std::ops::Range;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::layer::{Numbers, Slot, Training};
use super::{Network, PullBack};

/// Each branch reads ranges of the row; their outputs stand side by side. A branch without layers hands on what it reads.
#[derive(Clone, Debug)]
pub struct Fork {
    /// What each branch reads, and with what.
    pub branches: Vec<(Vec<Range<usize>>, Network)>,
}

/// The same network reads each of `parts` equal parts of the row; its outputs stand side by side.
#[derive(Clone, Debug)]
pub struct Each {
    /// Equal parts of a row.
    pub parts: usize,
    /// What reads them.
    pub network: Network,
}

impl Fork {
    pub(super) fn slots(&self, of: impl Fn(&Network) -> Vec<(String, Slot)>) -> Vec<(String, Slot)> {
        let branches = self.branches.iter().enumerate();
        branches
            .flat_map(|(i, (_, network))| {
                let slots = of(network).into_iter();
                slots.map(move |(name, slot)| (format!("{i}.{name}"), slot))
            })
            .collect()
    }

    pub(super) fn train(&self, x: Tensor<2>, numbers: &mut Numbers, training: &mut Training) -> Tensor<2> {
        self.beside(&x, |network, part| network.run_training(part, numbers, training))
    }

    pub(super) fn rest(&self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        self.beside(&x, |network, part| network.run(part, numbers))
    }

    fn beside(&self, x: &Tensor<2>, mut run: impl FnMut(&Network, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let branches = self.branches.iter();
        let outputs = branches.map(|(ranges, network)| run(network, select(x, ranges)));
        Tensor::cat(outputs.collect(), 1)
    }

    pub(super) fn linearize(&self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let [n, width] = x.dims();
        let mut outputs = Vec::new();
        let mut back = Vec::new();
        for (ranges, network) in &self.branches {
            let (output, pull) = network.run_linearized(select(&x, ranges), numbers);
            back.push((ranges.clone(), output.dims()[1], pull));
            outputs.push(output);
        }
        let back = move |g: Tensor<2>| {
            // What several branches read is pulled on by all of them.
            let mut total = g.zeros_like().narrow(1, 0, 1).expand([n, width]);
            let mut start = 0;
            for (ranges, outputs, pull) in back {
                let part = pull(g.clone().narrow(1, start, outputs));
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
        (Tensor::cat(outputs, 1), Box::new(back))
    }

    /// The last branch, alone.
    pub(super) fn last(&self) -> Option<&Network> {
        self.branches.last().map(|(_, network)| network)
    }
}

/// These ranges of each row, side by side.
fn select(x: &Tensor<2>, ranges: &[Range<usize>]) -> Tensor<2> {
    let parts = ranges.iter().filter(|range| !range.is_empty());
    let mut parts: Vec<_> = parts.map(|range| x.clone().narrow(1, range.start, range.len())).collect();
    if parts.len() == 1 {
        return parts.remove(0);
    }
    Tensor::cat(parts, 1)
}

impl Each {
    pub(super) fn train(&self, x: Tensor<2>, numbers: &mut Numbers, training: &mut Training) -> Tensor<2> {
        let (rows, gather) = self.apart(x);
        gather(self.network.run_training(rows, numbers, training))
    }

    pub(super) fn rest(&self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let (rows, gather) = self.apart(x);
        gather(self.network.run(rows, numbers))
    }

    pub(super) fn linearize(&self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let (rows, gather) = self.apart(x);
        let again = gather.clone();
        let parts = self.parts;
        let (output, pull) = self.network.run_linearized(rows, numbers);
        let back = move |g: Tensor<2>| {
            let [n, width] = g.dims();
            again(pull(g.reshape([n * parts, width / parts])))
        };
        (gather(output), Box::new(back))
    }

    /// The parts as rows of their own, and what puts rows side by side again.
    fn apart(&self, x: Tensor<2>) -> (Tensor<2>, impl Fn(Tensor<2>) -> Tensor<2> + Clone + 'static) {
        let [n, width] = x.dims();
        let parts = self.parts;
        let rows = x.reshape([n * parts, width / parts]);
        let gather = move |rows: Tensor<2>| {
            let [_, width] = rows.dims();
            rows.reshape([n, parts * width])
        };
        (rows, gather)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::linear::Linear;
    use crate::nets::{Layer, matrix};
    use crate::rng::{Rng, Stream};

    fn linear(inputs: usize, outputs: usize) -> Network {
        Network::new(vec![Layer::Linear(Linear::new(inputs, outputs))])
    }

    fn numbers(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn branches_read_their_ranges_and_parts_share_a_network() {
        let device = Device::flex();
        let fork = Network::new(vec![Layer::Fork(Fork {
            branches: vec![
                (vec![1..3], Network::new(Vec::new())),
                (vec![0..2], linear(2, 1)),
                (vec![2..3, 3..4], linear(2, 1)),
            ],
        })]);
        let names: Vec<_> = fork.trained_slots().into_iter().map(|(name, _)| name).collect();
        let wanted = ["0.1.0.weight", "0.1.0.bias", "0.2.0.weight", "0.2.0.bias"];
        assert_eq!(names, wanted);
        let weights = fork.init(&mut Rng::new(1, Stream::Init), &device);
        let x = || matrix(vec![1.0, 2.0, 3.0, 4.0], [1, 4], &device);
        let y = numbers(fork.sample(&weights, x()));
        assert_eq!(y[..2], [2.0, 3.0]);
        let w = |i: usize| numbers(weights.trained[i].clone());
        let by_hand = |x: [f32; 2], i: usize| x[0] * w(i)[0] + x[1] * w(i)[1] + w(i + 1)[0];
        assert!((y[2] - by_hand([1.0, 2.0], 0)).abs() < 1e-6);
        assert!((y[3] - by_hand([3.0, 4.0], 2)).abs() < 1e-6);

        let each = Network::new(vec![Layer::Each(Each { parts: 2, network: linear(2, 1) })]);
        let weights = each.init(&mut Rng::new(1, Stream::Init), &device);
        let y = numbers(each.sample(&weights, x()));
        let w = |i: usize| numbers(weights.trained[i].clone());
        let by_hand = |x: [f32; 2]| x[0] * w(0)[0] + x[1] * w(0)[1] + w(1)[0];
        assert_eq!(y.len(), 2);
        assert!((y[0] - by_hand([1.0, 2.0])).abs() < 1e-6);
        assert!((y[1] - by_hand([3.0, 4.0])).abs() < 1e-6);
    }

    #[test]
    fn the_way_back_is_what_automatic_differentiation_gives() {
        let device = Device::flex();
        let tanh = || Layer::Activation(crate::experiment::Activation::Tanh);
        let network = Network::new(vec![
            Layer::Fork(Fork {
                branches: vec![
                    (vec![1..3], Network::new(Vec::new())),
                    (vec![0..1, 2..4], linear(3, 2)),
                    (vec![3..4], linear(1, 2)),
                ],
            }),
            tanh(),
            Layer::Each(Each { parts: 2, network: linear(3, 2) }),
            tanh(),
        ]);
        let weights = network.init(&mut Rng::new(1, Stream::Init), &device);
        let x = || matrix(Rng::new(2, Stream::Data).normals(20), [5, 4], &device);
        let g = || matrix(Rng::new(3, Stream::Data).normals(20), [5, 4], &device);
        let leaf = x().autodiff().require_grad();
        let y = network.sample(&weights.frozen(), leaf.clone());
        let grads = (y * g().autodiff()).sum().backward();
        let (_, back) = network.linearize(&weights, x());
        for (got, wanted) in numbers(back(g())).iter().zip(numbers(leaf.grad(&grads).unwrap())) {
            assert!((got - wanted).abs() < 1e-5, "{got} {wanted}");
        }
    }
}
