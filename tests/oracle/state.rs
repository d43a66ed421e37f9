//! Every number that a run is, by name, as the oracle has it and as the trainer has it, and the comparison of the two.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Tensor;
use counterfeit::Experiment;
use counterfeit::experiment::{Objective, OptimizerKind};
use counterfeit::quantity::Quantity;
use counterfeit::rng::{Rng, Stream};
use counterfeit::tensor::matrix;
use counterfeit::trainer::{StepReport, Trainer};

use crate::architectures::d_dim;
use crate::step::{Report, Run};

/// Numbers that belong together, by name.
pub type Groups = BTreeMap<String, Vec<f64>>;

/// Everything that a run is, and what it reports and shows, as the oracle has it.
pub fn of_oracle(run: &Run, report: Option<&Report>, probe: &LatentQuery) -> Groups {
    let mut all = Groups::new();
    let mut add = |name: String, values: &[f64]| drop(all.insert(name, values.to_vec()));
    for (side, player) in [("generator", &run.generator), ("discriminator", &run.discriminator)] {
        let (beta1, beta2) = (f64::from(run.e.beta1), f64::from(run.e.beta2));
        for (i, w) in player.weights.params.iter().enumerate() {
            add(format!("{side} weight {i}"), w);
        }
        for (i, b) in player.weights.buffers.iter().enumerate() {
            add(format!("{side} buffer {i}"), b);
        }
        // The trainer keeps moments undivided: m ← β m + g.
        let moments = player.optimizer.first.iter().zip(&player.optimizer.second).enumerate();
        for (i, (first, second)) in moments {
            let undivided =
                |moment: &[f64], beta: f64| -> Vec<f64> { moment.iter().map(|m| m / (1.0 - beta)).collect() };
            match run.e.optimizer {
                OptimizerKind::Sgd => add(format!("{side} first moment {i}"), first),
                OptimizerKind::Adam => {
                    add(format!("{side} first moment {i}"), &undivided(first, beta1));
                    add(format!("{side} second moment {i}"), &undivided(second, beta2));
                }
                OptimizerKind::Rmsprop => add(format!("{side} second moment {i}"), &undivided(second, beta2)),
            }
        }
        add(format!("{side} updates"), &[player.optimizer.updates.into()]);
    }
    for (i, u) in run.u.iter().enumerate() {
        u.iter().for_each(|u| add(format!("u {i}"), u));
    }
    if run.e.objective == Objective::Began {
        add("k".into(), &[run.k]);
    }
    if run.e.path_length_weight > 0.0 {
        add("mean path length".into(), &[run.path_length]);
    }
    if let Some(report) = report {
        add("report: d_rows".into(), &report.d_rows);
        add("report: logits".into(), &report.logits);
        add("report: g_rows".into(), &report.g_rows);
        for (name, values) in &report.terms {
            add(format!("report: {name}"), values);
        }
        for (side, gradients) in ["discriminator", "generator"].iter().zip(&report.gradients) {
            // Of all parameters: some of its numbers are the differences of much larger ones.
            add(format!("report: {side} gradient"), &gradients.concat());
        }
    }
    add("samples".into(), &run.sample(&probe.inputs, probe.n));
    let [logits, gradients] = run.logits_and_gradients(&probe.samples, &probe.labels);
    add("logits".into(), &logits);
    add("gradients".into(), &gradients);
    let ema = run.generator_ema.iter().flat_map(|ema| &ema.buffers).enumerate();
    ema.for_each(|(i, b)| add(format!("generator EMA buffer {i}"), b));
    let ema = run.generator_ema.iter().flat_map(|ema| &ema.params).enumerate();
    ema.for_each(|(i, w)| add(format!("generator EMA weight {i}"), w));
    all
}

fn numbers(tensor: &Tensor<2>) -> Vec<f64> {
    let tensor = tensor.clone();
    let tensor = if tensor.device().is_autodiff() { tensor.inner() } else { tensor };
    let values: Vec<f32> = tensor.into_data().try_to_vec().unwrap();
    values.into_iter().map(f64::from).collect()
}

/// The same of the trainer.
pub fn of_trainer(t: &Trainer, report: Option<&StepReport>, probe: &LatentQuery) -> Groups {
    let mut all = Groups::new();
    let mut add = |name: String, tensor: &Tensor<2>| drop(all.insert(name, numbers(tensor)));
    for (side, player) in [("generator", &t.state.generator), ("discriminator", &t.state.discriminator)] {
        let each = |tensors: &[Tensor<2>]| tensors.iter().cloned().enumerate().collect::<Vec<_>>();
        for (i, w) in each(&player.weights.params) {
            add(format!("{side} weight {i}"), &w);
        }
        for (i, b) in each(&player.weights.buffers) {
            add(format!("{side} buffer {i}"), &b);
        }
        let names: &[&str] = match t.experiment().optimizer {
            OptimizerKind::Sgd => &["first"],
            OptimizerKind::Adam => &["first", "second"],
            OptimizerKind::Rmsprop => &["second"],
        };
        for (i, m) in each(&player.moments) {
            add(format!("{side} {} moment {}", names[i % names.len()], i / names.len()), &m);
        }
    }
    if let Some(norm) = &t.state.spectral_norm {
        let vectors = norm.vectors.iter().enumerate();
        vectors.for_each(|(i, u)| u.iter().for_each(|u| add(format!("u {i}"), u)));
    }
    t.state.k.iter().for_each(|k| add("k".into(), k));
    t.state.path_length.iter().for_each(|mean| add("mean path length".into(), mean));
    if let Some(report) = report {
        let StepReport { discriminator, generator } = report;
        add("report: d_rows".into(), &discriminator.rows);
        add("report: logits".into(), &discriminator.logits);
        add("report: g_rows".into(), &generator.rows);
        for (Quantity { name, .. }, rows) in discriminator.terms.iter().chain(&generator.terms) {
            add(format!("report: {name}"), rows);
        }
        for (side, report) in [("discriminator", discriminator), ("generator", generator)] {
            let gradients = report.gradients.iter().map(|gradient| gradient.clone().reshape([-1, 1]));
            add(format!("report: {side} gradient"), &Tensor::cat(gradients.collect(), 0));
        }
    }
    let tensor = |values: &[f32], n: usize| matrix(values.to_vec(), [n, values.len() / n], t.device());
    add("samples".into(), &t.sample(tensor(&probe.inputs, probe.n)));
    add("logits".into(), &t.logits(tensor(&probe.samples, probe.labels.len()), &probe.labels));
    add("gradients".into(), &t.logit_gradients(tensor(&probe.samples, probe.labels.len()), &probe.labels));
    if let Some(ema) = &t.state.generator_ema {
        ema.params.iter().enumerate().for_each(|(i, w)| add(format!("generator EMA weight {i}"), w));
        ema.buffers.iter().enumerate().for_each(|(i, b)| add(format!("generator EMA buffer {i}"), b));
    }
    for (side, updates) in ["generator", "discriminator"].into_iter().zip(t.updates()) {
        all.insert(format!("{side} updates"), vec![updates as f64]);
    }
    all
}

/// Inputs on which both networks are looked at in inference.
pub struct LatentQuery {
    inputs: Vec<f32>,
    samples: Vec<f32>,
    labels: Vec<u8>,
    n: usize,
}

impl LatentQuery {
    pub fn new(e: &Experiment) -> Self {
        let n = e.batch_size;
        let labels = e.fixed_labels(n, 1);
        let samples = Rng::new(5, Stream::Metrics).normals(n * d_dim(e));
        Self { inputs: e.fixed_inputs(n, 1), samples, labels, n }
    }
}

/// Where the trainer and the oracle part, if they do. A number may be off by a few roundings of the largest number of
/// its group, and by as much as rounding every operation to single precision changes the oracle's own: much where a
/// batch's mean is taken off nearly equal numbers, and where Adam or RMSProp divide a gradient of next to nothing by
/// its own size.
pub fn compare(exact: &Groups, rounded: &Groups, given: &Groups) -> Result<(), String> {
    if !exact.keys().eq(given.keys()) {
        let names = |groups: &Groups| groups.keys().cloned().collect::<BTreeSet<_>>();
        let difference: Vec<_> = names(exact).symmetric_difference(&names(given)).cloned().collect();
        return Err(format!("only one of them has {difference:?}"));
    }
    for (name, wanted) in exact {
        let (rounded, given) = (&rounded[name], &given[name]);
        if given.len() != wanted.len() {
            return Err(format!("{name}: {} numbers, not {}", given.len(), wanted.len()));
        }
        let largest = wanted.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        let noise = wanted.iter().zip(rounded).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        let tolerance = 4e-6 * largest + 100.0 * noise + 5e-7;
        for (i, (wanted, given)) in wanted.iter().zip(given).enumerate() {
            // NaN is within nothing.
            if !((given - wanted).abs() <= tolerance) {
                return Err(format!("{name}, number {i}: {given} should be {wanted} ± {tolerance:e}"));
            }
        }
    }
    Ok(())
}
