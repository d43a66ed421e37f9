//! The report of a step, read and reduced to scalars.

use burn::tensor::{Tensor, TensorData, Transaction};

use crate::error::{Error, Result};
use crate::experiment::{Experiment, Objective};
use crate::objective;
use crate::quantity::{Better, Format, Quantity};
use crate::tensor::{floats, read};
use crate::trainer::{StepReport, Trainer, UpdateReport};

/// Gradient norm of D.
pub const D_GRADIENT_NORM: Quantity = Quantity {
    name: "d_gradient_norm",
    label: "Gradient norm of D",
    help: "Euclidean norm of the gradient of the discriminator's whole loss in its parameters, in its last update.",
    format: Format::Number,
    better: Better::Neither,
};

/// Gradient norm of G.
pub const G_GRADIENT_NORM: Quantity = Quantity {
    name: "g_gradient_norm",
    label: "Gradient norm of G",
    help: "Euclidean norm of the gradient of the generator's whole loss in its parameters, in its last update. Near 0, \
           the generator stops learning (Arjovsky & Bottou 2017).",
    format: Format::Number,
    better: Better::Neither,
};

/// Losses and discriminator outputs of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct GanStats {
    /// The discriminator's last loss.
    pub d_loss: f32,
    /// The generator's last loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: f32,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: f32,
    /// Further terms of the losses, and the state of the objective and the regularisers.
    pub terms: Vec<(Quantity, f32)>,
}

/// Mean logits of the discriminator: the scores of a critic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanLogits {
    /// Over the last real batch.
    pub real: f32,
    /// Over the last fake batch.
    pub fake: f32,
}

/// Reads the report of a step.
///
/// # Errors
/// When the device fails, or a loss is no longer finite.
pub async fn read_stats(trainer: &Trainer, report: StepReport) -> Result<GanStats> {
    let unread = UnreadStats::new(report);
    let data = read(unread.register(Transaction::default())).await?;
    let (stats, _) = unread.stats(trainer.experiment(), trainer.step, &data)?;
    Ok(stats)
}

/// A report whose tensors are to be read.
pub(super) struct UnreadStats {
    tensors: Vec<Tensor<2>>,
    /// Those of the last tensors but two.
    quantities: Vec<Quantity>,
}

impl UnreadStats {
    pub(super) fn new(StepReport { discriminator: d, generator: g }: StepReport) -> Self {
        let norms = [&d, &g].map(squared_norms);
        let (quantities, terms): (Vec<_>, Vec<_>) = d.terms.into_iter().chain(g.terms).unzip();
        let mut tensors = vec![d.rows, g.rows, d.logits];
        tensors.extend(terms);
        tensors.extend(norms);
        Self { tensors, quantities }
    }

    pub(super) fn register(&self, transaction: Transaction) -> Transaction {
        self.tensors.iter().cloned().fold(transaction, Transaction::register)
    }

    /// From the tensors' numbers.
    pub(super) fn stats(self, e: &Experiment, step: u64, data: &[TensorData]) -> Result<(GanStats, MeanLogits)> {
        let mean = |rows: &[f32]| rows.iter().sum::<f32>() / rows.len() as f32;
        // Half of the discriminator's rows are real and half are fake; its loss is the sum of both means.
        let d_loss = 2.0 * mean(&floats(&data[0])?);
        let g_loss = mean(&floats(&data[1])?);
        for (loss, value) in [("discriminator", d_loss), ("generator", g_loss)] {
            if !value.is_finite() {
                return Err(Error::Diverged { step, loss, value });
            }
        }
        let logits = floats(&data[2])?;
        let (real, fake) = logits.split_at(logits.len() / 2);
        let (of_terms, norms) = data[3..].split_at(self.quantities.len());
        let mut terms = (self.quantities.into_iter().zip(of_terms))
            .map(|(quantity, rows)| Ok((quantity, mean(&floats(rows)?))))
            .collect::<Result<Vec<_>>>()?;
        if e.objective == Objective::Began {
            let error = objective::convergence(-mean(real), g_loss, e.began_gamma);
            terms.push((objective::CONVERGENCE, error));
        }
        for (quantity, squares) in [D_GRADIENT_NORM, G_GRADIENT_NORM].into_iter().zip(norms) {
            terms.push((quantity, norm(&floats(squares)?)));
        }
        let belief = |logits: &[f32]| logits.iter().copied().map(sigmoid).sum::<f32>() / logits.len() as f32;
        let stats = GanStats { d_loss, g_loss, d_real: belief(real), d_fake: belief(fake), terms };
        let scores = MeanLogits { real: mean(real), fake: mean(fake) };
        Ok((stats, scores))
    }
}

/// The squared norm of the gradient in each parameter, `[params, 1]`.
pub(super) fn squared_norms(report: &UpdateReport) -> Tensor<2> {
    let squares = report.gradients.iter().map(|gradient| gradient.clone().square().sum_dim(0).sum_dim(1));
    Tensor::cat(squares.collect(), 0)
}

/// The norm of a whole gradient, from the squared norms of its parts.
pub(super) fn norm(squares: &[f32]) -> f32 {
    squares.iter().sum::<f32>().sqrt()
}

pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
