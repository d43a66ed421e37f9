//! Real data as seeded batches.
//!
//! [`TrainingData`] is a mixture or a set of images in memory; a [`DataLoader`] gives batches of it without end, in an
//! order that a seed fixes and a [`LoaderState`] restores. Nothing here knows files, clocks or devices: bytes in,
//! numbers out.

pub mod dataset;
pub mod datasets;
pub mod digits;
pub mod drawn_mixture;
mod glyphs;
mod idx;
pub mod images;
pub mod mixture;
pub mod nearest;
pub(crate) mod normal;
pub mod views;

use serde::{Deserialize, Serialize};

pub use self::dataset::{DataFile, Dataset, Split};
pub use self::datasets::MNIST;
pub use self::images::Images;
pub use self::mixture::Mixture;
use crate::error::{Error, Result};
use crate::experiment::{Conditional, DataKind, Experiment};
use crate::rng::{Position, Rng, Stream};

/// Real samples of one update.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// n × dim, row-major; images in [-1, 1], channel by channel, row by row from the top.
    pub values: Vec<f32>,
    /// The mode or class of each sample; where images are stacked, of each of its channels in turn.
    pub labels: Vec<u8>,
}

/// The data of a run, in memory.
#[derive(Clone, Debug)]
pub enum TrainingData {
    /// A mixture of Gaussians, an endless supply of samples.
    Mixture(Mixture),
    /// A finite set of images.
    Images(Images),
}

impl TrainingData {
    /// The data of an experiment, from the training files of its dataset, where it has one; of a folder, from the pixels of
    /// all images, as [`Images::in_planes`] takes them, and their labels.
    ///
    /// # Errors
    /// [`Error::Data`] when the dataset's files are missing or damaged; [`Error::Setting`] when the settings leave no
    /// data, or more than memory should hold.
    pub fn new(experiment: &Experiment, files: Option<&[Vec<u8>]>) -> Result<Self> {
        let e = experiment;
        let images = match (e.data, e.data.dataset()) {
            (DataKind::Mixture, _) => return Mixture::new(&e.mixture).map(Self::Mixture),
            (DataKind::Folder, _) => {
                let Some([pixels, labels]) = files else {
                    return Err(Error::Data {
                        what: "the folder's images".to_owned(),
                        problem: "they were not given".to_owned(),
                        remedy: "train on the machine that has them: counterfeit train --data DIR".to_owned(),
                    });
                };
                let images = Images::in_planes(e.channels, e.image_size, pixels.clone(), labels.clone())?;
                return Self::of_folder(e, images);
            }
            (_, Some(dataset)) => {
                let files = files.ok_or_else(|| dataset::missing(dataset))?;
                let images = dataset.decode(files)?.subset(&e.classes, e.examples_per_class)?.resized(e.image_size)?;
                if images.planes() > 1 {
                    return Ok(Self::Images(images));
                }
                images
            }
            (_, None) => {
                let mut rng = Rng::new(e.seed, Stream::Digits);
                digits::set(&e.classes, e.examples_per_class, e.image_size, &mut rng)?
            }
        };
        Ok(Self::Images(images.stacked(e.channels)))
    }

    /// The data of an experiment on images of a folder, which a host has decoded: of `image_size`, with `channels`
    /// planes. Where the experiment is conditioned, those of its `classes`; else all, `examples_per_class` of each.
    ///
    /// # Errors
    /// [`Error::Setting`] when the images are others, or none is left.
    pub fn of_folder(experiment: &Experiment, images: Images) -> Result<Self> {
        let e = experiment;
        for (setting, given, wanted) in
            [("image_size", e.image_size, images.size()), ("channels", e.channels, images.planes())]
        {
            if given != wanted {
                return Err(Error::setting(setting, given, format!("{wanted}, as the images are")));
            }
        }
        let mut present = images.labels().to_vec();
        present.sort_unstable();
        present.dedup();
        let classes = match e.conditional {
            Conditional::None => present,
            _ if e.classes.iter().all(|class| present.contains(class)) => e.classes.clone(),
            _ => {
                let expected = format!("among those of the folder, whose sub-folders are {present:?} in their order");
                return Err(Error::setting("classes", format!("{:?}", e.classes), expected));
            }
        };
        Ok(Self::Images(images.subset(&classes, e.examples_per_class)?))
    }

    /// Numbers in one sample.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Mixture(mixture) => mixture.dim(),
            Self::Images(images) => images.channels() * images.dim(),
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

/// The position of a [`DataLoader`]: for images, the random stream before the epoch's shuffle, from which the order is
/// rebuilt, and how many of the epoch's images are used; for a mixture, the random stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoaderState {
    position: Position,
    index: usize,
}

/// Endless batches in a seeded order: images in shuffled epochs; independent samples from a mixture.
#[derive(Clone, Debug)]
pub struct DataLoader {
    data: TrainingData,
    rng: Rng,
    /// The position of `rng` before it shuffled `order`.
    epoch: Position,
    /// The epoch's images; empty for a mixture.
    order: Vec<usize>,
    /// How many of them are used.
    index: usize,
}

impl DataLoader {
    /// The loader at its start, for a run with this seed.
    #[must_use]
    pub fn new(data: TrainingData, seed: u64) -> Self {
        let rng = Rng::new(seed, Stream::Data);
        let mut loader = Self { epoch: rng.position(), data, rng, order: Vec::new(), index: 0 };
        loader.begin_epoch();
        loader
    }

    /// The next `n` samples. Batches are always full: one that outlasts an epoch goes on in the next. A sample of
    /// several channels takes consecutive images of the shuffled order.
    pub fn next_batch(&mut self, n: usize) -> Batch {
        let images = match &self.data {
            TrainingData::Mixture(mixture) => return mixture.sample(n, &mut self.rng),
            TrainingData::Images(images) => n * images.channels(),
        };
        let mut chosen = Vec::with_capacity(images);
        while chosen.len() < images {
            if self.index == self.order.len() {
                self.begin_epoch();
            }
            let left = &self.order[self.index..];
            let taken = left.len().min(images - chosen.len());
            chosen.extend_from_slice(&left[..taken]);
            self.index += taken;
        }
        self.data.images().map_or_else(Batch::default, |images| images.batch(&chosen))
    }

    /// The first images of the present epoch's order, `n` at most; none of a mixture.
    #[must_use]
    pub fn order(&self, n: usize) -> Vec<usize> {
        self.order.iter().copied().take(n).collect()
    }

    /// Classes of `n` samples, drawn with the data's own frequencies, without using any sample.
    pub fn classes(&self, n: usize, rng: &mut Rng) -> Vec<u8> {
        match &self.data {
            TrainingData::Mixture(mixture) => (0..n).map(|_| mixture.component(rng)).collect(),
            TrainingData::Images(images) => {
                let labels = images.labels();
                (0..n).map(|_| labels[rng.below(labels.len())]).collect()
            }
        }
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &TrainingData {
        &self.data
    }

    /// Continues with batches of another mixture, from the same random stream.
    pub fn retarget(&mut self, mixture: Mixture) {
        self.data = TrainingData::Mixture(mixture);
    }

    /// Continues with the batches of the process of this rank: see [`Rng::jump`].
    pub fn jump(&mut self, rank: usize) {
        self.rng.jump(rank);
        self.begin_epoch();
    }

    /// The position, for a checkpoint.
    #[must_use]
    pub fn state(&self) -> LoaderState {
        let position = match self.data {
            TrainingData::Mixture(_) => self.rng.position(),
            TrainingData::Images(_) => self.epoch.clone(),
        };
        LoaderState { position, index: self.index }
    }

    /// Takes the position of a loader of the same data, so that the same batches follow.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the position is beyond this data's epoch; then the loader is unchanged.
    pub fn restore(&mut self, state: LoaderState) -> Result<()> {
        if state.index > self.order.len() {
            return Err(Error::Checkpoint(format!(
                "its position is image {} of the data, which have {}",
                state.index,
                self.order.len()
            )));
        }
        self.rng = Rng::at(state.position);
        self.begin_epoch();
        self.index = state.index;
        Ok(())
    }

    /// Shuffles from the identity, so that an order depends on nothing but the position of the stream.
    fn begin_epoch(&mut self) {
        self.epoch = self.rng.position();
        self.index = 0;
        self.order = (0..self.data.images().map_or(0, Images::len)).collect();
        self.rng.shuffle(&mut self.order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten images of one pixel, whose value is the label.
    fn ten() -> TrainingData {
        TrainingData::Images(Images::new(1, (0..10).collect(), (0..10).collect()).unwrap())
    }

    /// The same, three to a sample.
    fn stacked() -> TrainingData {
        let TrainingData::Images(images) = ten() else { unreachable!("they are images") };
        TrainingData::Images(images.stacked(3))
    }

    fn digits(seed: u64) -> Experiment {
        let mut experiment = Experiment::preset("digits-mlp").unwrap();
        experiment.seed = seed;
        experiment.examples_per_class = 3;
        experiment
    }

    fn ring() -> TrainingData {
        TrainingData::new(&Experiment::preset("ring").unwrap(), None).unwrap()
    }

    #[test]
    fn data_are_what_the_experiment_names() {
        assert_eq!(ring().dim(), 2);
        assert_eq!(ring().mixture().map(|mixture| mixture.components().len()), Some(8));
        assert!(ring().images().is_none());
        let drawn = TrainingData::new(&digits(0), None).unwrap();
        assert_eq!((drawn.dim(), drawn.images().map(Images::len)), (784, Some(30)));
        assert!(drawn.mixture().is_none());
    }

    #[test]
    fn mnist_is_cut_to_the_experiment_or_says_how_to_get_it() {
        let mut experiment = Experiment::preset("mnist-mlp").unwrap();
        let error = TrainingData::new(&experiment, None).unwrap_err().to_string();
        assert!(error.contains("--data DIR") && error.contains("train-images-idx3-ubyte"), "{error}");
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 28, 0, 0, 0, 28];
        images.extend([9; 4 * 784]);
        let files = [images, vec![0, 0, 8, 1, 0, 0, 0, 4, 3, 3, 7, 3]];
        experiment.classes = vec![3];
        experiment.examples_per_class = 2;
        experiment.image_size = 32;
        let data = TrainingData::new(&experiment, Some(&files)).unwrap();
        let images = data.images().unwrap();
        assert_eq!((images.labels(), images.dim()), (&[3, 3][..], 1024));
        experiment.classes = vec![1];
        assert!(TrainingData::new(&experiment, Some(&files)).unwrap_err().to_string().contains("`classes`"));
    }

    #[test]
    fn every_epoch_shows_every_image_once_in_a_new_order() {
        let mut loader = DataLoader::new(ten(), 5);
        // 7 does not divide 10: batches stay full across the epochs' seams.
        let dealt: Vec<u8> = (0..10)
            .flat_map(|_| {
                let batch = loader.next_batch(7);
                assert_eq!((batch.values.len(), batch.labels.len()), (7, 7));
                batch.labels
            })
            .collect();
        for epoch in dealt.chunks_exact(10) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(dealt[..10], dealt[10..20]);
        assert_eq!(DataLoader::new(ten(), 5).next_batch(25).labels, dealt[..25], "larger than an epoch");
        assert!(loader.next_batch(0).labels.is_empty());
        assert_ne!(DataLoader::new(ten(), 6).next_batch(10).labels, dealt[..10], "seeds differ");
    }

    #[test]
    fn channels_are_draws_of_their_own() {
        let mut e = digits(0);
        e.channels = 3;
        let data = TrainingData::new(&e, None).unwrap();
        assert_eq!((data.dim(), e.data_dim()), (3 * 784, 3 * 784));
        let dim = stacked().dim();
        let batch = DataLoader::new(stacked(), 5).next_batch(4000);
        assert_eq!((dim, batch.values.len(), batch.labels.len()), (3, 12_000, 12_000));
        // Each image's pixels equal its label: each channel must match its label.
        let pairs = batch.values.iter().zip(&batch.labels);
        assert!(pairs.clone().all(|(&pixel, &label)| pixel == f32::from(label) / 127.5 - 1.0));
        // All 1,000 triples would be seen but for those with the same image twice, which only an epoch's seam can hold:
        // 720 and few others. Were channels tied to one another, there would be 100 or 10.
        let mut triples: Vec<&[u8]> = batch.labels.chunks(3).collect();
        triples.sort_unstable();
        triples.dedup();
        assert!(triples.len() > 720, "{}", triples.len());
        let one_by_one = DataLoader::new(ten(), 5).next_batch(12_000);
        assert_eq!(batch, one_by_one);
    }

    #[test]
    fn a_loader_continues_exactly_from_its_state() {
        for data in [ten(), ring(), stacked()] {
            let mut loader = DataLoader::new(data.clone(), 5);
            // 0 is the start, 10 and 20 an epoch's end, the others its midst.
            for taken in [0, 3, 7, 1, 9] {
                loader.next_batch(taken);
                let saved = serde_json::to_string(&loader.state()).unwrap();
                let mut again = DataLoader::new(data.clone(), 99);
                again.restore(serde_json::from_str(&saved).unwrap()).unwrap();
                assert_eq!(again.state(), loader.state());
                let mut ahead = loader.clone();
                for n in [4, 10, 23] {
                    assert_eq!(again.next_batch(n), ahead.next_batch(n), "after {taken}");
                }
            }
        }
    }

    #[test]
    fn a_state_of_other_data_is_refused_and_changes_nothing() {
        for mut loader in [DataLoader::new(ten(), 5), DataLoader::new(ring(), 5)] {
            let before = loader.state();
            let error = loader.restore(LoaderState { index: 11, ..before.clone() }).unwrap_err();
            assert!(matches!(error, Error::Checkpoint(_)), "{error}");
            assert_eq!(loader.state(), before);
        }
        assert!(serde_json::from_str::<LoaderState>("{\"index\": -1}").is_err());
    }

    #[test]
    fn digits_and_their_order_are_independent() {
        let pixels = |seed| TrainingData::new(&digits(seed), None).unwrap().images().unwrap().pixels().to_vec();
        assert_eq!(pixels(1), pixels(1));
        assert_ne!(pixels(1), pixels(2));
        let drawn = TrainingData::new(&digits(1), None).unwrap();
        let order = DataLoader::new(drawn, 1).next_batch(30).labels;
        let mut stream = Rng::new(1, Stream::Data);
        let mut wanted: Vec<u8> = (0..30).map(|i| i / 3).collect();
        stream.shuffle(&mut wanted);
        assert_eq!(order, wanted, "the order comes from the data's stream alone");
    }
}
