//! The latent space: what a generator's inputs are drawn from, and ways to move among them.
//!
//! * [`Prior`] draws latents, and truncates them.
//! * [`path`] goes from one latent to another; [`arithmetic`] adds and subtracts them.
//! * [`fixed_samples`] has the latents of the samples that a run shows, for both.
//! * [`projection`] finds the latent of a given image by gradient descent, with a run's networks as [`encoder`] has
//!   them; [`inpainting`] hides a part of it meanwhile, and fills in what the generator has there. [`search`] is to be
//!   watched.
//!
//! A latent is a row of plain numbers. A generator is whatever maps rows `[n, latent_dim]` to rows `[n, data_dim]`:
//! [`eval_function`] makes one of a network and its weights, be they a trainer's or a checkpoint's.

pub mod arithmetic;
pub mod encoder;
pub mod fixed_samples;
pub mod image_projection;
pub mod inpainting;
pub mod path;
pub mod prior;
pub mod projection;
mod projection_settings;

use burn::tensor::Tensor;

pub use self::prior::Prior;
use crate::nets::{Network, Weights};

/// A network at rest as a function of rows: running statistics, no dropout, weights that stay as they are.
///
/// Rows on an autodiff device are tracked, so that gradients reach whatever they were made from; others leave no graph.
pub fn eval_function(network: Network, weights: Weights) -> impl Fn(Tensor<2>) -> Tensor<2> {
    let constants = Weights {
        // At rest the statistics take part in the graph too, as constants.
        buffers: weights.buffers.iter().map(|t| t.clone().autodiff()).collect(),
        ..weights.no_grad()
    };
    move |rows| {
        if rows.device().is_autodiff() { network.eval(&constants, rows) } else { network.eval(&weights, rows) }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::experiment::Experiment;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn at_rest_is_the_network_with_and_without_a_graph() {
        let mut e = Experiment::preset("mnist-dcgan").unwrap();
        (e.base_channels, e.latent_dim) = (2, 3);
        let device = Device::flex();
        let network = Network::generator(&e);
        let weights = network.init(&mut Rng::new(0, Stream::Init), &device);
        let generator = eval_function(network.clone(), weights.clone());
        let z = matrix(vec![0.5, -1.0, 2.0], [1, 3], &device);
        let read = |x: Tensor<2>| x.into_data().try_to_vec::<f32>().unwrap();
        let wanted = read(network.eval(&weights, z.clone()));
        assert_eq!(read(generator(z.clone())), wanted);
        assert_eq!(read(generator(z.autodiff()).inner()), wanted);
    }
}
