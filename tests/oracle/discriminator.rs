//! Forward passes of the discriminator, and its spectral normalisation.

use counterfeit::experiment::{Conditional, Objective};

use crate::batch::{Batch, EPSILON, Values, mean, squared_norm, unit};
use crate::layers::{Mode, couples_batch, forward};
use crate::number::Number;
use crate::step::Run;

impl Run {
    /// Real and fake in training. Where batch statistics take part they are not mixed.
    pub fn discriminate(&mut self, d: &[Vec<Number>], [real, fake]: &[Batch; 2]) -> [Batch; 2] {
        let layers = &self.discriminator.layers;
        let buffers = &mut self.discriminator.weights.buffers;
        let mut pass = |x: &Batch| forward(layers, d, buffers, Mode::Train(&mut self.dropout), x.clone()).1;
        if couples_batch(layers) {
            return [pass(real), pass(fake)];
        }
        let mut both = pass(&[&real[..], fake].concat());
        let fake = both.split_off(real.len());
        [both, fake]
    }

    /// Features and output in training, without the update of the running statistics.
    pub fn discriminate_without_update(&mut self, d: &[Vec<Number>], x: &Batch) -> (Batch, Batch) {
        let mut buffers = self.discriminator.weights.buffers.clone();
        forward(&self.discriminator.layers, d, &mut buffers, Mode::Train(&mut self.dropout), x.clone())
    }

    pub fn discriminate_in_eval(&self, d: &[Vec<Number>], x: &Batch) -> Batch {
        let mut buffers = self.discriminator.weights.buffers.clone();
        forward(&self.discriminator.layers, d, &mut buffers, Mode::Eval, x.clone()).1
    }

    /// The logits in its output: all but ACGAN's class logits; for BEGAN, minus the mean absolute error of the
    /// reconstruction.
    pub fn logits(&self, output: &Batch, x: &Batch) -> Batch {
        let began =
            |(output, x): (&Vec<Number>, &Vec<Number>)| vec![-mean(output.iter().zip(x).map(|(a, b)| (*a - *b).abs()))];
        match (self.e.objective, self.e.conditional) {
            (Objective::Began, _) => output.iter().zip(x).map(began).collect(),
            (_, Conditional::Acgan) => output.iter().map(|row| row[..1].to_vec()).collect(),
            _ => output.clone(),
        }
    }

    /// Miyato et al. 2018: one power iteration an update.
    pub fn power_iteration(&mut self) {
        for (u, w) in self.u.iter_mut().zip(&self.discriminator.weights.params) {
            let Some(u) = u else { continue };
            let columns = w.len() / u.len();
            let v =
                unit((0..columns).map(|j| u.iter().zip(w.chunks(columns)).map(|(u, row)| u * row[j]).sum()).collect());
            *u = unit(w.chunks(columns).map(|row| row.iter().zip(&v).map(|(w, v)| w * v).sum()).collect());
        }
    }

    /// W / σ with σ = ‖Wᵀu‖, through which gradients pass; u is a constant.
    pub fn normalized(&self, params: &[Vec<Number>]) -> Vec<Vec<Number>> {
        let divide = |(w, u): (&Vec<Number>, &Option<Values>)| {
            let Some(u) = u else { return w.clone() };
            let columns = w.len() / u.len();
            let product = |j: usize| u.iter().enumerate().map(|(i, u)| w[i * columns + j] * *u).sum();
            let sigma = (squared_norm(&(0..columns).map(product).collect::<Vec<_>>()) + EPSILON).sqrt();
            w.iter().map(|w| *w / sigma).collect()
        };
        params.iter().zip(&self.u).map(divide).collect()
    }
}
