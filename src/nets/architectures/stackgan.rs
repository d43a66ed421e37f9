//! A two-stage generator (StackGAN, Zhang et al. 2017), as multilayer perceptrons: the first stage makes the image at
//! half its size, the second the full image from the first one's output.

use std::ops::Range;

use burn::tensor::Tensor;

use super::parts::{discriminator_hidden, generator_hidden};
use crate::experiment::{Activation, Architecture, Experiment};
use crate::nets::Network;
use crate::nets::layers::{Linear, Parallel};

/// Latents, and classes where conditioned, to `[coarse | fine]`. The second stage gets the coarse image and the class.
pub(super) fn generator(e: &Experiment) -> Network {
    let (inputs, latent) = (e.generator_inputs(), e.latent_dim);
    let stage = |inputs, outputs| {
        let (mut layers, width) = generator_hidden(e, inputs);
        layers.push(Box::new(Linear::new(width, outputs)));
        layers.push(Box::new(Activation::Tanh));
        Network::new(layers)
    };
    let coarse = e.coarse_dim();
    let classes_and_coarse = latent..inputs + coarse;
    let first = vec![(vec![0..inputs], Network::identity()), (vec![0..inputs], stage(inputs, coarse))];
    let second = vec![
        (vec![inputs..inputs + coarse], Network::identity()),
        (vec![classes_and_coarse.clone()], stage(classes_and_coarse.len(), e.data_dim())),
    ];
    Network::new(vec![Box::new(Parallel { branches: first }), Box::new(Parallel { branches: second })])
}

/// `[coarse | fine]`, and the class, to two logits: each image has a discriminator of its own, which also gets the
/// class.
pub(super) fn discriminator(e: &Experiment) -> Network {
    let (coarse, both) = (e.coarse_dim(), e.d_dim());
    let classes = both..both + e.label_dim();
    let branch = |image: Range<usize>| {
        let (mut layers, width) = discriminator_hidden(e, image.len() + classes.len());
        layers.push(Box::new(Linear::new(width, 1)));
        (vec![image, classes.clone()], Network::new(layers))
    };
    Network::new(vec![Box::new(Parallel { branches: vec![branch(0..coarse), branch(coarse..both)] })])
}

/// Samples `[n, d_dim]` as images of equal size, `[n, views × data_dim]`: a coarse image is enlarged by repeating its
/// pixels.
#[must_use]
pub fn as_views(e: &Experiment, samples: Tensor<2>) -> Tensor<2> {
    if e.architecture != Architecture::Stacked {
        return samples;
    }
    let [n, _] = samples.dims();
    let (half, coarse) = (e.image_size / 2, e.coarse_dim());
    let small = samples.clone().narrow(1, 0, coarse);
    let large = small.reshape([n, half, 1, half, 1]).expand([n, half, 2, half, 2]);
    let fine = samples.narrow(1, coarse, e.data_dim());
    Tensor::cat(vec![large.reshape([n, e.data_dim()]), fine], 1)
}
