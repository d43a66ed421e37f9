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

/// The sizes of a convolution, from large images `inputs × side²` to small ones `outputs × (side/2)²`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Channels of the large images.
    pub inputs: usize,
    /// Channels of the small images.
    pub outputs: usize,
    /// Height and width of the large images; even.
    pub side: usize,
}

/// From large images to small ones, or back by the transpose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    Down,
    Up,
}

impl Direction {
    fn reversed(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

/// Large images `[n, inputs × side²]` to small ones `[n, outputs × (side/2)²]`, or small ones to large ones by the
/// transpose, with kernels `[outputs, inputs × 4²]`.
#[must_use]
pub fn convolution(images: Tensor<2>, kernels: Tensor<2>, shape: Shape, direction: Direction) -> Tensor<2> {
    let [images, kernels] = [images, kernels].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as Convolution>::convolution(images, kernels, shape, direction))
}

/// The operations, on matrices of F32.
#[backend_extension(Flex, Autodiff)]
trait Convolution: Backend {
    /// See [`convolution`].
    fn convolution(
        images: FloatTensor<Self>,
        kernels: FloatTensor<Self>,
        shape: Shape,
        direction: Direction,
    ) -> FloatTensor<Self>;

    /// The gradient of the kernels, `[outputs, inputs × 4²]`, from large images and the gradient of small ones, or the
    /// reverse.
    fn kernel_gradient(large: FloatTensor<Self>, small: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self>;
}

#[derive(Debug)]
struct ConvolutionBackward;

impl<B: Convolution> Backward<B, 2> for ConvolutionBackward {
    /// Images, kernels, sizes and direction.
    type State = (FloatTensor<B>, FloatTensor<B>, Shape, Direction);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (images, kernels, shape, direction) = ops.state;
        let [of_images, of_kernels] = ops.parents;
        if let Some(node) = of_images {
            let gradient = B::convolution(gradient.clone(), kernels, shape, direction.reversed());
            grads.register::<B>(node.id, gradient);
        }
        if let Some(node) = of_kernels {
            let (large, small) = match direction {
                Direction::Down => (images, gradient),
                Direction::Up => (gradient, images),
            };
            grads.register::<B>(node.id, B::kernel_gradient(large, small, shape));
        }
    }
}

impl<B: Convolution, C: CheckpointStrategy> Convolution for Autodiff<B, C> {
    fn convolution(
        images: FloatTensor<Self>,
        kernels: FloatTensor<Self>,
        shape: Shape,
        direction: Direction,
    ) -> FloatTensor<Self> {
        let nodes = [images.node(), kernels.node()];
        let [images, kernels] = [images, kernels].map(FloatTensor::<Self>::into_primitive);
        let result = B::convolution(images.clone(), kernels.clone(), shape, direction);
        match ConvolutionBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((images, kernels, shape, direction), result),
            OpsKind::UnTracked(prep) => prep.finish(result),
        }
    }

    fn kernel_gradient(_: FloatTensor<Self>, _: FloatTensor<Self>, _: Shape) -> FloatTensor<Self> {
        unreachable!("burn differentiates once: its backward pass is without a graph")
    }
}
