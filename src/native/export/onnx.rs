//! A network as an ONNX graph (onnx/onnx.proto): from `z`, rows of latents with one-hot classes where the run is
//! conditioned, to `samples`; of a discriminator from `samples` to `output`. Images are `[n, channels, height, width]`.
//! The messages here have the fields that are written; whole numbers are none below 0, which signed and unsigned fields
//! write alike.

use anyhow::{Result, bail};
use prost::Message;

use super::Part;
use crate::experiment::Experiment;
use crate::native::args::Which;
use crate::nets::as_layer;
use crate::nets::layers::{Activation, AddScalar, BatchNorm, Conv, ConvTranspose, Dropout, Linear, NEGATIVE_SLOPE};

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(string, tag = "2")]
    producer_name: String,
    #[prost(string, tag = "3")]
    producer_version: String,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSet>,
}

#[derive(Clone, PartialEq, Message)]
struct OperatorSet {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
}

/// `kind` says which of the others is meant: 1 a number, 7 whole numbers.
#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(float, optional, tag = "2")]
    number: Option<f32>,
    #[prost(uint64, repeated, packed = "false", tag = "8")]
    whole: Vec<u64>,
    #[prost(int32, tag = "20")]
    kind: i32,
}

/// `data_type`: 1 for F32, 7 for I64; `raw_data` in little endian.
#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(uint64, repeated, packed = "false", tag = "1")]
    dims: Vec<u64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueInfo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Message)]
struct Kind {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorKind>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorKind {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<Dimension>,
}

/// A length, or the name of one that is free.
#[derive(Clone, PartialEq, Message)]
struct Dimension {
    #[prost(uint64, optional, tag = "1")]
    length: Option<u64>,
    #[prost(string, optional, tag = "2")]
    name: Option<String>,
}

const F32: i32 = 1;
const I64: i32 = 7;

/// The graph of a network.
///
/// # Errors
/// When a layer has no operator.
pub fn graph(experiment: &Experiment, parts: &[Part], which: Which) -> Result<Vec<u8>> {
    let e = experiment;
    let images = e.has_images() && e.views() == 1;
    let sample: Vec<usize> = if images { vec![e.channels, e.image_size, e.image_size] } else { vec![e.d_dim()] };
    let (from, to) = match which {
        Which::Generator => (("z", vec![e.generator_inputs()]), ("samples", sample)),
        Which::Discriminator if e.discriminator_inputs() == sample.iter().product::<usize>() => {
            (("samples", sample), ("output", vec![e.discriminator_outputs()]))
        }
        Which::Discriminator => {
            (("samples", vec![e.discriminator_inputs()]), ("output", vec![e.discriminator_outputs()]))
        }
    };
    let mut builder = Builder { nodes: Vec::new(), tensors: Vec::new(), at: from.0.to_owned(), shape: from.1.clone() };
    for part in parts {
        builder.add(part)?;
    }
    builder.reshape(&to.1);
    builder.nodes.push(node("Identity", vec![builder.at.clone()], to.0));
    let graph = Graph {
        node: builder.nodes,
        name: e.name.clone(),
        initializer: builder.tensors,
        input: vec![value(from.0, &from.1)],
        output: vec![value(to.0, &to.1)],
    };
    let model = Model {
        ir_version: 8,
        producer_name: env!("CARGO_PKG_NAME").to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: 13 }],
    };
    Ok(model.encode_to_vec())
}

/// The nodes so far, and the value after them: its name, and its shape without the batch.
struct Builder {
    nodes: Vec<Node>,
    tensors: Vec<Tensor>,
    at: String,
    shape: Vec<usize>,
}

impl Builder {
    fn add(&mut self, part: &Part) -> Result<()> {
        let layer = part.layer;
        if let Some(&Linear { inputs, outputs, bias, .. }) = as_layer(layer) {
            self.reshape(&[inputs]);
            let weight = self.numbers(part, "weight", &[inputs, outputs])?;
            if bias {
                let bias = self.numbers(part, "bias", &[outputs])?;
                self.push("Gemm", part, vec![weight, bias], Vec::new());
            } else {
                self.push("MatMul", part, vec![weight], Vec::new());
            }
            self.shape = vec![outputs];
        } else if let Some(&Conv { inputs, outputs, side, bias, .. }) = as_layer(layer) {
            self.reshape(&[inputs, side, side]);
            self.convolve("Conv", part, [outputs, inputs], bias.then_some(outputs))?;
            self.shape = vec![outputs, side / 2, side / 2];
        } else if let Some(&ConvTranspose { inputs, outputs, side, bias, .. }) = as_layer(layer) {
            self.reshape(&[inputs, side, side]);
            self.convolve("ConvTranspose", part, [inputs, outputs], bias.then_some(outputs))?;
            self.shape = vec![outputs, 2 * side, 2 * side];
        } else if let Some(&BatchNorm { channels, positions }) = as_layer(layer) {
            self.reshape(&[channels, positions]);
            let names = ["weight", "bias", "running_mean", "running_var"];
            let inputs = names.iter().map(|name| self.numbers(part, name, &[channels])).collect::<Result<_>>()?;
            self.push("BatchNormalization", part, inputs, vec![number("epsilon", BatchNorm::EPSILON)]);
        } else if let Some(&AddScalar(term)) = as_layer(layer) {
            let term = self.tensor(format!("{}.term", part.index), F32, &[1], &term.to_le_bytes());
            self.push("Add", part, vec![term], Vec::new());
        } else if let Some(&function) = as_layer::<Activation>(layer) {
            let (operator, attributes) = match function {
                Activation::Relu => ("Relu", Vec::new()),
                Activation::LeakyRelu => ("LeakyRelu", vec![number("alpha", NEGATIVE_SLOPE)]),
                Activation::Elu => ("Elu", vec![number("alpha", 1.0)]),
                Activation::Sigmoid => ("Sigmoid", Vec::new()),
                Activation::Tanh => ("Tanh", Vec::new()),
            };
            self.push(operator, part, Vec::new(), attributes);
        } else if as_layer::<Dropout>(layer).is_none() {
            bail!("layer {} has no operator in ONNX here", part.index);
        }
        Ok(())
    }

    fn convolve(&mut self, operator: &str, part: &Part, kernels: [usize; 2], bias: Option<usize>) -> Result<()> {
        let mut inputs = vec![self.numbers(part, "weight", &[kernels[0], kernels[1], 4, 4])?];
        if let Some(outputs) = bias {
            inputs.push(self.numbers(part, "bias", &[outputs])?);
        }
        let attributes = vec![whole("kernel_shape", &[4, 4]), whole("strides", &[2, 2]), whole("pads", &[1; 4])];
        self.push(operator, part, inputs, attributes);
        Ok(())
    }

    /// The value in another shape, where it has one.
    fn reshape(&mut self, shape: &[usize]) {
        if self.shape == shape {
            return;
        }
        let fixed = shape.iter().flat_map(|&length| (length as u64).to_le_bytes());
        let lengths: Vec<u8> = (-1_i64).to_le_bytes().into_iter().chain(fixed).collect();
        let name = format!("{}.shape", self.at);
        let to = self.tensor(name, I64, &[shape.len() + 1], &lengths);
        let output = format!("{}.reshaped", self.at);
        self.nodes.push(node("Reshape", vec![self.at.clone(), to], &output));
        self.at = output;
        self.shape = shape.to_vec();
    }

    fn push(&mut self, operator: &str, part: &Part, others: Vec<String>, attributes: Vec<Attribute>) {
        let output = format!("{}.{}", part.index, operator.to_lowercase());
        let inputs = [self.at.clone()].into_iter().chain(others).collect();
        self.nodes.push(Node { attribute: attributes, ..node(operator, inputs, &output) });
        self.at = output;
    }

    /// A tensor of a layer; its name.
    fn numbers(&mut self, part: &Part, name: &str, shape: &[usize]) -> Result<String> {
        let Some(numbers) = part.numbers(name) else { bail!("layer {} lacks its {name}", part.index) };
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Ok(self.tensor(format!("{}.{name}", part.index), F32, shape, &bytes))
    }

    fn tensor(&mut self, name: String, data_type: i32, shape: &[usize], bytes: &[u8]) -> String {
        let dims = shape.iter().map(|&length| length as u64).collect();
        self.tensors.push(Tensor { dims, data_type, name: name.clone(), raw_data: bytes.to_vec() });
        name
    }
}

fn node(operator: &str, input: Vec<String>, output: &str) -> Node {
    Node { input, output: vec![output.to_owned()], op_type: operator.to_owned(), attribute: Vec::new() }
}

fn number(name: &str, value: f32) -> Attribute {
    Attribute { name: name.to_owned(), number: Some(value), whole: Vec::new(), kind: 1 }
}

fn whole(name: &str, values: &[u64]) -> Attribute {
    Attribute { name: name.to_owned(), number: None, whole: values.to_vec(), kind: 7 }
}

/// A value of rows, of any number, of this shape.
fn value(name: &str, shape: &[usize]) -> ValueInfo {
    let free = Dimension { length: None, name: Some("n".to_owned()) };
    let fixed = shape.iter().map(|&length| Dimension { length: Some(length as u64), name: None });
    let shape = Shape { dim: [free].into_iter().chain(fixed).collect() };
    ValueInfo {
        name: name.to_owned(),
        kind: Some(Kind { tensor: Some(TensorKind { elem_type: F32, shape: Some(shape) }) }),
    }
}
