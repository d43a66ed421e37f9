//! On the CPU: products of the kernels with the patches of large images that they meet (Chellapilla, Puri & Simard
//! 2006), for some images and some rows of patches at a time.
//!
//! The images of a part lie interleaved, a pixel of each after the other, so that what goes from images to patches and
//! back is a block of neighbouring numbers.

use std::ops::Range;

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::super::{KERNEL, PADDING, STRIDE};
use super::{Convolution, Direction, Shape};
use crate::kernels::cpu::{contiguous, each_part, matrix};
use crate::kernels::product::{Matrix, add_product};

/// Images of a part.
const IMAGES: usize = 8;
/// Patches at a time, or those of a row where these are more: enough for a product to be fast, and few enough to stay in
/// a cache.
const PATCHES: usize = 512;
/// Sums of gradients that are computed side by side. Of a fixed number, so that a result is the same on every machine.
const SUMS: usize = 16;

impl Convolution for Flex {
    fn convolution(images: FlexTensor, kernels: FlexTensor, shape: Shape, direction: Direction) -> FlexTensor {
        match direction {
            Direction::Down => down(images, kernels, shape),
            Direction::Up => up(images, kernels, shape),
        }
    }

    fn kernel_gradient(large: FlexTensor, small: FlexTensor, shape: Shape) -> FlexTensor {
        let [large, small] = [large, small].map(contiguous);
        let parts = large.layout().shape()[0].div_ceil(IMAGES);
        let (count, size) = (SUMS.min(parts), shape.outputs * shape.terms());
        let mut sums = vec![0.0; count * size];
        each_part(&mut sums, size, |first, sum| {
            let mut patches = Vec::new();
            for part in (first..parts).step_by(count) {
                let (large, images) = interleaved(large.storage(), part, shape.large());
                let (small, _) = interleaved(small.storage(), part, shape.small());
                let small = Matrix::of_rows(&small, shape.positions() * images);
                for band in shape.bands(images) {
                    band.copy_patches(&large, &mut patches);
                    let (small, patches) = (small.skip([0, band.first()]), Matrix::of_rows(&patches, band.patches()));
                    let sizes = [shape.outputs, band.patches(), shape.terms()];
                    add_product(sum, shape.terms(), small, patches.transposed(), sizes);
                }
            }
        });
        let (gradient, others) = sums.split_at_mut(size);
        others.chunks_exact(size).for_each(|sum| add(gradient, sum));
        sums.truncate(size);
        matrix(sums, [shape.outputs, shape.terms()])
    }
}

fn down(large: FlexTensor, kernels: FlexTensor, shape: Shape) -> FlexTensor {
    let [large, kernels] = [large, kernels].map(contiguous);
    let images = large.layout().shape()[0];
    let mut small = vec![0.0; images * shape.small()];
    each_part(&mut small, IMAGES * shape.small(), |part, small| {
        let (large, images) = interleaved(large.storage(), part, shape.large());
        let (mut sums, mut patches) = (vec![0.0; small.len()], Vec::new());
        for band in shape.bands(images) {
            band.copy_patches(&large, &mut patches);
            let (kernels, patches) = (shape.matrix(kernels.storage()), Matrix::of_rows(&patches, band.patches()));
            let sizes = [shape.outputs, shape.terms(), band.patches()];
            add_product(&mut sums[band.first()..], shape.positions() * images, kernels, patches, sizes);
        }
        separate(&sums, images, small);
    });
    matrix(small, [images, shape.small()])
}

fn up(small: FlexTensor, kernels: FlexTensor, shape: Shape) -> FlexTensor {
    let [small, kernels] = [small, kernels].map(contiguous);
    let images = small.layout().shape()[0];
    let mut large = vec![0.0; images * shape.large()];
    each_part(&mut large, IMAGES * shape.large(), |part, large| {
        let (small, images) = interleaved(small.storage(), part, shape.small());
        let small = Matrix::of_rows(&small, shape.positions() * images);
        let (mut sums, mut patches) = (vec![0.0; large.len()], Vec::new());
        for band in shape.bands(images) {
            patches.clear();
            patches.resize(shape.terms() * band.patches(), 0.0);
            let (kernels, small) = (shape.matrix(kernels.storage()).transposed(), small.skip([0, band.first()]));
            let sizes = [shape.terms(), shape.outputs, band.patches()];
            add_product(&mut patches, band.patches(), kernels, small, sizes);
            band.add_patches(&patches, &mut sums);
        }
        separate(&sums, images, large);
    });
    matrix(large, [images, shape.large()])
}

impl Shape {
    /// Height and width of a small image.
    fn half(self) -> usize {
        self.side / STRIDE
    }

    /// Pixels of a channel of a small image, each of which meets a patch of the large one.
    fn positions(self) -> usize {
        self.half().pow(2)
    }

    /// Numbers of a large image.
    fn large(self) -> usize {
        self.inputs * self.side.pow(2)
    }

    /// Numbers of a small image.
    fn small(self) -> usize {
        self.outputs * self.positions()
    }

    /// Numbers of a patch.
    fn terms(self) -> usize {
        self.inputs * KERNEL * KERNEL
    }

    /// The kernels, one a row.
    fn matrix(self, kernels: &[f32]) -> Matrix<'_> {
        Matrix::of_rows(kernels, self.terms())
    }

    /// All patches of so many images.
    fn bands(self, images: usize) -> impl Iterator<Item = Band> {
        let height = (PATCHES / (self.half() * images)).max(1);
        (0..self.half()).step_by(height).map(move |row| Band {
            shape: self,
            images,
            rows: row..self.half().min(row + height),
        })
    }
}

/// Some rows of patches of interleaved images. The patches are the columns of a matrix with `terms` rows.
struct Band {
    shape: Shape,
    images: usize,
    rows: Range<usize>,
}

impl Band {
    fn patches(&self) -> usize {
        self.rows.len() * self.shape.half() * self.images
    }

    /// The first of its patches among those of all bands.
    fn first(&self) -> usize {
        self.rows.start * self.shape.half() * self.images
    }

    /// Writes the patches of large images.
    fn copy_patches(&self, large: &[f32], patches: &mut Vec<f32>) {
        patches.resize(self.shape.terms() * self.patches(), 0.0);
        self.each_block(|patch, pixel| {
            let patch = &mut patches[patch * self.images..][..self.images];
            match pixel {
                Some(pixel) => copy(patch, &large[pixel * self.images..][..self.images]),
                None => patch.fill(0.0),
            }
        });
    }

    /// Adds every number of a patch to the pixel of the large images that it is of.
    fn add_patches(&self, patches: &[f32], large: &mut [f32]) {
        self.each_block(|patch, pixel| {
            if let Some(pixel) = pixel {
                add(&mut large[pixel * self.images..][..self.images], &patches[patch * self.images..][..self.images]);
            }
        });
    }

    /// Visits each number of a patch, for all images: where it is among the patches, and where among the pixels unless it
    /// is on the padding.
    fn each_block(&self, mut visit: impl FnMut(usize, Option<usize>)) {
        let Shape { inputs, side, .. } = self.shape;
        let on_image = |at: usize, offset: usize| (STRIDE * at + offset).checked_sub(PADDING).filter(|at| *at < side);
        let mut patch = 0;
        for channel in 0..inputs {
            for (row, column) in (0..KERNEL * KERNEL).map(|at| (at / KERNEL, at % KERNEL)) {
                for y in self.rows.clone() {
                    let line = on_image(y, row).map(|y| (channel * side + y) * side);
                    for x in 0..self.shape.half() {
                        visit(patch, line.and_then(|line| Some(line + on_image(x, column)?)));
                        patch += 1;
                    }
                }
            }
        }
    }
}

/// The images of a part, of so many numbers each, interleaved; and how many they are.
fn interleaved(images: &[f32], part: usize, numbers: usize) -> (Vec<f32>, usize) {
    let start = part * IMAGES * numbers;
    let images = &images[start..images.len().min(start + IMAGES * numbers)];
    let count = images.len() / numbers;
    let mut interleaved = vec![0.0; images.len()];
    for (i, image) in images.chunks_exact(numbers).enumerate() {
        interleaved[i..].iter_mut().step_by(count).zip(image).for_each(|(to, from)| *to = *from);
    }
    (interleaved, count)
}

/// The reverse.
fn separate(interleaved: &[f32], count: usize, images: &mut [f32]) {
    for (i, image) in images.chunks_exact_mut(interleaved.len() / count).enumerate() {
        interleaved[i..].iter().step_by(count).zip(image).for_each(|(from, to)| *to = *from);
    }
}

// Blocks of full parts are of constant length, so that they are compiled to vector instructions.

fn copy(to: &mut [f32], from: &[f32]) {
    match (<&mut [f32; IMAGES]>::try_from(&mut *to), <&[f32; IMAGES]>::try_from(from)) {
        (Ok(to), Ok(from)) => *to = *from,
        _ => to.copy_from_slice(from),
    }
}

fn add(sum: &mut [f32], terms: &[f32]) {
    match (<&mut [f32; IMAGES]>::try_from(&mut *sum), <&[f32; IMAGES]>::try_from(terms)) {
        (Ok(sum), Ok(terms)) => sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term),
        _ => sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term),
    }
}
