//! What operations of our own share, on the CPU and on GPUs.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(any(target_family = "wasm", test))]
mod product;
mod update;

pub use self::update::{adam, moving_average, rmsprop, sgd};
