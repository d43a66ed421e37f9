//! [`Experiment`]: every setting of a run, as plain data, the seed included.
//!
//! The same type is a TOML file for the shell, the URL hash of the page, and the head of a checkpoint. A setting is
//! named the same everywhere: `--set batch_size=64`, `#batch_size=64`, `batch_size = 64`.

mod compatibility;
mod conditions;
mod live;
mod presets;
mod rows;
pub(crate) mod schema;
#[cfg(test)]
mod tests;
mod text;
mod validation;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::live::Difference;
pub use self::presets::Preset;
pub use crate::data::datasets::DataKind;
pub use crate::data::mixture::Component;
pub use crate::latent::prior::Prior;
pub use crate::nets::layers::Activation;
pub use crate::nets::normalization::Normalization;
pub use crate::nets::precision::Precision;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Multilayer perceptrons: `generator_hidden`, `discriminator_hidden`.
    #[schemars(title = "Multilayer perceptron")]
    Mlp,
    /// Radford et al. 2016: strided 4×4 convolutions, at 28 to 128 pixels: `base_channels`.
    #[schemars(title = "DCGAN")]
    Dcgan,
    /// Mescheder et al. 2018: the generator is a point, the discriminator a slope; for mixtures on a line.
    #[schemars(title = "Dirac-GAN")]
    Dirac,
    /// Makhzani et al. 2016: the generator is an autoencoder of images; the discriminator's input is the code.
    #[schemars(title = "Adversarial autoencoder")]
    Autoencoder,
    /// After StackGAN (Zhang et al. 2017): one generator makes an image at half its size, a second refines it at full
    /// size.
    #[schemars(title = "StackGAN")]
    Stacked,
    /// CoGAN (Liu & Tuzel 2016): images and their edges, from marginal distributions alone.
    #[schemars(title = "CoGAN")]
    Coupled,
}

/// Conditioning on a sample's class: the digit of an image, the component of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conditional {
    /// Neither network receives the class.
    #[schemars(title = "None")]
    None,
    /// Mirza & Osindero 2014: both networks receive the class.
    #[schemars(title = "Conditional GAN")]
    Label,
    /// Odena, Olah & Shlens 2017: the generator receives the class, the discriminator predicts it.
    #[schemars(title = "ACGAN")]
    Acgan,
}

/// Every setting of a run.
///
/// From these lines comes the JSON Schema, and from that the checks of values, the page's controls, the tables of
/// settings and editors' completion: `title` is the label, the comment the help text. `experiment/schema.rs` adds what
/// depends on other settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(transform = schema::complete)]
pub struct Experiment {
    /// Name of the run: that of its preset, or another.
    #[schemars(title = "Name", length(min = 1, max = 64))]
    pub name: String,
    /// Distribution of the real samples.
    #[schemars(title = "Dataset")]
    pub data: DataKind,
    /// Classes of images to learn: digits, 0 to 9.
    #[schemars(title = "Classes", length(min = 1), inner(range(max = 9)), extend("uniqueItems" = true))]
    pub classes: Vec<u8>,
    /// Training images of each class; 0 takes all. A few can be memorised.
    #[schemars(title = "Examples per class", range(min = 0, max = 100_000))]
    pub examples_per_class: usize,
    /// Height and width of images in pixels.
    #[schemars(title = "Image size", extend("enum" = [28, 32, 48, 64, 96, 128]))]
    pub image_size: usize,
    /// Channels of an image: 1, or 3: colour in the images of a folder; of digits another one in each of red, green and
    /// blue, 1,000 modes (stacked MNIST, Metz et al. 2017).
    #[schemars(title = "Channels", extend("enum" = [1, 3]))]
    pub channels: usize,
    /// Family of both networks.
    #[schemars(title = "Architecture")]
    pub architecture: Architecture,
    /// Dimension of the latent vector z, the generator's input.
    #[schemars(title = "Latent dimension", range(min = 1, max = 1024))]
    pub latent_dim: usize,
    /// Distribution of the latent vectors.
    #[schemars(title = "Latent prior")]
    pub prior: Prior,
    /// Conditioning on the class: the digit of an image, or the component of a mixture.
    #[schemars(title = "Conditioning")]
    pub conditional: Conditional,
    /// Widths of the generator's hidden layers (`mlp`).
    #[schemars(title = "Generator hidden layers", length(max = 8), inner(range(min = 1, max = 4096)))]
    pub generator_hidden: Vec<usize>,
    /// Widths of the discriminator's hidden layers (`mlp`).
    #[schemars(title = "Discriminator hidden layers", length(max = 8), inner(range(min = 1, max = 4096)))]
    pub discriminator_hidden: Vec<usize>,
    /// Elementwise function after the generator's hidden layers.
    #[schemars(title = "Generator activation")]
    pub generator_activation: Activation,
    /// Elementwise function after the discriminator's hidden layers. LeakyReLU has a gradient everywhere.
    #[schemars(title = "Discriminator activation")]
    pub discriminator_activation: Activation,
    /// Normalisation of the generator's layers, all but the last.
    #[schemars(title = "Generator normalisation")]
    pub generator_norm: Normalization,
    /// Normalisation of the discriminator's layers, all but the last (and the first of a `dcgan`). Batch normalisation
    /// excludes gradient penalties.
    #[schemars(title = "Discriminator normalisation")]
    pub discriminator_norm: Normalization,
    /// Channels of the feature map with the largest sides; each halving of the sides doubles them (`dcgan`).
    #[schemars(title = "Base channels", range(min = 1, max = 256))]
    pub base_channels: usize,
    /// Dropout rate of the discriminator's hidden layers (Srivastava et al. 2014).
    #[schemars(title = "Dropout rate", range(min = 0), extend("exclusiveMaximum" = 1))]
    pub dropout: f32,
    /// Losses of both players.
    #[schemars(title = "Objective")]
    pub objective: Objective,
    /// Target of real samples (one-sided label smoothing, Salimans et al. 2016); 1 is off.
    #[schemars(title = "Label smoothing (real target)", range(min = 0.5, max = 1.0))]
    pub label_smoothing: f32,
    /// Penalty on the gradient of the discriminator at its input.
    #[schemars(title = "Gradient penalty")]
    pub gradient_penalty: GradientPenalty,
    /// Weight of the gradient penalty: λ, or γ of R1 and R2.
    #[schemars(title = "Penalty weight λ", range(min = 0, max = 10000))]
    pub gp_weight: f32,
    /// Largest absolute weight of the critic after an update (Arjovsky et al. 2017).
    #[schemars(title = "Weight clipping", range(min = 0, max = 10))]
    pub weight_clip: f32,
    /// Division of each weight matrix of the discriminator by its largest singular value (Miyato et al. 2018).
    #[schemars(title = "Spectral normalisation")]
    pub spectral_norm: bool,
    /// Standard deviation of Gaussian noise on the discriminator's inputs (Sønderby et al. 2017).
    #[schemars(title = "Instance noise", range(min = 0, max = 100))]
    pub instance_noise: f32,
    /// Steps over which the instance noise falls to 0; 0 keeps it.
    #[schemars(title = "Instance noise decay (steps)", range(min = 0, max = 1_000_000_000))]
    pub instance_noise_steps: u64,
    /// Kernels of minibatch discrimination (Salimans et al. 2016), a feature that compares the samples of a batch;
    /// `true` means 16.
    #[serde(deserialize_with = "kernels")]
    #[schemars(title = "Minibatch discrimination", range(min = 0, max = 256), extend("type" = ["integer", "boolean"]))]
    pub minibatch_discrimination: usize,
    /// Standard deviation over the batch as a feature of the discriminator (Karras et al. 2018).
    #[schemars(title = "Minibatch standard deviation")]
    pub minibatch_stddev: bool,
    /// Samples in one discriminator input (Lin et al. 2018), which makes mode collapse easy to detect; 1 is off.
    #[schemars(title = "Packing (PacGAN)", range(min = 1, max = 16))]
    pub pack: usize,
    /// Weight of virtual adversarial training (Miyato et al. 2018): the change of D(x) under the worst small
    /// perturbation of x.
    #[schemars(title = "Virtual adversarial training", range(min = 0, max = 10000))]
    pub vat_weight: f32,
    /// Length of the perturbation of virtual adversarial training.
    #[schemars(title = "VAT perturbation ε", range(min = 0.001, max = 1000))]
    pub vat_epsilon: f32,
    /// Weight of path length regularisation (Karras et al. 2020): the generator's Jacobian stretches every direction
    /// equally.
    #[schemars(title = "Path length regularisation", range(min = 0, max = 10000))]
    pub path_length_weight: f32,
    /// Weight of feature matching (Salimans et al. 2016) in the generator's loss: the distance of the discriminator's
    /// mean hidden features.
    #[schemars(title = "Feature matching", range(min = 0, max = 10000))]
    pub feature_matching_weight: f32,
    /// Differentiable augmentations of the discriminator's images (Zhao et al. 2020), for training on few examples.
    #[schemars(title = "Augmentation (DiffAugment)")]
    pub augment: Vec<Augmentation>,
    /// Weight of balanced consistency regularisation (Zhao et al. 2021): the squared change of the logit under
    /// augmentation; the objective then uses images without it.
    #[schemars(title = "Consistency regularisation (bCR)", range(min = 0, max = 10000))]
    pub consistency_weight: f32,
    /// Weight of the autoencoder's reconstruction error, the mean square over pixels (Makhzani et al. 2016).
    #[schemars(title = "Reconstruction weight", range(min = 0, max = 10000))]
    pub reconstruction_weight: f32,
    /// Ratio of the reconstruction errors of fake and real samples at equilibrium (Berthelot et al. 2017); more is more
    /// diverse.
    #[schemars(title = "BEGAN diversity ratio γ", range(min = 0, max = 1))]
    pub began_gamma: f32,
    /// Learning rate of BEGAN's balance k (Berthelot et al. 2017).
    #[schemars(title = "BEGAN gain λ", range(min = 0, max = 1))]
    pub began_lambda: f32,
    /// Number format of matrix products and convolutions, forward and backward; everything else is in single precision.
    #[schemars(title = "Precision")]
    pub precision: Precision,
    /// Optimiser of both networks.
    #[schemars(title = "Optimiser")]
    pub optimizer: OptimizerKind,
    /// Learning rate of the generator.
    #[schemars(title = "Generator learning rate", range(max = 1), extend("exclusiveMinimum" = 0))]
    pub generator_lr: f32,
    /// Learning rate of the discriminator.
    #[schemars(title = "Discriminator learning rate", range(max = 1), extend("exclusiveMinimum" = 0))]
    pub discriminator_lr: f32,
    /// Decay of the mean of gradients, or momentum. High values make the players orbit each other (Gidel et al. 2019).
    #[schemars(title = "β₁", range(min = 0), extend("exclusiveMaximum" = 1))]
    pub beta1: f32,
    /// Decay of the mean of squared gradients.
    #[schemars(title = "β₂", range(min = 0), extend("exclusiveMaximum" = 1))]
    pub beta2: f32,
    /// Steps over which both learning rates halve; 0 keeps them constant.
    #[schemars(title = "LR half-life (steps)", range(min = 0, max = 1_000_000_000))]
    pub lr_half_life: u64,
    /// Discriminator updates before each generator update.
    #[schemars(title = "D steps per G step (n_critic)", range(min = 1, max = 100))]
    pub n_critic: usize,
    /// 100 discriminator updates in each of the first 25 steps and in every 500th (Arjovsky et al. 2017).
    #[schemars(title = "Critic warm-up")]
    pub critic_warmup: bool,
    /// Real samples, and as many fake ones, in a discriminator update.
    #[schemars(title = "Batch size", range(min = 1, max = 16384))]
    pub batch_size: usize,
    /// Decay of the exponential moving average of the generator's weights, which then makes the samples; at step t at
    /// most (1 + t)/(10 + t).
    #[schemars(title = "Generator EMA", range(min = 0), extend("exclusiveMaximum" = 1))]
    pub ema_decay: f32,
    /// Generator updates after which the shell stops; the page goes on.
    #[schemars(title = "Steps", range(min = 1, max = 1_000_000_000))]
    pub steps: u64,
    /// Seed of every random number of the run: the same seed gives the same run.
    #[schemars(title = "Seed", range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub seed: u64,
    /// Components of the mixture: relative weight, mean and standard deviation of each (`data = "mixture"`).
    #[schemars(title = "Gaussians", length(max = 100))]
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
            precision: Precision::F32,
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
