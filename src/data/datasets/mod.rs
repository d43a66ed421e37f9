//! [`DataKind`]: the setting `data`. One file a dataset.

mod cifar;
mod idx;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::cifar::Cifar10;
pub use self::idx::{FASHION_MNIST, KMNIST, MNIST};
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
    /// The articles of clothing of Xiao et al. 2017.
    #[schemars(title = "Fashion-MNIST")]
    FashionMnist,
    /// The cursive Japanese characters of Clanuwat et al. 2018.
    #[schemars(title = "Kuzushiji-MNIST")]
    Kmnist,
    /// The photographs of Krizhevsky 2009, in colour: `channels = 3`.
    #[schemars(title = "CIFAR-10")]
    Cifar10,
    /// The images in a folder of this machine (`--data DIR`; on the page, dropped there), grey or, with three channels, in
    /// colour.
    #[schemars(title = "Images in a folder")]
    Folder,
}

impl DataKind {
    /// The dataset, where the data come as files.
    #[must_use]
    pub fn dataset(self) -> Option<&'static dyn Dataset> {
        match self {
            Self::Mixture | Self::Digits | Self::Folder => None,
            Self::Mnist => Some(&MNIST),
            Self::FashionMnist => Some(&FASHION_MNIST),
            Self::Kmnist => Some(&KMNIST),
            Self::Cifar10 => Some(&Cifar10),
        }
    }

    /// Whether they are made of files: a dataset's, or images of the user's.
    #[must_use]
    pub fn comes_as_files(self) -> bool {
        self == Self::Folder || self.dataset().is_some()
    }

    /// Whether they are digits.
    #[must_use]
    pub fn has_digits(self) -> bool {
        matches!(self, Self::Digits | Self::Mnist)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::dataset::{Sha256, Split, missing};

    #[test]
    fn every_dataset_has_the_name_of_its_setting() {
        for kind in [DataKind::Digits, DataKind::Mnist, DataKind::FashionMnist, DataKind::Kmnist, DataKind::Cifar10] {
            let Some(dataset) = kind.dataset() else { continue };
            assert_eq!(serde_json::to_value(kind).unwrap(), dataset.name());
            for split in [Split::Train, Split::Test] {
                for file in dataset.files(split) {
                    let digest = match file.sha256 {
                        Sha256::Contents(digest) | Sha256::Gzipped(digest) => digest,
                        Sha256::OfArchive => dataset.archive().unwrap().sha256,
                    };
                    assert!(digest.len() == 64 && !file.names.is_empty(), "{file:?}");
                }
            }
            assert!(dataset.mirrors().iter().all(|mirror| mirror.starts_with("https://") && mirror.ends_with('/')));
            assert!(missing(dataset).to_string().contains("--data DIR"));
        }
    }
}
