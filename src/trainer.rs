//! Alternating gradient descent (Goodfellow et al. 2014, algorithm 1): the only place where weights move.

use burn::tensor::{Device, Tensor};

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
    /// −1 for each real row and +1 for each fake one, as the discriminator's loss wants them.
    sides: Tensor<2>,
}

/// A step's results, still on the device and unread. Rows are left as they are: to add them up is for whoever reads them.
#[derive(Clone)]
pub struct StepReport {
    /// The last discriminator update's loss, row by row, `[2 batch_size, 1]`: the real half, then the fake.
    pub d_rows: Tensor<2>,
    /// Its logits, likewise.
    pub logits: Tensor<2>,
    /// The generator update's loss, row by row, `[batch_size, 1]`.
    pub g_rows: Tensor<2>,
}

/// Where the random streams of a run stand; with the weights and the optimisers, all that a step depends on.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Streams {
    /// `None`: at the start of the data.
    data: Option<Cursor>,
    latents: Position,
    dropout: Position,
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
            Player {
                network,
                weights,
                optimizer,
            }
        };
        let generator = player(Network::generator(e), e.generator_lr);
        let discriminator = player(Network::discriminator(e), e.discriminator_lr);
        let average = (e.ema_decay > 0.0).then(|| generator.weights.clone());
        let n = e.batch_size;
        let sides = matrix([vec![-1.0; n], vec![1.0; n]].concat(), [2 * n, 1], device).autodiff();
        Ok(Self {
            generator,
            discriminator,
            average,
            step: 0,
            device: device.clone(),
            feed: Feed::new(source, e.seed),
            latents: Rng::new(e.seed, Stream::Latent),
            dropout: Rng::new(e.seed, Stream::Dropout),
            sides,
            experiment,
        })
    }

    /// `n_critic` discriminator updates, then one generator update. Nothing is read back from the device.
    pub fn step(&mut self) -> StepReport {
        let (mut d_rows, mut logits) = self.update_discriminator();
        for _ in 1..self.experiment.n_critic {
            (d_rows, logits) = self.update_discriminator();
        }
        let g_rows = self.update_generator();
        self.update_average();
        self.step += 1;
        StepReport {
            d_rows,
            logits,
            g_rows,
        }
    }

    /// Descends the discriminator's loss on a real batch and a fresh fake one; gives the loss and the logits, row by row.
    fn update_discriminator(&mut self) -> (Tensor<2>, Tensor<2>) {
        let n = self.experiment.batch_size;
        let real = self.real_batch(n);
        let fake = self.fake_batch(n);

        let mut weights = self.discriminator.weights.tracked();
        let logits = if self.discriminator.network.mixes_samples() {
            // BatchNorm must not see real and fake together: what it would learn is the mixture's statistics.
            let real = self.judge(&mut weights, real);
            let fake = self.judge(&mut weights, fake);
            Tensor::cat(vec![real, fake], 0)
        } else {
            // The rows do not see each other, so one pass does for both.
            self.judge(&mut weights, Tensor::cat(vec![real, fake], 0))
        };
        let rows = self
            .experiment
            .objective
            .discriminator(logits.clone(), self.sides.clone());
        self.discriminator.descend(weights, rows.clone() / n as f32);
        (rows.inner(), logits.inner())
    }

    /// Descends the generator's loss on fresh latents, through a discriminator that stays as it is; gives the loss, row by row.
    fn update_generator(&mut self) -> Tensor<2> {
        let n = self.experiment.batch_size;
        let latents = self.latent_batch(n).autodiff();
        let mut weights = self.generator.weights.tracked();
        let pass = self
            .generator
            .network
            .train(&weights, latents, &mut self.dropout);
        weights.statistics = pass.statistics;

        let judge = self.discriminator.weights.frozen();
        let logits = self
            .discriminator
            .network
            .train(&judge, pass.output, &mut self.dropout)
            .output;
        let rows = self.experiment.objective.generator(logits);
        self.generator.descend(weights, rows.clone() / n as f32);
        rows.inner()
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
        average
            .statistics
            .clone_from(&self.generator.weights.statistics);
    }

    /// Real samples, `[n, data_dim]`.
    fn real_batch(&mut self, n: usize) -> Tensor<2> {
        let values = self.feed.next_batch(n).values;
        matrix(values, [n, self.experiment.data_dim()], &self.device)
    }

    /// Fresh samples from the generator in training, `[n, data_dim]`, without a graph.
    fn fake_batch(&mut self, n: usize) -> Tensor<2> {
        let latents = self.latent_batch(n);
        let pass =
            self.generator
                .network
                .train(&self.generator.weights, latents, &mut self.dropout);
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
        let pass = self
            .discriminator
            .network
            .train(weights, samples.autodiff(), &mut self.dropout);
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
        self.discriminator
            .network
            .sample(&self.discriminator.weights, samples)
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
            dropout: self.dropout.position(),
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
        self.dropout = Rng::at(streams.dropout);
        Ok(())
    }
}

impl Player {
    /// One optimiser step against the gradient of the sum of `rows` with respect to `weights`, the tracked copy that they
    /// came from.
    fn descend(&mut self, weights: Weights, rows: Tensor<2>) {
        self.weights.statistics = weights.statistics;
        // Started from the rows rather than from their sum: the gradient is the same, and the device is spared the sum.
        let mut gradients = rows.backward();
        let gradients = weights
            .trained
            .into_iter()
            .map(|weight| {
                weight
                    .grad_remove(&mut gradients)
                    .expect("every weight takes part in the loss")
            })
            .collect();
        let trained = std::mem::take(&mut self.weights.trained);
        self.weights.trained = self.optimizer.step(trained, gradients);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    fn trainer(preset: &str, settings: &[(&str, &str)]) -> Trainer {
        let mut experiment = Experiment::preset(preset).unwrap();
        experiment.set_all(settings.iter().copied()).unwrap();
        let source = Source::new(&experiment, None).unwrap();
        Trainer::new(experiment, source, &Device::flex()).unwrap()
    }

    fn tiny_dcgan() -> Trainer {
        let small = [
            ("data", "digits"),
            ("base_channels", "2"),
            ("batch_size", "4"),
            ("examples_per_class", "4"),
        ];
        trainer("mnist-dcgan", &small)
    }

    fn bits(weights: &Weights) -> Vec<u32> {
        let all = weights.trained.iter().chain(&weights.statistics);
        all.flat_map(|t| t.clone().into_data().try_to_vec::<f32>().unwrap())
            .map(f32::to_bits)
            .collect()
    }

    #[test]
    fn each_side_moves_alone() {
        for mut t in [trainer("mixture-1d", &[]), tiny_dcgan()] {
            let (g, d) = (bits(&t.generator.weights), bits(&t.discriminator.weights));
            let trained = |t: &Trainer| {
                let weights = Weights {
                    statistics: Vec::new(),
                    ..t.generator.weights.clone()
                };
                bits(&weights)
            };
            let before = trained(&t);
            t.update_discriminator();
            assert_eq!(
                trained(&t),
                before,
                "a discriminator update moves no generator weight"
            );
            assert_ne!(bits(&t.discriminator.weights), d);
            let d = bits(&t.discriminator.weights);
            t.update_generator();
            assert_eq!(
                bits(&t.discriminator.weights),
                d,
                "a generator update leaves the discriminator"
            );
            assert_ne!(bits(&t.generator.weights), g);
        }
    }

    #[test]
    fn n_critic_discriminator_updates_before_each_generator_update() {
        let mut t = trainer("mixture-1d", &[("n_critic", "5")]);
        for _ in 0..3 {
            t.step();
        }
        assert_eq!(
            (t.discriminator.optimizer.time, t.generator.optimizer.time),
            (15, 3)
        );
    }

    #[test]
    fn with_batch_norm_the_verdict_on_real_samples_does_not_depend_on_the_fakes() {
        let mut verdicts = [0.0, 1.0].map(|shift| {
            let mut t = tiny_dcgan();
            for weight in &mut t.generator.weights.trained {
                *weight = weight.clone() + shift;
            }
            let (_, logits) = t.update_discriminator();
            logits.into_data().try_to_vec::<f32>().unwrap()
        });
        let [a, b] = &mut verdicts;
        assert_eq!(a[..4], b[..4]);
        assert_ne!(a[4..], b[4..]);
    }

    #[test]
    fn the_average_follows_its_recursion() {
        let mut t = trainer("mixture-1d", &[("ema_decay", "0.9"), ("batch_size", "8")]);
        let first = |w: &Weights| {
            w.trained[0]
                .clone()
                .into_data()
                .try_to_vec::<f32>()
                .unwrap()[0]
        };
        let mut wanted = first(&t.generator.weights);
        for step in 0..100_u8 {
            t.step();
            let n = f32::from(step);
            let decay = ((1.0 + n) / (10.0 + n)).min(0.9);
            wanted = decay * wanted + (1.0 - decay) * first(&t.generator.weights);
        }
        let got = first(t.average.as_ref().unwrap());
        assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
        assert!(
            (got - first(&t.generator.weights)).abs() > 1e-6,
            "an average lags behind"
        );
    }

    #[test]
    fn the_generators_gradient_reaches_it_through_the_discriminator() {
        // Finite differences of the loss in one generator weight, with the same latents: central, h = 1e-2.
        let t = trainer(
            "mixture-1d",
            &[
                ("batch_size", "64"),
                ("generator_activation", "tanh"),
                ("discriminator_activation", "tanh"),
            ],
        );
        let latents = matrix(Rng::new(1, Stream::Latent).normals(64), [64, 1], t.device());
        let loss = |weights: &Weights, judge: &Weights, z: Tensor<2>| {
            let fake = t.generator.network.sample(weights, z);
            let logits = t.discriminator.network.sample(judge, fake);
            t.experiment.objective.generator(logits).mean()
        };
        let tracked = t.generator.weights.tracked();
        let value = loss(
            &tracked,
            &t.discriminator.weights.frozen(),
            latents.clone().autodiff(),
        );
        let grads = value.backward();
        let gradient = tracked.trained[2]
            .grad(&grads)
            .unwrap()
            .into_data()
            .try_to_vec::<f32>()
            .unwrap();
        let steepest = (0..gradient.len())
            .max_by(|&i, &j| gradient[i].abs().total_cmp(&gradient[j].abs()))
            .unwrap();
        let h = 1e-2;
        let at = |shift: f32| -> f32 {
            let mut weights = t.generator.weights.clone();
            let shape = weights.trained[2].dims();
            let mut values = weights.trained[2]
                .clone()
                .into_data()
                .try_to_vec::<f32>()
                .unwrap();
            values[steepest] += shift;
            weights.trained[2] = matrix(values, shape, t.device());
            loss(&weights, &t.discriminator.weights, latents.clone()).into_scalar()
        };
        let difference = (at(h) - at(-h)) / (2.0 * h);
        let exact = gradient[steepest];
        assert!(exact.abs() > 1e-4, "a gradient worth testing: {exact}");
        assert!(
            (difference - exact).abs() < 0.02 * exact.abs(),
            "{difference} {exact}"
        );
    }

    #[test]
    fn a_seed_replays_and_another_does_not() {
        let run = |seed: &str| {
            let mut t = trainer("mixture-1d", &[("seed", seed), ("batch_size", "16")]);
            for _ in 0..5 {
                t.step();
            }
            bits(&t.generator.weights)
        };
        assert_eq!(run("1"), run("1"));
        assert_ne!(run("1"), run("2"));
    }
}
