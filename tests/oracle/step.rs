//! One training step, as the papers write it, in f64: what every weight must be, given the random numbers of the run.
//!
//! Read it beside Goodfellow et al. 2014, algorithm 1: [`Run::step`] is the outer loop, [`Run::update_discriminator`] and
//! [`Run::update_generator`] are its two halves, and each term of a loss stands in the function named after it.

use counterfeit::Experiment;
use counterfeit::data::{Feed, Source};
use counterfeit::experiment::{
    Architecture, Augmentation, Conditional, GradientPenalty, Objective, OptimizerKind, Prior,
};
use counterfeit::rng::{Rng, Stream};

use crate::network::{self, Batch, Init, Layer, Mode, beside, forward, mean, moments};
use crate::number::{self, Number, gradient, gradient_values, round, variable};

/// Under a square root whose derivative at 0 must stay finite.
const EPSILON: f64 = 1e-12;

/// A matrix, row by row.
type Values = Vec<f64>;

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

/// The means of gradients and of their squares, for each parameter.
#[derive(Default)]
pub struct Optimizer {
    pub updates: i32,
    pub first: Vec<Values>,
    pub second: Vec<Values>,
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
    pub data: Feed,
    pub latents: Rng,
    pub classes: Rng,
    pub dropout: Rng,
    pub noise: Rng,
}

/// What the trainer reports of a step: rows of losses and logits, and the other terms by name.
#[derive(Default)]
pub struct Report {
    pub d_rows: Values,
    pub logits: Values,
    pub g_rows: Values,
    pub extras: Vec<(&'static str, Values)>,
}

/// Samples and, for a conditional GAN, their classes as one-hot rows.
#[derive(Clone)]
struct Samples {
    rows: Batch,
    classes: Option<Batch>,
}

impl Run {
    pub fn new(e: &Experiment, source: Source) -> Self {
        let mut init = Rng::new(e.seed, Stream::Init);
        let mut player = |layers: Vec<Layer>| {
            let params = network::params(&layers);
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
            let buffers = network::buffers(&layers);
            let optimizer = Optimizer { updates: 0, first: zeros.clone(), second: zeros };
            Player { layers, weights: Weights { params, buffers }, optimizer }
        };
        let generator = player(network::generator(e));
        let discriminator = player(network::discriminator(e));
        let u = |spec: network::ParamSpec| {
            let mut normals = || init.normals(spec.shape[0]).into_iter().map(f64::from).collect();
            (e.spectral_norm && spec.normalized).then(|| unit(normals()))
        };
        Self {
            generator_ema: (e.ema_decay > 0.0).then(|| generator.weights.clone()),
            u: network::params(&discriminator.layers).into_iter().map(u).collect(),
            generator,
            discriminator,
            k: 0.0,
            path_length: 0.0,
            step: 0,
            data: Feed::new(source, e.seed),
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
        self.discriminator.descend(&self.e, loss, &params, lr);
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
        let (features, output) = self.discriminate_in_passing(&d, &x);
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
        self.generator.descend(&self.e, loss, &params, lr);
    }

    // ---- Losses on logits, of which a higher one means more real ----------------------------------------------------

    /// Of the discriminator on a real sample; label smoothing is one-sided (Salimans et al. 2016, §3.4).
    fn real_loss(&self, d: Number) -> Number {
        let target = f64::from(self.e.label_smoothing);
        match self.e.objective {
            Objective::Saturating | Objective::NonSaturating => {
                (-d).softplus() * target + d.softplus() * (1.0 - target)
            }
            Objective::LeastSquares => (d - target).square() * 0.5,
            Objective::Wasserstein | Objective::Began => -d,
            Objective::Hinge => (-d + 1.0).relu(),
        }
    }

    fn fake_loss(&self, d: Number) -> Number {
        match self.e.objective {
            Objective::Saturating | Objective::NonSaturating => d.softplus(),
            Objective::LeastSquares => d.square() * 0.5,
            Objective::Wasserstein => d,
            Objective::Hinge => (d + 1.0).relu(),
            Objective::Began => d * self.k,
        }
    }

    fn generator_loss(&self, d: Number) -> Number {
        match self.e.objective {
            Objective::Saturating => -d.softplus(),
            Objective::NonSaturating => (-d).softplus(),
            Objective::LeastSquares => (d - 1.0).square() * 0.5,
            Objective::Wasserstein | Objective::Hinge | Objective::Began => -d,
        }
    }

    // ---- Terms of the discriminator's loss --------------------------------------------------------------------------

    /// Gulrajani et al. 2017 between real and fake, Kodali et al. 2017 around real samples, Mescheder et al. 2018 at either.
    fn gradient_penalty(&mut self, d: &[Vec<Number>], x: &[Batch; 2], report: &mut Report) -> Number {
        let kind = self.e.gradient_penalty;
        if kind == GradientPenalty::None {
            return 0.0.into();
        }
        let width = self.e.pack * network::d_dim(&self.e);
        let [real, fake] = x;
        let (_, variance) = moments(real.iter().flat_map(|row| &row[..width]).copied());
        let std = variance.value.sqrt();
        let mut points = real.clone();
        for (i, point) in points.iter_mut().enumerate() {
            let alpha = match kind {
                GradientPenalty::WganGp => f64::from(self.noise.uniform()),
                _ => 0.0,
            };
            for (j, point) in point[..width].iter_mut().enumerate() {
                let (real, fake) = (real[i][j].value, fake[i][j].value);
                let at = match kind {
                    GradientPenalty::WganGp => alpha * real + (1.0 - alpha) * fake,
                    GradientPenalty::Dragan => real + 0.5 * std * f64::from(self.noise.uniform()),
                    GradientPenalty::R1 | GradientPenalty::None => real,
                    GradientPenalty::R2 => fake,
                };
                *point = variable(at);
            }
        }
        let squared_norms = self.input_gradients(d, &points, width).into_iter().map(|row| squared_norm(&row));
        let rows: Vec<Number> = match kind {
            GradientPenalty::R1 | GradientPenalty::R2 => squared_norms.map(|s| s * 0.5).collect(),
            _ => squared_norms.map(|s| ((s + EPSILON).sqrt() - 1.0).square()).collect(),
        };
        report.extras.push(("penalty", rows.iter().map(|row| row.value).collect()));
        mean(rows.into_iter()) * f64::from(self.e.gp_weight)
    }

    /// The gradient of each row's (first) logit in inference, in the first `width` numbers of the row.
    fn input_gradients(&self, d: &[Vec<Number>], x: &Batch, width: usize) -> Batch {
        let output = self.discriminate_in_eval(d, x);
        let sum = output.iter().map(|row| row[0]).sum();
        let inputs: Vec<Number> = x.iter().flat_map(|row| &row[..width]).copied().collect();
        gradient(sum, &inputs).chunks(width).map(<[Number]>::to_vec).collect()
    }

    /// Balanced consistency regularisation (Zhao et al. 2021): (D(x) − D(T(x)))², for real x and for fake.
    fn consistency(
        &mut self,
        d: &[Vec<Number>],
        logits: &[Batch; 2],
        samples: [&Samples; 2],
        report: &mut Report,
    ) -> Number {
        let weight = f64::from(self.e.consistency_weight);
        if weight == 0.0 {
            return 0.0.into();
        }
        let x = samples.map(|samples| {
            let rows = self.augment(samples.rows.clone());
            self.pack_and_condition(&rows, samples.classes.as_ref())
        });
        let output = self.discriminate(d, &x);
        let mut loss = Number::from(0.0);
        let mut squares = Vec::new();
        for side in 0..2 {
            let augmented = self.logits(&output[side], &x[side]);
            let rows = augmented.iter().zip(&logits[side]).map(|(a, b)| vec![(a[0] - b[0]).square()]).collect();
            loss = loss + mean_of_rows(&rows) * weight;
            squares.extend(values(&rows));
        }
        report.extras.push(("inconsistency", squares));
        loss
    }

    /// Miyato et al. 2018: KL(D(x) ‖ D(x + r)), for the r of length ε that changes D(x) most. For one logit it is along the
    /// logit's gradient, with the sign that a power iteration from a random direction gives.
    fn virtual_adversarial(&mut self, d: &[Vec<Number>], x: &[Batch; 2], report: &mut Report) -> Number {
        let weight = f64::from(self.e.vat_weight);
        if weight == 0.0 {
            return 0.0.into();
        }
        let width = self.e.pack * network::d_dim(&self.e);
        let x = x.concat();
        let plain = detached(d);
        let clean = self.discriminate_in_eval(&plain, &x);
        let gradients = self.input_gradients(&plain, &variables_of(x.clone()), width);
        let mut moved = x;
        for (row, gradient) in moved.iter_mut().zip(&gradients) {
            let direction: Vec<f64> = (0..width).map(|_| self.noise.normal().into()).collect();
            let along: f64 = gradient.iter().zip(&direction).map(|(g, d)| g.value * d).sum();
            let length = (squared_norm(gradient).value + EPSILON).sqrt();
            for (x, g) in row.iter_mut().zip(gradient) {
                let r = f64::from(self.e.vat_epsilon) * along.signum() * g.value / length;
                *x = *x + r;
            }
        }
        let perturbed = self.discriminate_in_eval(d, &detached(&moved));
        let kl = |p: Number, q: Number| {
            // For Bernoulli distributions with logits p and q.
            let probability = p.sigmoid();
            probability * ((-q).softplus() - (-p).softplus()) + (-probability + 1.0) * (q.softplus() - p.softplus())
        };
        let rows: Vec<Number> = clean.iter().zip(&perturbed).map(|(p, q)| kl(p[0], q[0])).collect();
        report.extras.push(("virtual_adversarial", rows.iter().map(|row| row.value).collect()));
        mean(rows.into_iter()) * weight
    }

    // ---- Terms of the generator's loss ------------------------------------------------------------------------------

    /// Salimans et al. 2016, §3.1: ‖mean features of fake samples − mean features of real ones‖².
    fn feature_matching(&mut self, d: &[Vec<Number>], fake: &Batch, real: &Samples, report: &mut Report) -> Number {
        let weight = f64::from(self.e.feature_matching_weight);
        if weight == 0.0 {
            return 0.0.into();
        }
        let x = self.d_input(real);
        let (real, _) = self.discriminate_in_passing(d, &x);
        let column = |batch: &Batch, j: usize| mean(batch.iter().map(|row| row[j]));
        let distance: Number = (0..fake[0].len()).map(|j| (column(fake, j) - column(&real, j)).square()).sum();
        report.extras.push(("feature_distance", vec![distance.value]));
        distance * weight
    }

    /// Makhzani et al. 2016: an autoencoder's mean squared error.
    fn reconstruction(&self, made: &Batch, images: &Batch, report: &mut Report) -> Number {
        if self.e.architecture != Architecture::Autoencoder {
            return 0.0.into();
        }
        let error = |(made, image): (&Vec<Number>, &Vec<Number>)| {
            let pixels = made[self.e.latent_dim..].iter().zip(image);
            vec![mean(pixels.map(|(a, b)| (*a - *b).square()))]
        };
        let rows = made.iter().zip(images).map(error).collect();
        report.extras.push(("reconstruction", values(&rows)));
        mean_of_rows(&rows) * f64::from(self.e.reconstruction_weight)
    }

    /// Karras et al. 2020, §3.2: (‖Jᵀy‖ − a)², with y ~ N(0, I) / √(height · width) and a the mean length; on half a batch.
    fn path_length_penalty(&mut self, params: &[Vec<Number>], inputs: &Batch, report: &mut Report) -> Number {
        const DECAY: f64 = 0.01;
        if self.e.path_length_weight == 0.0 {
            return 0.0.into();
        }
        let half = &inputs[..inputs.len().div_ceil(2)];
        let mut buffers = self.generator.weights.buffers.clone();
        let (_, made) = forward(&self.generator.layers, params, &mut buffers, Mode::Eval, half.to_vec());
        let positions = (made[0].len() / self.e.channels) as f64;
        let mut project = |x: &Number| *x * (f64::from(self.noise.normal()) / positions.sqrt());
        let projection = made.iter().flatten().map(&mut project).sum();
        let latents: Vec<Number> = half.iter().flat_map(|row| &row[..self.e.latent_dim]).copied().collect();
        let length = |slope: &[Number]| (squared_norm(slope) + EPSILON).sqrt();
        let slopes = gradient(projection, &latents);
        let lengths: Vec<Number> = slopes.chunks(self.e.latent_dim).map(length).collect();
        let newest = mean(lengths.iter().copied()).value;
        self.path_length += DECAY * (newest - self.path_length);
        report.extras.push(("path_length", vec![self.path_length]));
        let rows = lengths.into_iter().map(|length| (length - self.path_length).square());
        mean(rows) * f64::from(self.e.path_length_weight)
    }

    // ---- Batches ----------------------------------------------------------------------------------------------------

    /// What the discriminator should call real: for an adversarial autoencoder, samples of the prior.
    fn real_batch(&mut self) -> Samples {
        let n = self.e.batch_size;
        if self.e.architecture == Architecture::Autoencoder {
            return Samples { rows: self.prior(), classes: None };
        }
        let batch = self.data.next_batch(n);
        let side = self.e.image_size;
        let mut rows = rows(&batch.values, n);
        match self.e.architecture {
            Architecture::Stacked => {
                rows = rows.into_iter().map(|image| [coarse(&image, side), image].concat()).collect();
            }
            Architecture::Coupled => {
                // Of other images: no pair of views is ever seen.
                let others = self::rows(&self.data.next_batch(n).values, n);
                rows = beside(rows, others.iter().map(|image| edges(image, side)).collect());
            }
            _ => {}
        }
        Samples { rows, classes: self.one_hot(&batch.labels) }
    }

    /// Samples of the generator, of the classes of the real ones.
    fn fake_batch(&mut self, real: &Samples) -> Samples {
        let inputs = self.generator_inputs(real.classes.as_ref());
        let (params, mode) = (constants(&self.generator.weights.params), Mode::Train(&mut self.dropout));
        let (_, made) = forward(&self.generator.layers, &params, &mut self.generator.weights.buffers, mode, inputs);
        Samples { rows: self.d_part(&made), classes: real.classes.clone() }
    }

    /// Latents and classes; for an autoencoder, images.
    fn generator_inputs(&mut self, classes: Option<&Batch>) -> Batch {
        if self.e.architecture == Architecture::Autoencoder {
            let n = self.e.batch_size;
            return rows(&self.data.next_batch(n).values, n);
        }
        match classes {
            Some(classes) => beside(self.prior(), classes.clone()),
            None => self.prior(),
        }
    }

    fn prior(&mut self) -> Batch {
        let mut draw = || match self.e.prior {
            Prior::Normal => f64::from(self.latents.normal()),
            Prior::Uniform => 2.0 * f64::from(self.latents.uniform()) - 1.0,
        };
        let numbers: Vec<Number> = (0..self.e.batch_size * self.e.latent_dim).map(|_| draw().into()).collect();
        numbers.chunks(self.e.latent_dim).map(<[Number]>::to_vec).collect()
    }

    /// One-hot rows: the place of a digit among the experiment's classes, or the number of a mixture's component.
    fn one_hot(&self, labels: &[u8]) -> Option<Batch> {
        let place = |label: &u8| match self.e.has_images() {
            true => self.e.classes.iter().position(|class| class == label).unwrap(),
            false => usize::from(*label),
        };
        let row = |label| {
            let mut row = vec![Number::from(0.0); self.e.class_count()];
            row[place(label)] = 1.0.into();
            row
        };
        (self.e.conditional != Conditional::None).then(|| labels.iter().map(row).collect())
    }

    /// The part of the generator's output that the discriminator sees.
    fn d_part(&self, made: &Batch) -> Batch {
        let width = network::d_dim(&self.e);
        made.iter().map(|row| row[..width].to_vec()).collect()
    }

    /// Samples as the discriminator sees them: augmented (unless that is left to the consistency term), with instance noise
    /// (Sønderby et al. 2017), which falls linearly to 0, packed (Lin et al. 2018), and with their classes.
    fn d_input(&mut self, samples: &Samples) -> Batch {
        let mut x = samples.rows.clone();
        if self.e.consistency_weight == 0.0 {
            x = self.augment(x);
        }
        let mut std = f64::from(self.e.instance_noise);
        if self.e.instance_noise_steps > 0 {
            std *= (1.0 - self.step as f64 / self.e.instance_noise_steps as f64).max(0.0);
        }
        if std > 0.0 {
            for x in x.iter_mut().flatten() {
                *x = *x + std * f64::from(self.noise.normal());
            }
        }
        self.pack_and_condition(&x, samples.classes.as_ref())
    }

    fn pack_and_condition(&self, x: &Batch, classes: Option<&Batch>) -> Batch {
        let packed = x.chunks(self.e.pack).map(<[Vec<Number>]>::concat).collect();
        let Some(classes) = classes.filter(|_| self.e.conditional == Conditional::Label) else {
            return packed;
        };
        let repeat = match self.e.architecture {
            Architecture::Dcgan => self.e.data_dim(),
            _ => 1,
        };
        let planes = |row: &Vec<Number>| row.iter().flat_map(|c| vec![*c; repeat]).collect();
        let classes: Batch = classes.iter().map(planes).collect();
        beside(packed, classes.chunks(self.e.pack).map(<[Vec<Number>]>::concat).collect())
    }

    /// Zhao et al. 2020: each image shifted by up to an eighth of its side, or with a square of half the side blanked.
    fn augment(&mut self, mut x: Batch) -> Batch {
        let side = self.e.image_size;
        let black = Number::from(-1.0);
        for change in &self.e.augment {
            for image in &mut x {
                let from = image.clone();
                let pixel: Box<dyn Fn(usize, usize) -> Number> = match change {
                    Augmentation::Translation => {
                        let most = side / 8;
                        let [down, right] = [(); 2].map(|()| self.noise.below(2 * most + 1));
                        Box::new(move |y, x| {
                            let (y, x) = (y + most, x + most);
                            let inside = |v: usize, by: usize| (by..by + side).contains(&v);
                            match inside(y, down) && inside(x, right) {
                                true => from[(y - down) * side + x - right],
                                false => black,
                            }
                        })
                    }
                    Augmentation::Cutout => {
                        let [y0, x0] = [(); 2].map(|()| self.noise.below(side));
                        // From a quarter of the side before the centre, to a quarter after it.
                        let blank = move |v: usize, centre: usize| v + side / 4 >= centre && v < centre + side / 4;
                        Box::new(move |y, x| match blank(y, y0) && blank(x, x0) {
                            true => black,
                            false => from[y * side + x],
                        })
                    }
                };
                *image = (0..side * side).map(|i| pixel(i / side, i % side)).collect();
            }
        }
        x
    }

    // ---- The discriminator ------------------------------------------------------------------------------------------

    /// Real and fake in training. Where batch statistics take part they are not mixed.
    fn discriminate(&mut self, d: &[Vec<Number>], [real, fake]: &[Batch; 2]) -> [Batch; 2] {
        let layers = &self.discriminator.layers;
        let buffers = &mut self.discriminator.weights.buffers;
        let mut pass = |x: &Batch| forward(layers, d, buffers, Mode::Train(&mut self.dropout), x.clone()).1;
        if network::couples_batch(layers) {
            return [pass(real), pass(fake)];
        }
        let mut both = pass(&[&real[..], fake].concat());
        let fake = both.split_off(real.len());
        [both, fake]
    }

    /// In training, but its running statistics stay: features and output.
    fn discriminate_in_passing(&mut self, d: &[Vec<Number>], x: &Batch) -> (Batch, Batch) {
        let mut buffers = self.discriminator.weights.buffers.clone();
        forward(&self.discriminator.layers, d, &mut buffers, Mode::Train(&mut self.dropout), x.clone())
    }

    fn discriminate_in_eval(&self, d: &[Vec<Number>], x: &Batch) -> Batch {
        let mut buffers = self.discriminator.weights.buffers.clone();
        forward(&self.discriminator.layers, d, &mut buffers, Mode::Eval, x.clone()).1
    }

    /// The logits in its output: all but ACGAN's class logits; for BEGAN, minus the mean absolute error of the reconstruction.
    fn logits(&self, output: &Batch, x: &Batch) -> Batch {
        let began =
            |(output, x): (&Vec<Number>, &Vec<Number>)| vec![-mean(output.iter().zip(x).map(|(a, b)| (*a - *b).abs()))];
        match (self.e.objective, self.e.conditional) {
            (Objective::Began, _) => output.iter().zip(x).map(began).collect(),
            (_, Conditional::Acgan) => output.iter().map(|row| row[..1].to_vec()).collect(),
            _ => output.clone(),
        }
    }

    /// Miyato et al. 2018: one power iteration an update.
    fn power_iteration(&mut self) {
        for (u, w) in self.u.iter_mut().zip(&self.discriminator.weights.params) {
            let Some(u) = u else { continue };
            let columns = w.len() / u.len();
            let v =
                unit((0..columns).map(|j| u.iter().zip(w.chunks(columns)).map(|(u, row)| u * row[j]).sum()).collect());
            *u = unit(w.chunks(columns).map(|row| row.iter().zip(&v).map(|(w, v)| w * v).sum()).collect());
        }
    }

    /// W / σ with σ = ‖Wᵀu‖, through which gradients pass; u is a constant.
    fn normalized(&self, params: &[Vec<Number>]) -> Vec<Vec<Number>> {
        let divide = |(w, u): (&Vec<Number>, &Option<Values>)| {
            let Some(u) = u else { return w.clone() };
            let columns = w.len() / u.len();
            let product = |j: usize| u.iter().enumerate().map(|(i, u)| w[i * columns + j] * *u).sum();
            let sigma = (squared_norm(&(0..columns).map(product).collect::<Vec<_>>()) + EPSILON).sqrt();
            w.iter().map(|w| *w / sigma).collect()
        };
        params.iter().zip(&self.u).map(divide).collect()
    }

    // ---- What follows an update -------------------------------------------------------------------------------------

    /// Berthelot et al. 2017: k ← k + λ (γ L(x) − L(G(z))), within [0, 1].
    fn update_k(&mut self, report: &mut Report) {
        if self.e.objective != Objective::Began {
            return;
        }
        let average = |rows: &[f64]| rows.iter().sum::<f64>() / rows.len() as f64;
        let real = -average(&report.logits[..report.logits.len() / 2]);
        let balance = f64::from(self.e.began_gamma) * real - average(&report.g_rows);
        self.k = (self.k + f64::from(self.e.began_lambda) * balance).clamp(0.0, 1.0);
        report.extras.push(("k", vec![self.k]));
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

    // ---- Inference --------------------------------------------------------------------------------------------------

    /// Samples for these inputs, from the averaged weights where there is an average; an autoencoder's decoder makes them.
    pub fn sample(&self, inputs: &[f32], n: usize) -> Values {
        number::clear();
        let weights = self.generator_ema.as_ref().unwrap_or(&self.generator.weights);
        let inputs = rows(inputs, n);
        let (params, mut buffers) = (constants(&weights.params), weights.buffers.clone());
        let layers = match self.generator.layers.last() {
            Some(Layer::Parallel(branches)) if self.e.architecture == Architecture::Autoencoder => &branches[1].1,
            _ => &self.generator.layers,
        };
        let (p, b) = (network::params(layers).len(), network::buffers(layers).len());
        let (first_param, first_buffer) = (params.len() - p, buffers.len() - b);
        let made = forward(layers, &params[first_param..], &mut buffers[first_buffer..], Mode::Eval, inputs).1;
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
    pub fn opinion(&self, samples: &[f32], labels: &[u8]) -> [Values; 2] {
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
    fn descend(&mut self, e: &Experiment, loss: Number, params: &[Vec<Number>], lr: f64) {
        let mut gradients = gradient_values(loss, &params.concat()).into_iter();
        let gradients: Vec<Values> = params.iter().map(|p| gradients.by_ref().take(p.len()).collect()).collect();
        self.optimizer.update(e, &mut self.weights.params, &gradients, lr);
    }
}

impl Optimizer {
    /// SGD with momentum; RMSProp (Tieleman & Hinton 2012); Adam (Kingma & Ba 2015, algorithm 1).
    fn update(&mut self, e: &Experiment, params: &mut [Values], gradients: &[Values], lr: f64) {
        self.updates += 1;
        let (beta1, beta2) = (f64::from(e.beta1), f64::from(e.beta2));
        for (i, gradients) in gradients.iter().enumerate() {
            for (j, g) in gradients.iter().enumerate() {
                let (m, v) = (&mut self.first[i][j], &mut self.second[i][j]);
                let (step, size) = match e.optimizer {
                    OptimizerKind::Sgd => {
                        *m = beta1 * *m + g;
                        (*m, 1.0)
                    }
                    OptimizerKind::Rmsprop => {
                        *v = beta2 * *v + (1.0 - beta2) * g * g;
                        (*g, v.sqrt() + 1e-8)
                    }
                    OptimizerKind::Adam => {
                        *m = beta1 * *m + (1.0 - beta1) * g;
                        *v = beta2 * *v + (1.0 - beta2) * g * g;
                        let unbiased = |moment: f64, beta: f64| moment / (1.0 - beta.powi(self.updates));
                        (unbiased(*m, beta1), unbiased(*v, beta2).sqrt() + 1e-8)
                    }
                };
                let w = &mut params[i][j];
                (*w, *m, *v) = (round(*w - lr * step / size), round(*m), round(*v));
            }
        }
    }
}

/// ACGAN (Odena et al. 2017): the cross-entropy of the class logits.
fn class_loss(output: &Batch, samples: &Samples) -> Number {
    let classes = samples.classes.as_ref().expect("ACGAN's samples have classes");
    let row = |(output, class): (&Vec<Number>, &Vec<Number>)| {
        let logits = &output[1..];
        let log_sum = logits.iter().map(|l| l.exp()).sum::<Number>().ln();
        log_sum - logits.iter().zip(class).map(|(l, c)| *l * *c).sum::<Number>()
    };
    mean(output.iter().zip(classes).map(row))
}

/// Each pixel is the mean of four.
fn coarse(image: &[Number], side: usize) -> Vec<Number> {
    let corner = |i: usize| i / (side / 2) * 2 * side + i % (side / 2) * 2;
    let four = |at: usize| [at, at + 1, at + side, at + side + 1];
    (0..side * side / 4).map(|i| mean(four(corner(i)).into_iter().map(|at| image[at]))).collect()
}

/// The length of the Sobel gradient, of which 8 is a step from black to white; beyond its border an image goes on as it ends.
fn edges(image: &[Number], side: usize) -> Vec<Number> {
    let last = side as isize - 1;
    let at = |y: isize, x: isize| image[(y.clamp(0, last) * (last + 1) + x.clamp(0, last)) as usize].value;
    let weights = [(-1, 1.0), (0, 2.0), (1, 1.0)];
    let pixel = |i: usize| {
        let (y, x) = ((i / side) as isize, (i % side) as isize);
        let across: f64 = weights.iter().map(|(d, w)| w * (at(y + d, x + 1) - at(y + d, x - 1))).sum();
        let down: f64 = weights.iter().map(|(d, w)| w * (at(y + 1, x + d) - at(y - 1, x + d))).sum();
        Number::from((across.hypot(down) / 4.0).min(2.0) - 1.0)
    };
    (0..side * side).map(pixel).collect()
}

fn rows(values: &[f32], n: usize) -> Batch {
    let row = |row: &[f32]| row.iter().map(|x| Number::from(f64::from(*x))).collect();
    values.chunks(values.len() / n).map(row).collect()
}

fn constants(params: &[Values]) -> Vec<Vec<Number>> {
    params.iter().map(|p| p.iter().map(|w| Number::from(*w)).collect()).collect()
}

fn variables(params: &[Values]) -> Vec<Vec<Number>> {
    params.iter().map(|p| p.iter().map(|w| variable(*w)).collect()).collect()
}

fn variables_of(x: Batch) -> Batch {
    each(&x, |x| variable(x.value))
}

fn detached(x: &[Vec<Number>]) -> Batch {
    x.iter().map(|row| row.iter().map(|x| x.detach()).collect()).collect()
}

fn each(x: &Batch, mut f: impl FnMut(Number) -> Number) -> Batch {
    x.iter().map(|row| row.iter().map(|x| f(*x)).collect()).collect()
}

fn values(x: &Batch) -> Values {
    x.iter().flatten().map(|x| x.value).collect()
}

/// The mean over rows of the sum over a row's logits.
fn mean_of_rows(rows: &Batch) -> Number {
    mean(rows.iter().map(|row| row.iter().copied().sum()))
}

fn squared_norm(x: &[Number]) -> Number {
    x.iter().map(|x| x.square()).sum()
}

fn unit(x: Values) -> Values {
    let norm = (x.iter().map(|x| x * x).sum::<f64>() + EPSILON).sqrt();
    x.into_iter().map(|x| x / norm).collect()
}
