//! Steps that leave a state in its buffers, so that recorded kernels, which read and write the same buffers each time
//! that they run, can follow one another.

use std::mem::take;

use burn::tensor::Tensor;

use super::{Gan, GanState, StepInputs, StepReport};
use crate::kernels::gpu::{Buffer, assign_all, buffer, copy};

/// The buffers of a state on a GPU.
pub struct StateBuffers {
    buffers: Vec<Option<Buffer>>,
    /// Whether a step leaves this tensor in another buffer. It is then copied back. Optimisers update in place.
    moves: Vec<bool>,
}

impl StateBuffers {
    /// Gives the state buffers of its own.
    #[must_use]
    pub fn new(gan: &Gan, state: &mut GanState) -> Self {
        *state = gan.copied(state);
        let buffers = buffers(gan, state);
        Self { moves: vec![false; buffers.len()], buffers }
    }

    /// [`Gan::step`] that leaves the state in its buffers, to which nothing else may refer; except as
    /// [`settle`](Self::settle) says.
    #[must_use]
    pub fn step(&self, gan: &Gan, state: &mut GanState, inputs: StepInputs<Tensor<2>>) -> StepReport {
        let keep = |((_, tensor), moves): ((_, &mut Tensor<2>), &bool)| moves.then(|| tensor.clone());
        let kept: Vec<_> = gan.tensors(state).into_iter().zip(&self.moves).map(keep).collect();
        let (new, report) = gan.step(take(state), inputs);
        *state = new;
        let mut pairs = Vec::new();
        for ((_, tensor), kept) in gan.tensors(state).into_iter().zip(kept) {
            if let Some(kept) = kept {
                let numbers = std::mem::replace(tensor, kept);
                pairs.push((tensor, numbers));
            }
        }
        assign_all(pairs);
        report
    }

    /// Whether the last step left the state in its buffers. If not, it gets new ones, and what moved is copied back from
    /// now on.
    #[must_use]
    pub fn settle(&mut self, gan: &Gan, state: &mut GanState) -> bool {
        let now = buffers(gan, state);
        if now == self.buffers {
            return true;
        }
        for ((moves, was), is) in self.moves.iter_mut().zip(&self.buffers).zip(&now) {
            *moves |= was != is;
        }
        // Tensors may share one: the average's running statistics are the generator's.
        *state = gan.copied(state);
        self.buffers = buffers(gan, state);
        false
    }
}

fn buffers(gan: &Gan, state: &mut GanState) -> Vec<Option<Buffer>> {
    gan.tensors(state).into_iter().map(|(_, tensor)| buffer(tensor.clone())).collect()
}

impl Gan {
    /// The state in buffers of its own.
    #[must_use]
    pub fn copied(&self, state: &GanState) -> GanState {
        let mut state = state.clone();
        for (_, tensor) in self.tensors(&mut state) {
            *tensor = copy(tensor.clone());
        }
        state
    }
}
