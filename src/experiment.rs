//! [`Experiment`]: every setting of a run, as plain data, the seed included.
//!
//! The same type is a TOML file for the shell, the URL hash of the page, and the head of a checkpoint. A setting is
//! named the same everywhere: `--set batch_size=64`, `#batch_size=64`, `batch_size = 64`.

mod text;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, brief};

/// Where real samples come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// A mixture of Gaussians in any dimension.
    Mixture,
    /// Digits drawn by this program.
    Digits,
    /// MNIST, from IDX files.
    Mnist,
}

/// One Gaussian of a mixture, of the same deviation in every direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Relative weight; the mixture divides by the sum.
    #[serde(default = "one")]
    pub weight: f32,
    /// Centre, one number a dimension.
    pub mean: Vec<f32>,
    /// Standard deviation in each direction.
    pub std: f32,
}

fn one() -> f32 {
    1.0
}

/// The family of both networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Multilayer perceptrons: `generator_hidden`, `discriminator_hidden`.
    Mlp,
    /// Radford et al. 2016: strided 4×4 convolutions with BatchNorm, at 28, 32 or 64 pixels: `base_channels`.
    Dcgan,
}

/// What stands between the layers of an MLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// max(x, 0.2 x)
    LeakyRelu,
    /// tanh(x)
    Tanh,
}

/// What each side minimises, on logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The minimax game of Goodfellow et al. 2014.
    Saturating,
    /// Its generator's usual replacement: −log D(G(z)).
    NonSaturating,
}

/// How gradients become steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Gradient descent, with momentum `beta1`.
    Sgd,
    /// Kingma & Ba 2015, with `beta1` and `beta2`.
    Adam,
    /// Tieleman & Hinton 2012, with the squares' decay `beta2`.
    Rmsprop,
}

/// Every setting of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Experiment {
    /// The preset it came from, or a name of the user's; at most 64 characters.
    pub name: String,
    /// Where real samples come from.
    pub data: DataKind,
    /// Image classes to learn, digits 0–9; for `digits` and `mnist`.
    pub classes: Vec<u8>,
    /// Images of each class to learn from; 0 takes all there are.
    pub examples_per_class: usize,
    /// Height and width of images: 28, 32 or 64 pixels.
    pub image_size: usize,
    /// The family of both networks.
    pub architecture: Architecture,
    /// Numbers in a latent, drawn from a standard normal.
    pub latent_dim: usize,
    /// Widths of the generator's hidden layers (`mlp`).
    pub generator_hidden: Vec<usize>,
    /// Widths of the discriminator's hidden layers (`mlp`).
    pub discriminator_hidden: Vec<usize>,
    /// The generator's activation (`mlp`; a DCGAN has ReLU).
    pub generator_activation: Activation,
    /// The discriminator's activation (`mlp`; a DCGAN has LeakyReLU).
    pub discriminator_activation: Activation,
    /// Channels of the widest feature map (`dcgan`).
    pub base_channels: usize,
    /// Share of the discriminator's hidden units dropped while training (`mlp`); 0 is off.
    pub dropout: f32,
    /// What each side minimises.
    pub objective: Objective,
    /// How gradients become steps, for both networks.
    pub optimizer: OptimizerKind,
    /// The generator's learning rate.
    pub generator_lr: f32,
    /// The discriminator's learning rate.
    pub discriminator_lr: f32,
    /// Decay of the mean of gradients.
    pub beta1: f32,
    /// Decay of the mean of squared gradients.
    pub beta2: f32,
    /// Discriminator updates before each generator update.
    pub n_critic: usize,
    /// Real samples, and as many fakes, in a discriminator update.
    pub batch_size: usize,
    /// Decay of the generator's moving average, which then gives the samples; 0 is off. After t steps it is (1 + t)/(10 + t)
    /// at most.
    pub ema_decay: f32,
    /// Generator updates after which the shell stops; the page goes on.
    pub steps: u64,
    /// The seed that every random number of the run comes from; below 2⁵³.
    pub seed: u64,
    /// The Gaussians of `data = "mixture"`.
    pub mixture: Vec<Mode>,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            name: "custom".to_owned(),
            data: DataKind::Mixture,
            classes: (0..10).collect(),
            examples_per_class: 0,
            image_size: 28,
            architecture: Architecture::Mlp,
            latent_dim: 1,
            generator_hidden: vec![32, 32],
            discriminator_hidden: vec![32, 32],
            generator_activation: Activation::Relu,
            discriminator_activation: Activation::LeakyRelu,
            base_channels: 64,
            dropout: 0.0,
            objective: Objective::NonSaturating,
            optimizer: OptimizerKind::Adam,
            generator_lr: 1e-3,
            discriminator_lr: 1e-3,
            beta1: 0.5,
            beta2: 0.999,
            n_critic: 1,
            batch_size: 256,
            ema_decay: 0.0,
            steps: 20_000,
            seed: 0,
            mixture: Vec::new(),
        }
    }
}

/// A named experiment.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What it shows, for people.
    pub about: String,
    /// Its settings; `experiment.name` is the preset's name.
    pub experiment: Experiment,
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let file: toml::Table =
        toml::from_str(include_str!("presets.toml")).expect("presets.toml is tested");
    file.into_iter()
        .map(|(name, value)| {
            let toml::Value::Table(mut table) = value else {
                unreachable!("presets.toml is tested: it holds tables")
            };
            let about = match table.remove("about") {
                Some(toml::Value::String(about)) => about,
                _ => String::new(),
            };
            table.insert("name".to_owned(), name.into());
            let experiment = Experiment::from_table(table).expect("presets.toml is tested");
            Preset { about, experiment }
        })
        .collect()
});

/// JavaScript's numbers are exact below this.
const SEED_LIMIT: u64 = 1 << 53;

impl Experiment {
    /// All presets, in the order in which they are shown.
    #[must_use]
    pub fn presets() -> &'static [Preset] {
        &PRESETS
    }

    /// The preset of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn preset(name: &str) -> Result<Self> {
        let presets = Self::presets();
        presets
            .iter()
            .find(|preset| preset.experiment.name == name)
            .map(|preset| preset.experiment.clone())
            .ok_or_else(|| Error::UnknownPreset {
                name: name.to_owned(),
                known: presets
                    .iter()
                    .map(|preset| preset.experiment.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// Numbers in one sample of the data: the mixture's dimension, or the pixels of an image.
    #[must_use]
    pub fn data_dim(&self) -> usize {
        match self.data {
            DataKind::Mixture => self.mixture.first().map_or(0, |mode| mode.mean.len()),
            DataKind::Digits | DataKind::Mnist => self.image_size * self.image_size,
        }
    }

    /// Whether the data are images.
    #[must_use]
    pub fn has_images(&self) -> bool {
        self.data != DataKind::Mixture
    }

    /// Checks every range, and that the settings fit together.
    ///
    /// # Errors
    /// The first setting that is wrong, with what was given and what would be right.
    pub fn validate(&self) -> Result<()> {
        if self.name.is_empty()
            || self.name.chars().count() > 64
            || self.name.chars().any(char::is_control)
        {
            return Err(Error::setting(
                "name",
                brief(&self.name),
                "1 to 64 printable characters",
            ));
        }
        let mut classes = self.classes.clone();
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty()
            || classes.len() < self.classes.len()
            || classes.iter().any(|&c| c > 9)
        {
            return Err(Error::setting(
                "classes",
                format!("{:?}", self.classes),
                "different digits from 0 to 9, such as [3, 7]",
            ));
        }
        between("examples_per_class", self.examples_per_class, 0, 100_000)?;
        if ![28, 32, 64].contains(&self.image_size) {
            return Err(Error::setting(
                "image_size",
                self.image_size,
                "28, 32 or 64",
            ));
        }
        between("latent_dim", self.latent_dim, 1, 1024)?;
        widths("generator_hidden", &self.generator_hidden)?;
        widths("discriminator_hidden", &self.discriminator_hidden)?;
        between("base_channels", self.base_channels, 1, 256)?;
        share("dropout", self.dropout)?;
        rate("generator_lr", self.generator_lr)?;
        rate("discriminator_lr", self.discriminator_lr)?;
        share("beta1", self.beta1)?;
        share("beta2", self.beta2)?;
        between("n_critic", self.n_critic, 1, 100)?;
        between("batch_size", self.batch_size, 1, 16_384)?;
        share("ema_decay", self.ema_decay)?;
        between("steps", self.steps, 1, 1_000_000_000)?;
        between("seed", self.seed, 0, SEED_LIMIT - 1)?;
        self.validate_mixture()?;
        if self.architecture == Architecture::Dcgan && !self.has_images() {
            return Err(Error::setting(
                "architecture",
                "dcgan",
                "mlp for data that are not images",
            ));
        }
        if self.architecture == Architecture::Dcgan && self.dropout > 0.0 {
            return Err(Error::setting("dropout", self.dropout, "0 for a dcgan"));
        }
        Ok(())
    }

    fn validate_mixture(&self) -> Result<()> {
        if self.data != DataKind::Mixture {
            return if self.mixture.is_empty() {
                Ok(())
            } else {
                Err(Error::setting(
                    "mixture",
                    format!("{} Gaussians", self.mixture.len()),
                    "left out, unless data = \"mixture\"",
                ))
            };
        }
        let dim = self.data_dim();
        if self.mixture.is_empty() || self.mixture.len() > 100 {
            return Err(Error::setting(
                "mixture",
                format!("{} Gaussians", self.mixture.len()),
                "1 to 100, such as [{ weight = 1.0, mean = [0.0], std = 0.5 }]",
            ));
        }
        for mode in &self.mixture {
            let inside = |x: f32, low: f32, high: f32| x >= low && x <= high;
            if mode.mean.len() != dim || !(1..=1024).contains(&dim) {
                return Err(Error::setting(
                    "mixture",
                    format!("a mean of {} numbers", mode.mean.len()),
                    format!("as many in every mean, 1 to 1024 (the first has {dim})"),
                ));
            }
            if !mode.mean.iter().all(|&x| inside(x, -1e3, 1e3)) {
                return Err(Error::setting(
                    "mixture",
                    brief(&format!("a mean {:?}", mode.mean)),
                    "between -1000 and 1000",
                ));
            }
            if !inside(mode.std, 1e-4, 1e3) {
                return Err(Error::setting(
                    "mixture",
                    format!("a std of {}", mode.std),
                    "between 0.0001 and 1000",
                ));
            }
            if !inside(mode.weight, 1e-3, 1e3) {
                return Err(Error::setting(
                    "mixture",
                    format!("a weight of {}", mode.weight),
                    "between 0.001 and 1000",
                ));
            }
        }
        Ok(())
    }
}

fn between<T: PartialOrd + std::fmt::Display>(
    field: &str,
    value: T,
    low: T,
    high: T,
) -> Result<()> {
    if value < low || value > high {
        return Err(Error::setting(
            field,
            value,
            format!("from {low} to {high}"),
        ));
    }
    Ok(())
}

fn share(field: &str, value: f32) -> Result<()> {
    // Written so that NaN fails.
    if !(0.0..1.0).contains(&value) {
        return Err(Error::setting(field, value, "at least 0 and below 1"));
    }
    Ok(())
}

fn rate(field: &str, value: f32) -> Result<()> {
    if !(value > 0.0 && value <= 1.0) {
        return Err(Error::setting(field, value, "above 0 and at most 1"));
    }
    Ok(())
}

fn widths(field: &str, widths: &[usize]) -> Result<()> {
    if widths.len() > 8 || widths.iter().any(|width| !(1..=4096).contains(width)) {
        return Err(Error::setting(
            field,
            brief(&format!("{widths:?}")),
            "at most 8 widths from 1 to 4096, such as [64, 64]",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_network_is_the_textbook_network() {
        let e = Experiment::preset("mnist-mlp").unwrap();
        assert_eq!((e.latent_dim, e.data_dim(), e.batch_size), (100, 784, 64));
        assert_eq!(
            (&e.generator_hidden[..], &e.discriminator_hidden[..]),
            (&[256][..], &[256][..])
        );
        assert_eq!(
            (e.dropout, e.generator_lr, e.beta1, e.beta2),
            (0.3, 2e-4, 0.5, 0.999)
        );
        assert_eq!(e.generator_activation, Activation::LeakyRelu);
    }

    #[test]
    fn settings_are_changed_by_name() {
        let mut e = Experiment::preset("mixture-1d").unwrap();
        e.set("batch_size", "64").unwrap();
        e.set("objective", "saturating").unwrap();
        e.set("generator_hidden", "[8, 8, 8]").unwrap();
        e.set("mixture", "[{ mean = [1, 2], std = 1 }]").unwrap();
        e.set("generator_lr", "1").unwrap();
        assert_eq!((e.batch_size, e.objective), (64, Objective::Saturating));
        assert_eq!(e.generator_hidden, [8, 8, 8]);
        assert_eq!(e.data_dim(), 2);
    }

    #[test]
    fn errors_name_the_field_what_was_given_and_what_would_be_right() {
        let cases = [
            (
                "batch_size",
                "0",
                "`batch_size` is 0; it should be from 1 to 16384",
            ),
            (
                "dropout",
                "1.5",
                "`dropout` is 1.5; it should be at least 0 and below 1",
            ),
            (
                "generator_lr",
                "nan",
                "`generator_lr` is NaN; it should be above 0 and at most 1",
            ),
            (
                "image_size",
                "30",
                "`image_size` is 30; it should be 28, 32 or 64",
            ),
            ("classes", "[1, 1]", "different digits"),
            ("objective", "hopeful", "`saturating`"),
            (
                "batch_size",
                "many",
                "`batch_size` is \"many\"; it should be",
            ),
            ("batchsize", "1", "did you mean `batch_size`?"),
            ("colour", "red", "there is no setting `colour`"),
            ("architecture", "dcgan", "mlp for data that are not images"),
            ("mixture", "[]", "1 to 100"),
            (
                "mixture",
                "[{ mean = [0], std = 0 }]",
                "between 0.0001 and 1000",
            ),
        ];
        for (key, value, wanted) in cases {
            let mut e = Experiment::preset("mixture-1d").unwrap();
            let before = e.clone();
            let error = e.set(key, value).unwrap_err().to_string();
            assert!(error.contains(wanted), "{key}={value}: {error}");
            assert!(!error.contains('\n'), "{error}");
            assert_eq!(e, before, "a refused setting changes nothing");
        }
    }
}
