//! What there is to draw, as plain numbers.

/// What to draw.
#[derive(Clone, Debug)]
pub enum Picture {
    /// A one-dimensional mixture.
    Line(Line),
    /// A two-dimensional one.
    Plane(Plane),
    /// Images.
    Gallery(Gallery),
    /// A Dirac-GAN's two numbers.
    Phase(Phase),
}

/// What the discriminator says of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Whether it is the probability that a sample there is real; else it is a score without bounds.
    pub probability: bool,
    /// What it says where it cannot tell; `None` where only differences of scores mean anything.
    pub neutral: Option<f32>,
}

/// Densities and D(x) over one axis, at equally spaced points from `low` to `high`.
#[derive(Clone, Debug)]
pub struct Line {
    /// The axis' left end.
    pub low: f32,
    /// The axis' right end.
    pub high: f32,
    /// The target's density.
    pub real: Vec<f32>,
    /// The generator's density, estimated from its samples.
    pub generated: Vec<f32>,
    /// How `discriminator` and `optimal` are to be read.
    pub scale: Scale,
    /// D(x).
    pub discriminator: Vec<f32>,
    /// The best answer to these two densities; empty where the objective has none in closed form.
    pub optimal: Vec<f32>,
    /// Some of the generator's samples.
    pub samples: Vec<f32>,
    /// The slope of D's logit at the first of these samples: where the generator is told to move them.
    pub pulls: Vec<f32>,
}

/// Samples and D over a square.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Both axes' low end.
    pub low: f32,
    /// Both axes' high end.
    pub high: f32,
    /// x, y of some real samples.
    pub real: Vec<f32>,
    /// x, y of some generated ones.
    pub generated: Vec<f32>,
    /// x, y of the slope of D's logit at the first generated ones.
    pub pulls: Vec<f32>,
    /// Cells on a side of the lattice.
    pub cells: usize,
    /// How `discriminator` and `optimal` are to be read.
    pub scale: Scale,
    /// D at the lattice's points, rows from the low y to the high one.
    pub discriminator: Vec<f32>,
    /// The best answer there to both densities, seen through one and the same blur; NaN where there is next to nothing of
    /// either. Empty where the objective has none in closed form.
    pub optimal: Vec<f32>,
}

/// Images, one after another, a byte a pixel and channel: 0 black, 255 white.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// Pixels on a side.
    pub size: usize,
    /// 1, or 3 for red, green and blue, which follow one another in an image.
    pub channels: usize,
    /// How many of each.
    pub count: usize,
    /// Generated images that follow one another from the same latent: two where the generator makes two views.
    pub pictures: usize,
    /// From latents that stay the same throughout the run.
    pub generated: Vec<u8>,
    /// The digit that each latent was asked to become; empty where none was asked for.
    pub classes: Vec<u8>,
    /// Real ones.
    pub real: Vec<u8>,
    /// What lies on the way between two of the generated ones; empty where no walk was asked for.
    pub walk: Vec<u8>,
    /// The terms of a sum of latents, and the sum; empty where none was asked for.
    pub sum: Vec<u8>,
}

/// A game of two numbers: a generator that is the point θ, and a discriminator that is the slope ψ.
#[derive(Clone, Debug)]
pub struct Phase {
    /// θ and ψ are shown from `-reach` to `reach`.
    pub reach: f32,
    /// Where the real samples are: θ should come to lie there, with ψ = 0.
    pub truth: f32,
    /// θ and ψ now.
    pub now: [f32; 2],
    /// θ, ψ of the first steps that were watched, one after another.
    pub start: Vec<f32>,
    /// θ, ψ of the last ones.
    pub trail: Vec<f32>,
    /// Points on a side of the lattice on which the arrows stand.
    pub cells: usize,
    /// The way that gradient descent takes from each point of the lattice: dθ, dψ, rows from the low ψ to the high one.
    pub flow: Vec<f32>,
}
