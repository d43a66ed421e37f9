//! What the discriminator is shown and told, and what the losses add up.

use super::*;
use crate::regularizer::path_length;

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
        let samples = |labels: &[u8]| Samples { rows: Tensor::zeros([2, 2], t.device()), classes: t.one_hot(labels) };
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
    assert!(class_loss(&[2, 1], &[3, 4], &output) > 9.0, "so do real samples");
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
    let lengths = path_length::lengths(&t.generator.network, &leaves, half, 2, 2, &mut again);
    let mean = numbers(lengths.clone()).iter().sum::<f32>() / 4.0;
    let (mut report, _) = t.update_discriminator();
    t.noise = Rng::new(t.experiment.seed, Stream::Noise);
    let mut loss = Loss::zero();
    t.add_path_length(&mut loss, &mut report, &leaves, inputs);
    let moved = numbers(t.path_length.clone().unwrap())[0];
    assert!(mean > 0.0 && (moved - 0.01 * mean).abs() < 1e-6, "{moved} {mean}");
    let wanted: f32 = numbers(lengths).iter().map(|l| 2.0 * (l - moved).powi(2) / 4.0).sum();
    let got: f32 = numbers(loss.rows()).iter().sum();
    assert!((got - wanted).abs() < 1e-5 * wanted, "{got} {wanted}");
}
