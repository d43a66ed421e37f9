//! A single update of a network as plain numbers.

use burn::tensor::{Tensor, Transaction};
use serde::Serialize;

use super::scene::outputs;
use super::stats::{norm, squared_norms};
use crate::error::Result;
use crate::tensor::{floats, read};
use crate::trainer::{Trainer, Update};
use crate::typed_array::floats as serialize;

/// Samples that are shown.
const SHOWN: usize = 64;

/// The network that an update changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Updated {
    /// The discriminator.
    Discriminator,
    /// The generator.
    Generator,
}

/// An update of one network. Of its samples the first ones, at most 64.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UpdateView {
    /// The network.
    pub network: Updated,
    /// Discriminator updates before an update of the generator, at this step.
    pub n_critic: usize,
    /// Samples in the batch.
    pub batch: usize,
    /// Samples of which each output is.
    pub pack: usize,
    /// The generator's input, `[n, generator_inputs]`.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub latents: Vec<f32>,
    /// Real samples, `[n, d_dim]`; none in an update of the generator.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub real: Vec<f32>,
    /// The generator's samples for these latents before the update, `[n, d_dim]`.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub fake: Vec<f32>,
    /// The same after an update of the generator.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub moved: Vec<f32>,
    /// The discriminator's outputs before the update, one for each pack: for the real samples.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub real_outputs: Vec<f32>,
    /// For the fakes.
    #[serde(serialize_with = "serialize")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub fake_outputs: Vec<f32>,
    /// The mean output over all real samples of the batch; `null` in an update of the generator.
    pub mean_real: Option<f32>,
    /// Over all fakes.
    pub mean_fake: f32,
    /// The loss without further terms.
    pub loss: f32,
    /// The norm of the gradient of the whole loss.
    pub gradient_norm: f32,
}

/// Reads an update.
///
/// # Errors
/// When the device fails.
pub async fn view_update(trainer: &Trainer, update: Update) -> Result<UpdateView> {
    let e = trainer.experiment();
    let Update { latents, real, fake, moved, report } = update;
    let shown = |tensor: Tensor<2>| {
        let n = tensor.dims()[0].min(SHOWN);
        tensor.narrow(0, 0, n)
    };
    let tensors = [shown(fake), report.rows.clone(), report.logits.clone(), squared_norms(&report)];
    let all = tensors.into_iter().chain(moved.map(shown));
    let data = read(all.fold(Transaction::default(), Transaction::register)).await?;
    let mut data = data.iter().map(floats).collect::<Result<Vec<_>>>()?.into_iter();
    let mut next = || data.next().unwrap_or_default();
    let (fake, rows, logits, squares, moved) = (next(), next(), next(), next(), next());
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let halves = if real.is_some() { 2 } else { 1 };
    let mut outputs = outputs(e, logits);
    let fake_outputs = outputs.split_off(outputs.len() / 2 * (halves - 1));
    let first = |mut values: Vec<f32>, width: usize| {
        values.truncate(SHOWN * width);
        values
    };
    Ok(UpdateView {
        network: if real.is_some() { Updated::Discriminator } else { Updated::Generator },
        n_critic: trainer.n_critic(),
        batch: latents.shape[0],
        pack: e.pack,
        latents: first(latents.values, latents.shape[1]),
        real: real.map(|real| first(real.values, real.shape[1])).unwrap_or_default(),
        fake,
        moved,
        mean_real: (halves == 2).then(|| mean(&outputs)),
        mean_fake: mean(&fake_outputs),
        real_outputs: first(outputs, 1),
        fake_outputs: first(fake_outputs, 1),
        loss: halves as f32 * mean(&rows),
        gradient_norm: norm(&squares),
    })
}
