//! The published protocols that `reproduce` runs: presets, metrics, published figures and bars.

use clap::ValueEnum;

use crate::data::drawn_mixture::Family;
use crate::metrics::Metric;
use crate::metrics::classes::{CLASS_KL, CONFIDENCE};
use crate::metrics::coverage::{HIGH_QUALITY, MODES};
use crate::metrics::frechet::CLASSIFIER_FRECHET;
use crate::metrics::stacked::MODE_KL;
use crate::metrics::wasserstein::W1;
use crate::quantity::{Better, Format, Quantity};

/// A protocol's name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// Eight Gaussians on a circle, by VEEGAN's and PacGAN's rules
    Ring,
    /// Twenty-five on a square grid, by the same rules
    Grid,
    /// Five uneven Gaussians on a line
    #[value(name = "mixture-1d-5")]
    Mixture1d5,
    /// Another mixture on a line with each seed
    #[value(name = "random-1d")]
    Random1d,
    /// Another mixture in the plane with each seed
    #[value(name = "random-2d")]
    Random2d,
    /// MNIST, scored by the classifier
    Mnist,
    /// Stacked MNIST: three digits per sample, 1,000 modes, by VEEGAN's and PacGAN's rules
    StackedMnist,
}

/// A protocol.
pub struct Protocol {
    /// The data and the metrics, in a sentence or two.
    pub about: &'static str,
    /// The presets to train: ours first, then those it is compared with.
    pub presets: &'static [&'static str],
    /// Where each seed has a mixture of its own, what it is drawn from.
    pub targets: Option<Family>,
    /// Sets of 2,500 samples; a run's figures are means over them.
    pub sets: usize,
    /// The columns of the table.
    pub columns: &'static [Column],
    /// Bars that the first preset has to reach with every seed.
    pub bars: &'static [Bar],
    /// Published figures.
    pub published: &'static [Published],
    /// Differences from the published protocol.
    pub differences: &'static str,
}

/// A column of the table.
pub struct Column {
    /// The metric.
    pub quantity: Quantity,
    /// Whether the unit is the noise floor: an ideal sampler's mean is 1.
    pub in_floors: bool,
}

/// A bound on a column for every run of the first preset: a minimum, or a maximum where lower is better.
pub struct Bar {
    /// The column's index.
    pub column: usize,
    /// The bound, in the column's unit.
    pub value: f64,
}

/// A published row.
pub struct Published {
    /// The method.
    pub method: &'static str,
    /// One figure per column, as printed.
    pub figures: &'static [&'static str],
    /// The source.
    pub source: &'static str,
}

impl Column {
    const fn of(quantity: Quantity) -> Self {
        Self { quantity, in_floors: false }
    }

    /// The column's heading in a table: the metric and the unit.
    #[must_use]
    pub fn title(&self) -> String {
        let label = self.quantity.label;
        match self.quantity.format {
            _ if self.in_floors => format!("{label}, floors"),
            Format::Percent => format!("{label}, %"),
            _ => label.to_owned(),
        }
    }

    /// The scores of a run and of an ideal sampler, in the column's unit; NaN where the run lacks the metric.
    #[must_use]
    pub fn read(&self, metrics: &[Metric]) -> (f64, f64) {
        let found = metrics.iter().find(|metric| metric.quantity == self.quantity);
        found.map_or((f64::NAN, f64::NAN), |&Metric { value, floor, .. }| match self.quantity.format {
            _ if self.in_floors => (value / floor, 1.0),
            Format::Percent => (100.0 * value, 100.0 * floor),
            _ => (value, floor),
        })
    }

    /// Decimals: one for counts and shares, since figures are means over runs.
    #[must_use]
    pub fn digits(&self) -> usize {
        match self.quantity.format {
            Format::Count | Format::Percent => 1,
            Format::Nats => 4,
            Format::Number => 2,
        }
    }

    /// Whether a figure reaches the bar; NaN does not.
    #[must_use]
    pub fn reaches(&self, bar: f64, figure: f64) -> bool {
        if self.is_better_lower() { figure <= bar } else { figure >= bar }
    }

    /// Whether lower is better.
    #[must_use]
    pub fn is_better_lower(&self) -> bool {
        self.quantity.better == Better::Lower
    }
}

impl Name {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Grid => "grid",
            Self::Mixture1d5 => "mixture-1d-5",
            Self::Random1d => "random-1d",
            Self::Random2d => "random-2d",
            Self::Mnist => "mnist",
            Self::StackedMnist => "stacked-mnist",
        }
    }

    /// The protocol of this name.
    #[must_use]
    pub fn protocol(self) -> &'static Protocol {
        match self {
            Self::Ring => &RING,
            Self::Grid => &GRID,
            Self::Mixture1d5 => &MIXTURE_1D_5,
            Self::Random1d => &RANDOM_1D,
            Self::Random2d => &RANDOM_2D,
            Self::Mnist => &MNIST,
            Self::StackedMnist => &STACKED_MNIST,
        }
    }
}

const COVERAGE: [Column; 2] = [Column::of(MODES), Column::of(HIGH_QUALITY)];

const VEEGAN: &str = "Srivastava et al. 2017, table 1";
const PACGAN: &str = "Lin et al. 2018, table 1, 10 runs";

static RING: Protocol = Protocol {
    about: "Eight Gaussians on a circle of radius 1, σ = .01. Of 2,500 samples, those within 3σ of their nearest mode \
           are of high quality; a mode is covered when it is nearest to at least one of them.",
    presets: &["ring", "ring-pacgan", "ring-vanilla"],
    targets: None,
    sets: 1,
    columns: &COVERAGE,
    bars: &[Bar { column: 0, value: 8.0 }, Bar { column: 1, value: 95.0 }],
    published: &[
        Published { method: "GAN", figures: &["1", "99.3"], source: VEEGAN },
        Published { method: "ALI", figures: &["2.8", "0.13"], source: VEEGAN },
        Published { method: "Unrolled GAN", figures: &["7.6", "35.6"], source: VEEGAN },
        Published { method: "VEEGAN", figures: &["8", "52.9"], source: VEEGAN },
        Published { method: "GAN", figures: &["6.3 ± 0.5", "98.2"], source: PACGAN },
        Published { method: "PacGAN2", figures: &["7.9 ± 0.1", "95.6"], source: PACGAN },
        Published { method: "PacGAN4", figures: &["7.8 ± 0.1", "95.9"], source: PACGAN },
    ],
    differences: DIFFERENCES,
};

static GRID: Protocol = Protocol {
    about: "Twenty-five Gaussians at {-4, -2, 0, 2, 4}², σ = .05. Of 2,500 samples, those within 3σ of their nearest \
           mode are of high quality; a mode is covered when it is nearest to at least one of them.",
    presets: &["grid", "grid-vanilla"],
    targets: None,
    sets: 1,
    columns: &COVERAGE,
    bars: &[Bar { column: 0, value: 25.0 }, Bar { column: 1, value: 93.0 }],
    published: &[
        Published { method: "GAN", figures: &["3.3", "0.5"], source: VEEGAN },
        Published { method: "Unrolled GAN", figures: &["23.6", "16"], source: VEEGAN },
        Published { method: "VEEGAN", figures: &["24.6", "40"], source: VEEGAN },
        Published { method: "GAN", figures: &["17.3 ± 0.8", "94.8"], source: PACGAN },
        Published { method: "PacGAN2", figures: &["23.8 ± 0.7", "91.3"], source: PACGAN },
        Published { method: "PacGAN4", figures: &["24.8 ± 0.2", "93.6"], source: PACGAN },
    ],
    differences: DIFFERENCES,
};

const DIFFERENCES: &str = "The presets vanilla and pacgan follow PacGAN: z of two normal numbers, a generator of four \
                          hidden layers with BatchNorm and ReLU, a discriminator of three, Adam with β₁ .8, batches \
                          of 100 rows. Differences: widths of 64 instead of 400 and 200, LeakyReLU instead of maxout, \
                          new samples in every batch instead of 100,000 points, 8,000 steps at 1e-3 instead of \
                          400,000 at 1e-4.";

static MIXTURE_1D_5: Protocol = Protocol {
    about: "Five Gaussians of weights 1, 2, 3, 2, 1 on a line, σ = .3. Of 2,500 samples, those within 3σ of their \
           nearest mode are of high quality; a mode is covered when it is nearest to at least one of them. W1 is the \
           distance to the exact quantiles in units of its noise floor, the mean over 50 ideal samplers of as many \
           samples. Figures are means over ten sets of 2,500: for a single set, an ideal sampler's W1 exceeds two \
           floors in 2% of cases.",
    presets: &["mixture-1d-5", "mixture-1d-5-vanilla"],
    targets: None,
    sets: 10,
    columns: &[Column::of(MODES), Column::of(HIGH_QUALITY), Column { quantity: W1, in_floors: true }],
    bars: &[Bar { column: 0, value: 5.0 }, Bar { column: 2, value: 2.0 }],
    published: &[],
    differences: "The preset vanilla has the same networks with one learning rate for both, and no penalty, instance \
                 noise, moving average or learning-rate decay. No figures are published for this mixture.",
};

static RANDOM_1D: Protocol = Protocol {
    about: "With each seed another mixture of three to five Gaussians on a line, with means in [-4, 4] at least \
           2 (σ₁ + σ₂) apart, σ of .05 to .5, and shares of at least .08. Modes and W1 are in units of an ideal \
           sampler's, for one set of 2,500 samples.",
    presets: &["mixture-1d"],
    targets: Some(Family { dim: 1, count: [3, 5], least_share: 0.08, reach: 4.0, std: [0.05, 0.5] }),
    sets: 1,
    columns: &[
        Column { quantity: MODES, in_floors: true },
        Column::of(HIGH_QUALITY),
        Column { quantity: W1, in_floors: true },
    ],
    bars: &[Bar { column: 0, value: 1.0 }, Bar { column: 2, value: 3.0 }],
    published: &[],
    differences: "",
};

static RANDOM_2D: Protocol = Protocol {
    about: "With each seed another mixture of three to twelve Gaussians in the plane, with means in [-1.5, 1.5]² at \
           least 2 (σ₁ + σ₂) apart, σ of .01 to .1, and shares of at least .03. Modes are in units of an ideal \
           sampler's, for one set of 2,500 samples.",
    presets: &["ring"],
    targets: Some(Family { dim: 2, count: [3, 12], least_share: 0.03, reach: 1.5, std: [0.01, 0.1] }),
    sets: 1,
    columns: &[Column { quantity: MODES, in_floors: true }, Column::of(HIGH_QUALITY)],
    bars: &[Bar { column: 0, value: 1.0 }, Bar { column: 1, value: 90.0 }],
    published: &[],
    differences: "",
};

static MNIST: Protocol = Protocol {
    about: "MNIST's 60,000 training images, at 28 pixels. The classifier of this program scores 5,000 generated \
           images: the KL divergence of their class frequencies from uniform (nats), its mean confidence, and the \
           Fréchet distance of its features between them and 5,000 of the test images. The latter is not the FID of \
           papers, which uses Inception. The ideal sampler is the other 5,000.",
    presets: &["mnist-dcgan", "mnist-mlp"],
    targets: None,
    sets: 1,
    columns: &[Column::of(CLASS_KL), Column::of(CONFIDENCE), Column::of(CLASSIFIER_FRECHET)],
    bars: &[],
    published: &[],
    differences: "",
};

static STACKED_MNIST: Protocol = Protocol {
    about: "Samples are three MNIST digits drawn independently, one in each channel of an image of 28 pixels: 1,000 \
           modes. The classifier of this program labels each channel of 26,000 generated images: the number of modes \
           among them, and the KL divergence of the mode frequencies from uniform, in nats. The ideal sampler is \
           26,000 triples of test images with labels by the same classifier.",
    presets: &["stacked-mnist", "stacked-mnist-vanilla"],
    targets: None,
    sets: 1,
    columns: &[Column::of(MODES), Column::of(MODE_KL)],
    bars: &[Bar { column: 0, value: 1000.0 }, Bar { column: 1, value: 0.06 }],
    published: &[
        Published { method: "DCGAN", figures: &["99", "3.40"], source: "Srivastava et al. 2017, table 2" },
        Published { method: "VEEGAN", figures: &["150", "2.95"], source: "Srivastava et al. 2017, table 2" },
        Published { method: "PacDCGAN2", figures: &["1000", "0.06"], source: "Lin et al. 2018, table 2" },
    ],
    differences: "The preset vanilla follows PacGAN's DCGAN: z of 100 uniform numbers, batches of 64, Adam at 2e-4 \
                 with β₁ .5, BatchNorm. Differences: two convolutions per network instead of four, of 16 and 32 \
                 channels instead of 64 to 512; 6,000 steps of one generator update instead of 100,000 of two; new \
                 triples of the 60,000 training images instead of 128,000 triples of all 70,000; the classifier of \
                 this program.",
};
