//! A network as a state dict of PyTorch: `load_state_dict(safetensors.torch.load_file(…))`, and back.
//!
//! Layer 3 of an MLP is `3` of a `torch.nn.Sequential` of the same layers, activations counted, and that of a DCGAN
//! `main.3`, as in PyTorch's own example. There the first layer of the generator is a transposed convolution from a
//! single point, and the last of the discriminator a convolution to one; here both are affine maps with the same numbers.

use std::collections::HashMap;

use anyhow::{Result, anyhow, bail};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::{Part, transposed};
use crate::experiment::{Architecture, Experiment};
use crate::native::args::Which;
use crate::nets::as_layer;
use crate::nets::layers::{Activation, AddScalar, BatchNorm, Conv, ConvTranspose, Dropout, Linear};

/// A tensor's name, type, shape and bytes.
type Named = (String, Dtype, Vec<usize>, Vec<u8>);
/// Counts the batches of a BatchNorm, which only matters to PyTorch where it averages all batches alike.
pub const COUNT: &str = "num_batches_tracked";

/// A tensor of a network in PyTorch.
pub struct Form {
    /// Its name, with that of its layer.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Where PyTorch has the columns of a matrix as rows: the number of rows and of columns here.
    transposed: Option<[usize; 2]>,
}

impl Form {
    /// Numbers in the order of PyTorch.
    pub fn there(&self, numbers: &[f32]) -> Vec<f32> {
        self.transposed.map_or_else(|| numbers.to_vec(), |[_, columns]| transposed(numbers, columns))
    }

    /// Numbers of PyTorch in the order of this program.
    pub fn here(&self, numbers: &[f32]) -> Vec<f32> {
        self.transposed.map_or_else(|| numbers.to_vec(), |[rows, _]| transposed(numbers, rows))
    }
}

/// The state dict as a safetensors file.
///
/// # Errors
/// When a layer has no form in PyTorch's own.
pub fn state_dict(experiment: &Experiment, parts: &[Part], _: Which) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for (part, forms) in parts.iter().zip(forms(experiment, parts)?) {
        let tensors = forms.into_iter().zip(&part.tensors);
        all.extend(tensors.map(|(form, (_, numbers))| {
            let bytes = form.there(numbers).iter().flat_map(|number| number.to_le_bytes()).collect();
            (form.name, Dtype::F32, form.shape, bytes)
        }));
        if as_layer::<BatchNorm>(part.layer).is_some() {
            let name = format!("{}{}.{COUNT}", before(experiment), part.index);
            all.push((name, Dtype::I64, Vec::new(), 0_i64.to_le_bytes().to_vec()));
        }
    }
    let views = all.iter().map(|(name, dtype, shape, bytes): &Named| {
        TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name, view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(|error| anyhow!("{error}"))?;
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| anyhow!("{error}"))
}

/// The form of each tensor of each layer.
///
/// # Errors
/// When a layer has no form in PyTorch's own.
pub fn forms(experiment: &Experiment, parts: &[Part]) -> Result<Vec<Vec<Form>>> {
    let of_part = |(i, part): (usize, &Part)| {
        let is_plain = as_layer::<Activation>(part.layer).is_some()
            || as_layer::<Dropout>(part.layer).is_some()
            || as_layer::<AddScalar>(part.layer).is_some();
        if part.tensors.is_empty() && !is_plain {
            bail!("layer {} has no counterpart in PyTorch", part.index);
        }
        let forms = part.tensors.iter().map(|(name, numbers)| {
            let (shape, transposed) = match &**name {
                "weight" => weight(part, &parts[..i], &parts[i + 1..])?,
                _ => (vec![numbers.len()], None),
            };
            Ok(Form { name: format!("{}{}.{name}", before(experiment), part.index), shape, transposed })
        });
        forms.collect()
    };
    parts.iter().enumerate().map(of_part).collect()
}

/// The name of the module that holds all layers, in names.
fn before(experiment: &Experiment) -> &'static str {
    if experiment.architecture == Architecture::Dcgan { "main." } else { "" }
}

/// The shape of a layer's weight in PyTorch, and whether columns are rows there.
fn weight(part: &Part, before: &[Part], after: &[Part]) -> Result<(Vec<usize>, Option<[usize; 2]>)> {
    if let Some(&Linear { inputs, outputs, .. }) = as_layer(part.layer) {
        let from_point = after.iter().find_map(|part| as_layer::<ConvTranspose>(part.layer));
        let to_point = before.iter().rev().find_map(|part| as_layer::<Conv>(part.layer));
        return Ok(match (from_point, to_point) {
            (Some(next), _) => (vec![inputs, next.inputs, next.side, next.side], None),
            (_, Some(last)) => {
                let side = last.side / 2;
                (vec![outputs, last.outputs, side, side], Some([inputs, outputs]))
            }
            _ => (vec![outputs, inputs], Some([inputs, outputs])),
        });
    }
    if let Some(&Conv { inputs, outputs, .. }) = as_layer(part.layer) {
        return Ok((vec![outputs, inputs, 4, 4], None));
    }
    if let Some(&ConvTranspose { inputs, outputs, .. }) = as_layer(part.layer) {
        return Ok((vec![inputs, outputs, 4, 4], None));
    }
    if let Some(&BatchNorm { channels, .. }) = as_layer(part.layer) {
        return Ok((vec![channels], None));
    }
    bail!("layer {} has no counterpart in PyTorch", part.index)
}
