//! A run over many steps. The oracle in `tests/oracle` checks single steps.

use burn::tensor::{Device, Tensor};

use super::Trainer;
use crate::data::{Mixture, TrainingData};
use crate::experiment::Experiment;
use crate::metrics::{Evaluator, SAMPLES};
use crate::tensor::{detach, matrix};

/// A preset's run at its start, with these settings changed; for data that need no files.
pub(crate) fn trainer(preset: &str, settings: &[(&str, &str)]) -> Trainer {
    let mut experiment = Experiment::preset(preset).unwrap();
    experiment.set_all(settings.iter().copied()).unwrap();
    let data = TrainingData::new(&experiment, None).unwrap();
    Trainer::new(experiment, data, &Device::flex()).unwrap()
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    detach(tensor).into_data().try_to_vec().unwrap()
}

#[test]
fn a_seed_replays_and_another_does_not() {
    let run = |seed: &str| {
        let mut t = trainer("mixture-1d", &[("seed", seed), ("batch_size", "16")]);
        for _ in 0..5 {
            t.step();
        }
        t.state.generator.weights.params.into_iter().map(numbers).collect::<Vec<_>>()
    };
    assert_eq!(run("1"), run("1"));
    assert_ne!(run("1"), run("2"));
}

#[test]
fn mixed_precision_converges_as_single_precision_does() {
    // The mean W1 of 4 seeds. That of the first samples is 1.4.
    let w1 = |precision: &str| {
        let of_seed = |seed: &str| {
            let mut t = trainer("mixture-1d", &[("precision", precision), ("seed", seed), ("batch_size", "128")]);
            t.steps(2000);
            let e = t.experiment();
            let inputs = matrix(e.fixed_inputs(SAMPLES, e.seed), [SAMPLES, e.generator_inputs()], t.device());
            let evaluator = Evaluator::new(&Mixture::new(&e.mixture).unwrap(), SAMPLES);
            evaluator.evaluate(&numbers(t.sample(inputs)))[0].value
        };
        ["0", "1", "2", "3"].map(of_seed).iter().sum::<f64>() / 4.0
    };
    let (single, mixed) = (w1("f32"), w1("bf16"));
    assert!(single < 0.25 && mixed < 0.25 && single != mixed, "{single} {mixed}");
    assert!(mixed < 1.5 * single, "{mixed} is far from {single}");
}

#[test]
fn a_dirac_gan_orbits_unless_its_gradient_is_penalised() {
    // Mescheder et al. 2018, §3: the distance to (0, 0) of the plain game does not shrink, that of R1 does. Alternating
    // updates keep the plain one bounded.
    let distance = |preset: &str, settings: &[(&str, &str)]| {
        let mut t = trainer(preset, settings);
        let far = |t: &Trainer| {
            let [theta, psi] =
                [&t.state.generator, &t.state.discriminator].map(|player| numbers(player.weights.params[0].clone())[0]);
            theta.hypot(psi)
        };
        for _ in 0..1500 {
            t.step();
        }
        // Over a whole turn and more.
        let turn = (0..500).map(|_| {
            t.step();
            far(&t)
        });
        turn.fold((f32::MAX, 0.0), |(low, high): (f32, f32), d| (low.min(d), high.max(d)))
    };
    let (low, high) = distance("dirac", &[]);
    assert!(low > 0.7 && high < 3.0, "{low} {high}");
    assert!(distance("dirac", &[("objective", "wasserstein")]).0 > 0.7);
    assert!(distance("dirac-r1", &[]).1 < 0.01);
    assert!(distance("dirac-r1", &[("gradient_penalty", "r2")]).1 < 0.01);
}

#[test]
fn what_a_change_adds_starts_and_what_needs_another_run_is_left() {
    let mut t = trainer("digits-mlp", &[("batch_size", "4"), ("examples_per_class", "2")]);
    t.steps(3);
    let revised = |t: &mut Trainer, settings: &[(&str, &str)]| {
        let mut experiment = t.experiment().clone();
        experiment.set_all(settings.iter().copied()).unwrap();
        t.revise(experiment).unwrap()
    };
    let weights = |t: &Trainer| numbers(t.state.generator.weights.params[0].clone());
    let before = weights(&t);
    for others in [
        &[("seed", "9")][..],
        &[("latent_dim", "7")],
        &[("generator_activation", "tanh")],
        &[("optimizer", "sgd")],
        &[("generator_lr", "0.5"), ("dropout", "0.5")],
        // A live setting whose value needs another discriminator.
        &[("objective", "began"), ("path_length_weight", "0"), ("label_smoothing", "1"), ("gradient_penalty", "none")],
    ] {
        assert!(!revised(&mut t, others), "{others:?}");
        assert_eq!((t.step, weights(&t)), (3, before.clone()), "{others:?}");
        assert_ne!(t.experiment().generator_lr, 0.5);
    }
    assert!(revised(&mut t, &[("ema_decay", "0.9"), ("path_length_weight", "1")]));
    let average = t.state.generator_ema.clone().expect("an average is kept");
    assert_eq!(numbers(average.params[0].clone()), before, "it starts from the generator");
    assert_eq!(numbers(t.state.path_length.clone().unwrap()), [0.0]);
    t.steps(2);
    assert_eq!(t.step, 5);
    assert_ne!(weights(&t), before);
}
