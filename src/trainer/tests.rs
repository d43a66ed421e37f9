use super::*;
use crate::data::views;
use crate::nets::matrix;
use crate::regularizer::path_length;

/// A preset's run at its start, with these settings changed; for data that need no files.
pub(crate) fn trainer(preset: &str, settings: &[(&str, &str)]) -> Trainer {
    let mut experiment = Experiment::preset(preset).unwrap();
    experiment.set_all(settings.iter().copied()).unwrap();
    let source = Source::new(&experiment, None).unwrap();
    Trainer::new(experiment, source, &Device::flex()).unwrap()
}

fn tiny_dcgan() -> Trainer {
    let small = [
        ("data", "digits"),
        ("base_channels", "2"),
        ("batch_size", "4"),
        ("examples_per_class", "4"),
    ];
    trainer("mnist-dcgan", &small)
}

fn bits(weights: &Weights) -> Vec<u32> {
    let all = weights.trained.iter().chain(&weights.statistics);
    all.flat_map(|t| t.clone().into_data().try_to_vec::<f32>().unwrap())
        .map(f32::to_bits)
        .collect()
}

#[test]
fn each_side_moves_alone() {
    for mut t in [trainer("mixture-1d", &[]), tiny_dcgan()] {
        let (g, d) = (bits(&t.generator.weights), bits(&t.discriminator.weights));
        let trained = |t: &Trainer| {
            let weights = Weights {
                statistics: Vec::new(),
                ..t.generator.weights.clone()
            };
            bits(&weights)
        };
        let before = trained(&t);
        let (mut report, real) = t.update_discriminator();
        assert_eq!(
            trained(&t),
            before,
            "a discriminator update moves no generator weight"
        );
        assert_ne!(bits(&t.discriminator.weights), d);
        let d = bits(&t.discriminator.weights);
        t.update_generator(&mut report, real);
        assert_eq!(
            bits(&t.discriminator.weights),
            d,
            "a generator update leaves the discriminator"
        );
        assert_ne!(bits(&t.generator.weights), g);
    }
}

#[test]
fn n_critic_discriminator_updates_before_each_generator_update() {
    let mut t = trainer("mixture-1d", &[("n_critic", "5")]);
    for _ in 0..3 {
        t.step();
    }
    assert_eq!(
        (t.discriminator.optimizer.time, t.generator.optimizer.time),
        (15, 3)
    );
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
    let first = |w: &Weights| {
        w.trained[0]
            .clone()
            .into_data()
            .try_to_vec::<f32>()
            .unwrap()[0]
    };
    let mut wanted = first(&t.generator.weights);
    for step in 0..100_u8 {
        t.step();
        let n = f32::from(step);
        let decay = ((1.0 + n) / (10.0 + n)).min(0.9);
        wanted = decay * wanted + (1.0 - decay) * first(&t.generator.weights);
    }
    let got = first(t.average.as_ref().unwrap());
    assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
    assert!(
        (got - first(&t.generator.weights)).abs() > 1e-6,
        "an average lags behind"
    );
}

#[test]
fn the_generators_gradient_reaches_it_through_the_discriminator() {
    // Finite differences of the loss in one generator weight, with the same latents: central, h = 1e-2.
    let t = trainer(
        "mixture-1d",
        &[
            ("batch_size", "64"),
            ("generator_activation", "tanh"),
            ("discriminator_activation", "tanh"),
        ],
    );
    let latents = matrix(Rng::new(1, Stream::Latent).normals(64), [64, 1], t.device());
    let loss = |weights: &Weights, judge: &Weights, z: Tensor<2>| {
        let fake = t.generator.network.sample(weights, z);
        let logits = t.discriminator.network.sample(judge, fake);
        t.experiment.objective.generator(logits).mean()
    };
    let tracked = t.generator.weights.tracked();
    let value = loss(
        &tracked,
        &t.discriminator.weights.frozen(),
        latents.clone().autodiff(),
    );
    let grads = value.backward();
    let gradient = tracked.trained[2]
        .grad(&grads)
        .unwrap()
        .into_data()
        .try_to_vec::<f32>()
        .unwrap();
    let steepest = (0..gradient.len())
        .max_by(|&i, &j| gradient[i].abs().total_cmp(&gradient[j].abs()))
        .unwrap();
    let h = 1e-2;
    let at = |shift: f32| -> f32 {
        let mut weights = t.generator.weights.clone();
        let shape = weights.trained[2].dims();
        let mut values = weights.trained[2]
            .clone()
            .into_data()
            .try_to_vec::<f32>()
            .unwrap();
        values[steepest] += shift;
        weights.trained[2] = matrix(values, shape, t.device());
        loss(&weights, &t.discriminator.weights, latents.clone()).into_scalar()
    };
    let difference = (at(h) - at(-h)) / (2.0 * h);
    let exact = gradient[steepest];
    assert!(exact.abs() > 1e-4, "a gradient worth testing: {exact}");
    assert!(
        (difference - exact).abs() < 0.02 * exact.abs(),
        "{difference} {exact}"
    );
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
        all.extend([
            ("generator_hidden", "[6]"),
            ("discriminator_hidden", "[6]"),
            ("gradient_penalty", "none"),
        ]);
    }
    all.extend(settings);
    trainer(preset, &all)
}

const DCGAN: [(&str, &str); 2] = [("architecture", "dcgan"), ("dropout", "0")];

#[test]
fn everything_combines_and_trains() {
    let objectives = [
        "saturating",
        "non-saturating",
        "least-squares",
        "wasserstein",
        "hinge",
    ];
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
                    assert!(
                        before[0] != after[0] && before[1] != after[1],
                        "{settings:?}"
                    );
                    let all = [report.d_rows, report.logits, report.g_rows];
                    let extras = report.extras.into_iter().map(|(_, rows)| rows);
                    for rows in all.into_iter().chain(extras) {
                        assert!(numbers(rows).iter().all(|v| v.is_finite()), "{settings:?}");
                    }
                    for side in [&t.generator, &t.discriminator] {
                        for weight in &side.weights.trained {
                            assert!(
                                numbers(weight.clone()).iter().all(|v| v.is_finite()),
                                "{settings:?}"
                            );
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
        let most = most
            .flat_map(|w| numbers(w.clone()))
            .fold(0.0, |m: f32, w| m.max(w.abs()));
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
    let mut t = small(
        "ring",
        &[("instance_noise", "2"), ("instance_noise_steps", "10")],
    );
    let spread = |t: &mut Trainer| {
        let still = Samples {
            rows: Tensor::zeros([1000, 2], t.device()),
            classes: None,
        };
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
fn a_packed_discriminator_judges_neighbours_together() {
    let t = small("ring", &[("pack", "2"), ("conditional", "label")]);
    let rows = matrix((0..8_u8).map(f32::from).collect(), [4, 2], t.device());
    let classes = t.one_hot(&[3, 0, 1, 7]).unwrap();
    let laid_out = t.lay_out(rows, Some(&classes));
    assert_eq!(laid_out.dims(), [2, 2 * (2 + 8)]);
    let row = numbers(laid_out)[..20].to_vec();
    assert_eq!(row[..4], [0.0, 1.0, 2.0, 3.0]);
    let told: Vec<_> = (4..20).filter(|&i| row[i] == 1.0).collect();
    assert_eq!(told, [4 + 3, 4 + 8]);
}

#[test]
fn a_convolved_class_is_a_plane_of_its_own() {
    let mut settings = DCGAN.to_vec();
    settings.extend([("conditional", "label"), ("classes", "[4, 2]")]);
    let t = small("digits-mlp", &settings);
    let rows = Tensor::zeros([1, 784], t.device());
    let row = numbers(t.lay_out(rows, t.one_hot(&[2]).as_ref()));
    assert_eq!(row.len(), 3 * 784);
    assert!(row[..2 * 784].iter().all(|&v| v == 0.0));
    assert!(row[2 * 784..].iter().all(|&v| v == 1.0));
}

#[test]
fn an_acgan_guesses_classes_of_real_and_of_fake_samples() {
    let t = small("ring", &[("conditional", "acgan")]);
    let class_loss = |real: &[u8], fake: &[u8], output: &Tensor<2>| {
        let samples = |labels: &[u8]| Samples {
            rows: Tensor::zeros([2, 2], t.device()),
            classes: t.one_hot(labels),
        };
        let mut loss = Loss::zero();
        t.add_class_loss(&mut loss, output, [&samples(real), &samples(fake)]);
        numbers(loss.rows()).iter().sum::<f32>()
    };
    // Sure of classes 1 and 2 of the real rows, 3 and 4 of the fake ones.
    let mut output = vec![0.0; 4 * 9];
    for (row, class) in [1, 2, 3, 4].into_iter().enumerate() {
        output[row * 9 + 1 + class] = 10.0;
    }
    let output = matrix(output, [4, 9], t.device()).autodiff();
    assert!(class_loss(&[1, 2], &[3, 4], &output) < 0.01);
    assert!(class_loss(&[1, 2], &[4, 3], &output) > 9.0, "fakes count");
    assert!(
        class_loss(&[2, 1], &[3, 4], &output) > 9.0,
        "so do real samples"
    );
}

#[test]
fn a_label_conditional_generator_is_told_and_so_is_its_judge() {
    let t = small("ring", &[("conditional", "label")]);
    let inputs = |label: u8| {
        let rows = t.experiment.told(vec![0.5; 2], &[label]);
        matrix(rows, [1, 2 + 8], t.device())
    };
    assert_ne!(numbers(t.sample(inputs(0))), numbers(t.sample(inputs(1))));
    let judged = |label: u8| {
        let rows = Tensor::zeros([1, 2], t.device());
        numbers(t.logits(rows, &[label]))
    };
    assert_ne!(judged(0), judged(1));
}

#[test]
fn began_keeps_its_balance_from_both_sides() {
    let mut t = small("ring", &[("objective", "began"), ("began_lambda", "0.1")]);
    let k = |t: &Trainer| numbers(t.balance.clone().unwrap())[0];
    assert_eq!(k(&t), 0.0);
    let report = t.step();
    let real = -numbers(report.logits)[..8].iter().sum::<f32>() / 8.0;
    let fake = numbers(report.g_rows).iter().sum::<f32>() / 8.0;
    let wanted = (0.1 * (0.5 * real - fake)).clamp(0.0, 1.0);
    assert!((k(&t) - wanted).abs() < 1e-6, "{} {wanted}", k(&t));
    t.balance = Some(Tensor::full([1, 1], 0.5, t.device()));
    let sides = numbers(t.sides().balance.unwrap());
    assert_eq!((sides[0], sides[15]), (1.0, 0.5));
}

#[test]
fn feature_matching_pulls_the_generators_features_to_the_real_ones() {
    // With a discriminator that hardly moves and nothing but features to follow, the distance falls.
    let mut t = trainer(
        "ring",
        &[
            ("feature_matching_weight", "100"),
            ("gradient_penalty", "none"),
            ("discriminator_lr", "1e-9"),
            ("generator_lr", "1e-3"),
            ("batch_size", "256"),
        ],
    );
    let distance = |t: &mut Trainer| {
        let report = t.step();
        numbers(report.extras[0].1.clone())[0]
    };
    let first = distance(&mut t);
    for _ in 0..150 {
        t.step();
    }
    let last = distance(&mut t);
    assert!(last < 0.2 * first, "{first} {last}");
}

#[test]
fn the_mean_path_length_follows_by_a_hundredth() {
    let mut t = small("ring", &[("path_length_weight", "2")]);
    let inputs = matrix(vec![0.5; 16], [8, 2], t.device()).autodiff();
    let leaves = t.generator.weights.tracked();
    let mut again = t.noise.clone();
    let half = inputs.clone().narrow(0, 0, 4);
    let lengths = path_length::lengths(&t.generator.network, &leaves, half, 2, &mut again);
    let mean = numbers(lengths.clone()).iter().sum::<f32>() / 4.0;
    let (mut report, _) = t.update_discriminator();
    t.noise = Rng::new(t.experiment.seed, Stream::Noise);
    let mut loss = Loss::zero();
    t.add_path_length(&mut loss, &mut report, &leaves, inputs);
    let moved = numbers(t.path_length.clone().unwrap())[0];
    assert!(
        mean > 0.0 && (moved - 0.01 * mean).abs() < 1e-6,
        "{moved} {mean}"
    );
    let wanted: f32 = numbers(lengths)
        .iter()
        .map(|l| 2.0 * (l - moved).powi(2) / 4.0)
        .sum();
    let got: f32 = numbers(loss.rows()).iter().sum();
    assert!((got - wanted).abs() < 1e-5 * wanted, "{got} {wanted}");
}

#[test]
fn a_dirac_gan_orbits_unless_its_slope_has_a_price() {
    // Mescheder et al. 2018, §3: the distance to (0, 0) of the plain game does not shrink, that of R1 does. Alternating
    // updates keep the plain one bounded.
    let distance = |preset: &str, settings: &[(&str, &str)]| {
        let mut t = trainer(preset, settings);
        let far = |t: &Trainer| {
            let [theta, psi] = [&t.generator, &t.discriminator]
                .map(|player| numbers(player.weights.trained[0].clone())[0]);
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
        turn.fold((f32::MAX, 0.0), |(low, high): (f32, f32), d| {
            (low.min(d), high.max(d))
        })
    };
    let (low, high) = distance("dirac", &[]);
    assert!(low > 0.7 && high < 3.0, "{low} {high}");
    assert!(distance("dirac", &[("objective", "wasserstein")]).0 > 0.7);
    assert!(distance("dirac-r1", &[]).1 < 0.01);
    assert!(distance("dirac-r1", &[("gradient_penalty", "r2")]).1 < 0.01);
}

#[test]
fn an_autoencoder_is_judged_by_its_codes_and_gives_back_what_it_was_given() {
    let mut t = small(
        "digits-mlp",
        &[
            ("architecture", "autoencoder"),
            ("latent_dim", "3"),
            ("dropout", "0"),
            ("generator_lr", "1e-3"),
            ("batch_size", "32"),
        ],
    );
    assert_eq!(t.discriminator.network.trained_slots()[0].1.shape[0], 3);
    let error = |t: &mut Trainer| {
        let report = t.step();
        let (name, rows) = &report.extras[0];
        assert_eq!(*name, "reconstruction");
        numbers(rows.clone()).iter().sum::<f32>() / 32.0
    };
    let first = error(&mut t);
    for _ in 0..200 {
        t.step();
    }
    let last = error(&mut t);
    assert!(last < 0.4 * first, "{first} {last}");
    // The decoder alone turns latents into samples.
    let (sampler, _) = t.sampler();
    assert_eq!(sampler.trained_slots()[0].1.shape[0], 3);
    let latents = matrix(vec![0.1; 6], [2, 3], t.device());
    assert_eq!(t.sample(latents).dims(), [2, 784]);
}

#[test]
fn a_stacked_generator_redraws_what_the_first_stage_drew() {
    let mut t = small(
        "digits-mlp",
        &[
            ("architecture", "stacked"),
            ("conditional", "label"),
            ("dropout", "0"),
        ],
    );
    let latents: Vec<f32> = vec![0.2; 2 * 100];
    let inputs = |labels| {
        matrix(
            t.experiment.told(latents.clone(), labels),
            [2, 110],
            t.device(),
        )
    };
    let pictures = numbers(t.sample(inputs(&[1, 2])));
    assert_eq!(pictures.len(), 2 * 2 * 784);
    // The first picture is made of blocks of 2 × 2, as it was drawn at half the size.
    let at = |y: usize, x: usize| pictures[y * 28 + x];
    assert!((0..28).all(|y| (0..28).all(|x| at(y, x) == at(y / 2 * 2, x / 2 * 2))));
    let second = |all: &[f32]| all[784..1568].to_vec();
    assert_ne!(
        second(&numbers(t.sample(inputs(&[3, 2])))),
        second(&pictures),
        "it is told the class"
    );
    let slots = t.generator.network.trained_slots();
    let second_stage = slots
        .iter()
        .find(|(name, _)| name == "1.1.0.weight")
        .unwrap();
    assert_eq!(second_stage.1.shape[0], 196 + 10, "the second stage too");
    // Each drawing has its own verdict, and the first stage's verdict hears nothing of the second drawing.
    let real = t.real_batch();
    let verdicts = |rows: Tensor<2>| {
        let rows = t.lay_out(rows, real.classes.as_ref());
        numbers(
            t.discriminator
                .network
                .sample(&t.discriminator.weights, rows),
        )
    };
    let fine = Tensor::cat(
        vec![
            Tensor::zeros([8, 196], t.device()),
            Tensor::ones([8, 784], t.device()),
        ],
        1,
    );
    let (before, after) = (
        verdicts(real.rows.clone()),
        verdicts(real.rows.clone() + fine),
    );
    assert_eq!(before.len(), 16);
    assert!(before[0] == after[0] && before[1] != after[1]);
    t.step();
}

#[test]
fn a_coupled_pair_shares_all_but_its_ends() {
    let t = small(
        "digits-mlp",
        &[
            ("architecture", "coupled"),
            ("generator_hidden", "[12]"),
            ("discriminator_hidden", "[10, 6]"),
            ("dropout", "0"),
        ],
    );
    let shapes = |network: &Network| -> Vec<[usize; 2]> {
        let slots = network.trained_slots().into_iter();
        slots
            .map(|(_, slot)| slot.shape)
            .filter(|shape| shape[0] > 1)
            .collect()
    };
    assert_eq!(
        shapes(&t.generator.network),
        [[100, 12], [12, 784], [12, 784]]
    );
    // Two first layers, and one rest for both.
    assert_eq!(
        shapes(&t.discriminator.network),
        [[784, 10], [784, 10], [10, 6], [6, 1]]
    );
    let mut t = t;
    let real = numbers(t.real_batch().rows);
    let row = &real[..1568];
    assert_ne!(
        views::edges(&row[..784], 28),
        row[784..],
        "the edges are those of another image"
    );
    t.step();
}
