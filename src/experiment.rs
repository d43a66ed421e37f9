//! [`Experiment`]: every setting of a run, as plain data, the seed included.
//!
//! The same type is a TOML file for the shell, the URL hash of the page, and the head of a checkpoint. A setting is
//! named the same everywhere: `--set batch_size=64`, `#batch_size=64`, `batch_size = 64`.

mod compatibility;
mod presets;
mod ranges;
mod rows;
mod text;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::presets::Preset;
pub use crate::data::kind::DataKind;
pub use crate::data::mixture::Component;
pub use crate::latent::prior::Prior;
pub use crate::nets::layers::Activation;
pub use crate::nets::normalization::Normalization;
pub use crate::objective::Objective;
pub use crate::optimizer::OptimizerKind;
pub use crate::regularizer::augmentation::Augmentation;
pub use crate::regularizer::gradient_penalty::GradientPenalty;

/// A number of kernels, or whether there are any.
fn kernels<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<usize, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number of kernels, or true")]
    enum Kernels {
        Count(usize),
        On(bool),
    }
    Ok(match Kernels::deserialize(deserializer)? {
        Kernels::Count(count) => count,
        Kernels::On(on) => 16 * usize::from(on),
    })
}

/// The family of both networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Multilayer perceptrons: `generator_hidden`, `discriminator_hidden`.
    Mlp,
    /// Radford et al. 2016: strided 4×4 convolutions, at 28, 32 or 64 pixels: `base_channels`.
    Dcgan,
    /// Mescheder et al. 2018: the generator is a point, the discriminator a slope; for mixtures on a line.
    Dirac,
    /// Makhzani et al. 2016: the generator is an autoencoder of images, the discriminator judges codes.
    Autoencoder,
    /// After Zhang et al. 2017: one generator draws an image at half its size, a second redraws it in full.
    Stacked,
    /// Liu & Tuzel 2016: images and their edges, learnt together and never seen together.
    Coupled,
}

/// Conditioning on a sample's class: the digit of an image, the component of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditional {
    /// Nothing.
    None,
    /// Both networks are given the class (Mirza & Osindero 2014).
    Label,
    /// The generator is given the class, the discriminator guesses it (Odena, Olah & Shlens 2017).
    Acgan,
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
    /// Channels of a sample: 1, or 3 for an independent image in each of red, green and blue (stacked MNIST).
    pub channels: usize,
    /// The family of both networks.
    pub architecture: Architecture,
    /// Dimension of the latent space.
    pub latent_dim: usize,
    /// The distribution of latents.
    pub prior: Prior,
    /// Conditioning on the class.
    pub conditional: Conditional,
    /// Widths of the generator's hidden layers (`mlp`).
    pub generator_hidden: Vec<usize>,
    /// Widths of the discriminator's hidden layers (`mlp`).
    pub discriminator_hidden: Vec<usize>,
    /// The generator's activation.
    pub generator_activation: Activation,
    /// The discriminator's activation.
    pub discriminator_activation: Activation,
    /// Normalisation of the generator's layers, all but the last.
    pub generator_norm: Normalization,
    /// Normalisation of the discriminator's layers, all but the last (and the first of a `dcgan`).
    pub discriminator_norm: Normalization,
    /// Channels of the largest feature map; each halving of the sides doubles them (`dcgan`).
    pub base_channels: usize,
    /// Dropout rate of the discriminator's hidden layers (`mlp`); 0 is off.
    pub dropout: f32,
    /// The losses of both players.
    pub objective: Objective,
    /// One-sided label smoothing (Salimans et al. 2016): the target of real samples, 1 or a little less (`saturating`,
    /// `non-saturating`, `least-squares`).
    pub label_smoothing: f32,
    /// The penalty on the discriminator's gradient.
    pub gradient_penalty: GradientPenalty,
    /// Its weight: λ, or γ for `r1` and `r2`.
    pub gp_weight: f32,
    /// Weight clipping (Arjovsky et al. 2017): the largest absolute weight of the critic after an update; 0 is off.
    pub weight_clip: f32,
    /// Whether each weight matrix of the discriminator is divided by its largest singular value (Miyato et al. 2018).
    pub spectral_norm: bool,
    /// Instance noise (Sønderby et al. 2017): the standard deviation of noise on the discriminator's inputs; 0 is off.
    pub instance_noise: f32,
    /// Steps over which that noise fades; 0 keeps it.
    pub instance_noise_steps: u64,
    /// Kernels of minibatch discrimination (Salimans et al. 2016); 0 is off, and `true` means 16.
    #[serde(deserialize_with = "kernels")]
    pub minibatch_discrimination: usize,
    /// Whether the minibatch standard deviation is a feature of the discriminator (Karras et al. 2018).
    pub minibatch_stddev: bool,
    /// Samples packed into one discriminator input (PacGAN, Lin et al. 2018); 1 is off.
    pub pack: usize,
    /// Weight of virtual adversarial training (Miyato et al. 2018); 0 is off.
    pub vat_weight: f32,
    /// Length ε of its perturbation.
    pub vat_epsilon: f32,
    /// Weight of path-length regularisation (Karras et al. 2020); 0 is off.
    pub path_length_weight: f32,
    /// Weight of feature matching (Salimans et al. 2016); 0 is off.
    pub feature_matching_weight: f32,
    /// Differentiable augmentations of the discriminator's images (Zhao et al. 2020).
    pub augment: Vec<Augmentation>,
    /// Weight of consistency regularisation, bCR (Zhao et al. 2021): the squared change of the logit under augmentation, which the
    /// objective then does without; 0 is off.
    pub consistency_weight: f32,
    /// Weight of the reconstruction error, the mean square over pixels (`autoencoder`).
    pub reconstruction_weight: f32,
    /// BEGAN's γ: the ratio of the errors of fakes and real samples at the balance.
    pub began_gamma: f32,
    /// BEGAN's λ: the learning rate of k.
    pub began_lambda: f32,
    /// The optimiser of both networks.
    pub optimizer: OptimizerKind,
    /// The generator's learning rate.
    pub generator_lr: f32,
    /// The discriminator's learning rate.
    pub discriminator_lr: f32,
    /// Decay of the mean of gradients.
    pub beta1: f32,
    /// Decay of the mean of squared gradients.
    pub beta2: f32,
    /// Steps over which both learning rates halve; 0 keeps them.
    pub lr_half_life: u64,
    /// Discriminator updates before each generator update.
    pub n_critic: usize,
    /// Whether the first 25 steps, and every 500th, have 100 discriminator updates (Arjovsky et al. 2017).
    pub critic_warmup: bool,
    /// Real samples, and as many fakes, in a discriminator update.
    pub batch_size: usize,
    /// Decay of the moving average (EMA) of the generator's weights, which then makes the samples; 0 is off. After t steps it is at
    /// most (1 + t)/(10 + t).
    pub ema_decay: f32,
    /// Generator updates after which the shell stops; the page goes on.
    pub steps: u64,
    /// The seed that every random number of the run comes from; below 2⁵³.
    pub seed: u64,
    /// The Gaussians of `data = "mixture"`.
    pub mixture: Vec<Component>,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            name: "custom".to_owned(),
            data: DataKind::Mixture,
            classes: (0..10).collect(),
            examples_per_class: 0,
            image_size: 28,
            channels: 1,
            architecture: Architecture::Mlp,
            latent_dim: 1,
            prior: Prior::Normal,
            conditional: Conditional::None,
            generator_hidden: vec![32, 32],
            discriminator_hidden: vec![32, 32],
            generator_activation: Activation::Relu,
            discriminator_activation: Activation::LeakyRelu,
            generator_norm: Normalization::None,
            discriminator_norm: Normalization::None,
            base_channels: 64,
            dropout: 0.0,
            objective: Objective::NonSaturating,
            label_smoothing: 1.0,
            gradient_penalty: GradientPenalty::None,
            gp_weight: 10.0,
            weight_clip: 0.0,
            spectral_norm: false,
            instance_noise: 0.0,
            instance_noise_steps: 0,
            minibatch_discrimination: 0,
            minibatch_stddev: false,
            pack: 1,
            vat_weight: 0.0,
            vat_epsilon: 2.5,
            path_length_weight: 0.0,
            feature_matching_weight: 0.0,
            augment: Vec::new(),
            consistency_weight: 0.0,
            reconstruction_weight: 10.0,
            began_gamma: 0.5,
            began_lambda: 1e-3,
            optimizer: OptimizerKind::Adam,
            generator_lr: 1e-3,
            discriminator_lr: 1e-3,
            beta1: 0.5,
            beta2: 0.999,
            lr_half_life: 0,
            n_critic: 1,
            critic_warmup: false,
            batch_size: 256,
            ema_decay: 0.0,
            steps: 20_000,
            seed: 0,
            mixture: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_network_is_the_textbook_network() {
        let e = Experiment::preset("mnist-mlp").unwrap();
        assert_eq!((e.latent_dim, e.data_dim(), e.batch_size), (100, 784, 64));
        assert_eq!((&e.generator_hidden[..], &e.discriminator_hidden[..]), (&[256][..], &[256][..]));
        assert_eq!((e.dropout, e.generator_lr, e.beta1, e.beta2), (0.3, 2e-4, 0.5, 0.999));
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
    fn what_does_not_go_together_says_so() {
        let cases: [(&[(&str, &str)], &str); 9] = [
            (
                &[("gradient_penalty", "r1"), ("discriminator_norm", "batch")],
                "`gradient_penalty` is r1; it should be none for a discriminator with cross-sample layers",
            ),
            (&[("objective", "hinge"), ("label_smoothing", "0.9")], "`label_smoothing` is 0.9; it should be 1 unless"),
            (&[("objective", "wasserstein"), ("vat_weight", "1")], "`vat_weight` is 1.0; it should be 0 unless"),
            (
                &[("objective", "began"), ("gradient_penalty", "wgan-gp")],
                "`gradient_penalty` is wgan-gp; it should be left out for the objective began",
            ),
            (&[("pack", "3"), ("batch_size", "64")], "`batch_size` is 64; it should be a multiple of `pack`"),
            (&[("conditional", "acgan"), ("pack", "2")], "`pack` is 2; it should be 1 for an acgan"),
            (&[("consistency_weight", "1")], "`consistency_weight` is 1.0; it should be 0 without `augment`"),
            (
                &[("architecture", "stacked")],
                "`architecture` is stacked; it should be mlp for data that are not images",
            ),
            (
                &[("architecture", "dirac"), ("mixture", "[{mean=[0],std=1}]"), ("spectral_norm", "true")],
                "`spectral_norm` is true; it should be false for a Dirac-GAN",
            ),
        ];
        for (settings, wanted) in cases {
            let mut e = Experiment::preset("ring").unwrap();
            let error = e.set_all(settings.iter().copied()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{settings:?}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn three_channels_go_with_what_makes_single_images_of_no_class() {
        let digits = Experiment::preset("digits-mlp").unwrap();
        let with = |settings: &[(&str, &str)]| {
            let mut e = digits.clone();
            let settings = [&[("channels", "3")], settings].concat();
            e.set_all(settings).map(|()| e.data_dim())
        };
        assert_eq!(with(&[]).unwrap(), 3 * 784);
        assert_eq!(with(&[("dropout", "0"), ("architecture", "dcgan"), ("pack", "2")]).unwrap(), 3 * 784);
        let mlp = "it should be mlp or dcgan where channels = 3";
        for (settings, wanted) in [
            (
                &[("channels", "2")][..],
                "`channels` is 2; it should be 1, or 3 for another image in each of red, green and blue",
            ),
            (&[("architecture", "stacked")], mlp),
            (&[("architecture", "coupled")], mlp),
            (&[("architecture", "autoencoder")], mlp),
            (&[("conditional", "label")], "`conditional` is label; it should be none where channels = 3"),
            (&[("conditional", "acgan")], "`conditional` is acgan; it should be none where channels = 3"),
            (
                &[("augment", "[\"translation\"]")],
                "`augment` is [translation]; it should be left out where channels = 3",
            ),
        ] {
            let error = with(settings).unwrap_err().to_string();
            assert!(error.contains(wanted), "{settings:?}: {error}");
        }
        let error = Experiment::preset("ring").unwrap().set("channels", "3").unwrap_err();
        assert!(error.to_string().contains("`channels` is 3; it should be 1 for data that are not images"), "{error}");
    }

    #[test]
    fn kernels_are_a_number_or_a_yes() {
        let mut e = Experiment::preset("mixture-1d").unwrap();
        for (given, wanted) in [("true", 16), ("5", 5), ("false", 0)] {
            e.set("minibatch_discrimination", given).unwrap();
            assert_eq!(e.minibatch_discrimination, wanted);
        }
        let error = e.set("minibatch_discrimination", "some").unwrap_err();
        assert!(error.to_string().contains("a number of kernels, or true"), "{error}");
    }

    #[test]
    fn errors_name_the_field_what_was_given_and_what_would_be_right() {
        let cases = [
            ("batch_size", "0", "`batch_size` is 0; it should be from 1 to 16384"),
            ("dropout", "1.5", "`dropout` is 1.5; it should be at least 0 and below 1"),
            ("generator_lr", "nan", "`generator_lr` is NaN; it should be above 0 and at most 1"),
            ("image_size", "30", "`image_size` is 30; it should be 28, 32 or 64"),
            ("classes", "[1, 1]", "different digits"),
            ("objective", "hopeful", "`saturating`"),
            ("batch_size", "many", "`batch_size` is \"many\"; it should be"),
            ("batchsize", "1", "did you mean `batch_size`?"),
            ("colour", "red", "there is no setting `colour`"),
            ("architecture", "dcgan", "mlp for data that are not images"),
            ("mixture", "[]", "1 to 100"),
            ("mixture", "[{ mean = [0], std = 0 }]", "between 0.0001 and 1000"),
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
