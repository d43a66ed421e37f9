//! Operations of our own on the CPU.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dense;

#[test]
fn operations_compute_what_burns_do() {
    pollster::block_on(dense::check(&burn::tensor::Device::flex()));
}
