//! Settings that can be changed while a run trains: its networks stay as they are, and train on.

use super::Experiment;

/// They change neither the networks nor the images of the data.
const LIVE: &[&str] = &[
    "mixture",
    "objective",
    "label_smoothing",
    "began_gamma",
    "began_lambda",
    "reconstruction_weight",
    "n_critic",
    "critic_warmup",
    "gradient_penalty",
    "gp_weight",
    "weight_clip",
    "instance_noise",
    "instance_noise_steps",
    "feature_matching_weight",
    "vat_weight",
    "vat_epsilon",
    "path_length_weight",
    "augment",
    "consistency_weight",
    "generator_lr",
    "discriminator_lr",
    "lr_half_life",
    "beta1",
    "beta2",
    "ema_decay",
    "batch_size",
];

/// Whether a setting can be changed while a run trains. Its new value may still need other networks: BEGAN's
/// discriminator is an autoencoder.
pub(super) fn is_live(key: &str) -> bool {
    LIVE.contains(&key)
}

/// A setting in which two experiments differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key.
    pub key: String,
    /// Its value in the first, as TOML.
    pub here: String,
    /// Its value in the other.
    pub there: String,
    /// Whether it can be changed while a run trains.
    pub live: bool,
}

impl Experiment {
    /// The settings in which the two differ, in their order.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let (here, there) = (self.to_table(), other.to_table());
        let pairs = here.iter().filter_map(|(key, here)| Some((key, here, there.get(key)?)));
        let differ = pairs.filter(|(_, here, there)| here != there);
        let difference = |(key, here, there): (&String, &toml::Value, &toml::Value)| Difference {
            key: key.clone(),
            here: here.to_string(),
            there: there.to_string(),
            live: is_live(key),
        };
        differ.map(difference).collect()
    }

    /// Whether every setting in which the two differ can be changed while a run trains.
    #[must_use]
    pub fn differs_live(&self, other: &Self) -> bool {
        self.differences(other).iter().all(|difference| difference.live)
    }
}
