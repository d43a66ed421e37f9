//! Every layer of the networks, as loops over numbers.

use std::ops::Range;
use std::slice::{Iter, IterMut};

use counterfeit::experiment::Activation;
use counterfeit::rng::Rng;

use crate::batch::{Batch, concat_columns, each, mean, moments};
use crate::number::Number;

/// One step of a network. Images are rows of channels × height × width.
pub enum Layer {
    /// x W + b.
    Linear {
        inputs: usize,
        outputs: usize,
        bias: bool,
        init: Init,
    },
    Activation(Activation),
    /// x + constant.
    AddScalar(f64),
    Dropout(f64),
    /// Ioffe & Szegedy 2015, with this many channels.
    BatchNorm(usize),
    /// Ba et al. 2016.
    LayerNorm(usize),
    /// Ulyanov et al. 2016.
    InstanceNorm(usize),
    /// 4×4, stride 2, padding 1: halves the side.
    Conv(Convolution),
    /// Its transpose: doubles the side.
    ConvTranspose(Convolution),
    /// Salimans et al. 2016, §3.2: this many inputs and kernels, each kernel comparing [`KERNEL_DIM`] numbers.
    MinibatchDiscrimination(usize, usize),
    /// Karras et al. 2018, §3.
    MinibatchStddev,
    /// The same row whatever the input is: a Dirac-GAN's generator.
    LearnedConstant,
    /// Networks side by side, each reading ranges of the row.
    Parallel(Vec<(Vec<Range<usize>>, Vec<Layer>)>),
    /// One network for each of this many parts of the row.
    Shared(usize, Vec<Layer>),
}

#[derive(Clone, Copy)]
pub struct Convolution {
    pub inputs: usize,
    pub outputs: usize,
    pub side: usize,
    pub bias: bool,
    pub init: Init,
}

/// How a parameter starts.
#[derive(Clone, Copy)]
pub enum Init {
    Uniform(f64),
    Normal(f64, f64),
    Constant(f64),
}

/// A parameter's rows and columns, how it starts, and whether spectral normalisation divides it.
pub struct ParamSpec {
    pub shape: [usize; 2],
    pub init: Init,
    pub normalized: bool,
}

const KERNEL_DIM: usize = 5;
const NEGATIVE_SLOPE: f64 = 0.2;
/// Added to variances. (Some code in circulation has .8 here.)
const NORM_EPSILON: f64 = 1e-5;
/// Weight of the newest batch in running statistics.
const MOMENTUM: f64 = 0.1;
/// Under the square root of the minibatch standard deviation.
const STDDEV_EPSILON: f64 = 1e-8;

/// Whether batch statistics and dropout are those of training, with the stream of dropout masks, or of inference.
pub enum Mode<'a> {
    Train(&'a mut Rng),
    Eval,
}

/// The parameters and buffers that a forward pass has yet to read, in the order of the layers.
struct Pass<'a> {
    params: Iter<'a, Vec<Number>>,
    buffers: IterMut<'a, Vec<f64>>,
    mode: Mode<'a>,
}

/// A forward pass: the input of the last layer, and its output. In training it moves the running statistics in
/// `buffers`.
pub fn forward(
    layers: &[Layer],
    params: &[Vec<Number>],
    buffers: &mut [Vec<f64>],
    mode: Mode,
    x: Batch,
) -> (Batch, Batch) {
    let (params, buffers) = (params.iter(), buffers.iter_mut());
    let mut pass = Pass { params, buffers, mode };
    let (last, body) = layers.split_last().expect("a network has layers");
    let features = run(body, x, &mut pass);
    (features.clone(), last.forward(features, &mut pass))
}

fn run(layers: &[Layer], x: Batch, pass: &mut Pass) -> Batch {
    layers.iter().fold(x, |x, layer| layer.forward(x, pass))
}

impl Layer {
    fn forward(&self, x: Batch, pass: &mut Pass) -> Batch {
        match self {
            Self::Linear { outputs, bias, .. } => {
                let w = pass.params.next().unwrap();
                let zeros = vec![Number::from(0.0); *outputs];
                let b = if *bias { pass.params.next().unwrap() } else { &zeros };
                let output = |row: &Vec<Number>, j| {
                    let products = row.iter().enumerate().map(|(i, x)| *x * w[i * outputs + j]);
                    b[j] + products.sum::<Number>()
                };
                x.iter().map(|row| (0..*outputs).map(|j| output(row, j)).collect()).collect()
            }
            Self::Activation(function) => each(&x, |x| match function {
                Activation::Relu => x.relu(),
                Activation::LeakyRelu => x.relu() - (-x).relu() * NEGATIVE_SLOPE,
                Activation::Elu => x.relu() + (-(-x).relu()).exp() - 1.0,
                Activation::Sigmoid => x.sigmoid(),
                Activation::Tanh => x.tanh(),
            }),
            Self::AddScalar(constant) => each(&x, |x| x + *constant),
            Self::Dropout(rate) => match &mut pass.mode {
                Mode::Train(rng) => each(&x, |x| {
                    let dropped = f64::from(rng.uniform()) < *rate;
                    if dropped { 0.0.into() } else { x / (1.0 - rate) }
                }),
                Mode::Eval => x,
            },
            Self::BatchNorm(channels) => batch_norm(x, *channels, pass),
            Self::LayerNorm(channels) => sample_norm(x, *channels, 1, pass),
            Self::InstanceNorm(channels) => sample_norm(x, *channels, *channels, pass),
            Self::Conv(plan) => plan.forward(&x, pass),
            Self::ConvTranspose(plan) => plan.transposed(&x, pass),
            Self::MinibatchDiscrimination(inputs, kernels) => {
                let w = pass.params.next().unwrap();
                let point = |row: &Vec<Number>, c| -> Number {
                    (0..*inputs).map(|i| row[i] * w[i * kernels * KERNEL_DIM + c]).sum()
                };
                let points: Batch =
                    x.iter().map(|row| (0..kernels * KERNEL_DIM).map(|c| point(row, c)).collect()).collect();
                let nearness = |a: usize, b: usize, kernel: usize| {
                    let coordinates = kernel * KERNEL_DIM..(kernel + 1) * KERNEL_DIM;
                    let distance: Number = coordinates.map(|c| (points[a][c] - points[b][c]).abs()).sum();
                    (-distance).exp()
                };
                let others = |a| (0..x.len()).filter(move |b| *b != a);
                let feature = |a, kernel| others(a).map(|b| nearness(a, b, kernel)).sum();
                let features = (0..x.len()).map(|a| (0..*kernels).map(|k| feature(a, k)).collect());
                append(&x, features.collect(), pass)
            }
            Self::MinibatchStddev => {
                let stddev = |j: usize| {
                    let (_, variance) = moments(x.iter().map(|row| row[j]));
                    (variance + STDDEV_EPSILON).sqrt()
                };
                let stddev = mean((0..x[0].len()).map(stddev));
                append(&x, vec![vec![stddev]; x.len()], pass)
            }
            Self::LearnedConstant => vec![pass.params.next().unwrap().clone(); x.len()],
            Self::Parallel(branches) => {
                let mut outputs = vec![Vec::new(); x.len()];
                for (ranges, network) in branches {
                    let read = |row: &Vec<Number>| ranges.iter().flat_map(|r| row[r.clone()].to_vec()).collect();
                    let output = run(network, x.iter().map(read).collect(), pass);
                    outputs = concat_columns(outputs, output);
                }
                outputs
            }
            Self::Shared(parts, network) => {
                let width = x[0].len() / parts;
                let rows = x.iter().flat_map(|row| row.chunks(width).map(<[Number]>::to_vec)).collect();
                run(network, rows, pass).chunks(*parts).map(<[Vec<Number>]>::concat).collect()
            }
        }
    }

    /// The parameters of this layer, in their order.
    fn params(&self) -> Vec<ParamSpec> {
        let weight = |rows, columns, init| ParamSpec { shape: [rows, columns], init, normalized: true };
        let row = |columns, init| ParamSpec { shape: [1, columns], init, normalized: false };
        match self {
            Self::Linear { inputs, outputs, bias, init } => {
                let start = match init {
                    Init::Uniform(_) => *init,
                    _ => Init::Constant(0.0),
                };
                let mut all = vec![weight(*inputs, *outputs, *init)];
                all.extend(bias.then(|| row(*outputs, start)));
                all
            }
            Self::BatchNorm(channels) | Self::LayerNorm(channels) | Self::InstanceNorm(channels) => {
                vec![row(*channels, Init::Normal(1.0, 0.02)), row(*channels, Init::Constant(0.0))]
            }
            Self::Conv(plan) | Self::ConvTranspose(plan) => {
                let [rows, columns] = match self {
                    Self::Conv(_) => [plan.outputs, plan.inputs],
                    _ => [plan.inputs, plan.outputs],
                };
                let mut all = vec![weight(rows, 16 * columns, plan.init)];
                all.extend(plan.bias.then(|| row(plan.outputs, Init::Constant(0.0))));
                all
            }
            Self::MinibatchDiscrimination(inputs, kernels) => {
                vec![weight(*inputs, kernels * KERNEL_DIM, uniform(*inputs))]
            }
            Self::LearnedConstant => vec![row(1, Init::Constant(1.0))],
            Self::Parallel(branches) => branches.iter().flat_map(|(_, network)| params(network)).collect(),
            Self::Shared(_, network) => params(network),
            Self::Activation(_) | Self::AddScalar(_) | Self::Dropout(_) | Self::MinibatchStddev => Vec::new(),
        }
    }

    /// The running statistics of this layer at their start.
    fn buffers(&self) -> Vec<Vec<f64>> {
        match self {
            Self::BatchNorm(channels) => vec![vec![0.0; *channels], vec![1.0; *channels]],
            Self::MinibatchDiscrimination(_, kernels) => vec![vec![0.0; *kernels]],
            Self::MinibatchStddev => vec![vec![0.0]],
            Self::Parallel(branches) => branches.iter().flat_map(|(_, network)| buffers(network)).collect(),
            Self::Shared(_, network) => buffers(network),
            _ => Vec::new(),
        }
    }

    /// Whether a sample's output depends on the other samples of its batch.
    fn couples_batch(&self) -> bool {
        match self {
            Self::Parallel(branches) => branches.iter().any(|(_, network)| couples_batch(network)),
            Self::Shared(_, network) => couples_batch(network),
            layer => !layer.buffers().is_empty(),
        }
    }
}

pub fn params(network: &[Layer]) -> Vec<ParamSpec> {
    network.iter().flat_map(Layer::params).collect()
}

pub fn buffers(network: &[Layer]) -> Vec<Vec<f64>> {
    network.iter().flat_map(Layer::buffers).collect()
}

pub fn couples_batch(network: &[Layer]) -> bool {
    network.iter().any(Layer::couples_batch)
}

/// Appends a feature of the batch to each row; in inference the running mean that it has over batches.
fn append(x: &Batch, feature: Batch, pass: &mut Pass) -> Batch {
    let running = pass.buffers.next().unwrap();
    let x = x.clone();
    if matches!(pass.mode, Mode::Eval) {
        let row = running.iter().map(|r| Number::from(*r)).collect();
        let rows = vec![row; x.len()];
        return concat_columns(x, rows);
    }
    for (j, running) in running.iter_mut().enumerate() {
        let new = mean(feature.iter().map(|row| row[j])).value;
        *running += MOMENTUM * (new - *running);
    }
    concat_columns(x, feature)
}

fn batch_norm(x: Batch, channels: usize, pass: &mut Pass) -> Batch {
    let (gain, bias) = (pass.params.next().unwrap(), pass.params.next().unwrap());
    let (means, variances) = (pass.buffers.next().unwrap(), pass.buffers.next().unwrap());
    let positions = x[0].len() / channels;
    let mut y = x.clone();
    for c in 0..channels {
        let span = c * positions..(c + 1) * positions;
        let mut mu = means[c].into();
        let mut variance = variances[c].into();
        if let Mode::Train(_) = pass.mode {
            (mu, variance) = moments(x.iter().flat_map(|row| &row[span.clone()]).copied());
            let count = (x.len() * positions) as f64;
            means[c] += MOMENTUM * (mu.value - means[c]);
            // The unbiased variance, as everywhere in the field.
            variances[c] += MOMENTUM * (variance.value * count / (count - 1.0) - variances[c]);
        }
        let scale = gain[c] / (variance + NORM_EPSILON).sqrt();
        for row in &mut y {
            row[span.clone()].iter_mut().for_each(|x| *x = (*x - mu) * scale + bias[c]);
        }
    }
    y
}

/// Each of `groups` equal parts of each sample has mean 0 and variance 1; then each channel has its gain and bias.
fn sample_norm(x: Batch, channels: usize, groups: usize, pass: &mut Pass) -> Batch {
    let (gain, bias) = (pass.params.next().unwrap(), pass.params.next().unwrap());
    let (size, positions) = (x[0].len() / groups, x[0].len() / channels);
    let normalize = |row: Vec<Number>| {
        let mut y = Vec::new();
        for group in row.chunks(size) {
            let (mu, variance) = moments(group.iter().copied());
            let inverse = (variance + NORM_EPSILON).sqrt().recip();
            y.extend(group.iter().map(|x| (*x - mu) * inverse));
        }
        let scaled = y.iter().enumerate().map(|(i, y)| *y * gain[i / positions] + bias[i / positions]);
        scaled.collect()
    };
    x.into_iter().map(normalize).collect()
}

impl Convolution {
    fn forward(&self, x: &Batch, pass: &mut Pass) -> Batch {
        let (w, half) = (pass.params.next().unwrap(), self.side / 2);
        let mut y = self.start(x.len(), half, pass);
        for (x, y) in x.iter().zip(&mut y) {
            self.taps(half, |large, small, i, o, tap| {
                let y = &mut y[o * half * half + small];
                *y = *y + x[i * self.side * self.side + large] * w[(o * self.inputs + i) * 16 + tap];
            });
        }
        y
    }

    fn transposed(&self, x: &Batch, pass: &mut Pass) -> Batch {
        let (w, double) = (pass.params.next().unwrap(), 2 * self.side);
        let mut y = self.start(x.len(), double, pass);
        for (x, y) in x.iter().zip(&mut y) {
            self.taps(self.side, |large, small, i, o, tap| {
                let y = &mut y[o * double * double + large];
                *y = *y + x[i * self.side * self.side + small] * w[(i * self.outputs + o) * 16 + tap];
            });
        }
        y
    }

    /// The biases of each output channel, at every position.
    fn start(&self, n: usize, side: usize, pass: &mut Pass) -> Batch {
        let zeros = vec![Number::from(0.0); self.outputs];
        let b = if self.bias { pass.params.next().unwrap() } else { &zeros };
        vec![b.iter().flat_map(|b| vec![*b; side * side]).collect(); n]
    }

    /// Every pair of positions, in the large map and in the small one of this side, that a kernel joins: pixel (2 y +
    /// ky − 1, 2 x + kx − 1) and pixel (y, x), for every pair of channels.
    fn taps(&self, small: usize, mut join: impl FnMut(usize, usize, usize, usize, usize)) {
        let large = 2 * small;
        for (y, x) in (0..small).flat_map(|y| (0..small).map(move |x| (y, x))) {
            for (ky, kx) in (0..4).flat_map(|ky| (0..4).map(move |kx| (ky, kx))) {
                let inside = |v: usize| (1..=large).contains(&v);
                if inside(2 * y + ky) && inside(2 * x + kx) {
                    let at = (2 * y + ky - 1) * large + 2 * x + kx - 1;
                    for (i, o) in (0..self.inputs).flat_map(|i| (0..self.outputs).map(move |o| (i, o))) {
                        join(at, y * small + x, i, o, 4 * ky + kx);
                    }
                }
            }
        }
    }
}

/// PyTorch's default: uniform in ±1/√inputs.
pub fn uniform(inputs: usize) -> Init {
    Init::Uniform(1.0 / (inputs as f64).sqrt())
}
