//! The strided convolution of a DCGAN on the CPU, as operations of their own.
//!
//! y = K ∗ x is linear in the images x and in the kernels K. The three maps of ⟨y′, K ∗ x⟩, one for each of y′, x and K,
//! are a convolution, its transpose, and the gradient of the kernels; the gradients of the first two are these three
//! again.

mod cpu;

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// What a convolution maps: images `inputs × side²` to images `outputs × (side/2)²`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Channels of the large images.
    pub inputs: usize,
    /// Channels of the small images.
    pub outputs: usize,
    /// Height and width of the large images; even.
    pub side: usize,
}

/// Large images `[n, inputs × side²]` to small ones `[n, outputs × (side/2)²]`, by kernels `[outputs, inputs × 4²]`.
#[must_use]
pub fn convolution(images: Tensor<2>, kernels: Tensor<2>, shape: Shape) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Convolution>::convolution(
        images.into_dispatch(),
        kernels.into_dispatch(),
        shape,
    ))
}

/// Small images to large ones: the transpose of [`convolution`] with the same kernels.
#[must_use]
pub fn transposed(images: Tensor<2>, kernels: Tensor<2>, shape: Shape) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Convolution>::transposed(images.into_dispatch(), kernels.into_dispatch(), shape))
}

/// The operations, on matrices of F32.
#[backend_extension(Flex, Autodiff)]
trait Convolution: Backend {
    /// See [`convolution`].
    fn convolution(large: FloatTensor<Self>, kernels: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self>;

    /// See [`transposed`].
    fn transposed(small: FloatTensor<Self>, kernels: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self>;

    /// The gradient of the kernels, `[outputs, inputs × 4²]`, from large images and the gradient of small ones, or the
    /// reverse.
    fn kernel_gradient(large: FloatTensor<Self>, small: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self>;
}

#[derive(Debug)]
struct ConvolutionBackward;

#[derive(Debug)]
struct TransposedBackward;

impl<B: Convolution> Backward<B, 2> for ConvolutionBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, Shape);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (large, kernels, shape) = ops.state;
        let [of_images, of_kernels] = ops.parents;
        if let Some(node) = of_images {
            grads.register::<B>(node.id, B::transposed(gradient.clone(), kernels, shape));
        }
        if let Some(node) = of_kernels {
            grads.register::<B>(node.id, B::kernel_gradient(large, gradient, shape));
        }
    }
}

impl<B: Convolution> Backward<B, 2> for TransposedBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, Shape);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (small, kernels, shape) = ops.state;
        let [of_images, of_kernels] = ops.parents;
        if let Some(node) = of_images {
            grads.register::<B>(node.id, B::convolution(gradient.clone(), kernels, shape));
        }
        if let Some(node) = of_kernels {
            grads.register::<B>(node.id, B::kernel_gradient(gradient, small, shape));
        }
    }
}

impl<B: Convolution, C: CheckpointStrategy> Convolution for Autodiff<B, C> {
    fn convolution(large: FloatTensor<Self>, kernels: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self> {
        let nodes = [large.node(), kernels.node()];
        let [large, kernels] = [large, kernels].map(FloatTensor::<Self>::into_primitive);
        match ConvolutionBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let small = B::convolution(large.clone(), kernels.clone(), shape);
                prep.finish((large, kernels, shape), small)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::convolution(large, kernels, shape)),
        }
    }

    fn transposed(small: FloatTensor<Self>, kernels: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self> {
        let nodes = [small.node(), kernels.node()];
        let [small, kernels] = [small, kernels].map(FloatTensor::<Self>::into_primitive);
        match TransposedBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let large = B::transposed(small.clone(), kernels.clone(), shape);
                prep.finish((small, kernels, shape), large)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::transposed(small, kernels, shape)),
        }
    }

    fn kernel_gradient(_: FloatTensor<Self>, _: FloatTensor<Self>, _: Shape) -> FloatTensor<Self> {
        unreachable!("burn differentiates once: its backward pass is without a graph")
    }
}
