//! [`Trainer`]: a run in progress.

use std::collections::HashMap;
use std::mem::take;

use burn::tensor::{Device, FloatDType, Tensor};

#[cfg(feature = "gpu")]
use super::replay::Replay;
use super::sampler::{InputSampler, RngState, instance_noise, n_critic};
use super::{Gan, GanState, Samples, StepInputs, StepReport};
use crate::data::{Mixture, TrainingData};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Precision};
use crate::tensor::HostMatrix;
#[cfg(feature = "gpu")]
use crate::tensor::is_host;

/// Steps whose inputs are drawn and sent to a GPU together, at most.
#[cfg(feature = "gpu")]
pub(super) const UPLOAD: usize = 32;

/// A step with a new state in buffers of its own.
pub(super) fn advance(gan: &Gan, state: &mut GanState, inputs: StepInputs<Tensor<2>>) -> StepReport {
    let (new, report) = gan.step(take(state), inputs);
    *state = new;
    report
}

/// A run in progress: the networks, their state, and the data and random streams of the steps to come.
pub struct Trainer {
    /// The networks.
    pub gan: Gan,
    /// Their numbers. On a GPU, steps write into the same buffers: clones of these tensors change with them.
    pub state: GanState,
    /// Generator updates so far.
    pub step: u64,
    pub(super) sampler: InputSampler,
    /// The real samples of an update of the discriminator that no update of the generator has followed.
    pub(super) real: Option<Samples<Tensor<2>>>,
    /// The standing statistics of the averaged generator, where they were measured at this step.
    pub(super) standing: Option<Vec<Tensor<2>>>,
    /// The positions of the random streams of the other processes that train the run, at its last checkpoint.
    pub(super) others: Vec<RngState>,
    pub(super) device: Device,
    #[cfg(feature = "gpu")]
    pub(super) replay: Replay,
}

/// Whether the experiment is valid, and the device has its precision.
fn check(experiment: &Experiment, device: &Device) -> Result<()> {
    experiment.validate()?;
    if experiment.precision == Precision::Bf16 && !device.supports_dtype(FloatDType::BF16) {
        return Err(Error::setting("precision", "bf16", "f32 on this device, which cannot compute in bfloat16"));
    }
    Ok(())
}

impl Trainer {
    /// A run at its start, on `device`.
    ///
    /// # Errors
    /// When the experiment is not valid, or the device cannot compute in its precision.
    pub fn new(experiment: Experiment, data: TrainingData, device: &Device) -> Result<Self> {
        check(&experiment, device)?;
        let sampler = InputSampler::new(data, experiment.seed);
        let gan = Gan::new(experiment, device);
        Ok(Self {
            state: gan.init(device),
            gan,
            step: 0,
            sampler,
            real: None,
            standing: None,
            others: Vec::new(),
            device: device.clone(),
            #[cfg(feature = "gpu")]
            replay: Replay::default(),
        })
    }

    /// One step: draws its inputs on the host, sends them in one upload, and advances the state. Nothing is read back.
    pub fn step(&mut self) -> StepReport {
        self.steps(1)
    }

    /// `n` steps; returns the report of the last. On a GPU several together take less of the host's time each.
    ///
    /// # Panics
    /// When `n` is 0.
    pub fn steps(&mut self, n: usize) -> StepReport {
        #[cfg(feature = "gpu")]
        if !is_host(&self.device) && self.gan.communicator.is_none() {
            return self.replay(n);
        }
        (0..n).map(|_| self.build()).last().expect("at least one step")
    }

    fn build(&mut self) -> StepReport {
        let inputs = self.draw_inputs().upload(&self.device);
        advance(&self.gan, &mut self.state, inputs)
    }

    #[cfg(feature = "gpu")]
    fn replay(&mut self, n: usize) -> StepReport {
        let mut report = None;
        for start in (0..n).step_by(UPLOAD) {
            let inputs: Vec<_> = (start..n.min(start + UPLOAD)).map(|_| self.draw_inputs().pack()).collect();
            report = Some(self.replay.steps(&self.gan, &mut self.state, &inputs, &self.device));
        }
        report.expect("at least one step")
    }

    /// Whether steps are replayed from a recording.
    #[cfg(feature = "gpu")]
    #[must_use]
    pub fn replays(&self) -> bool {
        self.replay.is_recorded()
    }

    /// Continues with changed settings from the next step on, with the same networks, optimisers and random streams.
    /// A moving average that was not kept before starts from the generator; BEGAN's k and the mean path length start
    /// from 0. `false`, and nothing is changed, where that needs another run: a setting that is no live one, or other
    /// tensors.
    ///
    /// # Errors
    /// When the experiment is not valid.
    pub fn revise(&mut self, experiment: Experiment) -> Result<bool> {
        check(&experiment, &self.device)?;
        if !self.experiment().differs_live(&experiment) {
            return Ok(false);
        }
        let mixture = self.data().mixture().map(|_| Mixture::new(&experiment.mixture)).transpose()?;
        let mut gan = Gan::new(experiment, &self.device);
        gan.communicator.clone_from(&self.gan.communicator);
        let mut state = gan.init(&self.device);
        let mut present = self.state.clone();
        let kept: HashMap<_, _> = self.gan.tensors(&mut present).into_iter().collect();
        for (name, tensor) in gan.tensors(&mut state) {
            let of_generator = || kept.get(&name.replacen("generator_ema.", "generator.", 1));
            match kept.get(&name).or_else(of_generator) {
                Some(kept) if kept.dims() == tensor.dims() => *tensor = (**kept).clone(),
                None if ["k", "path_length"].contains(&&*name) => {}
                _ => return Ok(false),
            }
        }
        if let Some(mixture) = mixture {
            self.sampler.loader.retarget(mixture);
        }
        (self.gan, self.state, self.standing) = (gan, state, None);
        #[cfg(feature = "gpu")]
        {
            self.replay = Replay::default();
        }
        Ok(true)
    }

    /// The inputs of the next step, for a loop of one's own around [`Gan::step`]; advances the data, the random
    /// streams and the number of the step.
    pub fn draw_inputs(&mut self) -> StepInputs<HostMatrix> {
        let inputs = self.sampler.draw(&self.gan, self.step);
        (self.real, self.standing) = (None, None);
        self.step += 1;
        inputs
    }

    /// Every setting.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.gan.experiment
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &TrainingData {
        self.sampler.loader.data()
    }

    /// The device of the run's tensors.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Updates of the generator and of the discriminator so far.
    #[must_use]
    pub fn updates(&self) -> [u64; 2] {
        self.sampler.updates
    }

    /// Updates of the discriminator in the next step.
    #[must_use]
    pub fn n_critic(&self) -> usize {
        n_critic(self.experiment(), self.step)
    }

    /// The standard deviation of instance noise in the last step; in the first, before there is one.
    #[must_use]
    pub fn instance_noise(&self) -> f32 {
        instance_noise(self.experiment(), self.step.saturating_sub(1))
    }

    /// The positions of the data and of the random streams.
    #[must_use]
    pub fn rng_state(&self) -> RngState {
        self.sampler.state()
    }

    /// The same of the other processes that train the run, where there are any, at its last checkpoint.
    #[must_use]
    pub fn others(&self) -> &[RngState] {
        if self.gan.communicator.is_some() { &self.others } else { &[] }
    }

    /// Continues after `step` steps and so many updates of both networks, with the data and random streams at these
    /// positions, those of other processes included.
    ///
    /// # Errors
    /// When the data have no such position.
    pub fn restore(&mut self, step: u64, updates: [u64; 2], rng_state: RngState, others: Vec<RngState>) -> Result<()> {
        self.sampler.restore(rng_state)?;
        self.others = others;
        self.sampler.updates = updates;
        self.step = step;
        Ok(())
    }
}
