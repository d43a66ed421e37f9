//! Differentiable augmentation (Zhao et al. 2020): random changes of images through which gradients pass to the
//! generator.
//!
//! Both are linear maps, drawn on the host: a translation is a product with shifted identities on either side, a cutout
//! a mask.

use burn::tensor::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{Better, Format, Quantity};
use crate::rng::Rng;
use crate::tensor::{HostMatrix, constant_like};

/// Consistency loss.
pub const INCONSISTENCY: Quantity = Quantity {
    name: "inconsistency",
    label: "Consistency loss",
    help: "Mean squared change of the logit under augmentation, before its weight (Zhao et al. 2021).",
    format: Format::Number,
    better: Better::Lower,
};

/// Black, in images in [−1, 1]: the value beyond the edges.
const BLACK: f32 = -1.0;

/// A change of images through which gradients pass (Zhao et al. 2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Augmentation {
    /// A shift by up to an eighth of the side.
    #[schemars(title = "Translation")]
    Translation,
    /// A square of half the side is blanked.
    #[schemars(title = "Cutout")]
    Cutout,
}

/// The random numbers of one augmentation of n images of `side` × `side`, as matrices `[n, side²]`.
#[derive(Clone, Debug, PartialEq)]
pub enum AugmentationInputs<T> {
    /// For each image the matrices that shift its rows and its columns.
    Translation {
        /// Multiplied from the left.
        down: T,
        /// Multiplied from the right.
        across: T,
    },
    /// For each pixel 1, or 0 where it is blanked.
    Cutout(T),
}

impl Augmentation {
    /// The random numbers for `n` images of `side` × `side`, each by itself.
    #[must_use]
    pub fn draw(self, n: usize, side: usize, rng: &mut Rng) -> AugmentationInputs<HostMatrix> {
        let shape = [n, side * side];
        match self {
            Self::Translation => {
                let (down, across) = translations(n, side, rng);
                let [down, across] = [down, across].map(|values| HostMatrix { values, shape });
                AugmentationInputs::Translation { down, across }
            }
            Self::Cutout => AugmentationInputs::Cutout(HostMatrix { values: cutouts(n, side, rng), shape }),
        }
    }
}

impl<T> AugmentationInputs<T> {
    /// The same, each matrix through `f`.
    pub fn map<U>(self, f: &mut impl FnMut(T) -> U) -> AugmentationInputs<U> {
        match self {
            Self::Translation { down, across } => AugmentationInputs::Translation { down: f(down), across: f(across) },
            Self::Cutout(mask) => AugmentationInputs::Cutout(f(mask)),
        }
    }
}

impl AugmentationInputs<Tensor<2>> {
    /// Images `[n, side²]` after the augmentation.
    #[must_use]
    pub fn apply(self, images: Tensor<2>, side: usize) -> Tensor<2> {
        // Relative to black, which is then 0 and moves in from the edges.
        let light = images - BLACK;
        let changed = match self {
            Self::Translation { down, across } => {
                let [n, dim] = light.dims();
                let square = |matrix: Tensor<2>| matrix.reshape([n, side, side]);
                let [down, across] = [down, across].map(|matrix| square(constant_like(&light, matrix)));
                down.matmul(square(light)).matmul(across).reshape([n, dim])
            }
            Self::Cutout(mask) => {
                let mask = constant_like(&light, mask);
                light * mask
            }
        };
        changed + BLACK
    }
}

/// Shifts by up to an eighth of the side in both directions.
fn translations(n: usize, side: usize, rng: &mut Rng) -> (Vec<f32>, Vec<f32>) {
    let dim = side * side;
    let most = side / 8;
    let mut down = vec![0.0; n * dim];
    let mut across = vec![0.0; n * dim];
    for image in 0..n {
        for (map, transposed) in [(&mut down, false), (&mut across, true)] {
            let shift = rng.below(2 * most + 1);
            // Row `to` of the result is row `to - shift + most` of the image, where there is one.
            for to in 0..side {
                if let Some(from) = (to + most).checked_sub(shift).filter(|&from| from < side) {
                    let (row, column) = if transposed { (from, to) } else { (to, from) };
                    map[image * dim + row * side + column] = 1.0;
                }
            }
        }
    }
    (down, across)
}

/// Masks that blank a square of half the side, whose centre is anywhere in the image.
fn cutouts(n: usize, side: usize, rng: &mut Rng) -> Vec<f32> {
    let dim = side * side;
    let half = side / 4;
    let mut mask = vec![1.0; n * dim];
    for image in mask.chunks_exact_mut(dim) {
        let (y, x) = (rng.below(side), rng.below(side));
        for row in y.saturating_sub(half)..(y + half).min(side) {
            let columns = x.saturating_sub(half)..(x + half).min(side);
            image[row * side..][columns].fill(0.0);
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::rng::Stream;
    use crate::tensor::matrix;

    const SIDE: usize = 16;

    fn apply(augmentation: Augmentation, images: Tensor<2>) -> Tensor<2> {
        let inputs = augmentation.draw(images.dims()[0], SIDE, &mut Rng::new(1, Stream::Noise));
        inputs.map(&mut |matrix: HostMatrix| matrix.upload(&Device::flex())).apply(images, SIDE)
    }

    fn changed(augmentation: Augmentation, image: &[f32], n: usize) -> Vec<Vec<f32>> {
        let images = matrix(image.repeat(n), [n, SIDE * SIDE], &Device::flex());
        let out = apply(augmentation, images);
        let out = out.into_data().try_to_vec::<f32>().unwrap();
        out.chunks(SIDE * SIDE).map(<[f32]>::to_vec).collect()
    }

    #[test]
    fn a_translation_moves_an_image_by_up_to_an_eighth() {
        let mut image = vec![-1.0; SIDE * SIDE];
        image[8 * SIDE + 5] = 0.5;
        let mut places: Vec<_> = changed(Augmentation::Translation, &image, 400)
            .iter()
            .map(|image| {
                let lit: Vec<_> = (0..SIDE * SIDE).filter(|&i| image[i] > -1.0).collect();
                assert_eq!((lit.len(), image[lit[0]]), (1, 0.5));
                (lit[0] / SIDE, lit[0] % SIDE)
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        let all: Vec<_> = (6..=10).flat_map(|y| (3..=7).map(move |x| (y, x))).collect();
        assert_eq!(places, all);
    }

    #[test]
    fn a_cutout_blanks_a_square_and_leaves_the_rest() {
        for image in changed(Augmentation::Cutout, &vec![0.25; SIDE * SIDE], 100) {
            let blank = image.iter().filter(|&&v| v == -1.0).count();
            assert!((16..=64).contains(&blank), "{blank}");
            assert!(image.iter().all(|&v| v == -1.0 || v == 0.25));
        }
    }

    #[test]
    fn gradients_pass_where_an_image_is_seen() {
        for augmentation in [Augmentation::Translation, Augmentation::Cutout] {
            let images = Tensor::<2>::zeros([4, SIDE * SIDE], &Device::flex());
            let images = images.autodiff().require_grad();
            let seen = apply(augmentation, images.clone());
            let lit: f32 = (seen.clone() + 1.0).sum().inner().into_scalar();
            let grads = seen.sum().backward();
            let gradient: f32 = images.grad(&grads).unwrap().sum().into_scalar();
            assert!((gradient - lit).abs() < 1e-2, "{gradient} {lit}");
            assert!(lit < 4.0 * 256.0 && lit > 2.0 * 256.0, "{lit}");
        }
    }
}
