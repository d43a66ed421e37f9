//! [`DataKind`]: the setting `data`. One file a dataset.

mod mnist;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::mnist::Mnist;
use super::dataset::Dataset;

/// Where real samples come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// A mixture of Gaussians in any dimension.
    #[schemars(title = "Mixture of Gaussians")]
    Mixture,
    /// Digits drawn by this program.
    #[schemars(title = "Drawn digits")]
    Digits,
    /// The handwritten digits of LeCun et al. 1998.
    #[schemars(title = "MNIST")]
    Mnist,
    /// The images in a folder of this machine (`--data DIR`), grey or, with three channels, in colour; on the desktop.
    #[schemars(title = "Images in a folder")]
    Folder,
}

impl DataKind {
    /// The dataset, where the data come as files.
    #[must_use]
    pub fn dataset(self) -> Option<&'static dyn Dataset> {
        match self {
            Self::Mixture | Self::Digits | Self::Folder => None,
            Self::Mnist => Some(&Mnist),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::dataset::{Split, missing};

    #[test]
    fn every_dataset_has_the_name_of_its_setting() {
        for kind in [DataKind::Mixture, DataKind::Digits, DataKind::Mnist] {
            let Some(dataset) = kind.dataset() else { continue };
            assert_eq!(serde_json::to_value(kind).unwrap(), dataset.name());
            for split in [Split::Train, Split::Test] {
                for file in dataset.files(split) {
                    assert!(file.sha256.len() == 64 && !file.names.is_empty(), "{file:?}");
                }
            }
            assert!(dataset.mirrors().iter().all(|mirror| mirror.starts_with("https://") && mirror.ends_with('/')));
            assert!(missing(dataset).to_string().contains("--data DIR"));
        }
    }
}
