//! The command line as its users meet it: each test runs the program.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::disallowed_methods, reason = "a desktop has clocks")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod classifier;
mod evaluation;
mod experiments;
mod exports;
mod folders;
mod gpu;
mod interruption;
mod mnist;
mod place;
mod projection;
mod protocols;
mod ranks;
mod records;
mod sampling;
mod sweeps;
#[cfg(feature = "gpu")]
#[path = "../swiftshader/mod.rs"]
mod swiftshader;
mod training;
