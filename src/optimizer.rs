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
