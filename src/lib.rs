//! Counterfeit: generative adversarial networks that train live in a browser tab and at full size on desktop GPUs.
pub mod error;
pub mod experiment;
pub mod rng;
