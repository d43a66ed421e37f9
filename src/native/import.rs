//! `import`: a run from networks that PyTorch saved.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use burn::tensor::Device;
use pytorch_reader::{DType, PytorchReader};
use safetensors::{Dtype, SafeTensors};

use super::args::Import;
use super::export::{parts, pytorch};
use super::failure::mistake;
use super::folder::Folder;
use super::progress::say;
use super::{files, plan};
use crate::checkpoint::SIZE_LIMIT;
use crate::data::{Images, Mixture, TrainingData};
use crate::experiment::Experiment;
use crate::named_tensors::numbers;
use crate::nets::{Network, Weights};
use crate::tensor::matrix;
use crate::trainer::Trainer;

/// Tensors by name, with their shapes.
type StateDict = HashMap<String, (Vec<usize>, Vec<f32>)>;

/// Starts a run with given networks, at step 0: `train --resume` trains it on.
///
/// # Errors
/// When a file does not hold the networks of the experiment, or the disk fails.
pub fn run(args: &Import) -> Result<ExitCode> {
    let experiment = plan::chosen(&args.chosen, args.seed)?;
    let mut trainer = Trainer::new(experiment.clone(), stand_in(&experiment)?, &Device::flex())?;
    for (file, of_generator) in [(&args.generator, true), (&args.discriminator, false)] {
        let Some(file) = file else { continue };
        let (network, state) = if of_generator {
            (&trainer.gan.generator, &mut trainer.state.generator)
        } else {
            (&trainer.gan.discriminator, &mut trainer.state.discriminator)
        };
        let loaded = state_dict(file).and_then(|dict| load(dict, &experiment, network, &state.weights));
        state.weights = loaded.with_context(|| file.display().to_string()).map_err(mistake)?;
        say(&format!("{}: {} parameters", file.display(), network.num_params()));
    }
    if let Some(average) = &mut trainer.state.generator_ema {
        *average = trainer.state.generator.weights.clone();
    }
    let mut folder = Folder::create(args.out.as_deref(), &experiment, 1)?;
    folder.save(&trainer, &[])?;
    let path = folder.path().display();
    say(&format!("the run is in {path}; train it on with: counterfeit train --resume {path}"));
    Ok(ExitCode::SUCCESS)
}

/// Data of the experiment's shape: a run at its start has used none, and takes its own when it goes on.
fn stand_in(experiment: &Experiment) -> Result<TrainingData> {
    let e = experiment;
    if !e.has_images() {
        return Ok(TrainingData::Mixture(Mixture::new(&e.mixture)?));
    }
    let blank = vec![0; e.image_size * e.image_size];
    Ok(TrainingData::Images(Images::new(e.image_size, blank, vec![0])?.stacked(e.channels)))
}

/// The weights of a network from a state dict, which holds them all and nothing else.
fn load(mut dict: StateDict, experiment: &Experiment, network: &Network, present: &Weights) -> Result<Weights> {
    let parts = parts(network, present)?;
    let forms = pytorch::forms(experiment, &parts)?;
    let (mut weights, mut taken) = (Weights { params: Vec::new(), buffers: Vec::new() }, Vec::new());
    for (form, (_, numbers)) in forms.iter().flatten().zip(parts.iter().flat_map(|part| &part.tensors)) {
        let wanted = &form.shape;
        let Some((shape, given)) = dict.remove(&form.name) else {
            bail!("`{}`, of shape {wanted:?}, is missing from it", form.name);
        };
        ensure!(&shape == wanted, "`{}` has the shape {shape:?}; the experiment needs {wanted:?}", form.name);
        debug_assert_eq!(given.len(), numbers.len());
        taken.push(form.here(&given));
    }
    if let Some(name) = dict.keys().min() {
        bail!("`{name}` belongs to no layer of the experiment");
    }
    // A layer's parameters, then its buffers.
    let mut taken = taken.into_iter();
    for layer in network.layers() {
        for (specs, into) in [(layer.params(), &mut weights.params), (layer.buffers(), &mut weights.buffers)] {
            let tensors = specs.into_iter().zip(&mut taken);
            into.extend(tensors.map(|(spec, numbers)| matrix(numbers, spec.shape, &Device::flex())));
        }
    }
    Ok(weights)
}

/// Reads a state dict: the file of `torch.save` or of safetensors.
fn state_dict(path: &Path) -> Result<StateDict> {
    let tensors = match path.extension().and_then(|end| end.to_str()) {
        Some("safetensors") => of_safetensors(&files::read(path, SIZE_LIMIT as u64)?)?,
        Some("pth" | "pt") => of_pytorch(path)?,
        _ => bail!("name a .pth or a .safetensors file"),
    };
    for (name, (_, numbers)) in &tensors {
        ensure!(numbers.iter().all(|number| number.is_finite()), "`{name}` holds numbers that are not finite");
    }
    Ok(tensors)
}

fn of_safetensors(bytes: &[u8]) -> Result<StateDict> {
    let file = SafeTensors::deserialize(bytes).map_err(|_| anyhow!("it is not a whole safetensors file"))?;
    let tensors = file.iter().filter(|(name, _)| is_weight(name)).map(|(name, view)| {
        ensure!(view.dtype() == Dtype::F32, "`{name}` is {:?}, not F32", view.dtype());
        Ok((name.to_owned(), (view.shape().to_vec(), numbers(view.data()))))
    });
    tensors.collect()
}

fn of_pytorch(path: &Path) -> Result<StateDict> {
    let length = path.metadata()?.len();
    ensure!(length <= SIZE_LIMIT as u64, "it has {length} bytes, more than {SIZE_LIMIT}");
    let reader = PytorchReader::new(path)?;
    let tensors = reader.tensors().iter().filter(|(name, _)| is_weight(name));
    // A view can be larger than its file.
    let total: usize = tensors.clone().map(|(_, tensor)| tensor.byte_len()).sum();
    ensure!(total <= SIZE_LIMIT, "its tensors have {total} bytes, more than {SIZE_LIMIT}");
    let tensors = tensors.map(|(name, tensor)| {
        ensure!(tensor.dtype() == DType::F32, "`{name}` is {:?}, not F32", tensor.dtype());
        Ok((name.clone(), (tensor.shape().to_vec(), numbers(&tensor.read()?))))
    });
    tensors.collect()
}

fn is_weight(name: &str) -> bool {
    !name.ends_with(pytorch::COUNT)
}
