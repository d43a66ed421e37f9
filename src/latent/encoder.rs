//! A run's own two networks as the model of a [`Projection`](super::projection::Projection).

use burn::tensor::Tensor;

use super::eval_function;
use super::projection::{Map, Model};
use crate::experiment::{Conditional, Experiment};
use crate::nets::{Network, Weights};
use crate::objective::Objective;
use crate::tensor::{constant_like, detach, matrix};

/// Both sides at rest: the generator and the discriminator.
pub type Players = [(Network, Weights); 2];

/// The reason why images cannot be projected into the latent space of a run; `None` where they can.
#[must_use]
pub fn unsupported_reason(experiment: &Experiment) -> Option<&'static str> {
    if !experiment.has_images() {
        return Some("it makes points; a projection needs one that makes images");
    }
    if experiment.views() > 1 {
        return Some("it makes two images from each latent; a projection needs one that makes single images");
    }
    let grey = "its images have three channels; a projection needs one that makes grey images";
    (experiment.channels > 1).then_some(grey)
}

/// Starting latents for each image: at least one for each class where the generator is conditioned.
#[must_use]
pub fn restarts(experiment: &Experiment, wanted: usize) -> usize {
    match experiment.conditional {
        Conditional::None => wanted,
        Conditional::Label | Conditional::Acgan => wanted.max(experiment.class_count()),
    }
}

/// What a run's networks know of images, `restarts` latents to each.
#[must_use]
pub fn model(experiment: &Experiment, players: Players, restarts: usize) -> Model {
    let [(generator, weights), discriminator] = players;
    let draw = eval_function(generator, weights);
    let e = experiment.clone();
    let generator = move |latents: Tensor<2>| {
        let [n, _] = latents.dims();
        let class = |i: usize| e.classes[i % restarts % e.classes.len()];
        let labels: Vec<u8> = (0..n).map(class).collect();
        match e.one_hot(&labels) {
            Some(classes) => {
                let width = classes.len() / n;
                let classes = matrix(classes, [n, width], &detach(latents.clone()).device());
                let classes = constant_like(&latents, classes);
                draw(Tensor::cat(vec![latents, classes], 1))
            }
            None => draw(latents),
        }
    };
    Model {
        generator: Box::new(generator),
        realism: realism(experiment, discriminator),
        prior: experiment.prior,
        latent_dim: experiment.latent_dim,
    }
}

/// The generator's own loss, where the discriminator's input is a single image.
fn realism(experiment: &Experiment, (network, weights): (Network, Weights)) -> Option<Map> {
    let plain = experiment.discriminator_inputs() == experiment.data_dim() && experiment.objective != Objective::Began;
    let discriminator = eval_function(network, weights);
    let objective = experiment.objective;
    let loss = move |samples| objective.game().g_loss(discriminator(samples).narrow(1, 0, 1));
    plain.then(|| Box::new(loss) as Map)
}
