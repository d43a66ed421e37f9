//! `export`: a network of a checkpoint in the form of others: a state dict that PyTorch loads, or an ONNX graph.

mod onnx;
pub mod pytorch;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use burn::tensor::Device;

use super::args::{Export, Which};
use super::failure::mistake;
use super::progress::say;
use super::{files, folder};
use crate::experiment::Experiment;
use crate::nets::{Layer, Network, Weights};
use crate::tensor::floats;

/// A layer with its numbers: `index` is its place in the network, as in the names of its parameters.
pub struct Part<'a> {
    index: usize,
    layer: &'a dyn Layer,
    /// Parameters and buffers by name, such as `weight`, each a matrix in rows.
    pub tensors: Vec<(String, Vec<f32>)>,
}

/// Writes a network of a checkpoint to a file, in the form that its name ends in.
///
/// # Errors
/// When the checkpoint cannot be used, the form has no such layer, or the file cannot be written.
pub fn run(args: &Export) -> Result<ExitCode> {
    let form = form_of(&args.file)?;
    let named = || args.checkpoint.display().to_string();
    let (experiment, networks) = folder::load(&args.checkpoint)?.players(&Device::flex()).with_context(named)?;
    let [generator, discriminator] = networks;
    let (network, weights) = match args.network {
        Which::Generator => generator,
        Which::Discriminator => discriminator,
    };
    let parts = parts(&network, &weights)?;
    let bytes =
        form(&experiment, &parts, args.network).map_err(|why| mistake(format!("{}: {why:#}", args.file.display())))?;
    files::write(&args.file, &bytes).map_err(mistake)?;
    let count = network.num_params();
    say(&format!("the {}'s {count} parameters are in {}", args.network.word(), args.file.display()));
    Ok(ExitCode::SUCCESS)
}

type Form = fn(&Experiment, &[Part], Which) -> Result<Vec<u8>>;

fn form_of(file: &Path) -> Result<Form> {
    match file.extension().and_then(|end| end.to_str()) {
        Some("onnx") => Ok(onnx::graph),
        Some("safetensors") => Ok(pytorch::state_dict),
        _ => Err(mistake(format!(
            "{}: name a .safetensors file for PyTorch, or an .onnx file for an ONNX graph",
            file.display()
        ))),
    }
}

/// The layers of a network, each with its numbers.
///
/// # Errors
/// When the device fails.
pub fn parts<'a>(network: &'a Network, weights: &Weights) -> Result<Vec<Part<'a>>> {
    let (mut params, mut buffers) = (weights.params.iter(), weights.buffers.iter());
    let mut parts = Vec::new();
    for (index, layer) in network.layers().enumerate() {
        let specs = layer.params().into_iter().zip(&mut params).chain(layer.buffers().into_iter().zip(&mut buffers));
        let tensors = specs.map(|(spec, tensor)| Ok((spec.name, floats(&tensor.clone().into_data())?)));
        parts.push(Part { index, layer, tensors: tensors.collect::<Result<_>>()? });
    }
    Ok(parts)
}

impl Part<'_> {
    fn numbers(&self, name: &str) -> Option<&[f32]> {
        self.tensors.iter().find(|(of, _)| of == name).map(|(_, numbers)| numbers.as_slice())
    }
}

/// A matrix in rows, with its columns as rows.
fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| matrix.iter().skip(column).step_by(columns).copied()).collect()
}
