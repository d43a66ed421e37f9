//! The algorithm: who moves when, by how much, and what a seed replays. Each term of the losses and each architecture has its tests in
//! a file of its own.

mod architectures;
mod terms;

use super::*;
use crate::nets::matrix;

/// A preset's run at its start, with these settings changed; for data that need no files.
pub(crate) fn trainer(preset: &str, settings: &[(&str, &str)]) -> Trainer {
    let mut experiment = Experiment::preset(preset).unwrap();
    experiment.set_all(settings.iter().copied()).unwrap();
    let source = Source::new(&experiment, None).unwrap();
    Trainer::new(experiment, source, &Device::flex()).unwrap()
}

fn tiny_dcgan() -> Trainer {
    let small = [("data", "digits"), ("base_channels", "2"), ("batch_size", "4"), ("examples_per_class", "4")];
    trainer("mnist-dcgan", &small)
}

fn bits(weights: &Weights) -> Vec<u32> {
    let all = weights.trained.iter().chain(&weights.statistics);
    all.flat_map(|t| t.clone().into_data().try_to_vec::<f32>().unwrap()).map(f32::to_bits).collect()
}

#[test]
fn each_side_moves_alone() {
    for mut t in [trainer("mixture-1d", &[]), tiny_dcgan()] {
        let (g, d) = (bits(&t.generator.weights), bits(&t.discriminator.weights));
        let trained = |t: &Trainer| {
            let weights = Weights { statistics: Vec::new(), ..t.generator.weights.clone() };
            bits(&weights)
        };
        let before = trained(&t);
        let (mut report, real) = t.update_discriminator();
        assert_eq!(trained(&t), before, "a discriminator update moves no generator weight");
        assert_ne!(bits(&t.discriminator.weights), d);
        let d = bits(&t.discriminator.weights);
        t.update_generator(&mut report, real);
        assert_eq!(bits(&t.discriminator.weights), d, "a generator update leaves the discriminator");
        assert_ne!(bits(&t.generator.weights), g);
    }
}

#[test]
fn n_critic_discriminator_updates_before_each_generator_update() {
    let mut t = trainer("mixture-1d", &[("n_critic", "5")]);
    for _ in 0..3 {
        t.step();
    }
    assert_eq!((t.discriminator.optimizer.time, t.generator.optimizer.time), (15, 3));
}

#[test]
fn with_batch_norm_the_verdict_on_real_samples_does_not_depend_on_the_fakes() {
    let mut verdicts = [0.0, 1.0].map(|shift| {
        let mut t = tiny_dcgan();
        for weight in &mut t.generator.weights.trained {
            *weight = weight.clone() + shift;
        }
        let (report, _) = t.update_discriminator();
        report.logits.into_data().try_to_vec::<f32>().unwrap()
    });
    let [a, b] = &mut verdicts;
    assert_eq!(a[..4], b[..4]);
    assert_ne!(a[4..], b[4..]);
}

#[test]
fn the_average_follows_its_recursion() {
    let mut t = trainer("mixture-1d", &[("ema_decay", "0.9"), ("batch_size", "8")]);
    let first = |w: &Weights| w.trained[0].clone().into_data().try_to_vec::<f32>().unwrap()[0];
    let mut wanted = first(&t.generator.weights);
    for step in 0..100_u8 {
        t.step();
        let n = f32::from(step);
        let decay = ((1.0 + n) / (10.0 + n)).min(0.9);
        wanted = decay * wanted + (1.0 - decay) * first(&t.generator.weights);
    }
    let got = first(t.average.as_ref().unwrap());
    assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
    assert!((got - first(&t.generator.weights)).abs() > 1e-6, "an average lags behind");
}

#[test]
fn the_generators_gradient_reaches_it_through_the_discriminator() {
    // Finite differences of the loss in one generator weight, with the same latents: central, h = 1e-2.
    let t = trainer(
        "mixture-1d",
        &[("batch_size", "64"), ("generator_activation", "tanh"), ("discriminator_activation", "tanh")],
    );
    let latents = matrix(Rng::new(1, Stream::Latent).normals(64), [64, 1], t.device());
    let loss = |weights: &Weights, judge: &Weights, z: Tensor<2>| {
        let fake = t.generator.network.sample(weights, z);
        let logits = t.discriminator.network.sample(judge, fake);
        t.experiment.objective.generator(logits).mean()
    };
    let tracked = t.generator.weights.tracked();
    let value = loss(&tracked, &t.discriminator.weights.frozen(), latents.clone().autodiff());
    let grads = value.backward();
    let gradient = tracked.trained[2].grad(&grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
    let steepest = (0..gradient.len()).max_by(|&i, &j| gradient[i].abs().total_cmp(&gradient[j].abs())).unwrap();
    let h = 1e-2;
    let at = |shift: f32| -> f32 {
        let mut weights = t.generator.weights.clone();
        let shape = weights.trained[2].dims();
        let mut values = weights.trained[2].clone().into_data().try_to_vec::<f32>().unwrap();
        values[steepest] += shift;
        weights.trained[2] = matrix(values, shape, t.device());
        loss(&weights, &t.discriminator.weights, latents.clone()).into_scalar()
    };
    let difference = (at(h) - at(-h)) / (2.0 * h);
    let exact = gradient[steepest];
    assert!(exact.abs() > 1e-4, "a gradient worth testing: {exact}");
    assert!((difference - exact).abs() < 0.02 * exact.abs(), "{difference} {exact}");
}

#[test]
fn a_seed_replays_and_another_does_not() {
    let run = |seed: &str| {
        let mut t = trainer("mixture-1d", &[("seed", seed), ("batch_size", "16")]);
        for _ in 0..5 {
            t.step();
        }
        bits(&t.generator.weights)
    };
    assert_eq!(run("1"), run("1"));
    assert_ne!(run("1"), run("2"));
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    untracked(tensor).into_data().try_to_vec().unwrap()
}

/// A tiny run with these settings.
fn small(preset: &str, settings: &[(&str, &str)]) -> Trainer {
    let mut all = vec![("batch_size", "8")];
    if preset == "digits-mlp" {
        all.extend([("examples_per_class", "4"), ("base_channels", "2")]);
    } else {
        all.extend([("generator_hidden", "[6]"), ("discriminator_hidden", "[6]"), ("gradient_penalty", "none")]);
    }
    all.extend(settings);
    trainer(preset, &all)
}

const DCGAN: [(&str, &str); 2] = [("architecture", "dcgan"), ("dropout", "0")];

#[test]
fn everything_combines_and_trains() {
    let objectives = ["saturating", "non-saturating", "least-squares", "wasserstein", "hinge"];
    let penalties = ["none", "wgan-gp", "dragan", "r1", "r2"];
    for preset in ["ring", "digits-mlp"] {
        for objective in objectives {
            for penalty in penalties {
                for conditional in ["none", "label", "acgan"] {
                    let pack = if conditional == "acgan" { "1" } else { "2" };
                    let mut settings = vec![
                        ("objective", objective),
                        ("gradient_penalty", penalty),
                        ("conditional", conditional),
                        ("pack", pack),
                        ("spectral_norm", "true"),
                        ("discriminator_norm", "layer"),
                        ("instance_noise", "0.1"),
                        ("feature_matching_weight", "1"),
                        ("path_length_weight", "1"),
                    ];
                    if preset == "digits-mlp" {
                        settings.extend(DCGAN);
                        settings.push(("augment", "[\"translation\", \"cutout\"]"));
                    }
                    if objective.ends_with("saturating") {
                        settings.push(("vat_weight", "1"));
                        settings.push(("label_smoothing", "0.9"));
                    }
                    let mut t = small(preset, &settings);
                    let before = [bits(&t.generator.weights), bits(&t.discriminator.weights)];
                    let report = t.step();
                    let after = [bits(&t.generator.weights), bits(&t.discriminator.weights)];
                    assert!(before[0] != after[0] && before[1] != after[1], "{settings:?}");
                    let all = [report.d_rows, report.logits, report.g_rows];
                    let extras = report.extras.into_iter().map(|(_, rows)| rows);
                    for rows in all.into_iter().chain(extras) {
                        assert!(numbers(rows).iter().all(|v| v.is_finite()), "{settings:?}");
                    }
                    for side in [&t.generator, &t.discriminator] {
                        for weight in &side.weights.trained {
                            assert!(numbers(weight.clone()).iter().all(|v| v.is_finite()), "{settings:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_warm_up_of_a_critic_is_arjovskys() {
    let mut t = small("ring", &[("n_critic", "5"), ("critic_warmup", "true")]);
    let updates: Vec<_> = [0, 24, 25, 499, 500, 501]
        .map(|step| {
            t.step = step;
            t.n_critic()
        })
        .to_vec();
    assert_eq!(updates, [100, 100, 5, 5, 100, 5]);
    t.step = 0;
    t.step();
    assert_eq!(t.discriminator.optimizer.time, 100);
}

#[test]
fn clipped_weights_stay_within_their_bound_after_every_step() {
    let mut t = small(
        "ring",
        &[
            ("objective", "wasserstein"),
            ("weight_clip", "0.01"),
            ("optimizer", "rmsprop"),
            ("discriminator_lr", "0.05"),
        ],
    );
    for _ in 0..3 {
        t.step();
        let most = t.discriminator.weights.trained.iter();
        let most = most.flat_map(|w| numbers(w.clone())).fold(0.0, |m: f32, w| m.max(w.abs()));
        assert_eq!(most, 0.01);
    }
}

#[test]
fn learning_rates_halve() {
    let mut t = small("ring", &[("lr_half_life", "100")]);
    t.step = 200;
    assert_eq!(t.rate(), 0.25);
    let run = |half_life| {
        let mut t = small("ring", &[("lr_half_life", half_life)]);
        t.step = 1000;
        t.step();
        bits(&t.generator.weights)
    };
    assert_ne!(run("0"), run("100"));
}

#[test]
fn instance_noise_fades() {
    let mut t = small("ring", &[("instance_noise", "2"), ("instance_noise_steps", "10")]);
    let spread = |t: &mut Trainer| {
        let still = Samples { rows: Tensor::zeros([1000, 2], t.device()), classes: None };
        let shown = numbers(t.show(&still));
        (shown.iter().map(|x| x * x).sum::<f32>() / 2000.0).sqrt()
    };
    assert!((spread(&mut t) - 2.0).abs() < 0.15);
    t.step = 5;
    assert!((spread(&mut t) - 1.0).abs() < 0.08);
    t.step = 11;
    assert_eq!(spread(&mut t), 0.0);
}

#[test]
fn a_dirac_gan_orbits_unless_its_slope_has_a_price() {
    // Mescheder et al. 2018, §3: the distance to (0, 0) of the plain game does not shrink, that of R1 does. Alternating
    // updates keep the plain one bounded.
    let distance = |preset: &str, settings: &[(&str, &str)]| {
        let mut t = trainer(preset, settings);
        let far = |t: &Trainer| {
            let [theta, psi] =
                [&t.generator, &t.discriminator].map(|player| numbers(player.weights.trained[0].clone())[0]);
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
