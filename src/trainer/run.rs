//! [`Trainer`]: a run in progress.

use std::mem::take;

use burn::tensor::Device;

use super::sampler::{InputSampler, RngState};
use super::{Gan, GanState, StepInputs, StepReport};
use crate::data::TrainingData;
use crate::error::Result;
use crate::experiment::Experiment;
use crate::tensor::HostMatrix;

/// A run in progress: the networks, their state, and the data and random streams of the steps to come.
pub struct Trainer {
    /// The networks.
    pub gan: Gan,
    /// Their numbers.
    pub state: GanState,
    /// Generator updates so far.
    pub step: u64,
    sampler: InputSampler,
    device: Device,
}

impl Trainer {
    /// A run at its start, on `device`.
    ///
    /// # Errors
    /// When the experiment is not valid.
    pub fn new(experiment: Experiment, data: TrainingData, device: &Device) -> Result<Self> {
        experiment.validate()?;
        let sampler = InputSampler::new(data, experiment.seed);
        let gan = Gan::new(experiment, device);
        Ok(Self { state: gan.init(device), gan, step: 0, sampler, device: device.clone() })
    }

    /// One step: draws its inputs on the host, sends them in one upload, and advances the state. Nothing is read back.
    pub fn step(&mut self) -> StepReport {
        let inputs = self.draw_inputs().upload(&self.device);
        let (state, report) = self.gan.step(take(&mut self.state), inputs);
        self.state = state;
        self.step += 1;
        report
    }

    /// The inputs of the next step; advances the data and the random streams.
    pub(super) fn draw_inputs(&mut self) -> StepInputs<HostMatrix> {
        self.sampler.draw(&self.gan, self.step)
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

    /// The positions of the data and of the random streams.
    #[must_use]
    pub fn rng_state(&self) -> RngState {
        self.sampler.state()
    }

    /// Continues after `step` steps and so many updates of both networks, with the data and random streams at these
    /// positions.
    ///
    /// # Errors
    /// When the data have no such position.
    pub fn restore(&mut self, step: u64, updates: [u64; 2], rng_state: RngState) -> Result<()> {
        self.sampler.restore(rng_state)?;
        self.sampler.updates = updates;
        self.step = step;
        Ok(())
    }
}
