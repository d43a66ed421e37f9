//! Which normalisation stands between layers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layers::{BatchNorm, InstanceNorm, Layer, LayerNorm};

/// The numbers over which a layer's output is standardised before the activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// No normalisation.
    #[schemars(title = "None")]
    None,
    /// BatchNorm (Ioffe & Szegedy 2015): each channel over the whole batch.
    #[schemars(title = "Batch")]
    Batch,
    /// LayerNorm (Ba, Kiros & Hinton 2016): each sample over all of its numbers.
    #[schemars(title = "Layer")]
    Layer,
    /// InstanceNorm (Ulyanov et al. 2016): each channel of each sample, for the images of a `dcgan`.
    #[schemars(title = "Instance")]
    Instance,
}

impl Normalization {
    /// The layer after one of `channels` × `positions` numbers.
    #[must_use]
    pub fn layer(self, channels: usize, positions: usize) -> Option<Box<dyn Layer>> {
        match self {
            Self::None => None,
            Self::Batch => Some(Box::new(BatchNorm { channels, positions })),
            Self::Layer => Some(Box::new(LayerNorm { channels, positions })),
            Self::Instance => Some(Box::new(InstanceNorm { channels, positions })),
        }
    }
}
