//! What operations of our own share, on the CPU and on GPUs.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod part;
#[cfg(any(target_family = "wasm", test))]
mod product;
mod update;

pub use self::part::part;
pub use self::update::{adam, adam_of_two, moving_average, rmsprop, sgd};
