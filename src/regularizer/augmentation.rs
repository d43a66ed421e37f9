//! Differentiable augmentation (Zhao et al. 2020): changes of images through which gradients pass to the generator.
//!
//! Both are linear maps drawn on the host: a translation is a product with shifted identities on either side, a cutout a mask.

use burn::tensor::Tensor;

pub use crate::experiment::Augmentation;
use crate::nets::beside;
use crate::rng::Rng;

/// The black of images in [-1, 1], which moves in from the edges.
const BLACK: f32 = -1.0;

impl Augmentation {
    /// Changed images, one square of `side` × `side` a row: `[n, side²]`, each by its own draw.
    #[must_use]
    pub fn apply(self, images: Tensor<2>, side: usize, rng: &mut Rng) -> Tensor<2> {
        let light = images - BLACK;
        let changed = match self {
            Self::Translation => translate(light, side, rng),
            Self::Cutout => cut_out(light, side, rng),
        };
        changed + BLACK
    }
}

/// Shifts by up to an eighth of the side in both directions.
fn translate(light: Tensor<2>, side: usize, rng: &mut Rng) -> Tensor<2> {
    let [n, dim] = light.dims();
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
    let square = |values| {
        let flat = beside(&light, values, [n, dim]);
        flat.reshape([n, side, side])
    };
    let (down, across) = (square(down), square(across));
    down.matmul(light.clone().reshape([n, side, side])).matmul(across).reshape([n, dim])
}

/// Blanks a square of half the side, whose centre is anywhere in the image.
fn cut_out(light: Tensor<2>, side: usize, rng: &mut Rng) -> Tensor<2> {
    let [n, dim] = light.dims();
    let half = side / 4;
    let mut mask = vec![1.0; n * dim];
    for image in mask.chunks_exact_mut(dim) {
        let (y, x) = (rng.below(side), rng.below(side));
        for row in y.saturating_sub(half)..(y + half).min(side) {
            let columns = x.saturating_sub(half)..(x + half).min(side);
            image[row * side..][columns].fill(0.0);
        }
    }
    let mask = beside(&light, mask, [n, dim]);
    light * mask
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::matrix;
    use crate::rng::Stream;

    const SIDE: usize = 16;

    fn changed(augmentation: Augmentation, image: &[f32], n: usize) -> Vec<Vec<f32>> {
        let images = matrix(image.repeat(n), [n, SIDE * SIDE], &Device::flex());
        let out = augmentation.apply(images, SIDE, &mut Rng::new(1, Stream::Noise));
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
            let mut rng = Rng::new(1, Stream::Noise);
            let seen = augmentation.apply(images.clone(), SIDE, &mut rng);
            let lit: f32 = (seen.clone() + 1.0).sum().inner().into_scalar();
            let grads = seen.sum().backward();
            let gradient: f32 = images.grad(&grads).unwrap().sum().into_scalar();
            assert!((gradient - lit).abs() < 1e-2, "{gradient} {lit}");
            assert!(lit < 4.0 * 256.0 && lit > 2.0 * 256.0, "{lit}");
        }
    }
}
