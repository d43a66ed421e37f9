//! Regularisers: penalties on gradients, constraints on weights, and noise on the discriminator's input.
//!
//! Each file is one idea of the literature and independent of the others; [`crate::trainer`] says where each is in a
//! step.

pub mod augmentation;
pub mod gradient_penalty;
pub mod path_length;
pub mod spectral_norm;
pub mod virtual_adversarial;

#[cfg(test)]
mod tests;
