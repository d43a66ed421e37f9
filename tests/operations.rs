//! Operations of our own on the CPU.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod convolutions;
mod dense;
mod updates;

#[test]
fn operations_compute_what_burns_do() {
    pollster::block_on(dense::check(&burn::tensor::Device::flex()));
}

#[test]
fn convolutions_are_burns() {
    pollster::block_on(convolutions::check(&burn::tensor::Device::flex()));
}

#[test]
fn updates_are_those_of_their_papers() {
    pollster::block_on(updates::check(&burn::tensor::Device::flex()));
}
