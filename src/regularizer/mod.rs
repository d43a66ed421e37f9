//! What keeps the game in bounds: penalties on slopes, constraints on weights, and noise on what the discriminator sees.
//!
//! Each file is one idea of the literature, and knows nothing of the others; [`crate::trainer`] says where each stands in a step.

pub mod augmentation;
pub mod gradient_penalty;
pub mod path_length;
pub mod spectral_norm;
pub mod virtual_adversarial;

#[cfg(test)]
mod tests;
