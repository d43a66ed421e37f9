//! The projection of one image into the latent space of a run, step by step, for display.

use super::encoder;
use super::inpainting::Mask;
use super::projection::{Projection, Settings};
use crate::data::images::{from_byte, to_byte};
use crate::error::{Error, Result};
use crate::rng::{Rng, Stream};
use crate::trainer::Trainer;

/// The state of a projection.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectedImage {
    /// Updates of the latents so far.
    pub step: usize,
    /// Mean squared difference over the known pixels, in [−1, 1].
    pub error: f32,
    /// The least such error among the initial latents.
    pub start: f32,
    /// The generator's best image, one byte a pixel.
    pub sample: Vec<u8>,
    /// The given image, with the best image's pixels where it is unknown.
    pub filled: Vec<u8>,
}

/// A projection with the networks of a run as they stood when it began.
pub struct ImageProjection {
    projection: Projection,
    image: Vec<u8>,
    mask: Mask,
    run_step: u64,
    step: usize,
    steps: usize,
}

impl ImageProjection {
    /// A projection before its first update: of an image of one byte a pixel, whose pixels are known where `known` is
    /// not 0.
    ///
    /// # Errors
    /// [`Error::Setting`] when the run does not make single grey images of this size, or nothing is known.
    pub fn new(trainer: &Trainer, image: &[u8], known: &[u8]) -> Result<Self> {
        let e = trainer.experiment();
        if encoder::unsupported_reason(e).is_some() {
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
        let players = players.map(|(network, weights)| (network, weights.copied()));
        let target: Vec<f32> = image.iter().copied().map(from_byte).collect();
        let projection = Projection::new(
            encoder::model(e, players, settings.restarts),
            settings,
            &target,
            &mask.weights(),
            Rng::new(e.seed, Stream::Fixed),
            trainer.device(),
        );
        Ok(Self { projection, image: image.to_vec(), mask, run_step: trainer.step, step: 0, steps: settings.steps })
    }

    /// The step of the run whose networks it uses.
    #[must_use]
    pub fn run_step(&self) -> u64 {
        self.run_step
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

    /// The best image so far.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> Result<ProjectedImage> {
        let found = self.projection.read().await?.into_iter().next();
        let found = found.ok_or_else(|| Error::Device("it returned no image".to_owned()))?;
        let sample: Vec<u8> = found.sample.iter().map(|&x| to_byte(x)).collect();
        Ok(ProjectedImage {
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

    fn read(projection: &ImageProjection) -> ProjectedImage {
        pollster::block_on(projection.read()).unwrap()
    }

    #[test]
    fn it_comes_closer_and_ends() {
        for settings in [&[][..], &[("conditional", "label")], &[("objective", "began")]] {
            let trainer = digits(settings);
            let image = image(&trainer);
            let mut projection = ImageProjection::new(&trainer, &image, &[1; 784]).unwrap();
            let first = read(&projection);
            assert!(first.error >= first.start, "{settings:?}");
            assert_eq!((first.step, &first.filled), (0, &image), "all of it is known");
            let mut steps = 1;
            while projection.step() {
                steps += 1;
            }
            assert_eq!(steps, projection.steps());
            let last = read(&projection);
            assert!(last.error < 0.9 * first.start, "{settings:?}: {} {}", last.error, first.start);
            assert!(!projection.step());
            assert_eq!(read(&projection), last, "after its end it stands still");
        }
    }

    #[test]
    fn known_pixels_stay_and_the_hole_is_filled() {
        let trainer = digits(&[]);
        let image = image(&trainer);
        let known: Vec<u8> = (0..784).map(|i| u8::from(i % 28 < 14)).collect();
        let mut projection = ImageProjection::new(&trainer, &image, &known).unwrap();
        for _ in 0..10 {
            projection.step();
        }
        let ProjectedImage { sample, filled, .. } = read(&projection);
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
        let projection = ImageProjection::new(&trainer, &image, &[1; 784]).unwrap();
        let before = read(&projection);
        trainer.step();
        assert_eq!(read(&projection), before, "the networks are those of its start");
    }

    #[test]
    fn what_cannot_be_searched_for_is_refused() {
        let trainer = digits(&[]);
        for (image, known, word) in [
            (vec![0; 783], vec![1; 784], "image"),
            (vec![0; 784], Vec::new(), "mask"),
            (vec![0; 784], vec![0; 784], "mask"),
        ] {
            let error = ImageProjection::new(&trainer, &image, &known).err().unwrap().to_string();
            assert!(error.contains(word), "{error}");
        }
        let pairs = trained("digits-coupled", &[("examples_per_class", "4")]);
        assert!(ImageProjection::new(&pairs, &[0; 784], &[1; 784]).is_err());
        let stacked = trained("digits-mlp", &[("channels", "3"), ("examples_per_class", "4")]);
        assert!(ImageProjection::new(&stacked, &[0; 3 * 784], &[1; 3 * 784]).is_err());
        let points = trained("mixture-1d", &[]);
        assert!(ImageProjection::new(&points, &[0], &[1]).is_err());
    }
}
