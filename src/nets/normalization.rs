//! Which normalisation stands between layers.

use serde::{Deserialize, Serialize};

use super::layers::{BatchNorm, InstanceNorm, Layer, LayerNorm};

/// The numbers over which a layer's output is standardised before the activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// Not at all.
    None,
    /// Each channel over the whole batch.
    Batch,
    /// Each sample over all of its numbers.
    Layer,
    /// Each channel of each sample; for images in a `dcgan`.
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
