//! The losses, and every term beside them.

use counterfeit::experiment::{Architecture, GradientPenalty, Objective};

use crate::architectures::d_dim;
use crate::batch::{Batch, EPSILON, detached, mean, mean_of_rows, moments, squared_norm, values, variables_of};
use crate::layers::{Mode, forward};
use crate::number::{Number, gradient, variable};
use crate::step::{Report, Run, Samples};

impl Run {
    // ---- Losses on logits, of which a higher one means more real ----------------------------------------------------

    /// Of the discriminator on a real sample; label smoothing is one-sided (Salimans et al. 2016, §3.4).
    pub fn real_loss(&self, d: Number) -> Number {
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

    pub fn fake_loss(&self, d: Number) -> Number {
        match self.e.objective {
            Objective::Saturating | Objective::NonSaturating => d.softplus(),
            Objective::LeastSquares => d.square() * 0.5,
            Objective::Wasserstein => d,
            Objective::Hinge => (d + 1.0).relu(),
            Objective::Began => d * self.k,
        }
    }

    pub fn generator_loss(&self, d: Number) -> Number {
        match self.e.objective {
            Objective::Saturating => -d.softplus(),
            Objective::NonSaturating => (-d).softplus(),
            Objective::LeastSquares => (d - 1.0).square() * 0.5,
            Objective::Wasserstein | Objective::Hinge | Objective::Began => -d,
        }
    }

    // ---- Terms of the discriminator's loss --------------------------------------------------------------------------

    /// Gulrajani et al. 2017 between real and fake, Kodali et al. 2017 around real samples, Mescheder et al. 2018 at
    /// either.
    pub fn gradient_penalty(&mut self, d: &[Vec<Number>], x: &[Batch; 2], report: &mut Report) -> Number {
        let kind = self.e.gradient_penalty;
        if kind == GradientPenalty::None {
            return 0.0.into();
        }
        let width = self.e.pack * d_dim(&self.e);
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
        report.terms.push(("penalty", rows.iter().map(|row| row.value).collect()));
        mean(rows.into_iter()) * f64::from(self.e.gp_weight)
    }

    /// The gradient of each row's (first) logit in inference, in the first `width` numbers of the row.
    pub fn input_gradients(&self, d: &[Vec<Number>], x: &Batch, width: usize) -> Batch {
        let output = self.discriminate_in_eval(d, x);
        let sum = output.iter().map(|row| row[0]).sum();
        let inputs: Vec<Number> = x.iter().flat_map(|row| &row[..width]).copied().collect();
        gradient(sum, &inputs).chunks(width).map(<[Number]>::to_vec).collect()
    }

    /// Balanced consistency regularisation (Zhao et al. 2021): (D(x) − D(T(x)))², for real x and for fake.
    pub fn consistency(
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
        report.terms.push(("inconsistency", squares));
        loss
    }

    /// Miyato et al. 2018: KL(D(x) ‖ D(x + r)), for the r of length ε that changes D(x) most. For one logit it is along
    /// the logit's gradient, with the sign that a power iteration from a random direction gives.
    pub fn virtual_adversarial(&mut self, d: &[Vec<Number>], x: &[Batch; 2], report: &mut Report) -> Number {
        let weight = f64::from(self.e.vat_weight);
        if weight == 0.0 {
            return 0.0.into();
        }
        let width = self.e.pack * d_dim(&self.e);
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
        report.terms.push(("virtual_adversarial", rows.iter().map(|row| row.value).collect()));
        mean(rows.into_iter()) * weight
    }

    // ---- Terms of the generator's loss ------------------------------------------------------------------------------

    /// Salimans et al. 2016, §3.1: ‖mean features of fake samples − mean features of real ones‖².
    pub fn feature_matching(&mut self, d: &[Vec<Number>], fake: &Batch, real: &Samples, report: &mut Report) -> Number {
        let weight = f64::from(self.e.feature_matching_weight);
        if weight == 0.0 {
            return 0.0.into();
        }
        let x = self.d_input(real);
        let (real, _) = self.discriminate_without_update(d, &x);
        let column = |batch: &Batch, j: usize| mean(batch.iter().map(|row| row[j]));
        let distance: Number = (0..fake[0].len()).map(|j| (column(fake, j) - column(&real, j)).square()).sum();
        report.terms.push(("feature_distance", vec![distance.value]));
        distance * weight
    }

    /// Makhzani et al. 2016: an autoencoder's mean squared error.
    pub fn reconstruction(&self, made: &Batch, images: &Batch, report: &mut Report) -> Number {
        if self.e.architecture != Architecture::Autoencoder {
            return 0.0.into();
        }
        let error = |(made, image): (&Vec<Number>, &Vec<Number>)| {
            let pixels = made[self.e.latent_dim..].iter().zip(image);
            vec![mean(pixels.map(|(a, b)| (*a - *b).square()))]
        };
        let rows = made.iter().zip(images).map(error).collect();
        report.terms.push(("reconstruction", values(&rows)));
        mean_of_rows(&rows) * f64::from(self.e.reconstruction_weight)
    }

    /// Karras et al. 2020, §3.2: (‖Jᵀy‖ − a)², with y ~ N(0, I) / √(height · width) and a the mean length; on half a
    /// batch.
    pub fn path_length_penalty(&mut self, params: &[Vec<Number>], inputs: &Batch, report: &mut Report) -> Number {
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
        report.terms.push(("path_length", vec![self.path_length]));
        let rows = lengths.into_iter().map(|length| (length - self.path_length).square());
        mean(rows) * f64::from(self.e.path_length_weight)
    }
}

/// ACGAN (Odena et al. 2017): the cross-entropy of the class logits.
pub fn class_loss(output: &Batch, samples: &Samples) -> Number {
    let classes = samples.classes.as_ref().expect("ACGAN's samples have classes");
    let row = |(output, class): (&Vec<Number>, &Vec<Number>)| {
        let logits = &output[1..];
        let log_sum = logits.iter().map(|l| l.exp()).sum::<Number>().ln();
        log_sum - logits.iter().zip(class).map(|(l, c)| *l * *c).sum::<Number>()
    };
    mean(output.iter().zip(classes).map(row))
}
