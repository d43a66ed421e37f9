//! Autoencoder, stacked and coupled generators.

use super::*;
use crate::data::views;

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
    let mut t = small("digits-mlp", &[("architecture", "stacked"), ("conditional", "label"), ("dropout", "0")]);
    let latents: Vec<f32> = vec![0.2; 2 * 100];
    let inputs = |labels| matrix(t.experiment.told(latents.clone(), labels), [2, 110], t.device());
    let pictures = numbers(t.sample(inputs(&[1, 2])));
    assert_eq!(pictures.len(), 2 * 2 * 784);
    // The first picture is made of blocks of 2 × 2, as it was drawn at half the size.
    let at = |y: usize, x: usize| pictures[y * 28 + x];
    assert!((0..28).all(|y| (0..28).all(|x| at(y, x) == at(y / 2 * 2, x / 2 * 2))));
    let second = |all: &[f32]| all[784..1568].to_vec();
    assert_ne!(second(&numbers(t.sample(inputs(&[3, 2])))), second(&pictures), "it is told the class");
    let slots = t.generator.network.trained_slots();
    let second_stage = slots.iter().find(|(name, _)| name == "1.1.0.weight").unwrap();
    assert_eq!(second_stage.1.shape[0], 196 + 10, "the second stage too");
    // Each drawing has its own verdict, and the first stage's verdict hears nothing of the second drawing.
    let real = t.real_batch();
    let verdicts = |rows: Tensor<2>| {
        let rows = t.lay_out(rows, real.classes.as_ref());
        numbers(t.discriminator.network.sample(&t.discriminator.weights, rows))
    };
    let fine = Tensor::cat(vec![Tensor::zeros([8, 196], t.device()), Tensor::ones([8, 784], t.device())], 1);
    let (before, after) = (verdicts(real.rows.clone()), verdicts(real.rows.clone() + fine));
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
        slots.map(|(_, slot)| slot.shape).filter(|shape| shape[0] > 1).collect()
    };
    assert_eq!(shapes(&t.generator.network), [[100, 12], [12, 784], [12, 784]]);
    // Two first layers, and one rest for both.
    assert_eq!(shapes(&t.discriminator.network), [[784, 10], [784, 10], [10, 6], [6, 1]]);
    let mut t = t;
    let real = numbers(t.real_batch().rows);
    let row = &real[..1568];
    assert_ne!(views::edges(&row[..784], 28), row[784..], "the edges are those of another image");
    t.step();
}
