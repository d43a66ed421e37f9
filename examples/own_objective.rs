//! An objective of one's own, the relativistic GAN (Jolicoeur-Martineau 2019), with the crate's networks and optimiser:
//! `cargo run --release --example own_objective`
#![allow(clippy::print_stdout, reason = "an example prints")]

use burn::tensor::{Device, Tensor};
use counterfeit::data::{DataLoader, TrainingData};
use counterfeit::nets::{Network, Weights};
use counterfeit::objective::softplus;
use counterfeit::optimizer::{Optimizer, OptimizerKind};
use counterfeit::rng::{Rng, Stream};
use counterfeit::tensor::matrix;
use counterfeit::{Experiment, Result};

fn main() -> Result<()> {
    let (e, device) = (Experiment::preset("ring")?, Device::flex());
    let mut loader = DataLoader::new(TrainingData::new(&e, None)?, e.seed);
    let mut rng = Rng::new(e.seed, Stream::Latent);
    let networks = [Network::generator(&e), Network::discriminator(&e)];
    let mut weights = networks.each_ref().map(|network| network.init(&mut rng, &device));
    let optimizer = Optimizer::new(OptimizerKind::Adam, 1e-3, (0.5, 0.999));
    let mut moments = weights.each_ref().map(|weights| optimizer.init(&weights.params));
    let shape = [e.batch_size, e.latent_dim];
    for step in 1..=2000 {
        let mut losses = [0.0; 2];
        // The discriminator first. Relativistic losses: real samples should have higher logits than fakes, and the
        // reverse.
        for (player, sign) in [(1, -1.0), (0, 1.0)] {
            let leaves = weights[player].require_grad();
            let with = |i: usize| -> Weights { if i == player { leaves.clone() } else { weights[i].no_grad() } };
            let latents = matrix(e.prior.draw(&mut rng, shape[0], shape[1]), shape, &device).autodiff();
            let real = matrix(loader.next_batch(e.batch_size).values, [e.batch_size, 2], &device).autodiff();
            let fake = networks[0].eval(&with(0), latents);
            let [real, fake] = [real, fake].map(|samples| networks[1].eval(&with(1), samples));
            let loss: Tensor<1> = softplus((real - fake) * sign).mean();
            losses[player] = loss.clone().inner().into_scalar();
            let mut gradients = loss.backward();
            let leaves = leaves.params.into_iter();
            let gradients = leaves.filter_map(|leaf| leaf.grad_remove(&mut gradients)).collect();
            let (params, old) = (weights[player].params.split_off(0), moments[player].split_off(0));
            (weights[player].params, moments[player]) =
                optimizer.step(params, old, gradients, &optimizer.inputs(step, 1.0).upload(&device));
        }
        if step % 500 == 0 {
            println!("step {step}: generator {:.3}, discriminator {:.3}", losses[0], losses[1]);
        }
    }
    Ok(())
}
