//! Alternating gradient descent (Goodfellow et al. 2014, algorithm 1): the only place where weights move.

mod batches;
mod terms;
#[cfg(test)]
pub(crate) mod tests;
mod verdicts;

use burn::tensor::{Device, Tensor};

use self::terms::Loss;
use crate::data::{Cursor, Feed, Source};
use crate::error::Result;
use crate::experiment::{Experiment, Objective};
use crate::nets::{Network, Weights, untracked};
use crate::objective::{self, Sides};
use crate::optimizer::Optimizer;
use crate::regularizer::spectral_norm::SpectralNorm;
use crate::rng::{Position, Rng, Stream};

/// One side of the game.
pub struct Player {
    /// Its plan.
    pub network: Network,
    /// Its numbers.
    pub weights: Weights,
    /// What moves them.
    pub optimizer: Optimizer,
}

/// A run in progress.
pub struct Trainer {
    /// What is run.
    pub experiment: Experiment,
    /// Latents to samples.
    pub generator: Player,
    /// Samples to logits.
    pub discriminator: Player,
    /// The moving average of the generator's weights, where the experiment keeps one.
    pub average: Option<Weights>,
    /// What the discriminator's weights are divided by, where the experiment normalises them.
    pub spectral_norm: Option<SpectralNorm>,
    /// BEGAN's k, `[1, 1]`.
    pub balance: Option<Tensor<2>>,
    /// The mean path length, `[1, 1]`, where the experiment evens it.
    pub path_length: Option<Tensor<2>>,
    /// Generator updates so far.
    pub step: u64,
    device: Device,
    feed: Feed,
    latents: Rng,
    classes: Rng,
    dropout: Rng,
    noise: Rng,
    sides: Sides,
}

/// Samples `[n, data_dim]` and, where the networks are told of them, their classes `[n, classes]`, one-hot.
#[derive(Clone)]
struct Samples {
    rows: Tensor<2>,
    classes: Option<Tensor<2>>,
}

/// A step's results, still on the device and unread. Rows are left as they are: to add them up is for whoever reads them.
#[derive(Clone)]
pub struct StepReport {
    /// The last discriminator update's objective, row by row: the real half, then the fake. Penalties are not in it.
    pub d_rows: Tensor<2>,
    /// Its logits, likewise.
    pub logits: Tensor<2>,
    /// The generator update's objective, row by row.
    pub g_rows: Tensor<2>,
    /// What else the experiment's regularisers measured, by name: the mean of the rows is meant.
    pub extras: Vec<(&'static str, Tensor<2>)>,
}

/// Where the random streams of a run stand; with the weights and the optimisers, all that a step depends on.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// `None`: at the start of the data.
    data: Option<Cursor>,
    latents: Position,
    classes: Position,
    dropout: Position,
    noise: Position,
}

impl Streams {
    /// Forgets where the data stood.
    pub fn restart_data(&mut self) {
        self.data = None;
    }
}

impl Trainer {
    /// A run at its start, on `device`.
    ///
    /// # Errors
    /// When the experiment is not valid.
    pub fn new(experiment: Experiment, source: Source, device: &Device) -> Result<Self> {
        experiment.validate()?;
        let e = &experiment;
        let mut init = Rng::new(e.seed, Stream::Init);
        let mut player = |network: Network, learning_rate| {
            let weights = network.init(&mut init, device);
            let betas = (e.beta1, e.beta2);
            let optimizer = Optimizer::new(e.optimizer, learning_rate, betas, &weights.trained);
            Player { network, weights, optimizer }
        };
        let generator = player(Network::generator(e), e.generator_lr);
        let discriminator = player(Network::discriminator(e), e.discriminator_lr);
        let zero = || Tensor::zeros([1, 1], device);
        Ok(Self {
            average: (e.ema_decay > 0.0).then(|| generator.weights.clone()),
            spectral_norm: e.spectral_norm.then(|| SpectralNorm::new(&discriminator.network, &mut init, device)),
            balance: (e.objective == Objective::Began).then(zero),
            path_length: (e.path_length_weight > 0.0).then(zero),
            generator,
            discriminator,
            step: 0,
            device: device.clone(),
            feed: Feed::new(source, e.seed),
            latents: Rng::new(e.seed, Stream::Latent),
            classes: Rng::new(e.seed, Stream::Class),
            dropout: Rng::new(e.seed, Stream::Dropout),
            noise: Rng::new(e.seed, Stream::Noise),
            sides: Sides::new(e.batch_size / e.pack, e.label_smoothing, device),
            experiment,
        })
    }

    /// `n_critic` discriminator updates, then one generator update. Nothing is read back from the device.
    pub fn step(&mut self) -> StepReport {
        let (mut report, mut real) = self.update_discriminator();
        for _ in 1..self.n_critic() {
            (report, real) = self.update_discriminator();
        }
        self.update_generator(&mut report, real);
        self.update_balance(&mut report);
        self.update_average();
        self.step += 1;
        report
    }

    /// Descends the discriminator's loss on a real batch and a fresh fake one; gives what it saw, and the real batch.
    fn update_discriminator(&mut self) -> (StepReport, Samples) {
        let real = self.real_batch();
        let fake = self.fake_batch(&real);
        if let Some(spectral_norm) = &mut self.spectral_norm {
            spectral_norm.iterate(&self.discriminator.weights);
        }
        let mut leaves = self.discriminator.weights.tracked();
        let mut weights = self.normalised(&leaves);

        let shown = [self.show(&real), self.show(&fake)];
        let output = self.judge(&mut weights, shown.clone());
        let logits = self.logit(&output, &shown);
        let rows = self.experiment.objective.discriminator(logits.clone(), &self.sides());
        let mut report = StepReport {
            d_rows: untracked(rows.clone()),
            logits: untracked(logits.clone()),
            g_rows: untracked(rows.clone()),
            extras: Vec::new(),
        };
        let mut loss = Loss::mean_of_each_side(rows);
        self.add_class_loss(&mut loss, &output, [&real, &fake]);
        self.add_penalty(&mut loss, &mut report, &weights, &shown);
        self.add_consistency(&mut loss, &mut report, &mut weights, logits, [&real, &fake]);
        self.add_adversarial_smoothness(&mut loss, &mut report, &weights, &shown);

        leaves.statistics = weights.statistics;
        let rate = self.rate();
        self.discriminator.descend(leaves, loss, rate);
        let clip = self.experiment.weight_clip;
        if clip > 0.0 {
            // After the update, so that the next verdicts come from clipped weights.
            for weight in &mut self.discriminator.weights.trained {
                *weight = weight.clone().clamp(-clip, clip);
            }
        }
        (report, real)
    }

    /// Descends the generator's loss on fresh latents, through a discriminator that stays as it is.
    fn update_generator(&mut self, report: &mut StepReport, real: Samples) {
        let n = self.experiment.batch_size;
        let labels = self.feed.classes(n, &mut self.classes);
        let classes = self.one_hot(&labels);
        let inputs = self.generator_inputs(classes.clone()).autodiff();
        let mut leaves = self.generator.weights.tracked();
        let pass = self.generator.network.train(&leaves, inputs.clone(), &mut self.dropout);
        leaves.statistics = pass.statistics;
        let fake = Samples { rows: self.judged(pass.output.clone()), classes: classes.map(Tensor::autodiff) };

        let judge = self.normalised(&self.discriminator.weights).frozen();
        let shown = self.show(&fake);
        let verdict = self.discriminator.network.train(&judge, shown.clone(), &mut self.dropout);
        let logits = self.logit(&verdict.output, &[shown]);
        let rows = self.experiment.objective.generator(logits);
        report.g_rows = untracked(rows.clone());

        let mut loss = Loss::mean(rows);
        self.add_class_loss(&mut loss, &verdict.output, [&fake]);
        self.add_feature_distance(&mut loss, report, verdict.features, &real);
        self.add_reconstruction(&mut loss, report, pass.output, &inputs);
        self.add_path_length(&mut loss, report, &leaves, inputs);
        let rate = self.rate();
        self.generator.descend(leaves, loss, rate);
    }

    /// Moves BEGAN's balance towards fakes that are reconstructed γ times as well as real samples.
    fn update_balance(&mut self, report: &mut StepReport) {
        let Some(k) = &mut self.balance else {
            return;
        };
        let e = &self.experiment;
        let n = e.batch_size;
        let real = -report.logits.clone().narrow(0, 0, n).mean_dim(0);
        let fake = report.g_rows.clone().mean_dim(0);
        *k = objective::balance(k.clone(), real, fake, e.began_gamma, e.began_lambda);
        report.note("k", k);
    }

    /// What the discriminator is to say of the rows of an update.
    fn sides(&self) -> Sides {
        let mut sides = self.sides.clone();
        sides.balance = self.balance.as_ref().map(|k| {
            let n = self.experiment.batch_size;
            let one = Tensor::ones([n, 1], &self.device);
            Tensor::cat(vec![one, k.clone().expand([n, 1])], 0).autodiff()
        });
        sides
    }

    /// Moves the average a little towards the generator: less and less far at first, so that the start is soon forgotten
    /// (the warm-up of TensorFlow's `ExponentialMovingAverage`).
    fn update_average(&mut self) {
        let Some(average) = &mut self.average else {
            return;
        };
        let t = self.step as f32;
        let decay = self.experiment.ema_decay.min((1.0 + t) / (10.0 + t));
        let old = std::mem::take(&mut average.trained).into_iter();
        average.trained = old
            .zip(&self.generator.weights.trained)
            .map(|(mean, weight)| mean * decay + weight.clone() * (1.0 - decay))
            .collect();
        average.statistics.clone_from(&self.generator.weights.statistics);
    }

    /// Discriminator updates in this step.
    fn n_critic(&self) -> usize {
        let warm_up = self.step < 25 || self.step.is_multiple_of(500);
        if self.experiment.critic_warmup && warm_up { 100 } else { self.experiment.n_critic }
    }

    /// What is left of the learning rates.
    fn rate(&self) -> f64 {
        match self.experiment.lr_half_life {
            0 => 1.0,
            half_life => (-(self.step as f64) / half_life as f64).exp2(),
        }
    }

    /// Where the data come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.feed.source()
    }

    /// Where the run's tensors are.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Where the random streams stand.
    #[must_use]
    pub fn streams(&self) -> Streams {
        Streams {
            data: Some(self.feed.cursor()),
            latents: self.latents.position(),
            classes: self.classes.position(),
            dropout: self.dropout.position(),
            noise: self.noise.position(),
        }
    }

    /// Puts the random streams where they stood.
    ///
    /// # Errors
    /// When the data have no such place.
    pub fn seek(&mut self, streams: Streams) -> Result<()> {
        if let Some(cursor) = streams.data {
            self.feed.seek(cursor)?;
        }
        self.latents = Rng::at(streams.latents);
        self.classes = Rng::at(streams.classes);
        self.dropout = Rng::at(streams.dropout);
        self.noise = Rng::at(streams.noise);
        Ok(())
    }
}

impl StepReport {
    fn note(&mut self, name: &'static str, rows: &Tensor<2>) {
        self.extras.push((name, untracked(rows.clone())));
    }
}

impl Player {
    /// One optimiser step against the gradient of a loss with respect to `leaves`, the tracked copy of the weights that it came
    /// from, at this share of the learning rate.
    fn descend(&mut self, leaves: Weights, loss: Loss, rate: f64) {
        self.weights.statistics = leaves.statistics;
        let mut gradients = loss.rows().backward();
        let gradients = leaves
            .trained
            .into_iter()
            .map(|weight| weight.grad_remove(&mut gradients).expect("every weight takes part in the loss"))
            .collect();
        let trained = std::mem::take(&mut self.weights.trained);
        self.weights.trained = self.optimizer.step(trained, gradients, rate);
    }
}

/// The same numbers as constants of a graph, unless they are part of one.
fn tracked(tensor: Tensor<2>) -> Tensor<2> {
    if tensor.device().is_autodiff() { tensor } else { tensor.autodiff() }
}
