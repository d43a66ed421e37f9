//! A network as a state dict of PyTorch: `load_state_dict(safetensors.torch.load_file(…))`.
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
/// A tensor's name, shape and numbers.
type Shaped = (String, Vec<usize>, Vec<f32>);

/// The state dict as a safetensors file.
///
/// # Errors
/// When a layer has no form in PyTorch's own.
pub fn state_dict(experiment: &Experiment, parts: &[Part], _: Which) -> Result<Vec<u8>> {
    let before = if experiment.architecture == Architecture::Dcgan { "main." } else { "" };
    let mut all = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let tensors = tensors(part, &parts[..i], &parts[i + 1..])?;
        let named = tensors.into_iter().map(|(name, shape, numbers)| {
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            (format!("{before}{}.{name}", part.index), Dtype::F32, shape, bytes)
        });
        all.extend(named);
        if as_layer::<BatchNorm>(part.layer).is_some() {
            // Which only matters to PyTorch where it averages all batches alike.
            let name = format!("{before}{}.num_batches_tracked", part.index);
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

/// The tensors of a layer by PyTorch's names and shapes.
fn tensors(part: &Part, before: &[Part], after: &[Part]) -> Result<Vec<Shaped>> {
    let shape_of = |name: &str, numbers: &[f32]| -> Result<(Vec<usize>, Vec<f32>)> {
        if name != "weight" {
            return Ok((vec![numbers.len()], numbers.to_vec()));
        }
        if let Some(&Linear { inputs, outputs, .. }) = as_layer(part.layer) {
            let from_point = after.iter().find_map(|part| as_layer::<ConvTranspose>(part.layer));
            let to_point = before.iter().rev().find_map(|part| as_layer::<Conv>(part.layer));
            return Ok(match (from_point, to_point) {
                (Some(next), _) => (vec![inputs, next.inputs, next.side, next.side], numbers.to_vec()),
                (_, Some(last)) => {
                    let side = last.side / 2;
                    (vec![outputs, last.outputs, side, side], transposed(numbers, outputs))
                }
                _ => (vec![outputs, inputs], transposed(numbers, outputs)),
            });
        }
        if let Some(&Conv { inputs, outputs, .. }) = as_layer(part.layer) {
            return Ok((vec![outputs, inputs, 4, 4], numbers.to_vec()));
        }
        if let Some(&ConvTranspose { inputs, outputs, .. }) = as_layer(part.layer) {
            return Ok((vec![inputs, outputs, 4, 4], numbers.to_vec()));
        }
        if as_layer::<BatchNorm>(part.layer).is_some() {
            return Ok((vec![numbers.len()], numbers.to_vec()));
        }
        bail!("layer {} has no counterpart in PyTorch", part.index)
    };
    let is_plain = as_layer::<Activation>(part.layer).is_some()
        || as_layer::<Dropout>(part.layer).is_some()
        || as_layer::<AddScalar>(part.layer).is_some();
    if part.tensors.is_empty() && !is_plain {
        bail!("layer {} has no counterpart in PyTorch", part.index);
    }
    let named = part.tensors.iter().map(|(name, numbers)| {
        let (shape, numbers) = shape_of(name, numbers)?;
        Ok((name.clone(), shape, numbers))
    });
    named.collect()
}
