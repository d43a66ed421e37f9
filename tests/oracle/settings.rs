//! Every setting, with the values that the oracle tries, and what each needs to have an effect.

use std::collections::BTreeMap;

use counterfeit::{Experiment, Result};

/// Another value of a setting than the tiny run has.
#[derive(Clone, Copy, Debug)]
pub struct Variation {
    pub key: &'static str,
    pub value: &'static str,
    /// Settings without which it has no effect; the other variation of a pair may replace them.
    needs: &'static [&'static [(&'static str, &'static str)]],
}

/// Settings that no step of exact numbers depends on. What `precision` rounds is tested where it is: with the layers and, over a
/// run, with the trainer.
pub const INERT: [&str; 3] = ["name", "steps", "precision"];

/// The tiny run: points in the plane, two networks of three hidden units, batches of four.
const TINY: &[(&str, &str)] = &[
    ("mixture", "[{mean=[-1,0.5],std=0.3},{weight=2,mean=[1,-0.5],std=0.5},{mean=[0.5,1],std=0.2}]"),
    ("latent_dim", "2"),
    ("generator_hidden", "[3]"),
    ("discriminator_hidden", "[3]"),
    // Smooth, so that second derivatives count.
    ("generator_activation", "tanh"),
    ("discriminator_activation", "tanh"),
    ("batch_size", "4"),
    ("optimizer", "sgd"),
    ("generator_lr", "0.3"),
    ("discriminator_lr", "0.2"),
    ("gp_weight", "1"),
    ("seed", "3"),
];

const IMAGES: &[(&str, &str)] = &[
    ("data", "digits"),
    ("mixture", "[]"),
    ("examples_per_class", "2"),
    ("base_channels", "1"),
    // A unit that reads 784 pixels saturates at the tiny run's rates.
    ("generator_lr", "0.02"),
    ("discriminator_lr", "0.01"),
];

const COLOUR: &[(&str, &str)] = &[("channels", "3")];
const DCGAN: &[(&str, &str)] = &[("architecture", "dcgan")];
const AUGMENT: &[(&str, &str)] = &[("augment", "[\"translation\",\"cutout\"]")];
const AUTOENCODER: &[(&str, &str)] = &[("architecture", "autoencoder")];
const PENALTY: &[(&str, &str)] = &[("gradient_penalty", "wgan-gp")];
const NOISE: &[(&str, &str)] = &[("instance_noise", "0.3")];
const VAT: &[(&str, &str)] = &[("vat_weight", "0.7")];
const ADAM: &[(&str, &str)] = &[("optimizer", "adam")];
const LINE: &[(&str, &str)] = &[("mixture", "[{mean=[0.2],std=0.3}]")];
const BEGAN: &[(&str, &str)] = &[("objective", "began"), ("began_lambda", "0.1")];
const ADAPTIVE: &[(&str, &str)] = &[("generator_lr", "0.02"), ("discriminator_lr", "0.01")];

const fn of(key: &'static str, value: &'static str) -> Variation {
    with(key, value, &[])
}

const fn with(
    key: &'static str,
    value: &'static str,
    needs: &'static [&'static [(&'static str, &'static str)]],
) -> Variation {
    Variation { key, value, needs }
}

pub const VARIATIONS: &[Variation] = &[
    of("mixture", "[{mean=[-1],std=0.3},{weight=3,mean=[2],std=0.5},{mean=[0.3],std=0.1}]"),
    with("data", "digits", &[IMAGES]),
    with("data", "mnist", &[IMAGES]),
    with("data", "fashion-mnist", &[IMAGES]),
    with("data", "kmnist", &[IMAGES]),
    with("data", "cifar10", &[IMAGES, COLOUR]),
    with("data", "folder", &[IMAGES]),
    with("classes", "[3,7,1]", &[IMAGES]),
    with("examples_per_class", "1", &[IMAGES]),
    with("image_size", "32", &[IMAGES]),
    with("channels", "3", &[IMAGES]),
    with("architecture", "dcgan", &[IMAGES]),
    with("architecture", "dirac", &[LINE]),
    with("architecture", "autoencoder", &[IMAGES]),
    with("architecture", "stacked", &[IMAGES]),
    with("architecture", "coupled", &[IMAGES]),
    of("latent_dim", "3"),
    of("prior", "uniform"),
    of("conditional", "label"),
    of("conditional", "acgan"),
    of("generator_hidden", "[2,3]"),
    of("discriminator_hidden", "[4,2]"),
    of("generator_activation", "relu"),
    of("generator_activation", "leaky-relu"),
    of("generator_activation", "elu"),
    of("generator_activation", "sigmoid"),
    of("discriminator_activation", "relu"),
    of("discriminator_activation", "leaky-relu"),
    of("discriminator_activation", "elu"),
    of("discriminator_activation", "sigmoid"),
    of("generator_norm", "batch"),
    of("generator_norm", "layer"),
    with("generator_norm", "instance", &[IMAGES, DCGAN]),
    of("discriminator_norm", "batch"),
    of("discriminator_norm", "layer"),
    with("discriminator_norm", "instance", &[IMAGES, DCGAN]),
    with("base_channels", "2", &[IMAGES, DCGAN]),
    of("dropout", "0.4"),
    of("objective", "saturating"),
    of("objective", "least-squares"),
    of("objective", "wasserstein"),
    of("objective", "hinge"),
    with("objective", "began", &[BEGAN]),
    of("label_smoothing", "0.8"),
    of("gradient_penalty", "wgan-gp"),
    of("gradient_penalty", "dragan"),
    of("gradient_penalty", "r1"),
    of("gradient_penalty", "r2"),
    with("gp_weight", "3", &[PENALTY]),
    of("weight_clip", "0.3"),
    of("spectral_norm", "true"),
    of("instance_noise", "0.3"),
    with("instance_noise_steps", "2", &[NOISE]),
    of("minibatch_discrimination", "2"),
    of("minibatch_stddev", "true"),
    of("pack", "2"),
    of("vat_weight", "0.7"),
    with("vat_epsilon", "0.4", &[VAT]),
    of("path_length_weight", "2"),
    of("feature_matching_weight", "1.5"),
    with("augment", "[\"translation\"]", &[IMAGES]),
    with("augment", "[\"cutout\"]", &[IMAGES]),
    with("consistency_weight", "2", &[IMAGES, AUGMENT]),
    with("reconstruction_weight", "3", &[IMAGES, AUTOENCODER]),
    with("began_gamma", "0.7", &[BEGAN]),
    with("began_lambda", "0.2", &[BEGAN]),
    with("optimizer", "adam", &[ADAPTIVE]),
    with("optimizer", "rmsprop", &[ADAPTIVE]),
    of("generator_lr", "0.015"),
    of("discriminator_lr", "0.025"),
    of("beta1", "0.8"),
    with("beta2", "0.9", &[ADAM, ADAPTIVE]),
    of("lr_half_life", "3"),
    of("n_critic", "2"),
    of("critic_warmup", "true"),
    of("batch_size", "6"),
    of("ema_decay", "0.2"),
    of("seed", "4"),
];

/// Settings that meet in pairs above, and all at once here.
pub const CROWDS: &[&[&[(&str, &str)]]] = &[
    &[
        ADAM,
        ADAPTIVE,
        &[
            ("conditional", "label"),
            ("pack", "2"),
            ("gradient_penalty", "wgan-gp"),
            ("spectral_norm", "true"),
            ("discriminator_norm", "layer"),
            ("generator_norm", "batch"),
            ("instance_noise", "0.3"),
            ("instance_noise_steps", "2"),
            ("dropout", "0.3"),
            ("label_smoothing", "0.8"),
            ("vat_weight", "0.7"),
            ("feature_matching_weight", "1.5"),
            ("path_length_weight", "2"),
            ("n_critic", "2"),
            ("lr_half_life", "3"),
            ("ema_decay", "0.2"),
        ],
    ],
    &[
        IMAGES,
        DCGAN,
        &[
            ("conditional", "label"),
            ("classes", "[3,7,1]"),
            ("pack", "2"),
            ("gradient_penalty", "dragan"),
            ("discriminator_norm", "instance"),
            ("augment", "[\"cutout\",\"translation\"]"),
            ("consistency_weight", "2"),
            ("instance_noise", "0.1"),
            ("objective", "least-squares"),
            ("generator_activation", "relu"),
            ("discriminator_activation", "leaky-relu"),
        ],
    ],
    &[
        IMAGES,
        DCGAN,
        &[
            ("conditional", "acgan"),
            ("generator_norm", "layer"),
            ("discriminator_norm", "batch"),
            ("minibatch_discrimination", "2"),
            ("minibatch_stddev", "true"),
            ("vat_weight", "0.7"),
            ("feature_matching_weight", "1.5"),
            ("path_length_weight", "2"),
            ("augment", "[\"translation\"]"),
            ("ema_decay", "0.2"),
            ("prior", "uniform"),
        ],
    ],
    &[
        IMAGES,
        &[
            ("architecture", "stacked"),
            ("conditional", "label"),
            ("objective", "wasserstein"),
            ("weight_clip", "0.05"),
            ("n_critic", "2"),
            ("dropout", "0.3"),
            ("spectral_norm", "true"),
            ("generator_norm", "batch"),
            ("discriminator_norm", "layer"),
            ("optimizer", "rmsprop"),
            ("ema_decay", "0.2"),
            ("generator_lr", "0.002"),
            ("discriminator_lr", "0.001"),
        ],
    ],
];

/// The tiny run with these settings changed.
///
/// # Errors
/// When the settings do not go together.
pub fn crowd(settings: &[&[(&'static str, &str)]]) -> Result<Experiment> {
    tiny(&[], settings.iter().copied().flatten().copied())
}

/// The tiny run with these variations and what they need.
///
/// # Errors
/// When the settings do not go together.
pub fn experiment(variations: &[&Variation]) -> Result<Experiment> {
    let own = variations.iter().map(|variation| (variation.key, variation.value));
    tiny(variations, own)
}

/// The tiny run with what a variation needs, or, where that has no meaning by itself, without; never with the
/// variation.
///
/// # Errors
/// Never.
pub fn without(variation: &Variation) -> Result<Experiment> {
    let plain = tiny(&[], std::iter::empty())?;
    let value = plain.to_toml().parse::<toml::Table>().expect("it is TOML")[variation.key].to_string();
    tiny(&[variation], std::iter::once((variation.key, value.as_str()))).or(Ok(plain))
}

fn tiny<'a>(variations: &[&Variation], own: impl Iterator<Item = (&'static str, &'a str)>) -> Result<Experiment> {
    let needs = variations.iter().flat_map(|variation| variation.needs.iter().copied().flatten().copied());
    // Of settings that are given twice the last counts.
    let all: BTreeMap<_, _> = TINY.iter().copied().chain(needs).chain(own).collect();
    let mut e = Experiment::default();
    e.set_all(all)?;
    Ok(e)
}
