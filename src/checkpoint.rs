//! A run as bytes, in the safetensors format: both networks, the moving average, both optimisers, the random streams,
//! the step and the experiment. Ten steps are five, saved, loaded, and five more: bit for bit on the CPU.
//!
//! Files may come from a stranger, and are checked before they are used.

use std::collections::HashMap;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::data::TrainingData;
use crate::error::{Error, Result, brief};
use crate::experiment::{DataKind, Experiment};
use crate::named_tensors::{self, File};
use crate::nets::architectures::sampler;
use crate::nets::{Network, Weights};
use crate::old_names::present_name;
use crate::regularizer::spectral_norm::SpectralNorm;
use crate::rng::{Rng, Stream};
use crate::trainer::{RngState, Trainer, with_standing_statistics};

/// Larger files are refused unread, 1 GiB.
pub const SIZE_LIMIT: usize = 1 << 30;
/// The format's versions, in the file's metadata, the newest last. Earlier ones have other names of tensors.
const VERSIONS: &[&str] = &["2", "3"];
/// The owner of the tensors, in errors.
const OWNER: &str = "its experiment";

/// Everything but tensors and the experiment.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    step: u64,
    generator_updates: u64,
    discriminator_updates: u64,
    #[serde(alias = "streams")]
    rng_state: RngState,
    /// Of the other processes, where several train the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<RngState>,
}

/// A checkpoint that was read and is whole.
pub struct Checkpoint {
    /// The experiment of the run. `steps` may be raised before going on; [`Checkpoint::replace_data`] changes the data.
    pub experiment: Experiment,
    progress: Progress,
    file: File,
}

/// The run as bytes.
///
/// # Errors
/// When the device fails.
pub async fn save(trainer: &Trainer) -> Result<Vec<u8>> {
    let mut state = trainer.state.clone();
    let tensors = trainer.gan.tensors(&mut state).into_iter().map(|(name, tensor)| (name, tensor.clone()));
    let tensors = named_tensors::read_all(tensors.collect()).await?;
    let [generator_updates, discriminator_updates] = trainer.updates();
    let progress = Progress {
        step: trainer.step,
        generator_updates,
        discriminator_updates,
        rng_state: trainer.rng_state(),
        others: trainer.others().to_vec(),
    };
    let metadata = HashMap::from([
        ("counterfeit".to_owned(), VERSIONS[VERSIONS.len() - 1].to_owned()),
        ("experiment".to_owned(), trainer.whole_experiment().to_toml()),
        ("progress".to_owned(), serde_json::to_string(&progress).map_err(refuse)?),
    ]);
    named_tensors::serialize(&tensors, metadata).map_err(refuse)
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// When the bytes are not a whole checkpoint of this program, or hold numbers that are not finite.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut file = File::parse(bytes, SIZE_LIMIT).map_err(refuse)?;
        if file.version("counterfeit", VERSIONS).map_err(refuse)? == "2" {
            file.rename(present_name);
        }
        let experiment =
            Experiment::from_toml(file.text("experiment").map_err(refuse)?).map_err(|error| match error {
                // The library's words are of lines in the file's header.
                Error::Syntax(_) => refuse("the text of its experiment cannot be read"),
                of_setting => of_setting,
            })?;
        let progress = serde_json::from_str(file.text("progress").map_err(refuse)?);
        Ok(Self { experiment, progress: progress.map_err(|_| refuse("its progress cannot be read"))?, file })
    }

    /// The run, ready for its next step, with the training files of its dataset.
    ///
    /// # Errors
    /// When the files are missing, or the tensors are not this experiment's.
    pub fn resume(self, files: Option<&[Vec<u8>]>, device: &Device) -> Result<Trainer> {
        self.resume_on(|experiment| TrainingData::new(experiment, files), device)
    }

    /// The run, ready for its next step, on the data of its experiment.
    ///
    /// # Errors
    /// When `data` fails, or the tensors are not this experiment's.
    pub fn resume_on(self, data: impl FnOnce(&Experiment) -> Result<TrainingData>, device: &Device) -> Result<Trainer> {
        // Before anything is allocated: a small file may name a huge experiment.
        let networks = [Network::generator(&self.experiment), Network::discriminator(&self.experiment)];
        let needed: usize = networks.iter().map(Network::num_params).sum();
        let held = self.file.numbers();
        if held < needed {
            return Err(refuse(format!("it holds {held} numbers; its experiment needs at least {needed}")));
        }
        let data = data(&self.experiment)?;
        let mut trainer = Trainer::new(self.experiment, data, device)?;
        let mut file = self.file;
        for (name, tensor) in trainer.gan.tensors(&mut trainer.state) {
            *tensor = file.take(&name, tensor.dims(), OWNER, device).map_err(refuse)?;
        }
        file.check_empty(OWNER).map_err(refuse)?;
        let Progress { step, generator_updates, discriminator_updates, rng_state, others } = self.progress;
        trainer.restore(step, [generator_updates, discriminator_updates], rng_state, others)?;
        Ok(trainer)
    }

    /// Just the network that maps latents to samples, with its weights: their moving average, where the run keeps one.
    /// Needs no data.
    ///
    /// # Errors
    /// When the tensors are not this experiment's.
    pub fn generator(mut self, device: &Device) -> Result<(Experiment, Network, Weights)> {
        let (network, weights) = self.take_generator(device)?;
        Ok((self.experiment, network, weights))
    }

    /// Both networks in evaluation: that of [`Checkpoint::generator`], and the discriminator. Needs no data.
    ///
    /// # Errors
    /// When the tensors are not this experiment's.
    pub fn players(mut self, device: &Device) -> Result<(Experiment, [(Network, Weights); 2])> {
        let generator = self.take_generator(device)?;
        let network = Network::discriminator(&self.experiment);
        let mut weights = self.file.take_weights("discriminator", &network, OWNER, device).map_err(refuse)?;
        if self.experiment.spectral_norm {
            // The vectors' start does not matter: each is replaced.
            let mut norm = SpectralNorm::new(&network, &mut Rng::new(0, Stream::Init), device);
            for (vector, spec) in norm.vectors.iter_mut().zip(network.params()) {
                if let Some(u) = vector {
                    let name = format!("spectral_norm.{}", spec.name);
                    *u = self.file.take(&name, u.dims(), OWNER, device).map_err(refuse)?;
                }
            }
            weights = norm.normalize(&weights);
        }
        Ok((self.experiment, [generator, (network, weights)]))
    }

    fn take_generator(&mut self, device: &Device) -> Result<(Network, Weights)> {
        let network = Network::generator(&self.experiment);
        let name = if self.experiment.ema_decay > 0.0 { "generator_ema" } else { "generator" };
        let weights = self.file.take_weights(name, &network, OWNER, device).map_err(refuse)?;
        let (network, weights) = sampler(&self.experiment, &network, &weights);
        let weights = with_standing_statistics(&self.experiment, &network, weights, device);
        Ok((network, weights))
    }

    /// Replaces the data, from their first batch on, such as MNIST by drawn digits where it is missing.
    pub fn replace_data(&mut self, data: DataKind) {
        if data != self.experiment.data {
            self.experiment.data = data;
            self.progress.rng_state.restart_data();
        }
    }

    /// Generator updates so far.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.progress.step
    }
}

fn refuse(why: impl ToString) -> Error {
    Error::Checkpoint(brief(&why.to_string()))
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, SafeTensors, TensorView};

    use burn::tensor::Tensor;

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
    fn a_run_with_settings_changed_is_its_checkpoint_with_them_changed() {
        let mixture = [("mixture", "[{ mean = [0.5], std = 0.1 }, { mean = [1.0], std = 0.2 }]")];
        let rest = [
            ("objective", "hinge"),
            ("generator_lr", "0.01"),
            ("lr_half_life", "50"),
            ("beta1", "0.1"),
            ("n_critic", "3"),
            ("batch_size", "6"),
            ("gradient_penalty", "wgan-gp"),
            ("gp_weight", "3.0"),
            ("instance_noise", "0.3"),
            ("feature_matching_weight", "1"),
        ];
        for (preset, changes) in [("mixture-1d", &[&mixture[..], &rest].concat()), ("digits-mlp", &rest.to_vec())] {
            let small = [("batch_size", "4"), ("generator_hidden", "[8]"), ("discriminator_hidden", "[8]")];
            let mut run = tests::trainer(preset, &small);
            run.steps(5);
            let mut loaded = Checkpoint::parse(&bytes(&run)).unwrap();
            loaded.experiment.set_all(changes.iter().copied()).unwrap();
            assert!(run.revise(loaded.experiment.clone()).unwrap());
            let mut loaded = loaded.resume(None, &Device::flex()).unwrap();
            for run in [&mut run, &mut loaded] {
                run.steps(5);
            }
            assert_eq!(contents(&bytes(&run)), contents(&bytes(&loaded)), "{preset}");
        }
    }

    #[test]
    fn a_later_version_is_refused_with_both_versions() {
        let file = File::parse(&bytes(&trainer(&[])), SIZE_LIMIT).unwrap();
        let later = file.into_bytes(&[("counterfeit", "4")]).unwrap();
        let why = load(&later).err().unwrap().to_string();
        assert!(why.contains("its format is 4; this program reads 2, 3"), "{why}");
    }

    /// Runs of five and of ten steps, saved by the last program that wrote version 2.
    #[test]
    fn runs_of_version_2_go_on_as_they_did() {
        macro_rules! run {
            ($name:literal) => {
                [
                    &include_bytes!(concat!("../tests/fixtures/checkpoint-version-2/", $name, "-5.safetensors"))[..],
                    &include_bytes!(concat!("../tests/fixtures/checkpoint-version-2/", $name, "-10.safetensors"))[..],
                ]
            };
        }
        for files in [run!("conditional-dcgan"), run!("spectral-mlp"), run!("began")] {
            let [mut five, ten] = files.map(|bytes| load(bytes).unwrap());
            for _ in 0..5 {
                five.step();
            }
            let [five, ten] = [five, ten].map(|mut trainer| {
                let tensors = trainer.gan.tensors(&mut trainer.state).into_iter();
                let numbers = |tensor: &Tensor<2>| tensor.clone().into_data().try_to_vec::<f32>().unwrap();
                tensors.map(|(name, tensor)| (name, numbers(tensor))).collect::<Vec<_>>()
            });
            for ((name, a), (_, b)) in five.iter().zip(&ten) {
                // To rounding, which differs between processors.
                let close = a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-4 * b.abs().max(0.1));
                assert!(close, "{name}: {a:?} {b:?}");
            }
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
        let mut t = trainer(&[("generator_norm", "batch")]);
        t.step();
        let saved = bytes(&t);
        t.measure_statistics();
        let z = crate::tensor::matrix(vec![0.5; 200], [2, 100], t.device());
        let read = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
        let (_, network, weights) = Checkpoint::parse(&saved).unwrap().generator(t.device()).unwrap();
        assert_eq!(read(network.eval(&weights, z.clone())), read(t.sample(z.clone())));
        let (_, [(generator, ema), (discriminator, weights)]) =
            Checkpoint::parse(&saved).unwrap().players(t.device()).unwrap();
        let samples = generator.eval(&ema, z.clone());
        assert_eq!(read(discriminator.eval(&weights, samples)), read(t.logits(t.sample(z), &[])));
    }
}
