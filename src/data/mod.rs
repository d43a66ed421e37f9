//! Real data: what the discriminator is shown, as seeded batches.
//!
//! A [`Source`] holds what there is to learn; a [`Feed`] deals it out for ever, in an order that a seed fixes and a
//! [`Cursor`] restores. Nothing here knows files, clocks or devices: bytes in, numbers out.

pub mod digits;
pub mod idx;
pub mod images;
pub mod mixture;

use serde::{Deserialize, Serialize};

pub use self::images::Images;
pub use self::mixture::Mixture;
use crate::error::{Error, Result};
use crate::experiment::{DataKind, Experiment};
use crate::rng::{Position, Rng, Stream};

/// Real samples of one update.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// n × dim, row-major; images in [-1, 1], row by row from the top.
    pub values: Vec<f32>,
    /// The mode or class of each sample.
    pub labels: Vec<u8>,
}

/// MNIST's two training files, as read: gzipped or not.
#[derive(Clone, Debug)]
pub struct MnistFiles {
    /// `train-images-idx3-ubyte` or its `.gz`.
    pub images: Vec<u8>,
    /// `train-labels-idx1-ubyte` or its `.gz`.
    pub labels: Vec<u8>,
}

/// What there is to learn.
#[derive(Clone, Debug)]
pub enum Source {
    /// A mixture of Gaussians, drawn from without end.
    Mixture(Mixture),
    /// A finite set of images.
    Images(Images),
}

impl Source {
    /// The data that an experiment names, digits drawn where it asks for them; `mnist` is read only for `data = "mnist"`.
    ///
    /// # Errors
    /// [`Error::Data`] when MNIST is asked for and not given, or damaged; [`Error::Setting`] when the settings leave
    /// no data, or more than memory should hold.
    pub fn new(experiment: &Experiment, mnist: Option<&MnistFiles>) -> Result<Self> {
        match experiment.data {
            DataKind::Mixture => Mixture::new(&experiment.mixture).map(Self::Mixture),
            DataKind::Digits => {
                let mut rng = Rng::new(experiment.seed, Stream::Digits);
                let (classes, each) = (&experiment.classes, experiment.examples_per_class);
                digits::set(classes, each, experiment.image_size, &mut rng).map(Self::Images)
            }
            DataKind::Mnist => idx::images(mnist.ok_or_else(no_mnist)?)?
                .subset(&experiment.classes, experiment.examples_per_class)?
                .resized(experiment.image_size)
                .map(Self::Images),
        }
    }

    /// Numbers in one sample.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Mixture(mixture) => mixture.dim(),
            Self::Images(images) => images.dim(),
        }
    }

    /// The mixture, where the data are one.
    #[must_use]
    pub fn mixture(&self) -> Option<&Mixture> {
        match self {
            Self::Mixture(mixture) => Some(mixture),
            Self::Images(_) => None,
        }
    }

    /// The images, where the data are images.
    #[must_use]
    pub fn images(&self) -> Option<&Images> {
        match self {
            Self::Mixture(_) => None,
            Self::Images(images) => Some(images),
        }
    }
}

fn no_mnist() -> Error {
    Error::Data {
        what: "MNIST".to_owned(),
        problem: "its files were not given".to_owned(),
        remedy: "give `--data DIR`, a folder with train-images-idx3-ubyte(.gz) and \
                 train-labels-idx1-ubyte(.gz), or set data = \"digits\""
            .to_owned(),
    }
}

/// Where a [`Feed`] stands. Of images it keeps where the epoch's shuffle began, from which its order is rebuilt, and
/// how many of the epoch are dealt; of a mixture, where the draws are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    position: Position,
    index: usize,
}

/// Endless real batches in a seeded order: images in epochs, each shuffled anew; draws from a mixture.
#[derive(Clone, Debug)]
pub struct Feed {
    source: Source,
    rng: Rng,
    /// Where `rng` stood before it shuffled `order`.
    epoch: Position,
    /// The epoch's images; empty for a mixture.
    order: Vec<usize>,
    /// How many of them are dealt.
    index: usize,
}

impl Feed {
    /// The feed at its start, for a run with this seed.
    #[must_use]
    pub fn new(source: Source, seed: u64) -> Self {
        let rng = Rng::new(seed, Stream::Data);
        let mut feed = Self { epoch: rng.position(), source, rng, order: Vec::new(), index: 0 };
        feed.begin_epoch();
        feed
    }

    /// The next `n` samples. Batches are always full: one that outlasts an epoch goes on in the next.
    pub fn next_batch(&mut self, n: usize) -> Batch {
        if let Source::Mixture(mixture) = &self.source {
            return mixture.sample(n, &mut self.rng);
        }
        let mut chosen = Vec::with_capacity(n);
        while chosen.len() < n {
            if self.index == self.order.len() {
                self.begin_epoch();
            }
            let left = &self.order[self.index..];
            let taken = left.len().min(n - chosen.len());
            chosen.extend_from_slice(&left[..taken]);
            self.index += taken;
        }
        self.source.images().map_or_else(Batch::default, |images| images.batch(&chosen))
    }

    /// What it deals from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where it stands, for a checkpoint.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let position = match self.source {
            Source::Mixture(_) => self.rng.position(),
            Source::Images(_) => self.epoch,
        };
        Cursor { position, index: self.index }
    }

    /// Goes to where a feed of the same source stood, so that the same batches follow.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the cursor lies beyond this source's epoch; then the feed stays where it is.
    pub fn seek(&mut self, cursor: Cursor) -> Result<()> {
        if cursor.index > self.order.len() {
            return Err(Error::Checkpoint(format!(
                "it stands at sample {} of the data, which have {}",
                cursor.index,
                self.order.len()
            )));
        }
        self.rng = Rng::at(cursor.position);
        self.begin_epoch();
        self.index = cursor.index;
        Ok(())
    }

    /// Shuffles from the identity, so that an order depends on nothing but where the stream stood.
    fn begin_epoch(&mut self) {
        self.epoch = self.rng.position();
        self.index = 0;
        self.order = (0..self.source.images().map_or(0, Images::len)).collect();
        self.rng.shuffle(&mut self.order);
    }
}
