//! SGD with momentum, Adam and RMSProp, on a flat list of matrices.
//!
//! Moments are kept undivided: m ← β₁ m + g and v ← β₂ v + g², the usual ones times 1/(1 − β). Both factors then meet in
//! a single scalar of the update, which saves two passes over every weight.

use burn::tensor::Tensor;

use crate::experiment::OptimizerKind;

/// Keeps a square root from dividing by 0.
const EPSILON: f64 = 1e-8;

/// One network's optimiser and its memory.
#[derive(Clone, Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    /// Updates so far.
    pub time: u64,
    /// For each weight in turn, as many moments as [`moments`] says.
    pub moments: Vec<Tensor<2>>,
}

/// Names of the moments that `kind` keeps for each weight.
#[must_use]
pub fn moments(kind: OptimizerKind) -> &'static [&'static str] {
    match kind {
        OptimizerKind::Sgd => &["first"],
        OptimizerKind::Adam => &["first", "second"],
        OptimizerKind::Rmsprop => &["second"],
    }
}

impl Optimizer {
    /// An optimiser for `weights` that has not stepped yet.
    #[must_use]
    pub fn new(kind: OptimizerKind, learning_rate: f32, (beta1, beta2): (f32, f32), weights: &[Tensor<2>]) -> Self {
        let moments = weights.iter().flat_map(|w| moments(kind).iter().map(|_| w.zeros_like())).collect();
        Self { kind, learning_rate: learning_rate.into(), beta1: beta1.into(), beta2: beta2.into(), time: 0, moments }
    }

    /// The weights, each moved against its gradient, at the share `rate` of the learning rate.
    ///
    /// Weights and moments are taken and given back, so that each has one owner and can be updated in place.
    ///
    /// # Panics
    /// When there are more weights than the optimiser was made for.
    #[must_use]
    pub fn step(&mut self, weights: Vec<Tensor<2>>, gradients: Vec<Tensor<2>>, rate: f64) -> Vec<Tensor<2>> {
        self.time += 1;
        let learning_rate = self.learning_rate * rate;
        let mut old = std::mem::take(&mut self.moments).into_iter();
        let mut old = || old.next().expect("moments fit the weights");
        let mut update = |(weight, gradient): (Tensor<2>, Tensor<2>)| match self.kind {
            OptimizerKind::Sgd => {
                let first = old() * self.beta1 + gradient;
                let moved = weight - first.clone() * learning_rate;
                self.moments.push(first);
                moved
            }
            OptimizerKind::Adam => {
                let first = old() * self.beta1 + gradient.clone();
                let second = old() * self.beta2 + gradient.clone() * gradient;
                let mean = (1.0 - self.beta1) / (1.0 - self.beta1.powf(self.time as f64));
                let spread = ((1.0 - self.beta2) / (1.0 - self.beta2.powf(self.time as f64))).sqrt();
                let direction = first.clone() / (second.clone().sqrt() + EPSILON / spread);
                self.moments.extend([first, second]);
                weight - direction * (learning_rate * mean / spread)
            }
            OptimizerKind::Rmsprop => {
                let second = old() * self.beta2 + gradient.clone() * gradient.clone();
                let spread = (1.0 - self.beta2).sqrt();
                let direction = gradient / (second.clone().sqrt() + EPSILON / spread);
                self.moments.push(second);
                weight - direction * (learning_rate / spread)
            }
        };
        weights.into_iter().zip(gradients).map(&mut update).collect()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::matrix;

    /// Three steps on gradients 1, -2, .5 from weight 1, against the textbook recursion in f64.
    fn check(kind: OptimizerKind, mut textbook: impl FnMut(f64, i32) -> f64) {
        let device = Device::flex();
        let mut weights = vec![matrix(vec![1.0], [1, 1], &device)];
        let mut optimizer = Optimizer::new(kind, 0.1, (0.5, 0.9), &weights);
        let mut wanted = 1.0;
        for (t, gradient) in (1..).zip([1.0, -2.0, 0.5]) {
            weights = optimizer.step(weights, vec![matrix(vec![gradient], [1, 1], &device)], 1.0);
            wanted -= textbook(gradient.into(), t);
            let got: f32 = weights[0].clone().into_scalar();
            assert!((f64::from(got) - wanted).abs() < 1e-5, "{kind:?} {t}: {got} {wanted}");
        }
    }

    #[test]
    fn steps_are_the_textbooks() {
        let mut m = 0.0;
        check(OptimizerKind::Sgd, |g, _| {
            m = 0.5 * m + g;
            0.1 * m
        });
        let (mut m, mut v) = (0.0, 0.0);
        check(OptimizerKind::Adam, |g, t| {
            m = 0.5 * m + 0.5 * g;
            v = 0.9 * v + 0.1 * g * g;
            0.1 * (m / (1.0 - 0.5f64.powi(t))) / ((v / (1.0 - 0.9f64.powi(t))).sqrt() + 1e-8)
        });
        let mut v = 0.0;
        check(OptimizerKind::Rmsprop, |g, _| {
            v = 0.9 * v + 0.1 * g * g;
            0.1 * g / (v.sqrt() + 1e-8)
        });
    }
}
