//! The search for one image while it is watched: what was found so far, as a picture.

use super::encoder;
use super::inpainting::Mask;
use super::projection::{Projection, Settings};
use crate::data::images::{from_byte, to_byte};
use crate::error::{Error, Result};
use crate::rng::{Rng, Stream};
use crate::trainer::Trainer;

/// How far a search has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Updates of its latents so far.
    pub step: usize,
    /// The mean squared difference of known pixels, which go from -1 to 1.
    pub error: f32,
    /// The least such error among the latents that it started from.
    pub start: f32,
    /// The generator's best image, a byte a pixel.
    pub sample: Vec<u8>,
    /// The image that is searched for, with that one's pixels where it is not known.
    pub filled: Vec<u8>,
}

/// A search with the networks of a run as they stood when it began.
pub struct Search {
    projection: Projection,
    image: Vec<u8>,
    mask: Mask,
    of: u64,
    step: usize,
    steps: usize,
}

impl Search {
    /// A search at its start, for an image of a byte a pixel of which those are `known` that are not 0 there.
    ///
    /// # Errors
    /// [`Error::Setting`] when the run does not make single grey images of this size, or nothing is known.
    pub fn new(trainer: &Trainer, image: &[u8], known: &[u8]) -> Result<Self> {
        let e = trainer.experiment();
        if encoder::refusal(e).is_some() {
            let expected = "that of an experiment that makes single grey images";
            return Err(Error::setting("projection", "of another run", expected));
        }
        let dim = e.data_dim();
        for (what, given) in [("image", image.len()), ("mask", known.len())] {
            if given != dim {
                let given = format!("{given} bytes");
                return Err(Error::setting(what, given, format!("{dim}, a byte a pixel")));
            }
        }
        let mask = Mask::of(known.iter().map(|&known| known != 0).collect())?;
        let settings = Settings::default();
        let settings = Settings { restarts: encoder::restarts(e, settings.restarts), ..settings };
        let players = [trainer.sampler(), trainer.eval_discriminator()];
        let target: Vec<f32> = image.iter().copied().map(from_byte).collect();
        let projection = Projection::new(
            encoder::model(e, players, settings.restarts),
            settings,
            &target,
            &mask.weights(),
            Rng::new(e.seed, Stream::Fixed),
            trainer.device(),
        );
        Ok(Self { projection, image: image.to_vec(), mask, of: trainer.step, step: 0, steps: settings.steps })
    }

    /// The run's step whose networks it searches with.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.of
    }

    /// Updates in all.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// One update, if any are left; returns whether there are. Nothing is read back.
    pub fn step(&mut self) -> bool {
        if self.step < self.steps {
            self.projection.step();
            self.step += 1;
        }
        self.step < self.steps
    }

    /// What was found so far.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> Result<Found> {
        let found = self.projection.read().await?.into_iter().next();
        let found = found.ok_or_else(|| Error::Device("it returned no image".to_owned()))?;
        let sample: Vec<u8> = found.sample.iter().map(|&x| to_byte(x)).collect();
        Ok(Found {
            step: self.step,
            error: found.error,
            start: found.start,
            filled: self.mask.fill(&self.image, &sample),
            sample,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::tests::trainer;

    fn trained(preset: &str, settings: &[(&str, &str)]) -> Trainer {
        let mut trainer = trainer(preset, settings);
        for _ in 0..20 {
            trainer.step();
        }
        trainer
    }

    fn digits(settings: &[(&str, &str)]) -> Trainer {
        let small = [("examples_per_class", "4"), ("batch_size", "8")];
        trained("digits-mlp", &[&small, settings].concat())
    }

    fn image(trainer: &Trainer) -> Vec<u8> {
        trainer.data().images().unwrap().pixels()[..784].to_vec()
    }

    fn read(search: &Search) -> Found {
        pollster::block_on(search.read()).unwrap()
    }

    #[test]
    fn it_comes_closer_and_ends() {
        for settings in [&[][..], &[("conditional", "label")], &[("objective", "began")]] {
            let trainer = digits(settings);
            let image = image(&trainer);
            let mut search = Search::new(&trainer, &image, &[1; 784]).unwrap();
            let first = read(&search);
            assert!(first.error >= first.start, "{settings:?}");
            assert_eq!((first.step, &first.filled), (0, &image), "all of it is known");
            let mut steps = 1;
            while search.step() {
                steps += 1;
            }
            assert_eq!(steps, search.steps());
            let last = read(&search);
            assert!(last.error < 0.9 * first.start, "{settings:?}: {} {}", last.error, first.start);
            assert!(!search.step());
            assert_eq!(read(&search), last, "after its end it stands still");
        }
    }

    #[test]
    fn known_pixels_stay_and_the_hole_is_filled() {
        let trainer = digits(&[]);
        let image = image(&trainer);
        let known: Vec<u8> = (0..784).map(|i| u8::from(i % 28 < 14)).collect();
        let mut search = Search::new(&trainer, &image, &known).unwrap();
        for _ in 0..10 {
            search.step();
        }
        let Found { sample, filled, .. } = read(&search);
        for i in 0..784 {
            let wanted = if known[i] > 0 { image[i] } else { sample[i] };
            assert_eq!(filled[i], wanted);
        }
        assert_ne!(filled, image);
    }

    #[test]
    fn the_run_goes_on_without_it() {
        let mut trainer = digits(&[]);
        let image = image(&trainer);
        let search = Search::new(&trainer, &image, &[1; 784]).unwrap();
        let before = read(&search);
        trainer.step();
        assert_eq!(read(&search), before, "the networks are those of its start");
    }

    #[test]
    fn what_cannot_be_searched_for_is_refused() {
        let trainer = digits(&[]);
        for (image, known, word) in [
            (vec![0; 783], vec![1; 784], "image"),
            (vec![0; 784], Vec::new(), "mask"),
            (vec![0; 784], vec![0; 784], "mask"),
        ] {
            let error = Search::new(&trainer, &image, &known).err().unwrap().to_string();
            assert!(error.contains(word), "{error}");
        }
        let pairs = trained("digits-coupled", &[("examples_per_class", "4")]);
        assert!(Search::new(&pairs, &[0; 784], &[1; 784]).is_err());
        let stacked = trained("digits-mlp", &[("channels", "3"), ("examples_per_class", "4")]);
        assert!(Search::new(&stacked, &[0; 3 * 784], &[1; 3 * 784]).is_err());
        let points = trained("mixture-1d", &[]);
        assert!(Search::new(&points, &[0], &[1]).is_err());
    }
}
