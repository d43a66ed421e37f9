//! Networks: layers, the networks that they form, and the architectures of both players.

pub mod architectures;
pub mod cost;
pub mod init;
pub mod layers;
mod network;
pub mod normalization;
pub mod precision;

pub use self::layers::{Layer, Mask, Mode, ParamSpec, Vjp};
pub use self::network::{ForwardOutput, Network, Weights, as_layer};
