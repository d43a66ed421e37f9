//! The oracle: one training step as the papers write it, in f64 and without burn ([`step`]), and the trainer held to it, number
//! by number, for every setting and every pair of settings that go together ([`settings`]).
//!
//! To learn what a setting does, find its name in `step.rs`.

mod network;
mod number;
mod settings;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use burn::tensor::{Device, Tensor};
use counterfeit::Experiment;
use counterfeit::data::{MnistFiles, Source};
use counterfeit::experiment::{Objective, OptimizerKind};
use counterfeit::nets::matrix;
use counterfeit::rng::{Rng, Stream};
use counterfeit::trainer::{StepReport, Trainer};

use self::number::in_single_precision;
use self::settings::{CROWDS, INERT, VARIATIONS, Variation};
use self::step::{Report, Run};

const STEPS: u64 = 3;

/// Numbers that belong together, by name.
type Groups = BTreeMap<String, Vec<f64>>;

/// Everything that a run is, and what it reports and shows, as the oracle has it.
fn wanted(run: &Run, report: Option<&Report>, probe: &Probe) -> Groups {
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
        for (name, values) in &report.extras {
            add(format!("report: {name}"), values);
        }
    }
    add("samples".into(), &run.sample(&probe.inputs, probe.n));
    let [logits, gradients] = run.opinion(&probe.samples, &probe.labels);
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
fn given(t: &Trainer, report: Option<&StepReport>, probe: &Probe) -> Groups {
    let mut all = Groups::new();
    let mut add = |name: String, tensor: &Tensor<2>| drop(all.insert(name, numbers(tensor)));
    for (side, player) in [("generator", &t.generator), ("discriminator", &t.discriminator)] {
        let each = |tensors: &[Tensor<2>]| tensors.iter().cloned().enumerate().collect::<Vec<_>>();
        for (i, w) in each(&player.weights.trained) {
            add(format!("{side} weight {i}"), &w);
        }
        for (i, b) in each(&player.weights.statistics) {
            add(format!("{side} buffer {i}"), &b);
        }
        let names: &[&str] = match t.experiment.optimizer {
            OptimizerKind::Sgd => &["first"],
            OptimizerKind::Adam => &["first", "second"],
            OptimizerKind::Rmsprop => &["second"],
        };
        for (i, m) in each(&player.optimizer.moments) {
            add(format!("{side} {} moment {}", names[i % names.len()], i / names.len()), &m);
        }
    }
    if let Some(norm) = &t.spectral_norm {
        let vectors = norm.vectors.iter().enumerate();
        vectors.for_each(|(i, u)| u.iter().for_each(|u| add(format!("u {i}"), u)));
    }
    t.balance.iter().for_each(|k| add("k".into(), k));
    t.path_length.iter().for_each(|mean| add("mean path length".into(), mean));
    if let Some(report) = report {
        add("report: d_rows".into(), &report.d_rows);
        add("report: logits".into(), &report.logits);
        add("report: g_rows".into(), &report.g_rows);
        for (name, rows) in &report.extras {
            add(format!("report: {name}"), rows);
        }
    }
    let tensor = |values: &[f32], n: usize| matrix(values.to_vec(), [n, values.len() / n], t.device());
    add("samples".into(), &t.sample(tensor(&probe.inputs, probe.n)));
    add("logits".into(), &t.logits(tensor(&probe.samples, probe.labels.len()), &probe.labels));
    add("gradients".into(), &t.slopes(tensor(&probe.samples, probe.labels.len()), &probe.labels));
    if let Some(ema) = &t.average {
        ema.trained.iter().enumerate().for_each(|(i, w)| add(format!("generator EMA weight {i}"), w));
        ema.statistics.iter().enumerate().for_each(|(i, b)| add(format!("generator EMA buffer {i}"), b));
    }
    for (side, player) in [("generator", &t.generator), ("discriminator", &t.discriminator)] {
        all.insert(format!("{side} updates"), vec![player.optimizer.time as f64]);
    }
    all
}

/// Inputs on which both networks are looked at in inference.
struct Probe {
    inputs: Vec<f32>,
    samples: Vec<f32>,
    labels: Vec<u8>,
    n: usize,
}

impl Probe {
    fn new(e: &Experiment) -> Self {
        let n = e.batch_size;
        let labels = e.fixed_labels(n, 1);
        let samples = Rng::new(5, Stream::Metrics).normals(n * network::d_dim(e));
        Self { inputs: e.fixed_inputs(n, 1), samples, labels, n }
    }
}

/// Where the trainer and the oracle part, if they do. A number may be off by a few roundings of the largest number of its
/// group, and by as much as rounding every operation to single precision changes the oracle's own: much where a batch's mean is
/// taken off nearly equal numbers, and where Adam or RMSProp divide a gradient of next to nothing by its own size.
fn compare(exact: &Groups, rounded: &Groups, given: &Groups) -> Result<(), String> {
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

/// Runs both from this step on, and compares them at the start and after every step.
fn check(e: &Experiment, start: u64) -> Result<(), String> {
    let source = Source::new(e, Some(&mnist_files())).map_err(|error| error.to_string())?;
    let mut trainer = Trainer::new(e.clone(), source.clone(), &Device::flex()).map_err(|error| error.to_string())?;
    let mut exact = Run::new(e, source.clone());
    let mut rounded = in_single_precision(|| Run::new(e, source));
    (trainer.step, exact.step, rounded.step) = (start, start, start);
    let probe = Probe::new(e);
    for step in 0..=STEPS {
        let reports = (step > 0).then(|| (exact.step(), in_single_precision(|| rounded.step()), trainer.step()));
        let (a, b, c) = match &reports {
            Some((a, b, c)) => (Some(a), Some(b), Some(c)),
            None => (None, None, None),
        };
        let rounded = in_single_precision(|| wanted(&rounded, b, &probe));
        compare(&wanted(&exact, a, &probe), &rounded, &given(&trainer, c, &probe))
            .map_err(|why| format!("after step {step}, {why}"))?;
    }
    let streams = serde_json::json!({
        "data": exact.data.cursor(),
        "latents": exact.latents.position(),
        "classes": exact.classes.position(),
        "dropout": exact.dropout.position(),
        "noise": exact.noise.position(),
    });
    if serde_json::to_value(trainer.streams()).unwrap() != streams || trainer.step != exact.step {
        return Err("the random streams or the step are elsewhere".into());
    }
    Ok(())
}

/// MNIST's two files, with three drawn images of each digit.
fn mnist_files() -> MnistFiles {
    let mut rng = Rng::new(1, Stream::Digits);
    let all: Vec<u8> = (0..10).collect();
    let drawn = counterfeit::data::digits::set(&all, 3, 28, &mut rng).unwrap();
    let header = |magic: u8, dims: &[u32]| {
        let mut bytes = vec![0, 0, 8, magic];
        dims.iter().for_each(|dim| bytes.extend(dim.to_be_bytes()));
        bytes
    };
    let mut images = header(3, &[30, 28, 28]);
    images.extend(drawn.pixels());
    let mut labels = header(1, &[30]);
    labels.extend(drawn.labels());
    MnistFiles { images, labels }
}

/// Runs `check` over all cases on every core, and fails with what went wrong.
fn check_all(cases: &[(String, u64, Experiment)]) {
    let (next, failures) = (Mutex::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let at = {
                let mut next = next.lock().unwrap();
                *next += 1;
                *next - 1
            };
            let Some((name, start, e)) = cases.get(at) else {
                return;
            };
            if let Err(why) = check(e, *start) {
                failures.lock().unwrap().push(format!("{name}: {why}"));
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (0..cores).for_each(|_| drop(scope.spawn(work)));
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Where a run begins: with a critic's warm-up at its last step of many updates, to have two of few.
fn first_step(e: &Experiment) -> u64 {
    if e.critic_warmup { 24 } else { 0 }
}

fn name(variation: &Variation) -> String {
    format!("{}={}", variation.key, variation.value)
}

/// A setting, or a choice of one, that nobody added here fails this test.
#[test]
fn every_setting_and_every_choice_has_a_variation() {
    let known = Experiment::default().to_toml().parse::<toml::Table>().unwrap();
    let tiny = settings::experiment(&[]).unwrap().to_toml().parse::<toml::Table>().unwrap();
    for key in known.keys().filter(|key| !INERT.contains(&key.as_str())) {
        let tried: Vec<_> = VARIATIONS.iter().filter(|v| v.key == key).map(|v| v.value).collect();
        assert!(!tried.is_empty(), "`{key}` has no variation in settings.rs");
        // The error about a value that is no choice names those that are.
        let error = Experiment::default().set(key, "no-choice").unwrap_err().to_string();
        let (_, expected) = error.split_once("it should be").unwrap_or_else(|| panic!("{error}"));
        let choices = expected.split('`').skip(1).step_by(2);
        for choice in choices.filter(|choice| tiny[key].as_str() != Some(*choice)) {
            assert!(
                tried.iter().any(|tried| tried.contains(choice)),
                "`{key} = {choice}` has no variation in settings.rs"
            );
        }
    }
}

/// A setting that both the trainer and the oracle ignored would pass the other tests.
#[test]
fn every_variation_changes_what_is_learnt() {
    let weights = |e: Experiment| {
        let source = Source::new(&e, Some(&mnist_files())).unwrap();
        let mut run = Run::new(&e, source);
        run.step = first_step(&e);
        (0..STEPS).for_each(|_| drop(run.step()));
        let ema = run.generator_ema.map(|ema| ema.params);
        (run.generator.weights.params, run.discriminator.weights.params, ema)
    };
    for variation in VARIATIONS {
        let [with, without] = [settings::experiment(&[variation]), settings::without(variation)].map(Result::unwrap);
        assert!(weights(with) != weights(without), "{} changes nothing", name(variation));
    }
}

#[test]
fn every_setting_alone_and_many_together() {
    let mut cases = Vec::new();
    let mut add = |name: String, e: counterfeit::Result<Experiment>| {
        let e = e.unwrap_or_else(|error| panic!("{name}: {error}"));
        cases.push((name, first_step(&e), e));
    };
    add("the tiny run".into(), settings::experiment(&[]));
    VARIATIONS.iter().for_each(|variation| add(name(variation), settings::experiment(&[variation])));
    CROWDS.iter().enumerate().for_each(|(i, crowd)| add(format!("crowd {i}"), settings::crowd(crowd)));
    let with = |key, value| VARIATIONS.iter().find(|v| (v.key, v.value) == (key, value)).expect("it is a variation");
    let dcgan = settings::experiment(&[with("architecture", "dcgan")]).unwrap();
    for size in ["32", "64"] {
        let mut e = dcgan.clone();
        add(format!("a DCGAN at {size} pixels"), e.set("image_size", size).map(|()| e));
    }
    // The critic's other warm-ups: each 500th step.
    cases.push((
        "critic_warmup at step 499".into(),
        499,
        settings::experiment(&[with("critic_warmup", "true")]).unwrap(),
    ));
    check_all(&cases);
}

#[test]
fn every_pair_of_settings_that_go_together() {
    let pairs =
        VARIATIONS.iter().enumerate().flat_map(|(i, one)| VARIATIONS[i + 1..].iter().map(move |other| [one, other]));
    let pairs: Vec<_> = pairs.filter(|[one, other]| one.key != other.key).collect();
    let allowed = pairs.iter().filter_map(|pair| Some((pair.map(name).join(", "), settings::experiment(pair).ok()?)));
    let cases: Vec<_> = allowed.map(|(name, e)| (name, first_step(&e), e)).collect();
    println!("{} of {} pairs of {} variations go together", cases.len(), pairs.len(), VARIATIONS.len());
    check_all(&cases);
}
