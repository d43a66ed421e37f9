//! The Dirac-GAN (Mescheder, Geiger & Nowozin 2018, §2): the simplest game there is. The generator is a point θ, the discriminator a
//! slope, D(x) = ψ x, and the truth is the point 0. Without regularisation the two chase each other in circles for ever.

use super::layer::Init;
use super::linear::Linear;
use super::point::Point;
use super::{Layer, Network};

pub(super) fn generator() -> Network {
    Network::new(vec![Layer::Point(Point { outputs: 1, start: 1.0 })])
}

pub(super) fn discriminator() -> Network {
    Network::new(vec![Layer::Linear(Linear { inputs: 1, outputs: 1, bias: false, init: Init::Constant(0.0) })])
}
