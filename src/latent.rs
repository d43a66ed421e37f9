//! The latent space: the prior of a generator's inputs, and operations on latents.
//!
//! * [`Prior`] samples latents, and truncates them.
//! * [`path`] interpolates between two latents; [`arithmetic`] adds and subtracts them; [`pad`] maps the plane through
//!   three; [`fixed_samples`] applies all of it to the samples that a run shows.
//! * [`projection`] finds the latent of a given image by gradient descent, with the networks of a run ([`encoder`]);
//!   [`inpainting`] hides a part of the image and fills it in; [`image_projection`] is a projection step by step, for
//!   display.
//!
//! A latent is a row of numbers. A generator is any function from rows `[n, latent_dim]` to rows `[n, data_dim]`:
//! [`eval_function`] makes one of a network and its weights.

pub mod arithmetic;
pub mod encoder;
pub mod fixed_samples;
pub mod image_projection;
pub mod inpainting;
pub mod pad;
pub mod path;
pub mod prior;
pub mod projection;
mod projection_settings;

use burn::tensor::Tensor;

pub use self::prior::Prior;
use crate::nets::{Network, Weights};

/// A network in evaluation mode as a function of rows: running statistics, no dropout, constant weights.
///
/// Gradients pass through to rows on an autodiff device; other rows leave no graph.
pub fn eval_function(network: Network, weights: Weights) -> impl Fn(Tensor<2>) -> Tensor<2> {
    let constants = Weights {
        // The running statistics take part in the graph too, as constants.
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
