//! How gradients move parameters.

use counterfeit::Experiment;
use counterfeit::experiment::OptimizerKind;

use crate::batch::Values;
use crate::number::round;

/// The means of gradients and of their squares, for each parameter.
#[derive(Default)]
pub struct Optimizer {
    pub updates: i32,
    pub first: Vec<Values>,
    pub second: Vec<Values>,
}

impl Optimizer {
    /// SGD with momentum; RMSProp (Tieleman & Hinton 2012); Adam (Kingma & Ba 2015, algorithm 1).
    pub fn update(&mut self, e: &Experiment, params: &mut [Values], gradients: &[Values], lr: f64) {
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
