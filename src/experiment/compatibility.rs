//! Which settings do not go together, and why.

use super::text::word;
use super::{Architecture, Conditional, Experiment, GradientPenalty, Normalization, Objective};
use crate::error::{Error, Result};

/// A setting that may be at odds with others.
struct Rule {
    broken: bool,
    field: &'static str,
    given: String,
    expected: &'static str,
}

fn rule(broken: bool, field: &'static str, given: impl serde::Serialize, expected: &'static str) -> Rule {
    Rule { broken, field, given: word(given), expected }
}

impl Experiment {
    /// The first setting that is at odds with another.
    pub(super) fn validate_combinations(&self) -> Result<()> {
        let mut rules = self.about_architecture().into_iter();
        let broken = rules
            .find(|rule| rule.broken)
            .or_else(|| self.about_channels().into_iter().find(|rule| rule.broken))
            .or_else(|| self.about_networks().into_iter().find(|rule| rule.broken))
            .or_else(|| self.about_verdicts().into_iter().find(|rule| rule.broken))
            .or_else(|| self.about_began().into_iter().find(|rule| rule.broken));
        match broken {
            Some(rule) => Err(Error::setting(rule.field, rule.given, rule.expected)),
            None => Ok(()),
        }
    }

    /// Whether the discriminator's output for a sample depends on the rest of the batch.
    fn couples_batch(&self) -> bool {
        self.discriminator_norm == Normalization::Batch || self.minibatch_discrimination > 0 || self.minibatch_stddev
    }

    /// Whether any option is set that AAE, StackGAN and CoGAN do not support.
    fn is_elaborate(&self) -> bool {
        self.gradient_penalty != GradientPenalty::None
            || self.objective == Objective::Began
            || self.conditional == Conditional::Acgan
            || self.pack > 1
            || self.minibatch_discrimination > 0
            || self.minibatch_stddev
            || self.vat_weight > 0.0
            || self.path_length_weight > 0.0
            || self.feature_matching_weight > 0.0
            || !self.augment.is_empty()
    }

    /// Whether the networks are of two parts, or make two views.
    fn is_joint(&self) -> bool {
        matches!(self.architecture, Architecture::Autoencoder | Architecture::Stacked | Architecture::Coupled)
    }

    fn about_architecture(&self) -> [Rule; 5] {
        let images = self.has_images();
        let two_views = self.is_joint();
        let dirac = self.architecture == Architecture::Dirac;
        let crowded = self.objective == Objective::Began
            || self.pack > 1
            || self.conditional != Conditional::None
            || self.couples_batch();
        let of_images = two_views || self.architecture == Architecture::Dcgan;
        let told_in_vain = two_views && self.architecture != Architecture::Stacked;
        [
            rule(of_images && !images, "architecture", self.architecture, "mlp for data that are not images"),
            rule(
                dirac && (images || self.data_dim() != 1),
                "architecture",
                self.architecture,
                "mlp or dcgan for data that are not on a line",
            ),
            rule(
                dirac && crowded,
                "architecture",
                self.architecture,
                "mlp with began, pack, conditional, a norm over batches or minibatch features: a Dirac-GAN has two numbers and no \
                 room for more",
            ),
            rule(
                two_views && self.is_elaborate(),
                "architecture",
                self.architecture,
                "mlp or dcgan where there is a gradient_penalty, began, acgan, pack, minibatch features, vat_weight, \
                 path_length_weight, feature_matching_weight or augment",
            ),
            rule(
                told_in_vain && self.conditional == Conditional::Label,
                "conditional",
                self.conditional,
                "none for an autoencoder or a coupled pair",
            ),
        ]
    }

    fn about_channels(&self) -> [Rule; 4] {
        let three = |odd| odd && self.channels > 1;
        [
            rule(three(!self.has_images()), "channels", self.channels, "1 for data that are not images"),
            rule(three(self.is_joint()), "architecture", self.architecture, "mlp or dcgan where channels = 3"),
            rule(
                three(self.conditional != Conditional::None),
                "conditional",
                self.conditional,
                "none where channels = 3: each channel then shows a digit of its own, and a sample is of no one class",
            ),
            rule(three(!self.augment.is_empty()), "augment", &self.augment, "left out where channels = 3"),
        ]
    }

    fn about_networks(&self) -> [Rule; 4] {
        const SINGLE: &str = "none, batch or layer for an mlp, whose channels are single numbers";
        let dcgan = self.architecture == Architecture::Dcgan;
        let instance = |norm| !dcgan && norm == Normalization::Instance;
        [
            rule(
                self.architecture == Architecture::Dirac && self.spectral_norm,
                "spectral_norm",
                self.spectral_norm,
                "false for a Dirac-GAN, whose only weight starts at 0 and cannot be divided by its own size",
            ),
            rule(dcgan && self.dropout > 0.0, "dropout", self.dropout, "0 for a dcgan"),
            rule(instance(self.generator_norm), "generator_norm", self.generator_norm, SINGLE),
            rule(instance(self.discriminator_norm), "discriminator_norm", self.discriminator_norm, SINGLE),
        ]
    }

    fn about_verdicts(&self) -> [Rule; 7] {
        let probability = matches!(self.objective, Objective::Saturating | Objective::NonSaturating);
        let label = probability || self.objective == Objective::LeastSquares;
        let penalty = self.gradient_penalty != GradientPenalty::None;
        [
            rule(
                !self.augment.is_empty() && !self.has_images(),
                "augment",
                &self.augment,
                "left out for data that are not images",
            ),
            rule(
                self.consistency_weight > 0.0 && self.augment.is_empty(),
                "consistency_weight",
                self.consistency_weight,
                "0 without `augment`, whose augmentations it uses",
            ),
            rule(
                self.label_smoothing < 1.0 && !label,
                "label_smoothing",
                self.label_smoothing,
                "1 unless the objective is saturating, non-saturating or least-squares, which have a label to smooth",
            ),
            rule(
                self.vat_weight > 0.0 && !probability,
                "vat_weight",
                self.vat_weight,
                "0 unless the objective is saturating or non-saturating, where D(x) is a probability",
            ),
            rule(
                penalty && self.couples_batch(),
                "gradient_penalty",
                self.gradient_penalty,
                "none for a discriminator with cross-sample layers (discriminator_norm = \"batch\", minibatch_discrimination, \
                 minibatch_stddev): a sample then has no gradient of its own; discriminator_norm = \"layer\" goes well with it",
            ),
            rule(
                self.pack > 1 && self.conditional == Conditional::Acgan,
                "pack",
                self.pack,
                "1 for an acgan, whose discriminator guesses the class of one sample",
            ),
            rule(!self.batch_size.is_multiple_of(self.pack), "batch_size", self.batch_size, "a multiple of `pack`"),
        ]
    }

    fn about_began(&self) -> [Rule; 5] {
        let began = |odd| odd && self.objective == Objective::Began;
        let none = "left out for the objective began, whose discriminator gives reconstructions";
        [
            rule(
                began(self.gradient_penalty != GradientPenalty::None),
                "gradient_penalty",
                self.gradient_penalty,
                none,
            ),
            rule(began(self.conditional == Conditional::Acgan), "conditional", self.conditional, none),
            rule(
                began(self.minibatch_discrimination > 0),
                "minibatch_discrimination",
                self.minibatch_discrimination,
                none,
            ),
            rule(began(self.minibatch_stddev), "minibatch_stddev", self.minibatch_stddev, none),
            rule(began(self.pack > 1), "pack", self.pack, none),
        ]
    }
}
