//! SGD with momentum, Adam and RMSProp, on a flat list of matrices: a pure function of parameters, gradients, moments
//! and the numbers that change from update to update.
//!
//! Moments are kept undivided: m ← β₁ m + g and v ← β₂ v + g², the usual ones times 1/(1 − β). Both factors then meet
//! in the rate and ε of an update, [`Optimizer::inputs`].

use burn::tensor::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernels::{adam, adam_of_two, rmsprop, sgd};
use crate::tensor::HostMatrix;

/// Keeps a square root from dividing by 0.
const EPSILON: f64 = 1e-8;

/// How gradients become steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Gradient descent, with momentum `beta1`.
    #[schemars(title = "SGD")]
    Sgd,
    /// Kingma & Ba 2015, with `beta1` and `beta2`.
    #[schemars(title = "Adam")]
    Adam,
    /// Tieleman & Hinton 2012, with the decay `beta2` of squared gradients.
    #[schemars(title = "RMSProp")]
    Rmsprop,
}

/// How one network's gradients become updates.
#[derive(Clone, Copy, Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
}

impl OptimizerKind {
    /// Names of the moments that are kept for each parameter.
    #[must_use]
    pub fn moments(self) -> &'static [&'static str] {
        match self {
            Self::Sgd => &["first_moment"],
            Self::Adam => &["first_moment", "second_moment"],
            Self::Rmsprop => &["second_moment"],
        }
    }
}

impl Optimizer {
    /// With this learning rate and these decays of the moments.
    #[must_use]
    pub fn new(kind: OptimizerKind, learning_rate: f32, (beta1, beta2): (f32, f32)) -> Self {
        Self { kind, learning_rate: learning_rate.into(), beta1: beta1.into(), beta2: beta2.into() }
    }

    /// Moments of 0: for each parameter in turn as many as [`OptimizerKind::moments`] names.
    #[must_use]
    pub fn init(&self, params: &[Tensor<2>]) -> Vec<Tensor<2>> {
        params.iter().flat_map(|param| self.kind.moments().iter().map(|_| param.zeros_like())).collect()
    }

    /// The numbers of update number `update`, counted from 1, with the learning rate times `lr_scale`, `[1, 2]`: the
    /// rate, which is the factor of the update's direction, with Adam's bias corrections; and ε, which is added to the
    /// root of the second moment.
    #[must_use]
    pub fn inputs(&self, update: u64, lr_scale: f64) -> HostMatrix {
        let learning_rate = self.learning_rate * lr_scale;
        let (rate, root) = match self.kind {
            OptimizerKind::Sgd => (learning_rate, 1.0),
            OptimizerKind::Adam => {
                let correction = |beta: f64| (1.0 - beta) / (1.0 - beta.powf(update as f64));
                let root = correction(self.beta2).sqrt();
                (learning_rate * correction(self.beta1) / root, root)
            }
            OptimizerKind::Rmsprop => {
                let root = (1.0 - self.beta2).sqrt();
                (learning_rate / root, root)
            }
        };
        HostMatrix { values: vec![rate as f32, (EPSILON / root) as f32], shape: [1, 2] }
    }

    /// Parameters and moments after one update against `gradients`, with these [`inputs`](Self::inputs).
    ///
    /// Both are taken and given back: a tensor to which nothing else refers is updated in place.
    ///
    /// # Panics
    /// When there are more parameters than moments were made for.
    #[must_use]
    pub fn step(
        &self,
        params: Vec<Tensor<2>>,
        moments: Vec<Tensor<2>>,
        gradients: Vec<Tensor<2>>,
        inputs: &Tensor<2>,
    ) -> (Vec<Tensor<2>>, Vec<Tensor<2>>) {
        let [beta1, beta2] = [self.beta1, self.beta2].map(|beta| beta as f32);
        let mut new = (Vec::with_capacity(params.len()), Vec::with_capacity(moments.len()));
        let mut moments = moments.into_iter();
        let mut next = || moments.next().expect("moments fit the parameters");
        let mut pairs = params.into_iter().zip(gradients);
        while let Some((param, gradient)) = pairs.next() {
            let numbers = inputs.clone();
            match self.kind {
                OptimizerKind::Sgd => {
                    let [param, first] = sgd([param, next()], gradient, numbers, beta1);
                    new.0.push(param);
                    new.1.push(first);
                }
                OptimizerKind::Rmsprop => {
                    let [param, second] = rmsprop([param, next()], gradient, numbers, beta2);
                    new.0.push(param);
                    new.1.push(second);
                }
                OptimizerKind::Adam => {
                    let one = [param, next(), next()];
                    let updated = match pairs.next() {
                        Some((param, other)) => {
                            let both = [one, [param, next(), next()]];
                            Vec::from(adam_of_two(both, [gradient, other], numbers, [beta1, beta2]))
                        }
                        None => vec![adam(one, gradient, numbers, [beta1, beta2])],
                    };
                    for [param, first, second] in updated {
                        new.0.push(param);
                        new.1.extend([first, second]);
                    }
                }
            }
        }
        new
    }
}
