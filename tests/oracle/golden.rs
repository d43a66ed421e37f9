//! Golden values: weights of every preset after twenty steps, as the alarm for changes that nobody meant. The oracle
//! says which values are right; here they only have to be what they were.
//!
//! After a change that is meant, the lines that the test prints belong in `golden.toml`.

use std::collections::BTreeMap;

use burn::tensor::Device;
use counterfeit::Experiment;
use counterfeit::data::TrainingData;
use counterfeit::experiment::Preset;
use counterfeit::rng::{Rng, Stream};
use counterfeit::tensor::matrix;
use counterfeit::trainer::Trainer;

use crate::mnist_files;

const STEPS: usize = 20;

/// A weight's place among all of both networks, its value, and by how much it may be off.
#[derive(serde::Deserialize)]
struct Golden(usize, f32, f32);

/// All weights of both networks, one after another.
fn weights(trainer: &Trainer) -> Vec<f32> {
    let players = [&trainer.state.generator, &trainer.state.discriminator];
    let tensors = players.into_iter().flat_map(|player| &player.weights.params);
    tensors.flat_map(|w| w.clone().into_data().try_to_vec::<f32>().unwrap()).collect()
}

/// The weights of a preset at its start and after its steps; `nudge` moves the start by a few roundings. Without the
/// critic's warm-up: 100 updates a step make another run of a rounding, which depends on the processor's instructions.
fn run(e: &Experiment, mnist: &[Vec<u8>], nudge: Option<u64>) -> [Vec<f32>; 2] {
    let e = &Experiment { critic_warmup: false, ..e.clone() };
    let data = TrainingData::new(e, Some(mnist)).unwrap();
    let mut trainer = Trainer::new(e.clone(), data, &Device::flex()).unwrap();
    if let Some(seed) = nudge {
        let mut rng = Rng::new(seed, Stream::Noise);
        let [g, d] = [&mut trainer.state.generator, &mut trainer.state.discriminator];
        for w in g.weights.params.iter_mut().chain(&mut d.weights.params) {
            let [rows, columns] = w.dims();
            let noise = rng.normals(rows * columns).iter().map(|x| 1.0 + 3e-7 * x).collect();
            *w = w.clone() * matrix(noise, [rows, columns], &Device::flex());
        }
    }
    let start = weights(&trainer);
    for _ in 0..STEPS {
        trainer.step();
    }
    [start, weights(&trainer)]
}

/// Of each sixth of the weights, one that moved far and that rounding hardly moves: place, value, and what rounding may
/// change it by.
fn golden(e: &Experiment, mnist: &[Vec<u8>]) -> Vec<Golden> {
    let [start, end] = run(e, mnist, None);
    let nudged = [1, 2, 3].map(|seed| run(e, mnist, Some(seed))[1].clone());
    let rounding = |i: usize| nudged.iter().fold(0.0, |most: f32, other| most.max((other[i] - end[i]).abs()));
    let sixth = |i: usize| {
        let mut places: Vec<usize> = (i * end.len() / 6..(i + 1) * end.len() / 6).collect();
        places.sort_by(|&a, &b| (end[b] - start[b]).abs().total_cmp(&(end[a] - start[a]).abs()));
        places.into_iter().take(30).min_by(|&a, &b| rounding(a).total_cmp(&rounding(b)))
    };
    (0..6).filter_map(sixth).map(|i| Golden(i, end[i], 10.0 * rounding(i) + 2e-6)).collect()
}

#[test]
fn every_preset_trains_as_it_did() {
    let mnist = mnist_files();
    let known: BTreeMap<String, Vec<Golden>> = toml::from_str(include_str!("golden.toml")).unwrap();
    let mut lines = Vec::new();
    for Preset { experiment: e, .. } in Experiment::presets() {
        let weights = known.get(&e.name).map(|golden| (golden, run(e, &mnist, None)[1].clone()));
        if !weights
            .is_some_and(|(golden, w)| golden.iter().all(|Golden(i, wanted, most)| (w[*i] - wanted).abs() <= *most))
        {
            let new = golden(e, &mnist).into_iter().map(|Golden(i, w, most)| format!("[{i}, {w:?}, {most:.1e}]"));
            lines.push(format!("{} = [{}]", e.name, new.collect::<Vec<_>>().join(", ")));
        }
    }
    assert!(lines.is_empty(), "these train otherwise than golden.toml has it:\n{}", lines.join("\n"));
    assert_eq!(known.len(), Experiment::presets().len(), "golden.toml has presets that there are not");
}
