//! Custom operations on the CPU and on GPUs: matrix products, optimiser updates, views, and writes in place.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod part;
pub mod product;
mod update;

pub use self::part::part;
pub use self::update::{adam, adam_of_two, moving_average, rmsprop, sgd};
