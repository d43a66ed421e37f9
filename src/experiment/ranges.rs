//! The range of each setting by itself; combinations are in `compatibility.rs`.

use super::{DataKind, Experiment};
use crate::error::{Error, Result, brief};

/// More steps than anyone takes.
const STEP_LIMIT: u64 = 1_000_000_000;
/// JavaScript's numbers are exact below this.
const SEED_LIMIT: u64 = 1 << 53;

impl Experiment {
    /// Checks every range, and that the settings fit together.
    ///
    /// # Errors
    /// The first setting that is wrong, with what was given and what would be right.
    pub fn validate(&self) -> Result<()> {
        if self.name.is_empty() || self.name.chars().count() > 64 || self.name.chars().any(char::is_control) {
            return Err(Error::setting("name", brief(&self.name), "1 to 64 printable characters"));
        }
        let mut classes = self.classes.clone();
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty() || classes.len() < self.classes.len() || classes.iter().any(|&c| c > 9) {
            return Err(Error::setting(
                "classes",
                format!("{:?}", self.classes),
                "different digits from 0 to 9, such as [3, 7]",
            ));
        }
        between("examples_per_class", self.examples_per_class, 0, 100_000)?;
        if ![28, 32, 64].contains(&self.image_size) {
            return Err(Error::setting("image_size", self.image_size, "28, 32 or 64"));
        }
        if ![1, 3].contains(&self.channels) {
            return Err(Error::setting(
                "channels",
                self.channels,
                "1, or 3 for another image in each of red, green and blue",
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
        between("steps", self.steps, 1, STEP_LIMIT)?;
        between("seed", self.seed, 0, SEED_LIMIT - 1)?;
        self.validate_mixture()?;
        self.validate_objective()?;
        self.validate_combinations()
    }

    fn validate_objective(&self) -> Result<()> {
        between("label_smoothing", self.label_smoothing, 0.5, 1.0)?;
        between("gp_weight", self.gp_weight, 0.0, 1e4)?;
        between("weight_clip", self.weight_clip, 0.0, 10.0)?;
        between("instance_noise", self.instance_noise, 0.0, 100.0)?;
        between("instance_noise_steps", self.instance_noise_steps, 0, STEP_LIMIT)?;
        between("minibatch_discrimination", self.minibatch_discrimination, 0, 256)?;
        between("pack", self.pack, 1, 16)?;
        between("vat_weight", self.vat_weight, 0.0, 1e4)?;
        between("vat_epsilon", self.vat_epsilon, 1e-3, 1e3)?;
        between("path_length_weight", self.path_length_weight, 0.0, 1e4)?;
        between("feature_matching_weight", self.feature_matching_weight, 0.0, 1e4)?;
        between("consistency_weight", self.consistency_weight, 0.0, 1e4)?;
        between("reconstruction_weight", self.reconstruction_weight, 0.0, 1e4)?;
        between("began_gamma", self.began_gamma, 0.0, 1.0)?;
        between("began_lambda", self.began_lambda, 0.0, 1.0)?;
        between("lr_half_life", self.lr_half_life, 0, STEP_LIMIT)
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
                return Err(Error::setting("mixture", format!("a std of {}", mode.std), "between 0.0001 and 1000"));
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

fn between<T: Copy + PartialOrd + std::fmt::Display>(field: &str, value: T, low: T, high: T) -> Result<()> {
    // NaN is within nothing.
    if !(low..=high).contains(&value) {
        return Err(Error::setting(field, value, format!("from {low} to {high}")));
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
