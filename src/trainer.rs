//! Alternating gradient descent (Goodfellow et al. 2014, algorithm 1).
//!
//! [`Gan::step`] is the algorithm, a pure function (state, inputs) → (state, report). [`GanState`] holds all numbers
//! that a step changes, [`StepInputs`] all numbers that it takes from the host, random numbers included, in one upload.
//! [`Trainer`] is a run: it draws the inputs from its seeded streams, and keeps the state.
//!
//! A matrix has a row per sample. Losses are kept row by row, `[n, 1]`: *rows* are the losses of the samples, before
//! their mean. Tensors carry a graph only where gradients are needed: `require_grad` starts one, [`attach`] makes a
//! constant of it, [`detach`] leaves it.

#[cfg(feature = "gpu")]
mod buffers;
mod cost;
mod data_parallel;
mod discriminator;
mod eval;
mod inputs;
mod losses;
#[cfg(feature = "gpu")]
mod replay;
mod run;
mod sampler;
mod standing_statistics;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod updates;

use std::mem::take;
use std::rc::Rc;

use burn::tensor::{Device, Tensor};

#[cfg(feature = "gpu")]
pub use self::buffers::StateBuffers;
pub use self::cost::StepCost;
pub use self::data_parallel::{Communicator, in_one_bucket};
pub use self::inputs::{DiscriminatorInputs, GeneratorInputs, Samples, StepInputs};
use self::losses::Loss;
pub use self::run::Trainer;
pub use self::sampler::RngState;
pub use self::standing_statistics::{StandingStatistics, with_standing_statistics};
pub use self::updates::Update;
use crate::experiment::{Experiment, Objective};
use crate::kernels::moving_average;
use crate::nets::{Mode, Network, Weights};
use crate::objective::{self, Targets};
use crate::optimizer::Optimizer;
use crate::quantity::Quantity;
use crate::regularizer::spectral_norm::SpectralNorm;
use crate::rng::{Rng, Stream};
use crate::tensor::{attach, detach};

/// The networks, their optimisers and the experiment: everything that is constant during a run.
pub struct Gan {
    /// Every setting.
    pub experiment: Experiment,
    /// The generator: latents to samples.
    pub generator: Network,
    /// The discriminator: samples to logits.
    pub discriminator: Network,
    /// The optimiser of the generator, then that of the discriminator.
    optimizers: [Optimizer; 2],
    /// The targets of real and fake samples in the discriminator's loss.
    targets: Targets,
    /// The processes that train together, where there are several.
    communicator: Option<Rc<dyn Communicator>>,
}

/// The state of one network and its optimiser.
#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Parameters and buffers.
    pub weights: Weights,
    /// The optimiser's moments, in the order of the parameters.
    pub moments: Vec<Tensor<2>>,
}

/// All numbers that a step changes.
#[derive(Clone, Debug, Default)]
pub struct GanState {
    /// The generator.
    pub generator: Player,
    /// The discriminator.
    pub discriminator: Player,
    /// The moving average of the generator's weights, where `ema_decay` is set.
    pub generator_ema: Option<Weights>,
    /// The singular vectors u of the discriminator's matrices, where `spectral_norm` is set.
    pub spectral_norm: Option<SpectralNorm>,
    /// BEGAN's k, `[1, 1]`.
    pub k: Option<Tensor<2>>,
    /// The running mean of the path length, `[1, 1]`, where `path_length_weight` is set.
    pub path_length: Option<Tensor<2>>,
}

/// The results of a step, on the device and not read.
#[derive(Clone)]
pub struct StepReport {
    /// Of the discriminator's last update.
    pub discriminator: UpdateReport,
    /// Of the generator's update.
    pub generator: UpdateReport,
}

/// The results of an update of one network, on the device and not read. Losses are per sample: the host takes the mean
/// when it reads them.
#[derive(Clone)]
pub struct UpdateReport {
    /// The loss per sample, without further terms: of real samples and then of fakes, `[2n, 1]`, in an update of the
    /// discriminator; of fakes, `[n, 1]`, in one of the generator.
    pub rows: Tensor<2>,
    /// The discriminator's logits of the same samples.
    pub logits: Tensor<2>,
    /// Further terms of the loss and scalars of the state; the value of each is the mean of its tensor.
    pub terms: Vec<(Quantity, Tensor<2>)>,
    /// The gradient of the whole loss, a tensor for each parameter.
    pub gradients: Vec<Tensor<2>>,
}

impl Gan {
    /// The networks of a valid experiment.
    #[must_use]
    pub fn new(experiment: Experiment, device: &Device) -> Self {
        let e = &experiment;
        let optimizer = |learning_rate| Optimizer::new(e.optimizer, learning_rate, (e.beta1, e.beta2));
        Self {
            generator: Network::generator(e),
            discriminator: Network::discriminator(e),
            optimizers: [optimizer(e.generator_lr), optimizer(e.discriminator_lr)],
            targets: Targets::new(e.batch_size / e.pack, e.label_smoothing, device),
            experiment,
            communicator: None,
        }
    }

    /// The state at the start of a run, drawn from the experiment's seed.
    #[must_use]
    pub fn init(&self, device: &Device) -> GanState {
        let e = &self.experiment;
        let mut rng = Rng::new(e.seed, Stream::Init);
        let [generator, discriminator] = [&self.generator, &self.discriminator].map(|net| net.init(&mut rng, device));
        let player =
            |weights: Weights, optimizer: &Optimizer| Player { moments: optimizer.init(&weights.params), weights };
        let zero = || Tensor::zeros([1, 1], device);
        GanState {
            generator_ema: (e.ema_decay > 0.0).then(|| generator.clone()),
            spectral_norm: e.spectral_norm.then(|| SpectralNorm::new(&self.discriminator, &mut rng, device)),
            k: (e.objective == Objective::Began).then(zero),
            path_length: (e.path_length_weight > 0.0).then(zero),
            generator: player(generator, &self.optimizers[0]),
            discriminator: player(discriminator, &self.optimizers[1]),
        }
    }

    /// `n_critic` discriminator updates, then one generator update. Nothing is read from the device, and nothing sent
    /// to it.
    ///
    /// # Panics
    /// When the inputs are not this experiment's.
    #[must_use]
    pub fn step(&self, mut state: GanState, inputs: StepInputs<Tensor<2>>) -> (GanState, StepReport) {
        let updates = inputs.discriminator.into_iter();
        let last = updates.map(|inputs| self.update_discriminator(&mut state, inputs)).last();
        let (discriminator, real) = last.expect("at least one discriminator update");
        let mut generator = self.update_generator(&mut state, inputs.generator, real);
        self.update_k(&mut state, &discriminator, &mut generator);
        self.share_scalars(&mut state);
        update_ema(&mut state, inputs.ema_decay);
        (state, StepReport { discriminator, generator })
    }

    /// One gradient step of the discriminator on a batch of real samples and a batch of fakes.
    fn update_discriminator(
        &self,
        state: &mut GanState,
        inputs: DiscriminatorInputs<Tensor<2>>,
    ) -> (UpdateReport, Samples<Tensor<2>>) {
        let real = inputs.real;
        let fake = Samples { rows: self.fakes(state, inputs.latents), classes: real.classes.clone() };
        if let Some(spectral_norm) = &mut state.spectral_norm {
            spectral_norm.iterate(&state.discriminator.weights);
        }
        let mut leaves = state.discriminator.weights.require_grad();
        let mut weights = normalized(state, &leaves);

        let [real_perturbation, fake_perturbation] = inputs.perturbations;
        let d_inputs = [self.prepare_d_input(&real, real_perturbation), self.prepare_d_input(&fake, fake_perturbation)];
        let output = self.discriminate(&mut weights, d_inputs.clone(), inputs.masks);
        let logits = self.logits_of(&output, &d_inputs);
        let rows = self.experiment.objective.game().d_loss(logits.clone(), &self.targets(state));
        let mut report = UpdateReport::new(&rows, &logits);

        let mut loss = Loss::mean_of_each_half(rows);
        self.add_class_loss(&mut loss, &output, [&real, &fake]);
        self.add_gradient_penalty(&mut loss, &mut report, &weights, &d_inputs, inputs.penalty);
        self.add_bcr(&mut loss, &mut report, &mut weights, logits, [&real, &fake], inputs.consistency);
        self.add_vat(&mut loss, &mut report, &weights, &d_inputs, inputs.vat);

        leaves.buffers = weights.buffers;
        drop(weights.params);
        report.gradients = self.mean_over_processes(loss.gradients(leaves.params));
        state.discriminator.weights.buffers = leaves.buffers;
        state.discriminator.update(&self.optimizers[1], &report.gradients, &inputs.optimizer);
        let clip = self.experiment.weight_clip;
        if clip > 0.0 {
            for param in &mut state.discriminator.weights.params {
                *param = param.clone().clamp(-clip, clip);
            }
        }
        (report, real)
    }

    /// One gradient step of the generator on a batch of fakes; the discriminator's parameters are constants.
    fn update_generator(
        &self,
        state: &mut GanState,
        inputs: GeneratorInputs<Tensor<2>>,
        real: Samples<Tensor<2>>,
    ) -> UpdateReport {
        let latents = inputs.latents.autodiff();
        let mut leaves = state.generator.weights.require_grad();
        let generated = self.generator.forward(&leaves, latents.clone(), Mode::train(Vec::new()));
        leaves.buffers = generated.buffers;
        let fake = Samples { rows: self.d_part(generated.output.clone()), classes: inputs.classes.map(attach) };

        let weights = normalized(state, &state.discriminator.weights).no_grad();
        let d_input = self.prepare_d_input(&fake, inputs.perturbation);
        let discriminated = self.discriminator.forward(&weights, d_input.clone(), Mode::train(inputs.masks));
        let logits = self.logits_of(&discriminated.output, &[d_input]);
        let rows = self.experiment.objective.game().g_loss(logits.clone());
        let mut report = UpdateReport::new(&rows, &logits);

        let mut loss = Loss::mean(rows);
        self.add_class_loss(&mut loss, &discriminated.output, [&fake]);
        self.add_feature_matching(
            &mut loss,
            &mut report,
            state,
            discriminated.features,
            &real,
            inputs.feature_matching,
        );
        self.add_reconstruction(&mut loss, &mut report, generated.output, &latents);
        self.add_path_length(&mut loss, &mut report, state, &leaves, latents, inputs.path_length);
        report.gradients = self.mean_over_processes(loss.gradients(leaves.params));
        state.generator.weights.buffers = leaves.buffers;
        state.generator.update(&self.optimizers[0], &report.gradients, &inputs.optimizer);
        report
    }

    /// Samples of the generator in train mode, without a graph; updates its buffers.
    fn fakes(&self, state: &mut GanState, latents: Tensor<2>) -> Tensor<2> {
        let weights = &mut state.generator.weights;
        let generated = self.generator.forward(weights, latents, Mode::train(Vec::new()));
        weights.buffers = generated.buffers;
        self.d_part(generated.output)
    }

    /// BEGAN's update of k, towards the balance at which fakes have γ times the reconstruction error of real samples.
    fn update_k(&self, state: &mut GanState, discriminator: &UpdateReport, generator: &mut UpdateReport) {
        let Some(k) = &mut state.k else {
            return;
        };
        let e = &self.experiment;
        let real = -discriminator.logits.clone().narrow(0, 0, e.batch_size).mean_dim(0);
        let fake = generator.rows.clone().mean_dim(0);
        *k = objective::balance(k.clone(), real, fake, e.began_gamma, e.began_lambda);
        generator.note(objective::K, k);
    }

    /// The targets of a discriminator update, with BEGAN's k as the weight of fakes.
    fn targets(&self, state: &GanState) -> Targets {
        let mut targets = self.targets.clone();
        targets.balance = state.k.as_ref().map(|k| {
            let n = self.experiment.batch_size;
            let one = Tensor::ones([n, 1], &k.device());
            Tensor::cat(vec![one, k.clone().expand([n, 1])], 0).autodiff()
        });
        targets
    }
}

/// The discriminator's weights with spectral normalisation, where it is set.
fn normalized(state: &GanState, weights: &Weights) -> Weights {
    match &state.spectral_norm {
        Some(spectral_norm) => spectral_norm.normalize(weights),
        None => weights.clone(),
    }
}

/// Updates the moving average of the generator's parameters; its buffers are the generator's.
fn update_ema(state: &mut GanState, decay: Option<Tensor<2>>) {
    let (Some(ema), Some(decay)) = (&mut state.generator_ema, decay) else {
        return;
    };
    let means = take(&mut ema.params).into_iter();
    let params = &state.generator.weights.params;
    ema.params = means.zip(params).map(|(mean, p)| moving_average(mean, p.clone(), decay.clone())).collect();
    ema.buffers.clone_from(&state.generator.weights.buffers);
}

impl UpdateReport {
    fn new(rows: &Tensor<2>, logits: &Tensor<2>) -> Self {
        let [rows, logits] = [rows, logits].map(|rows| detach(rows.clone()));
        Self { rows, logits, terms: Vec::new(), gradients: Vec::new() }
    }

    fn note(&mut self, quantity: Quantity, rows: &Tensor<2>) {
        self.terms.push((quantity, detach(rows.clone())));
    }
}

impl Player {
    /// One optimiser step.
    fn update(&mut self, optimizer: &Optimizer, gradients: &[Tensor<2>], inputs: &Tensor<2>) {
        let (params, moments) = (take(&mut self.weights.params), take(&mut self.moments));
        (self.weights.params, self.moments) = optimizer.step(params, moments, gradients.to_vec(), inputs);
    }
}
