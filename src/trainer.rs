//! Alternating gradient descent (Goodfellow et al. 2014, algorithm 1).
//!
//! [`Gan::step`] is the algorithm, a pure function (state, inputs) → (state, report). [`GanState`] holds all numbers
//! that a step changes, [`StepInputs`] all numbers that it takes from the host, in one upload. [`Trainer`] is a run: it
//! draws the inputs from its seeded streams, and keeps the state.

mod discriminator;
mod eval;
mod inputs;
mod losses;
mod run;
mod sampler;
#[cfg(test)]
pub(crate) mod tests;

use std::mem::take;

use burn::tensor::{Device, Tensor};

pub use self::inputs::{DiscriminatorInputs, GeneratorInputs, Samples, StepInputs};
use self::losses::Loss;
pub use self::run::Trainer;
pub use self::sampler::RngState;
use crate::experiment::{Experiment, Objective};
use crate::nets::{Mode, Network, Weights};
use crate::objective::{self, Targets};
use crate::optimizer::{Optimizer, OptimizerInputs};
use crate::quantity::Quantity;
use crate::regularizer::spectral_norm::SpectralNorm;
use crate::rng::{Rng, Stream};
use crate::tensor::{Scalar, attach, detach};

/// The two networks and what each minimises: everything that stays the same throughout a run.
pub struct Gan {
    /// Every setting.
    pub experiment: Experiment,
    /// Latents to samples.
    pub generator: Network,
    /// Samples to logits.
    pub discriminator: Network,
    /// Of the generator and of the discriminator.
    optimizers: [Optimizer; 2],
    targets: Targets,
}

/// One player's numbers.
#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Parameters and buffers.
    pub weights: Weights,
    /// The optimiser's, in the order of the parameters.
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

/// A step's results, still on the device and unread. Means are left to the reader, so that the device is spared them.
#[derive(Clone)]
pub struct StepReport {
    /// The rows of the last discriminator update's objective, real then fake, without further terms.
    pub d_rows: Tensor<2>,
    /// The logits of that update, real then fake.
    pub logits: Tensor<2>,
    /// The rows of the generator update's objective.
    pub g_rows: Tensor<2>,
    /// Further terms and state by name; each value is the mean of the rows.
    pub terms: Vec<(Quantity, Tensor<2>)>,
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
        let (mut report, real) = last.expect("at least one discriminator update");
        self.update_generator(&mut state, inputs.generator, real, &mut report);
        self.update_k(&mut state, &mut report);
        update_ema(&mut state, inputs.ema_decay);
        (state, report)
    }

    /// Descends the discriminator's loss on a batch of real samples and a batch of fakes.
    fn update_discriminator(
        &self,
        state: &mut GanState,
        inputs: DiscriminatorInputs<Tensor<2>>,
    ) -> (StepReport, Samples<Tensor<2>>) {
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
        let mut report = StepReport::new(&rows, &logits);

        let mut loss = Loss::mean_of_each_half(rows);
        self.add_class_loss(&mut loss, &output, [&real, &fake]);
        self.add_gradient_penalty(&mut loss, &mut report, &weights, &d_inputs, inputs.penalty);
        self.add_bcr(&mut loss, &mut report, &mut weights, logits, [&real, &fake], inputs.consistency);
        self.add_vat(&mut loss, &mut report, &weights, &d_inputs, inputs.vat);

        leaves.buffers = weights.buffers;
        state.discriminator.apply_gradients(&self.optimizers[1], leaves, loss, &inputs.optimizer);
        let clip = self.experiment.weight_clip;
        if clip > 0.0 {
            for param in &mut state.discriminator.weights.params {
                *param = param.clone().clamp(-clip, clip);
            }
        }
        (report, real)
    }

    /// Descends the generator's loss on a batch of fakes, through a discriminator whose parameters do not move.
    fn update_generator(
        &self,
        state: &mut GanState,
        inputs: GeneratorInputs<Tensor<2>>,
        real: Samples<Tensor<2>>,
        report: &mut StepReport,
    ) {
        let latents = inputs.latents.autodiff();
        let mut leaves = state.generator.weights.require_grad();
        let made = self.generator.forward(&leaves, latents.clone(), Mode::train(Vec::new()));
        leaves.buffers = made.buffers;
        let fake = Samples { rows: self.d_part(made.output.clone()), classes: inputs.classes.map(attach) };

        let weights = normalized(state, &state.discriminator.weights).no_grad();
        let d_input = self.prepare_d_input(&fake, inputs.perturbation);
        let seen = self.discriminator.forward(&weights, d_input.clone(), Mode::train(inputs.masks));
        let rows = self.experiment.objective.game().g_loss(self.logits_of(&seen.output, &[d_input]));
        report.g_rows = detach(rows.clone());

        let mut loss = Loss::mean(rows);
        self.add_class_loss(&mut loss, &seen.output, [&fake]);
        self.add_feature_matching(&mut loss, report, state, seen.features, &real, inputs.feature_matching);
        self.add_reconstruction(&mut loss, report, made.output, &latents);
        self.add_path_length(&mut loss, report, state, &leaves, latents, inputs.path_length);
        state.generator.apply_gradients(&self.optimizers[0], leaves, loss, &inputs.optimizer);
    }

    /// Samples from the generator in training, without a graph; moves its buffers.
    fn fakes(&self, state: &mut GanState, latents: Tensor<2>) -> Tensor<2> {
        let weights = &mut state.generator.weights;
        let made = self.generator.forward(weights, latents, Mode::train(Vec::new()));
        weights.buffers = made.buffers;
        self.d_part(made.output)
    }

    /// BEGAN: moves k towards the balance at which fakes have γ times the reconstruction error of real samples.
    fn update_k(&self, state: &mut GanState, report: &mut StepReport) {
        let Some(k) = &mut state.k else {
            return;
        };
        let e = &self.experiment;
        let real = -report.logits.clone().narrow(0, 0, e.batch_size).mean_dim(0);
        let fake = report.g_rows.clone().mean_dim(0);
        *k = objective::balance(k.clone(), real, fake, e.began_gamma, e.began_lambda);
        report.note(objective::K, k);
    }

    /// The targets of a discriminator update.
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

/// The weights as the discriminator uses them: with spectral normalisation, where set.
fn normalized(state: &GanState, weights: &Weights) -> Weights {
    match &state.spectral_norm {
        Some(spectral_norm) => spectral_norm.normalize(weights),
        None => weights.clone(),
    }
}

/// Moves the average towards the generator; its buffers are the generator's.
fn update_ema(state: &mut GanState, decay: Option<[Scalar; 2]>) {
    let (Some(ema), Some([decay, complement])) = (&mut state.generator_ema, decay) else {
        return;
    };
    let means = take(&mut ema.params).into_iter();
    let params = &state.generator.weights.params;
    ema.params = means.zip(params).map(|(mean, p)| decay.times(mean) + complement.times(p.clone())).collect();
    ema.buffers.clone_from(&state.generator.weights.buffers);
}

impl StepReport {
    /// Of a discriminator update; the generator's rows are still to come.
    fn new(rows: &Tensor<2>, logits: &Tensor<2>) -> Self {
        let [d_rows, logits] = [rows, logits].map(|rows| detach(rows.clone()));
        Self { g_rows: d_rows.clone(), d_rows, logits, terms: Vec::new() }
    }

    fn note(&mut self, quantity: Quantity, rows: &Tensor<2>) {
        self.terms.push((quantity, detach(rows.clone())));
    }
}

impl Player {
    /// One update against the gradient of a loss with respect to `leaves`, a copy of the weights that requires
    /// gradients and has the new buffers.
    fn apply_gradients(&mut self, optimizer: &Optimizer, leaves: Weights, loss: Loss, inputs: &OptimizerInputs) {
        self.weights.buffers = leaves.buffers;
        let mut gradients = loss.rows().backward();
        let leaves = leaves.params.into_iter();
        let gradients = leaves.map(|leaf| leaf.grad_remove(&mut gradients).expect("every parameter is in the loss"));
        let (params, moments) = (take(&mut self.weights.params), take(&mut self.moments));
        (self.weights.params, self.moments) = optimizer.step(params, moments, gradients.collect(), inputs);
    }
}
