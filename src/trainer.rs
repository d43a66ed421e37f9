//! Alternating gradient descent (Goodfellow et al. 2014, algorithm 1): the only place where weights move.

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::{Cursor, Feed, Source};
use crate::error::Result;
use crate::experiment::Experiment;
use crate::nets::{Network, Weights, matrix};
use crate::optimizer::Optimizer;
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
    /// Generator updates so far.
    pub step: u64,
    device: Device,
    feed: Feed,
    latents: Rng,
    dropout: Rng,
    sides: Sides,
}

/// A step's results, still on the device and unread.
#[derive(Clone)]
pub struct StepReport {
    /// The last discriminator update's loss, `[1]`.
    pub d_loss: Tensor<1>,
    /// The generator update's loss, `[1]`.
    pub g_loss: Tensor<1>,
    /// The last discriminator update's logits, `[2 batch_size, 1]`: the real half, then the fake.
    pub logits: Tensor<2>,
}

/// Where the random streams of a run stand; with the weights and the optimisers, all that a step depends on.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Streams {
    data: Cursor,
    latents: Position,
    dropout: Position,
}

/// The signs by which the discriminator's loss tells real rows (−1) from fake ones (+1).
struct Sides {
    real: Tensor<2>,
    fake: Tensor<2>,
    both: Tensor<2>,
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
        let average = (e.ema_decay > 0.0).then(|| generator.weights.clone());
        Ok(Self {
            generator,
            discriminator,
            average,
            step: 0,
            device: device.clone(),
            feed: Feed::new(source, e.seed),
            latents: Rng::new(e.seed, Stream::Latent),
            dropout: Rng::new(e.seed, Stream::Dropout),
            sides: Sides::new(e.batch_size, device),
            experiment,
        })
    }

    /// `n_critic` discriminator updates, then one generator update. Nothing is read back from the device.
    pub fn step(&mut self) -> StepReport {
        let (mut d_loss, mut logits) = self.update_discriminator();
        for _ in 1..self.experiment.n_critic {
            (d_loss, logits) = self.update_discriminator();
        }
        let g_loss = self.update_generator();
        self.update_average();
        self.step += 1;
        StepReport { d_loss, g_loss, logits }
    }

    /// Descends the discriminator's loss on a real batch and a fresh fake one; gives the loss and the logits.
    fn update_discriminator(&mut self) -> (Tensor<1>, Tensor<2>) {
        let n = self.experiment.batch_size;
        let objective = self.experiment.objective;
        let real = self.real_batch(n);
        let fake = self.fake_batch(n);

        let mut weights = self.discriminator.weights.tracked();
        let (loss, logits) = if self.discriminator.network.mixes_samples() {
            // BatchNorm must not see real and fake together: what it would learn is the mixture's statistics.
            let real = self.judge(&mut weights, real);
            let fake = self.judge(&mut weights, fake);
            let loss = objective.discriminator(real.clone(), self.sides.real.clone()).mean()
                + objective.discriminator(fake.clone(), self.sides.fake.clone()).mean();
            (loss, Tensor::cat(vec![real.inner(), fake.inner()], 0))
        } else {
            // The rows do not see each other, so one pass does for both: the mean over 2n rows is half the sum of the means.
            let logits = self.judge(&mut weights, Tensor::cat(vec![real, fake], 0));
            let rows = objective.discriminator(logits.clone(), self.sides.both.clone());
            (rows.mean() * 2.0, logits.inner())
        };
        self.discriminator.descend(weights, &loss);
        (loss.inner(), logits)
    }

    /// Descends the generator's loss on fresh latents, through a discriminator that stays as it is; gives the loss.
    fn update_generator(&mut self) -> Tensor<1> {
        let latents = self.latent_batch(self.experiment.batch_size).autodiff();
        let mut weights = self.generator.weights.tracked();
        let pass = self.generator.network.train(&weights, latents, &mut self.dropout);
        let judge = self.discriminator.weights.frozen();
        let logits = self.discriminator.network.train(&judge, pass.output, &mut self.dropout).output;
        let loss = self.experiment.objective.generator(logits).mean();
        weights.statistics = pass.statistics;
        self.generator.descend(weights, &loss);
        loss.inner()
    }

    /// Moves the average a little towards the generator.
    fn update_average(&mut self) {
        let Some(average) = &mut self.average else { return };
        let decay = self.experiment.ema_decay;
        for (mean, weight) in average.trained.iter_mut().zip(&self.generator.weights.trained) {
            let old = std::mem::replace(mean, Tensor::empty([0, 0], &self.device));
            *mean = old * decay + weight.clone() * (1.0 - decay);
        }
        average.statistics.clone_from(&self.generator.weights.statistics);
    }

    /// Real samples, `[n, data_dim]`.
    fn real_batch(&mut self, n: usize) -> Tensor<2> {
        let values = self.feed.next_batch(n).values;
        matrix(values, [n, self.experiment.data_dim()], &self.device)
    }

    /// Fresh samples from the generator in training, `[n, data_dim]`, without a graph.
    fn fake_batch(&mut self, n: usize) -> Tensor<2> {
        let latents = self.latent_batch(n);
        let pass = self.generator.network.train(&self.generator.weights, latents, &mut self.dropout);
        self.generator.weights.statistics = pass.statistics;
        pass.output
    }

    /// Fresh latents, `[n, latent_dim]`.
    fn latent_batch(&mut self, n: usize) -> Tensor<2> {
        let dim = self.experiment.latent_dim;
        matrix(self.latents.normals(n * dim), [n, dim], &self.device)
    }

    /// The discriminator's logits for samples that carry no graph.
    fn judge(&mut self, weights: &mut Weights, samples: Tensor<2>) -> Tensor<2> {
        let pass = self.discriminator.network.train(weights, samples.autodiff(), &mut self.dropout);
        weights.statistics = pass.statistics;
        pass.output
    }

    /// The generator's samples at rest, from its average where there is one: `[n, latent_dim]` to `[n, data_dim]`.
    #[must_use]
    pub fn sample(&self, latents: Tensor<2>) -> Tensor<2> {
        let weights = self.average.as_ref().unwrap_or(&self.generator.weights);
        self.generator.network.sample(weights, latents)
    }

    /// The discriminator's logits at rest: `[n, data_dim]` to `[n, 1]`.
    #[must_use]
    pub fn logits(&self, samples: Tensor<2>) -> Tensor<2> {
        self.discriminator.network.sample(&self.discriminator.weights, samples)
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
            data: self.feed.cursor(),
            latents: self.latents.position(),
            dropout: self.dropout.position(),
        }
    }

    /// Puts the random streams where they stood.
    ///
    /// # Errors
    /// When the data have no such place.
    pub fn seek(&mut self, streams: Streams) -> Result<()> {
        self.feed.seek(streams.data)?;
        self.latents = Rng::at(streams.latents);
        self.dropout = Rng::at(streams.dropout);
        Ok(())
    }
}

impl Player {
    /// One optimiser step against the gradient of `loss` with respect to `weights`, the tracked copy that it came from.
    fn descend(&mut self, weights: Weights, loss: &Tensor<1>) {
        self.weights.statistics = weights.statistics;
        let mut gradients = loss.backward();
        let gradients = weights
            .trained
            .into_iter()
            .map(|weight| {
                weight
                    .grad_remove(&mut gradients)
                    .expect("every weight takes part in the loss")
            })
            .collect();
        self.optimizer.step(&mut self.weights.trained, gradients);
    }
}

impl Sides {
    fn new(n: usize, device: &Device) -> Self {
        let column = |values: Vec<f32>| {
            let n = values.len();
            Tensor::<2>::from_data(TensorData::new(values, [n, 1]), device).autodiff()
        };
        Self {
            real: column(vec![-1.0; n]),
            fake: column(vec![1.0; n]),
            both: column([vec![-1.0; n], vec![1.0; n]].concat()),
        }
    }
}
