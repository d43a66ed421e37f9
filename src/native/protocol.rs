//! The published protocols that `reproduce` runs: what is trained, what is measured, what others measured, and what our
//! best has to reach.

use clap::ValueEnum;

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
    /// MNIST, in the eyes of the classifier
    Mnist,
    /// Three of its digits a sample, which make 1,000 modes, by VEEGAN's and PacGAN's rules
    StackedMnist,
}

/// What is run and measured.
pub struct Protocol {
    /// The data, and how samples are scored, in a sentence or two.
    pub about: &'static str,
    /// What is trained: our best first, then what it is compared with. Presets, so that anyone can look at one of them.
    pub presets: &'static [&'static str],
    /// Sets of 2,500 samples that a run's figures are the mean over.
    pub sets: usize,
    /// What is measured.
    pub columns: &'static [Column],
    /// What the first preset has to reach with every seed.
    pub bars: &'static [Bar],
    /// What others measured.
    pub published: &'static [Published],
    /// What is not as it was published.
    pub differences: &'static str,
}

/// A figure of a run.
pub struct Column {
    /// The metric that it is of.
    pub quantity: Quantity,
    /// Whether it is given in floors: 1 is a perfect sampler's mean.
    pub in_floors: bool,
}

/// A bound on a column for every run of the first preset: a minimum, or a maximum where lower is better.
pub struct Bar {
    /// Which column.
    pub column: usize,
    /// In the column's unit.
    pub value: f64,
}

/// A published row.
pub struct Published {
    /// The method.
    pub method: &'static str,
    /// A figure a column, as it was printed.
    pub figures: &'static [&'static str],
    /// Where it was printed.
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

    /// What a run scored, and what a perfect sampler scores, in the column's unit; NaN where there is no such metric.
    #[must_use]
    pub fn read(&self, metrics: &[Metric]) -> (f64, f64) {
        let found = metrics.iter().find(|metric| metric.quantity == self.quantity);
        found.map_or((f64::NAN, f64::NAN), |&Metric { value, floor, .. }| match self.quantity.format {
            _ if self.in_floors => (value / floor, 1.0),
            Format::Percent => (100.0 * value, 100.0 * floor),
            _ => (value, floor),
        })
    }

    /// Digits after the point: of counts and shares one, since figures are means over runs.
    #[must_use]
    pub fn digits(&self) -> usize {
        match self.quantity.format {
            Format::Count | Format::Percent => 1,
            Format::Nats => 4,
            Format::Number => 2,
        }
    }

    /// Whether a figure reaches a bar; NaN does not.
    #[must_use]
    pub fn reaches(&self, bar: f64, figure: f64) -> bool {
        if self.is_better_lower() { figure <= bar } else { figure >= bar }
    }

    /// Whether less is better.
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
            Self::Mnist => "mnist",
            Self::StackedMnist => "stacked-mnist",
        }
    }

    /// What it stands for.
    #[must_use]
    pub fn protocol(self) -> &'static Protocol {
        match self {
            Self::Ring => &RING,
            Self::Grid => &GRID,
            Self::Mixture1d5 => &MIXTURE_1D_5,
            Self::Mnist => &MNIST,
            Self::StackedMnist => &STACKED_MNIST,
        }
    }
}

const COVERAGE: [Column; 2] = [Column::of(MODES), Column::of(HIGH_QUALITY)];

const VEEGAN: &str = "Srivastava et al. 2017, table 1";
const PACGAN: &str = "Lin et al. 2018, table 1, 10 runs";

static RING: Protocol = Protocol {
    about: "Eight Gaussians on a circle of radius 1, σ = .01. Of 2,500 samples, one is of high quality within 3σ of its nearest \
            mode, and a mode is counted when it is the nearest of at least one such sample.",
    presets: &["ring", "ring-pacgan", "ring-vanilla"],
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
    about: "Twenty-five Gaussians at {-4, -2, 0, 2, 4}², σ = .05. Of 2,500 samples, one is of high quality within 3σ of its \
            nearest mode, and a mode is counted when it is the nearest of at least one such sample.",
    presets: &["grid", "grid-vanilla"],
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

const DIFFERENCES: &str = "The presets called vanilla and pacgan follow PacGAN's set-up: z of two normal numbers, a generator of four hidden \
                           layers with BatchNorm and ReLU, a discriminator of three, Adam with β₁ .8, batches of 100 rows. They \
                           differ in widths (64 in the place of 400 and 200), in LeakyReLU in the place of maxout, in fresh draws in \
                           the place of 100,000 points, and in 8,000 steps at 1e-3 in the place of 400,000 at 1e-4.";

static MIXTURE_1D_5: Protocol = Protocol {
    about: "Five Gaussians of weights 1, 2, 3, 2, 1 on a line, σ = .3. Of 2,500 samples, one is of high quality within 3σ of its \
            nearest mode, and a mode is counted when it is the nearest of at least one such sample. W1 is to the exact quantiles, and \
            in floors: 1 is the mean of 50 perfect samplers of as many. Figures are means over ten sets of 2,500: of a single set, a \
            perfect sampler's W1 exceeds two floors in 2% of cases.",
    presets: &["mixture-1d-5", "mixture-1d-5-vanilla"],
    sets: 10,
    columns: &[Column::of(MODES), Column::of(HIGH_QUALITY), Column { quantity: W1, in_floors: true }],
    bars: &[Bar { column: 0, value: 5.0 }, Bar { column: 2, value: 2.0 }],
    published: &[],
    differences: "The preset called vanilla has the same networks with one learning rate for both, no penalty, noise, average or \
                  decay. No figures are published for these data.",
};

static MNIST: Protocol = Protocol {
    about: "MNIST's 60,000 training images, at 28 pixels. 5,000 generated images are scored with 5,000 real ones by the classifier of \
            this program: how far their classes are from equally many of each (KL, in nats), how sure it is of them, and the Fréchet \
            distance of its features, which is not the FID of papers and cannot be compared with it.",
    presets: &["mnist-dcgan", "mnist-mlp"],
    sets: 1,
    columns: &[Column::of(CLASS_KL), Column::of(CONFIDENCE), Column::of(CLASSIFIER_FRECHET)],
    bars: &[],
    published: &[],
    differences: "",
};

static STACKED_MNIST: Protocol = Protocol {
    about: "Samples are three MNIST digits drawn independently, one in each channel of an image of 28 pixels, and so of 1,000 modes. \
            The classifier of this program judges 26,000 generated images channel by channel: how many of the modes are among them, \
            and the KL divergence of their shares from equal ones, in nats. A perfect sampler's row is that of 26,000 real samples in \
            the same eyes.",
    presets: &["stacked-mnist", "stacked-mnist-vanilla"],
    sets: 1,
    columns: &[Column::of(MODES), Column::of(MODE_KL)],
    bars: &[Bar { column: 0, value: 1000.0 }, Bar { column: 1, value: 0.06 }],
    published: &[
        Published { method: "DCGAN", figures: &["99", "3.40"], source: "Srivastava et al. 2017, table 2" },
        Published { method: "VEEGAN", figures: &["150", "2.95"], source: "Srivastava et al. 2017, table 2" },
        Published { method: "PacDCGAN2", figures: &["1000", "0.06"], source: "Lin et al. 2018, table 2" },
    ],
    differences: "The preset called vanilla follows PacGAN's DCGAN: z of 100 uniform numbers, batches of 64, Adam at 2e-4 with β₁ .5, \
                  BatchNorm. It differs in two convolutions a network in the place of four, of 16 and 32 channels in the place of 64 to \
                  512, in 6,000 steps of one generator update in the place of 100,000 of two, and in fresh triples of the 60,000 training \
                  images in the place of 128,000 triples of all 70,000. The classifier is this program's.",
};
