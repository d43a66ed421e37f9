//! The oracle: one training step as the papers write it, in f64 and without burn ([`step`]), and the trainer compared
//! with it, number by number ([`state`]), for every setting and every pair of settings that go together ([`settings`]).
//!
//! To learn what a setting does, find its name here: the algorithm is in `step.rs`, the terms of its losses in
//! `losses.rs`, the networks in `layers.rs` and `architectures.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::match_bool, clippy::needless_for_each, reason = "shorter in formulas")]
#![allow(clippy::cast_possible_wrap, reason = "sides of images and columns of tiny networks")]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN is to fail a comparison")]
#![allow(clippy::suspicious_arithmetic_impl, reason = "a quotient is a product with a power")]
#![allow(clippy::enum_variant_names, reason = "LayerNorm is the layer's name")]

mod architectures;
mod batch;
mod discriminator;
mod golden;
mod inputs;
mod layers;
mod losses;
mod number;
mod optimizer;
mod settings;
mod state;
mod step;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::Device;
use counterfeit::Experiment;
use counterfeit::data::{Images, TrainingData, digits};
use counterfeit::experiment::DataKind;
use counterfeit::rng::{Rng, Stream};
use counterfeit::trainer::Trainer;

use self::number::in_single_precision;
use self::settings::{CROWDS, INERT, VARIATIONS, Variation};
use self::state::{LatentQuery, compare, of_oracle, of_trainer};
use self::step::Run;

/// Enough for moments, averages and schedules to count.
const STEPS: u64 = 3;

/// Runs both from this step on, and compares them at the start and after every step.
fn check(e: &Experiment, start: u64) -> Result<(), String> {
    let data = data_of(e).map_err(|error| error.to_string())?;
    let mut trainer = Trainer::new(e.clone(), data.clone(), &Device::flex()).map_err(|error| error.to_string())?;
    let mut exact = Run::new(e, data.clone());
    let mut rounded = in_single_precision(|| Run::new(e, data));
    (trainer.step, exact.step, rounded.step) = (start, start, start);
    let probe = LatentQuery::new(e);
    for step in 0..=STEPS {
        let reports = (step > 0).then(|| (exact.step(), in_single_precision(|| rounded.step()), trainer.step()));
        let (a, b, c) = match &reports {
            Some((a, b, c)) => (Some(a), Some(b), Some(c)),
            None => (None, None, None),
        };
        let rounded = in_single_precision(|| of_oracle(&rounded, b, &probe));
        compare(&of_oracle(&exact, a, &probe), &rounded, &of_trainer(&trainer, c, &probe))
            .map_err(|why| format!("after step {step}, {why}"))?;
    }
    let streams = serde_json::json!({
        "data": exact.data.state(),
        "latents": exact.latents.position(),
        "classes": exact.classes.position(),
        "dropout": exact.dropout.position(),
        "noise": exact.noise.position(),
    });
    if serde_json::to_value(trainer.rng_state()).unwrap() != streams || trainer.step != exact.step {
        return Err("the random streams or the step are elsewhere".into());
    }
    Ok(())
}

/// MNIST's two files, with three drawn images of each digit.
fn mnist_files() -> [Vec<u8>; 2] {
    let all: Vec<u8> = (0..10).collect();
    let drawn = digits::set(&all, 3, 28, &mut Rng::new(1, Stream::Digits)).unwrap();
    let n = drawn.len() as u8;
    let images = [&[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28], drawn.pixels()].concat();
    let labels = [&[0, 0, 8, 1, 0, 0, 0, n], drawn.labels()].concat();
    [images, labels]
}

/// Digits in negative, of which the colours differ.
fn coloured(size: usize, channels: usize) -> counterfeit::Result<Images> {
    let all: Vec<u8> = (0..10).collect();
    let drawn = digits::set(&all, 3, size, &mut Rng::new(1, Stream::Digits))?;
    let planes = |grey: &[u8]| (0..channels).flat_map(|i| grey.iter().map(move |p| (255 - p) >> i)).collect::<Vec<_>>();
    let pixels = drawn.pixels().chunks_exact(drawn.dim()).flat_map(planes).collect();
    Images::in_planes(channels, size, pixels, drawn.labels().to_vec())
}

/// The data of an experiment.
fn data_of(e: &Experiment) -> counterfeit::Result<TrainingData> {
    match e.data {
        DataKind::Folder => TrainingData::of_folder(e, coloured(e.image_size, e.channels)?),
        DataKind::Cifar10 => {
            let images = coloured(32, 3)?;
            let records = images.labels().iter().zip(images.pixels().chunks_exact(images.dim()));
            let file = records.flat_map(|(label, pixels)| [&[*label], pixels].concat()).collect();
            TrainingData::new(e, Some(&[file]))
        }
        _ => TrainingData::new(e, Some(&mnist_files())),
    }
}

/// Checks all cases, each a name, a first step and an experiment, on every core.
///
/// Where rounding puts a number on the other side of a kink (of |x|, LeakyReLU, a clipped weight), the trainer goes
/// another way, and it depends on the processor's instructions where that happens: a case of a hundred updates, a
/// critic's warm-up, is checked from another seed, too, where it fails. A wrong formula fails from every seed.
#[allow(clippy::disallowed_methods, reason = "these tests are native")]
fn check_all(cases: &[(String, u64, Experiment)]) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((name, start, e)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let again = |why| {
                if !e.critic_warmup {
                    return Err(why);
                }
                check(&Experiment { seed: e.seed + 1, ..e.clone() }, *start)
            };
            if let Err(why) = check(e, *start).or_else(again) {
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
        let mut run = Run::new(&e, data_of(&e).unwrap());
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
    for size in ["32", "48", "64", "96", "128"] {
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
