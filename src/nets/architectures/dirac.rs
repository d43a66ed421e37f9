//! The Dirac-GAN (Mescheder, Geiger & Nowozin 2018, §2), the simplest GAN: the generator is a number θ, the
//! discriminator D(x) = ψ x, and the data are the point 0. Without regularisation the two circle each other without
//! end.

use crate::nets::Network;
use crate::nets::init::Init;
use crate::nets::layers::{LearnedConstant, Linear};

/// Anything to θ, which starts at 1.
pub(super) fn generator() -> Network {
    Network::new(vec![Box::new(LearnedConstant { outputs: 1, start: 1.0 })])
}

/// x to ψ x; ψ starts at 0.
pub(super) fn discriminator() -> Network {
    Network::new(vec![Box::new(Linear { inputs: 1, outputs: 1, bias: false, init: Init::Constant(0.0) })])
}
