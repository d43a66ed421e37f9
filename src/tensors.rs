//! Named matrices as bytes, in the safetensors format, with words beside them: what checkpoints and classifiers are made of.
//!
//! What is read may come from a stranger: sizes, names, shapes and numbers are checked before they are used. What is wrong
//! with a file is said in words that fit behind "it cannot be used:".

use std::collections::HashMap;

use burn::tensor::{Device, Tensor, TensorData, Transaction};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::{self, brief};
use crate::snapshot::{floats, read};

/// A file that has been read, and found whole.
pub(crate) struct File {
    words: HashMap<String, String>,
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

/// Matrices and words as bytes.
///
/// # Errors
/// When the format has no place for them.
pub(crate) fn serialize(tensors: &[Named], words: HashMap<String, String>) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name, view)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    safetensors::serialize(views, Some(words)).map_err(|error| error.to_string())
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
        let (_, header) = SafeTensors::read_metadata(bytes)
            .map_err(|error| format!("it is not a whole safetensors file ({error})"))?;
        let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let tensors = file
            .iter()
            .map(|(name, view)| {
                if view.dtype() != Dtype::F32 {
                    return Err(format!("`{}` is {:?}, not F32", brief(name), view.dtype()));
                }
                let values: Vec<f32> =
                    view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
                if values.iter().any(|v| !v.is_finite()) {
                    return Err(format!("`{}` holds numbers that are not finite", brief(name)));
                }
                Ok((name.to_owned(), (view.shape().to_vec(), values)))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { words: header.metadata().clone().unwrap_or_default(), tensors })
    }

    /// What stands under `key` beside the matrices.
    ///
    /// # Errors
    /// When nothing does.
    pub fn word(&self, key: &str) -> Result<&str, String> {
        self.words
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| format!("it was not written by this program (no `{key}` in its metadata)"))
    }

    /// Refuses other versions of the format than `version`, which stands under `key`.
    ///
    /// # Errors
    /// When it does not.
    pub fn check_version(&self, key: &str, version: &str) -> Result<(), String> {
        let given = self.word(key)?;
        if given == version {
            return Ok(());
        }
        Err(format!("its format is {}; this program reads {version}", brief(given)))
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

    /// Refuses what nobody took out.
    ///
    /// # Errors
    /// When something is left.
    pub fn check_empty(&self, owner: &str) -> Result<(), String> {
        self.tensors
            .keys()
            .next()
            .map_or(Ok(()), |name| Err(format!("`{}` belongs to no part of {owner}", brief(name))))
    }
}
