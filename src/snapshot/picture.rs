//! Pictures of a run as plain numbers. The page gets them as they are.

use serde::Serialize;

use super::latent_map::LatentMap;
use crate::typed_array::{bytes, floats};

/// A picture of a run.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Picture {
    /// Of a one-dimensional mixture.
    Line(Line),
    /// Of a two-dimensional mixture.
    Plane(Plane),
    /// Of images.
    Gallery(Gallery),
    /// Of the two numbers of a Dirac-GAN.
    Phase(Phase),
}

/// The scale of the discriminator's output.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Scale {
    /// Whether it is the probability that a sample is real, sigmoid(D); else it is a score without bounds.
    pub probability: bool,
    /// The output at the equilibrium; `null` where only differences of scores mean anything.
    pub undecided_output: Option<f32>,
}

/// Densities and D(x) over one axis, at equally spaced points from `low` to `high`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Line {
    /// The axis' left end.
    pub low: f32,
    /// The axis' right end.
    pub high: f32,
    /// The target's density.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub real: Vec<f32>,
    /// The generator's density, estimated from its samples.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub generated: Vec<f32>,
    /// The scale of `discriminator` and `optimal`.
    #[serde(flatten)]
    pub scale: Scale,
    /// D(x).
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub discriminator: Vec<f32>,
    /// The optimal discriminator for these two densities; empty where the objective has none in closed form.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub optimal: Vec<f32>,
    /// Some of the generator's samples.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub samples: Vec<f32>,
    /// The gradient of D's logit at the first of these samples: the direction in which the generator moves them.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub gradients: Vec<f32>,
    /// Latents and their samples, where they were asked for.
    pub map: Option<LatentMap>,
}

/// Samples and D over a square.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Plane {
    /// Both axes' low end.
    pub low: f32,
    /// Both axes' high end.
    pub high: f32,
    /// x, y of some real samples.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub real: Vec<f32>,
    /// x, y of some generated ones.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub generated: Vec<f32>,
    /// x, y of the gradient of D's logit at the first generated ones.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub gradients: Vec<f32>,
    /// Cells on a side of the lattice.
    pub cells: usize,
    /// The scale of `discriminator` and `optimal`.
    #[serde(flatten)]
    pub scale: Scale,
    /// D at the lattice's points, rows from the low y to the high one.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub discriminator: Vec<f32>,
    /// The optimal discriminator there, for both densities smoothed by the same kernel; NaN where both densities are
    /// near 0. Empty where the objective has none in closed form.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub optimal: Vec<f32>,
    /// A grid of latents and its samples, where it was asked for.
    pub map: Option<LatentMap>,
}

/// Images, one after another, one byte a pixel and channel: 0 black, 255 white.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Gallery {
    /// Pixels on a side.
    pub size: usize,
    /// 1, or 3 for red, green and blue, which follow one another in an image.
    pub channels: usize,
    /// Images on each side.
    pub count: usize,
    /// Generated images that follow one another from the same latent: two where the generator makes two views.
    pub views: usize,
    /// Generated images, from fixed latents.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub generated: Vec<u8>,
    /// The class of each fixed latent, the same ones together; empty without classes.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub classes: Vec<u8>,
    /// Real images.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub real: Vec<u8>,
    /// The interpolation between two generated images, both included; empty where none is set.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub interpolation: Vec<u8>,
    /// The terms of latent arithmetic, and the result; empty where none is set.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub arithmetic: Vec<u8>,
    /// The points of the plane through three latents; empty where none is set.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub pad: Vec<u8>,
    /// Whether these points are scaled to the norm of latents at the plane's corners.
    pub pad_keeps_norm: bool,
}

/// A Dirac-GAN: the generator is the number θ, the discriminator D(x) = ψ x.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Phase {
    /// θ and ψ are shown from `-reach` to `reach`.
    pub reach: f32,
    /// The data: θ should converge to it, with ψ = 0.
    pub truth: f32,
    /// θ now.
    pub theta: f32,
    /// ψ now.
    pub psi: f32,
    /// θ, ψ of the first steps, one after another.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub start: Vec<f32>,
    /// θ, ψ of the last steps.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub trail: Vec<f32>,
    /// Points on a side of the lattice of arrows.
    pub cells: usize,
    /// dθ, dψ of gradient descent at each point of the lattice, rows from the low ψ to the high one.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub flow: Vec<f32>,
}
