//! Counterfeit: generative adversarial networks that train live in a browser tab and, from the same crate, at full size
//! on desktop GPUs.
//!
//! The core is independent of its host: it takes a `Device`, and touches no clock, file, page or terminal.
//!
//! * [`experiment`] holds every setting of a run as plain data, the seed included.
//! * [`data`] gives real batches; [`nets`] are the generator and the discriminator; [`objective`] is what each
//!   minimises.
//! * [`trainer`] plays the game, with [`optimizer`]: the place to start reading; [`regularizer`] keeps it in bounds.
//! * [`latent`] moves among a generator's inputs, and finds the one that makes a given image.
//! * [`snapshot`] and [`metrics`] evaluate a run, images with the [`classifier`]; [`checkpoint`] saves it.
//!
//! Two hosts stand around it: `web`, in a browser's worker, and `native`, in a terminal.

pub mod checkpoint;
pub mod classifier;
pub mod data;
pub mod error;
pub mod experiment;
#[cfg(test)]
mod generated;
mod kernels;
pub mod latent;
pub mod messages;
pub mod metrics;
mod named_tensors;
pub mod nets;
pub mod objective;
mod old_names;
pub mod optimizer;
pub mod quantity;
pub mod regularizer;
pub mod rng;
pub mod snapshot;
pub mod tensor;
pub mod trainer;
mod typed_array;

pub use error::{Error, Result};
pub use experiment::Experiment;

#[cfg(target_family = "wasm")]
pub mod web;

#[cfg(not(target_family = "wasm"))]
pub mod native;
