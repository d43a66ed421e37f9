//! A run as bytes, in the safetensors format: both networks, the average, both optimisers, every random stream, the step
//! and the experiment. Ten steps are five, saved, loaded, and five more: bit for bit on the CPU.
//!
//! Everything here may come from a stranger, and is checked before it is used.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::data::{MnistFiles, Source};
use crate::error::{Error, Result, brief};
use crate::experiment::{DataKind, Experiment};
use crate::nets::{Network, Weights};
use crate::optimizer;
use crate::regularizer::spectral_norm::SpectralNorm;
use crate::rng::{Rng, Stream};
use crate::tensors::{self, File};
use crate::trainer::{Streams, Trainer};

/// Larger files are refused unread, 1 GiB.
pub const SIZE_LIMIT: usize = 1 << 30;
/// The format's version, in the file's metadata.
const VERSION: &str = "2";
/// Whom the tensors belong to, for errors.
const OWNER: &str = "its experiment";

/// What is not a tensor.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    step: u64,
    generator_updates: u64,
    discriminator_updates: u64,
    streams: Streams,
}

/// A checkpoint that has been read, and found whole.
pub struct Checkpoint {
    /// What was run. `steps` may be raised before going on; other data come through [`Checkpoint::replace_data`].
    pub experiment: Experiment,
    progress: Progress,
    file: File,
}

/// The run as bytes.
///
/// # Errors
/// When the device fails.
pub async fn save(trainer: &Trainer) -> Result<Vec<u8>> {
    let tensors = tensors::read_all(named(trainer)).await?;
    let progress = Progress {
        step: trainer.step,
        generator_updates: trainer.generator.optimizer.time,
        discriminator_updates: trainer.discriminator.optimizer.time,
        streams: trainer.streams(),
    };
    let words = HashMap::from([
        ("counterfeit".to_owned(), VERSION.to_owned()),
        ("experiment".to_owned(), trainer.experiment.to_toml()),
        ("progress".to_owned(), serde_json::to_string(&progress).map_err(refuse)?),
    ]);
    tensors::serialize(&tensors, words).map_err(refuse)
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// When the bytes are not a whole checkpoint of this program, or hold numbers that are not finite.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let file = File::parse(bytes, SIZE_LIMIT).map_err(refuse)?;
        file.check_version("counterfeit", VERSION).map_err(refuse)?;
        let experiment = Experiment::from_toml(file.word("experiment").map_err(refuse)?)?;
        let progress = file.word("progress").map_err(refuse)?;
        Ok(Self { experiment, progress: serde_json::from_str(progress).map_err(refuse)?, file })
    }

    /// The run, ready for its next step.
    ///
    /// # Errors
    /// When the data are not to be had, or the tensors are not this experiment's.
    pub fn resume(self, mnist: Option<&MnistFiles>, device: &Device) -> Result<Trainer> {
        // Before anything is allocated: a small file may name a huge experiment.
        let networks = [Network::generator(&self.experiment), Network::discriminator(&self.experiment)];
        let needed: usize = networks.iter().map(Network::parameters).sum();
        let held = self.file.numbers();
        if held < needed {
            return Err(refuse(format!("it holds {held} numbers; its experiment needs at least {needed}")));
        }
        let source = Source::new(&self.experiment, mnist)?;
        let mut trainer = Trainer::new(self.experiment, source, device)?;
        let mut file = self.file;
        let known: Vec<String> = named(&trainer).into_iter().map(|(name, _)| name).collect();
        for (name, place) in known.iter().zip(places(&mut trainer)) {
            *place = file.take(name, place.dims(), OWNER, device).map_err(refuse)?;
        }
        file.check_empty(OWNER).map_err(refuse)?;
        trainer.step = self.progress.step;
        trainer.generator.optimizer.time = self.progress.generator_updates;
        trainer.discriminator.optimizer.time = self.progress.discriminator_updates;
        trainer.seek(self.progress.streams)?;
        Ok(trainer)
    }

    /// Just what draws samples: the generator and its weights, averaged where the run keeps an average. Needs no data.
    ///
    /// # Errors
    /// When the tensors are not this experiment's.
    pub fn generator(mut self, device: &Device) -> Result<(Experiment, Network, Weights)> {
        let (network, weights) = self.take_generator(device)?;
        Ok((self.experiment, network, weights))
    }

    /// Both sides as they judge and sample at rest: the generator as in [`Checkpoint::generator`], and the discriminator.
    /// Needs no data.
    ///
    /// # Errors
    /// When the tensors are not this experiment's.
    pub fn players(mut self, device: &Device) -> Result<(Experiment, [(Network, Weights); 2])> {
        let generator = self.take_generator(device)?;
        let network = Network::discriminator(&self.experiment);
        let mut weights = self.take_weights("discriminator", &network, device)?;
        if self.experiment.spectral_norm {
            // The vectors' start does not matter: each is replaced.
            let mut norm = SpectralNorm::new(&network, &mut Rng::new(0, Stream::Init), device);
            for (vector, (name, _)) in norm.vectors.iter_mut().zip(network.trained_slots()) {
                if let Some(u) = vector {
                    *u = self.file.take(&format!("spectral_norm.{name}"), u.dims(), OWNER, device).map_err(refuse)?;
                }
            }
            weights = norm.normalise(&weights);
        }
        Ok((self.experiment, [generator, (network, weights)]))
    }

    fn take_generator(&mut self, device: &Device) -> Result<(Network, Weights)> {
        let network = Network::generator(&self.experiment);
        let side = if self.experiment.ema_decay > 0.0 { "average" } else { "generator" };
        let weights = self.take_weights(side, &network, device)?;
        Ok(Network::sampler(&self.experiment, &network, &weights))
    }

    fn take_weights(&mut self, side: &str, network: &Network, device: &Device) -> Result<Weights> {
        let mut all = |slots: Vec<(String, crate::nets::Slot)>| {
            slots
                .into_iter()
                .map(|(name, slot)| {
                    self.file.take(&format!("{side}.{name}"), slot.shape, OWNER, device).map_err(refuse)
                })
                .collect::<Result<Vec<_>>>()
        };
        Ok(Weights { trained: all(network.trained_slots())?, statistics: all(network.statistics_slots())? })
    }

    /// Goes on with other data, from their start: drawn digits, say, where MNIST is not to be had.
    pub fn replace_data(&mut self, data: DataKind) {
        if data != self.experiment.data {
            self.experiment.data = data;
            self.progress.streams.restart_data();
        }
    }

    /// Generator updates that it has behind it.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.progress.step
    }
}

/// Every tensor of the run with its name, in the order of [`places`].
fn named(trainer: &Trainer) -> Vec<(String, Tensor<2>)> {
    let mut all = Vec::new();
    let mut weights = |side: &str, network: &Network, weights: &Weights| {
        let names = network.trained_slots().into_iter().chain(network.statistics_slots());
        let tensors = weights.trained.iter().chain(&weights.statistics);
        all.extend(names.zip(tensors).map(|((name, _), t)| (format!("{side}.{name}"), t.clone())));
    };
    weights("generator", &trainer.generator.network, &trainer.generator.weights);
    weights("discriminator", &trainer.discriminator.network, &trainer.discriminator.weights);
    if let Some(average) = &trainer.average {
        weights("average", &trainer.generator.network, average);
    }
    for (side, player) in [("generator", &trainer.generator), ("discriminator", &trainer.discriminator)] {
        let names = player.network.trained_slots().into_iter().flat_map(|(name, _)| {
            optimizer::moments(trainer.experiment.optimizer)
                .iter()
                .map(move |moment| format!("{side}_optimizer.{name}.{moment}"))
        });
        all.extend(names.zip(player.optimizer.moments.iter().cloned()));
    }
    if let Some(spectral_norm) = &trainer.spectral_norm {
        let slots = trainer.discriminator.network.trained_slots().into_iter();
        let named = slots.zip(&spectral_norm.vectors);
        all.extend(named.filter_map(|((name, _), u)| Some((format!("spectral_norm.{name}"), u.clone()?))));
    }
    for (name, state) in [("balance", &trainer.balance), ("path_length", &trainer.path_length)] {
        all.extend(state.iter().map(|state| (name.to_owned(), state.clone())));
    }
    all
}

/// Where each of those tensors stands in the run.
fn places(trainer: &mut Trainer) -> impl Iterator<Item = &mut Tensor<2>> {
    fn both(weights: &mut Weights) -> impl Iterator<Item = &mut Tensor<2>> {
        weights.trained.iter_mut().chain(&mut weights.statistics)
    }
    both(&mut trainer.generator.weights)
        .chain(both(&mut trainer.discriminator.weights))
        .chain(trainer.average.iter_mut().flat_map(both))
        .chain(&mut trainer.generator.optimizer.moments)
        .chain(&mut trainer.discriminator.optimizer.moments)
        .chain(trainer.spectral_norm.iter_mut().flat_map(|norm| norm.vectors.iter_mut().flatten()))
        .chain(&mut trainer.balance)
        .chain(&mut trainer.path_length)
}

fn refuse(why: impl ToString) -> Error {
    Error::Checkpoint(brief(&why.to_string()))
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, SafeTensors, TensorView};

    use super::*;
    use crate::trainer::tests;

    fn trainer(settings: &[(&str, &str)]) -> Trainer {
        let small = [("batch_size", "4"), ("examples_per_class", "3"), ("ema_decay", "0.9")];
        tests::trainer("digits-mlp", &[&small[..], settings].concat())
    }

    fn bytes(trainer: &Trainer) -> Vec<u8> {
        pollster::block_on(save(trainer)).unwrap()
    }

    fn load(bytes: &[u8]) -> Result<Trainer> {
        Checkpoint::parse(bytes)?.resume(None, &Device::flex())
    }

    /// Every tensor and the progress: a file's header has no fixed order.
    fn contents(bytes: &[u8]) -> (String, Vec<(String, Vec<u8>)>) {
        let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
        let progress = header.metadata().as_ref().unwrap()["progress"].clone();
        let file = SafeTensors::deserialize(bytes).unwrap();
        let mut tensors: Vec<_> = file.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec())).collect();
        tensors.sort();
        (progress, tensors)
    }

    #[test]
    fn ten_steps_are_five_saved_loaded_and_five_more() {
        let dcgan: &[_] = &[
            ("architecture", "dcgan"),
            ("generator_norm", "batch"),
            ("discriminator_norm", "batch"),
            ("minibatch_stddev", "true"),
            ("minibatch_discrimination", "2"),
            ("dropout", "0"),
            ("base_channels", "2"),
            ("path_length_weight", "2"),
            ("conditional", "label"),
        ];
        let variants = [
            &[][..],
            dcgan,
            &[("optimizer", "rmsprop"), ("n_critic", "2"), ("critic_warmup", "true"), ("weight_clip", "0.1")],
            &[("optimizer", "sgd"), ("lr_half_life", "5"), ("instance_noise", "1"), ("instance_noise_steps", "20")],
            &[("objective", "began"), ("began_lambda", "0.1"), ("prior", "uniform")],
            &[("spectral_norm", "true"), ("gradient_penalty", "wgan-gp"), ("pack", "2"), ("vat_weight", "1")],
            &[
                ("conditional", "acgan"),
                ("augment", "[\"translation\", \"cutout\"]"),
                ("consistency_weight", "1"),
                ("feature_matching_weight", "1"),
            ],
        ];
        for settings in variants {
            let mut whole = trainer(settings);
            let mut half = trainer(settings);
            for _ in 0..10 {
                whole.step();
            }
            for _ in 0..5 {
                half.step();
            }
            let mut resumed = load(&bytes(&half)).unwrap();
            assert_eq!(resumed.step, 5);
            for _ in 0..5 {
                resumed.step();
            }
            assert_eq!(contents(&bytes(&resumed)), contents(&bytes(&whole)), "{settings:?}");
        }
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let small = [("generator_hidden", "[2]"), ("discriminator_hidden", "[2]"), ("latent_dim", "2")];
        let whole = bytes(&trainer(&small));
        for end in (0..whole.len()).step_by(whole.len() / 50) {
            assert!(load(&whole[..end]).is_err(), "{end}");
        }
        // The header is JSON in the first few kilobytes: change every byte of it in turn.
        let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
        for at in 0..header {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 7);
            if let Err(error) = load(&damaged) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
        let mut poisoned = whole.clone();
        poisoned[header..header + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(load(&poisoned).err().unwrap().to_string().contains("not finite"));
        assert!(load(b"").is_err());
        assert!(load(b"PK\x03\x04 a zip archive, say").is_err());
    }

    #[test]
    fn a_foreign_safetensors_file_is_refused() {
        let foreign =
            safetensors::serialize([("w", TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap())], None).unwrap();
        let error = load(&foreign).err().unwrap().to_string();
        assert!(error.contains("not written by this program"), "{error}");
    }

    #[test]
    fn sampling_needs_only_the_file() {
        let mut t = trainer(&[]);
        t.step();
        let z = crate::nets::matrix(vec![0.5; 200], [2, 100], t.device());
        let read = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
        let (_, network, weights) = Checkpoint::parse(&bytes(&t)).unwrap().generator(t.device()).unwrap();
        assert_eq!(read(network.sample(&weights, z.clone())), read(t.sample(z.clone())));
        let (_, [(generator, averaged), (discriminator, judge)]) =
            Checkpoint::parse(&bytes(&t)).unwrap().players(t.device()).unwrap();
        let samples = generator.sample(&averaged, z.clone());
        assert_eq!(read(discriminator.sample(&judge, samples)), read(t.logits(t.sample(z), &[])));
    }
}
