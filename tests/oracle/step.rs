//! One training step, as the papers write it, in f64: what every weight must be, given the random numbers of the run.
//!
//! Read it beside Goodfellow et al. 2014, algorithm 1: [`Run::step`] is the outer loop, [`Run::update_discriminator`]
//! and [`Run::update_generator`] are its two halves. Each term of their losses is a function of `losses.rs`.

use counterfeit::Experiment;
use counterfeit::data::{DataLoader, TrainingData};
use counterfeit::experiment::{Architecture, Conditional, Objective};
use counterfeit::rng::{Rng, Stream};

use crate::architectures;
use crate::batch::{Batch, Values, constants, each, mean_of_rows, rows, unit, values, variables, variables_of};
use crate::layers::{self, Init, Layer, Mode, ParamSpec, forward};
use crate::losses::class_loss;
use crate::number::{self, Number, gradient_values};
use crate::optimizer::Optimizer;

/// The parameters of a network, and its running statistics.
#[derive(Clone)]
pub struct Weights {
    pub params: Vec<Values>,
    pub buffers: Vec<Values>,
}

/// A network, its weights, and what moves them.
pub struct Player {
    pub layers: Vec<Layer>,
    pub weights: Weights,
    pub optimizer: Optimizer,
}

/// A run, with the trainer's random streams.
pub struct Run {
    pub e: Experiment,
    pub generator: Player,
    pub discriminator: Player,
    pub generator_ema: Option<Weights>,
    /// Spectral normalisation's u for each parameter of the discriminator that it divides.
    pub u: Vec<Option<Values>>,
    /// BEGAN's k.
    pub k: f64,
    /// The mean path length.
    pub path_length: f64,
    pub step: u64,
    pub data: DataLoader,
    pub latents: Rng,
    pub classes: Rng,
    pub dropout: Rng,
    pub noise: Rng,
}

/// The report of a step: rows of losses and logits, and the other terms by name.
#[derive(Default)]
pub struct Report {
    pub d_rows: Values,
    pub logits: Values,
    pub g_rows: Values,
    pub terms: Vec<(&'static str, Values)>,
    /// Of the discriminator's loss, and of the generator's.
    pub gradients: [Vec<Values>; 2],
}

/// Samples and, for a conditional GAN, their classes as one-hot rows.
#[derive(Clone)]
pub struct Samples {
    pub rows: Batch,
    pub classes: Option<Batch>,
}

impl Run {
    pub fn new(e: &Experiment, data: TrainingData) -> Self {
        let mut init = Rng::new(e.seed, Stream::Init);
        let mut player = |layers: Vec<Layer>| {
            let params = layers::params(&layers);
            let draw = |init: Init, rng: &mut Rng| match init {
                Init::Uniform(bound) => -bound + 2.0 * bound * f64::from(rng.uniform()),
                Init::Normal(mean, std) => mean + std * f64::from(rng.normal()),
                Init::Constant(value) => value,
            };
            let drawn = params
                .iter()
                .map(|spec| (0..spec.shape[0] * spec.shape[1]).map(|_| draw(spec.init, &mut init)).collect());
            let params: Vec<Values> = drawn.collect();
            let zeros: Vec<Values> = params.iter().map(|p| vec![0.0; p.len()]).collect();
            let buffers = layers::buffers(&layers);
            let optimizer = Optimizer { updates: 0, first: zeros.clone(), second: zeros };
            Player { layers, weights: Weights { params, buffers }, optimizer }
        };
        let generator = player(architectures::generator(e));
        let discriminator = player(architectures::discriminator(e));
        let u = |spec: ParamSpec| {
            let mut normals = || init.normals(spec.shape[0]).into_iter().map(f64::from).collect();
            (e.spectral_norm && spec.normalized).then(|| unit(normals()))
        };
        Self {
            generator_ema: (e.ema_decay > 0.0).then(|| generator.weights.clone()),
            u: layers::params(&discriminator.layers).into_iter().map(u).collect(),
            generator,
            discriminator,
            k: 0.0,
            path_length: 0.0,
            step: 0,
            data: DataLoader::new(data, e.seed),
            latents: Rng::new(e.seed, Stream::Latent),
            classes: Rng::new(e.seed, Stream::Class),
            dropout: Rng::new(e.seed, Stream::Dropout),
            noise: Rng::new(e.seed, Stream::Noise),
            e: e.clone(),
        }
    }

    /// `n_critic` updates of the discriminator, then one of the generator.
    pub fn step(&mut self) -> Report {
        // Arjovsky et al. 2017: 100 in each of the first 25 steps and in every 500th.
        let warmup = self.e.critic_warmup && (self.step < 25 || self.step.is_multiple_of(500));
        let n_critic = if warmup { 100 } else { self.e.n_critic };
        let (mut report, mut real) = self.update_discriminator();
        for _ in 1..n_critic {
            (report, real) = self.update_discriminator();
        }
        self.update_generator(&mut report, &real);
        self.update_k(&mut report);
        self.update_ema();
        self.step += 1;
        report
    }

    fn update_discriminator(&mut self) -> (Report, Samples) {
        number::clear();
        let real = self.real_batch();
        let fake = self.fake_batch(&real);
        self.power_iteration();
        let params = variables(&self.discriminator.weights.params);
        let used = self.normalized(&params);
        let x = [self.d_input(&real), self.d_input(&fake)];
        let output = self.discriminate(&used, &x);
        let logits = [self.logits(&output[0], &x[0]), self.logits(&output[1], &x[1])];

        let real_rows = each(&logits[0], |d| self.real_loss(d));
        let fake_rows = each(&logits[1], |d| self.fake_loss(d));
        let mut report = Report {
            d_rows: values(&[real_rows.clone(), fake_rows.clone()].concat()),
            logits: values(&logits.concat()),
            ..Report::default()
        };
        let mut loss = mean_of_rows(&real_rows) + mean_of_rows(&fake_rows);
        if self.e.conditional == Conditional::Acgan {
            loss = loss + class_loss(&output[0], &real) + class_loss(&output[1], &fake);
        }
        loss = loss
            + self.gradient_penalty(&used, &x, &mut report)
            + self.consistency(&used, &logits, [&real, &fake], &mut report)
            + self.virtual_adversarial(&used, &x, &mut report);

        let lr = f64::from(self.e.discriminator_lr) * self.lr_scale();
        report.gradients[0] = self.discriminator.descend(&self.e, loss, &params, lr);
        let clip = f64::from(self.e.weight_clip);
        if clip > 0.0 {
            // Arjovsky et al. 2017: after the update.
            let all = self.discriminator.weights.params.iter_mut().flatten();
            all.for_each(|w| *w = w.clamp(-clip, clip));
        }
        (report, real)
    }

    fn update_generator(&mut self, report: &mut Report, real: &Samples) {
        number::clear();
        let labels = self.data.classes(self.e.batch_size, &mut self.classes);
        let classes = self.one_hot(&labels);
        let inputs = variables_of(self.generator_inputs(classes.as_ref()));
        let params = variables(&self.generator.weights.params);
        let mode = Mode::Train(&mut self.dropout);
        let (_, made) =
            forward(&self.generator.layers, &params, &mut self.generator.weights.buffers, mode, inputs.clone());
        let fake = Samples { rows: self.d_part(&made), classes };

        let d = self.normalized(&constants(&self.discriminator.weights.params));
        let x = self.d_input(&fake);
        let (features, output) = self.discriminate_without_update(&d, &x);
        let rows = each(&self.logits(&output, &x), |d| self.generator_loss(d));
        report.g_rows = values(&rows);
        let mut loss = mean_of_rows(&rows);
        if self.e.conditional == Conditional::Acgan {
            loss = loss + class_loss(&output, &fake);
        }
        loss = loss
            + self.feature_matching(&d, &features, real, report)
            + self.reconstruction(&made, &inputs, report)
            + self.path_length_penalty(&params, &inputs, report);

        let lr = f64::from(self.e.generator_lr) * self.lr_scale();
        report.gradients[1] = self.generator.descend(&self.e, loss, &params, lr);
    }

    /// Berthelot et al. 2017: k ← k + λ (γ L(x) − L(G(z))), within [0, 1].
    fn update_k(&mut self, report: &mut Report) {
        if self.e.objective != Objective::Began {
            return;
        }
        let average = |rows: &[f64]| rows.iter().sum::<f64>() / rows.len() as f64;
        let real = -average(&report.logits[..report.logits.len() / 2]);
        let balance = f64::from(self.e.began_gamma) * real - average(&report.g_rows);
        self.k = (self.k + f64::from(self.e.began_lambda) * balance).clamp(0.0, 1.0);
        report.terms.push(("k", vec![self.k]));
    }

    /// A moving average of the generator's parameters, whose decay after t steps is at most (1 + t) / (10 + t). Running
    /// statistics are copied.
    fn update_ema(&mut self) {
        let Some(ema) = &mut self.generator_ema else {
            return;
        };
        let t = self.step as f64;
        let decay = f64::from(self.e.ema_decay).min((1.0 + t) / (10.0 + t));
        let pairs = ema.params.iter_mut().flatten().zip(self.generator.weights.params.iter().flatten());
        pairs.for_each(|(ema, w)| *ema = decay * *ema + (1.0 - decay) * w);
        ema.buffers.clone_from(&self.generator.weights.buffers);
    }

    /// Learning rates halve every `lr_half_life` steps.
    fn lr_scale(&self) -> f64 {
        match self.e.lr_half_life {
            0 => 1.0,
            half_life => 0.5f64.powf(self.step as f64 / half_life as f64),
        }
    }

    /// Samples for these inputs, from the averaged weights where there is an average; an autoencoder's decoder makes
    /// them.
    pub fn sample(&self, inputs: &[f32], n: usize) -> Values {
        number::clear();
        let weights = self.generator_ema.as_ref().unwrap_or(&self.generator.weights);
        let inputs = rows(inputs, n);
        let (params, mut buffers) = (constants(&weights.params), weights.buffers.clone());
        let sampler = match self.generator.layers.last() {
            Some(Layer::Parallel(branches)) if self.e.architecture == Architecture::Autoencoder => &branches[1].1,
            _ => &self.generator.layers,
        };
        let (p, b) = (layers::params(sampler).len(), layers::buffers(sampler).len());
        let (first_param, first_buffer) = (params.len() - p, buffers.len() - b);
        let made = forward(sampler, &params[first_param..], &mut buffers[first_buffer..], Mode::Eval, inputs).1;
        let side = self.e.image_size;
        let pictured = |row: Vec<Number>| match self.e.architecture {
            Architecture::Stacked => {
                let (small, image) = row.split_at(row.len() / 5);
                let large = (0..side * side).map(|i| small[i / side / 2 * (side / 2) + i % side / 2]);
                large.chain(image.iter().copied()).collect()
            }
            _ => row,
        };
        values(&made.into_iter().map(pictured).collect())
    }

    /// The discriminator's logits for rows of samples in inference, and the gradient of the first logit in each sample.
    pub fn logits_and_gradients(&self, samples: &[f32], labels: &[u8]) -> [Values; 2] {
        number::clear();
        let samples = variables_of(rows(samples, labels.len()));
        let x = self.pack_and_condition(&samples, self.one_hot(labels).as_ref());
        let d = self.normalized(&constants(&self.discriminator.weights.params));
        let logits = self.logits(&self.discriminate_in_eval(&d, &x), &x);
        let sum = logits.iter().map(|row| row[0]).sum();
        [values(&logits), gradient_values(sum, &samples.concat())]
    }
}

impl Player {
    /// Moves the parameters against the gradient of `loss`.
    fn descend(&mut self, e: &Experiment, loss: Number, params: &[Vec<Number>], lr: f64) -> Vec<Values> {
        let mut gradients = gradient_values(loss, &params.concat()).into_iter();
        let gradients: Vec<Values> = params.iter().map(|p| gradients.by_ref().take(p.len()).collect()).collect();
        self.optimizer.update(e, &mut self.weights.params, &gradients, lr);
        gradients
    }
}
