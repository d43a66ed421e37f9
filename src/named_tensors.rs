//! Named matrices and text metadata in the safetensors format: the form of checkpoints and classifiers.
//!
//! Files may come from a stranger: sizes, names, shapes and numbers are checked before they are used. Errors are
//! phrases that continue "it cannot be used:".

use std::collections::HashMap;

use burn::tensor::{Device, Tensor, TensorData, Transaction};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::{self, brief};
use crate::nets::{Network, ParamSpec, Weights};
use crate::tensor::{floats, read};

/// A file that was read and is whole.
pub(crate) struct File {
    metadata: HashMap<String, String>,
    tensors: HashMap<String, (Vec<usize>, Vec<f32>)>,
}

/// A matrix's name, shape and numbers.
pub(crate) type Named = (String, Vec<usize>, Vec<f32>);

/// Reads matrices from their device, all at once.
///
/// # Errors
/// When the device fails.
pub(crate) async fn read_all(tensors: Vec<(String, Tensor<2>)>) -> error::Result<Vec<Named>> {
    let mut transaction = Transaction::default();
    let mut names = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        transaction = transaction.register(tensor);
        names.push(name);
    }
    let data = read(transaction).await?;
    names.into_iter().zip(&data).map(|(name, data)| Ok((name, data.shape().to_vec(), floats(data)?))).collect()
}

/// Matrices and metadata as bytes.
///
/// # Errors
/// When the format has no place for them.
pub(crate) fn serialize(tensors: &[Named], metadata: HashMap<String, String>) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name, view)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// F32 numbers from their bytes, little-endian.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

impl File {
    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    /// When the bytes are not a whole safetensors file of finite F32 numbers.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, String> {
        if bytes.len() > limit {
            return Err(format!("it has {} bytes, more than {limit}", bytes.len()));
        }
        let not_whole = |_| "it is not a whole safetensors file".to_owned();
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_whole)?;
        let file = SafeTensors::deserialize(bytes).map_err(not_whole)?;
        let tensors = file
            .iter()
            .map(|(name, view)| {
                if view.dtype() != Dtype::F32 {
                    return Err(format!("`{}` is {:?}, not F32", brief(name), view.dtype()));
                }
                let values = numbers(view.data());
                if values.iter().any(|v| !v.is_finite()) {
                    return Err(format!("`{}` holds numbers that are not finite", brief(name)));
                }
                Ok((name.to_owned(), (view.shape().to_vec(), values)))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { metadata: header.metadata().clone().unwrap_or_default(), tensors })
    }

    /// The metadata under `key`.
    ///
    /// # Errors
    /// When there are none.
    pub fn text(&self, key: &str) -> Result<&str, String> {
        self.metadata
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| format!("it was not written by this program (no `{key}` in its metadata)"))
    }

    /// The version of the format, which is under `key`: one of `known`, the newest last.
    ///
    /// # Errors
    /// When it is another.
    pub fn version(&self, key: &str, known: &'static [&'static str]) -> Result<&'static str, String> {
        let given = self.text(key)?;
        known
            .iter()
            .find(|version| **version == given)
            .copied()
            .ok_or_else(|| format!("its format is {}; this program reads {}", brief(given), known.join(", ")))
    }

    /// Replaces the names of all matrices.
    pub fn rename(&mut self, to: impl Fn(&str) -> String) {
        self.tensors =
            std::mem::take(&mut self.tensors).into_iter().map(|(name, tensor)| (to(&name), tensor)).collect();
    }

    /// The file as bytes, with these metadata changed.
    ///
    /// # Errors
    /// When the format has no place for them.
    #[cfg(test)]
    pub fn into_bytes(mut self, changes: &[(&str, &str)]) -> Result<Vec<u8>, String> {
        self.metadata.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let tensors = self.tensors.into_iter().map(|(name, (shape, values))| (name, shape, values));
        serialize(&tensors.collect::<Vec<_>>(), self.metadata)
    }

    /// How many numbers it holds.
    pub fn numbers(&self) -> usize {
        self.tensors.values().map(|(_, values)| values.len()).sum()
    }

    /// Takes out a matrix of the shape that `owner` needs.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn take(&mut self, name: &str, wanted: [usize; 2], owner: &str, device: &Device) -> Result<Tensor<2>, String> {
        let (shape, values) = self.tensors.remove(name).ok_or_else(|| format!("`{name}` is missing from it"))?;
        if shape != wanted {
            return Err(format!("`{name}` has the shape {shape:?}; {owner} needs {wanted:?}"));
        }
        Ok(Tensor::from_data(TensorData::new(values, wanted), device))
    }

    /// Takes out all parameters and buffers of a network, whose names begin with `prefix`.
    ///
    /// # Errors
    /// When one is missing or has another shape.
    pub fn take_weights(
        &mut self,
        prefix: &str,
        network: &Network,
        owner: &str,
        device: &Device,
    ) -> Result<Weights, String> {
        let mut all = |specs: Vec<ParamSpec>| {
            let names = specs.into_iter().map(|spec| (format!("{prefix}.{}", spec.name), spec.shape));
            names.map(|(name, shape)| self.take(&name, shape, owner, device)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Weights { params: all(network.params())?, buffers: all(network.buffers())? })
    }

    /// Checks that every matrix was taken out.
    ///
    /// # Errors
    /// When one is left.
    pub fn check_empty(&self, owner: &str) -> Result<(), String> {
        self.tensors
            .keys()
            .next()
            .map_or(Ok(()), |name| Err(format!("`{}` belongs to no part of {owner}", brief(name))))
    }
}
