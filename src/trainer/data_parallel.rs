//! Data-parallel training: several processes train one run together, each on its part of every batch.
//!
//! Each process draws its part from random streams of its own. All hold the same weights: they start from one seed, and
//! every update takes the mean of all gradients. Losses and logits of a report, and the statistics of BatchNorm, are
//! those of a process's own part.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Gan, GanState, RngState, Trainer};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::tensor::matrix;

/// The processes that train a run together.
pub trait Communicator {
    /// The number of this process, from 0.
    fn rank(&self) -> usize;

    /// The number of processes.
    fn size(&self) -> usize;

    /// The means of tensors over all processes (all-reduce). All of them call it, with as many tensors of the same
    /// shapes, and get the same ones.
    fn mean(&self, tensors: Vec<Tensor<2>>) -> Vec<Tensor<2>>;
}

/// `change` of the numbers of all tensors, as one list in the host's memory.
///
/// # Panics
/// When the numbers are not F32, or cannot be read.
pub fn in_one_bucket(tensors: Vec<Tensor<2>>, change: impl FnOnce(&mut [f32])) -> Vec<Tensor<2>> {
    let Some(device) = tensors.first().map(Tensor::device) else {
        return tensors;
    };
    let shapes: Vec<_> = tensors.iter().map(Tensor::dims).collect();
    let rows = tensors.into_iter().zip(&shapes).map(|(tensor, [n, width])| tensor.reshape([1, n * width]));
    let mut numbers: Vec<f32> = Tensor::cat(rows.collect(), 1).into_data().try_to_vec().expect("numbers are F32");
    change(&mut numbers);
    let mut rest = &numbers[..];
    let parts = shapes.into_iter().map(|shape| {
        let (part, others) = rest.split_at(shape[0] * shape[1]);
        rest = others;
        matrix(part.to_vec(), shape, &device)
    });
    parts.collect()
}

impl Gan {
    /// The means of tensors over all processes.
    pub(super) fn mean_over_processes(&self, tensors: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        match &self.communicator {
            Some(communicator) => communicator.mean(tensors),
            None => tensors,
        }
    }

    /// Makes one of what each process has computed from its part alone: BEGAN's k, and the mean path length.
    pub(super) fn share_scalars(&self, state: &mut GanState) {
        let Some(communicator) = &self.communicator else {
            return;
        };
        let scalars: Vec<_> = state.k.iter_mut().chain(&mut state.path_length).collect();
        let means = communicator.mean(scalars.iter().map(|scalar| (**scalar).clone()).collect());
        for (scalar, mean) in scalars.into_iter().zip(means) {
            *scalar = mean;
        }
    }
}

impl Trainer {
    /// Trains with other processes from here on: this one on its part of each batch. A run that the same number of
    /// processes trained goes on to the bit; with another number, random streams that have no position start anew.
    ///
    /// # Errors
    /// When the batch cannot be split.
    pub fn share(&mut self, communicator: Rc<dyn Communicator>) -> Result<()> {
        let (rank, size) = (communicator.rank(), communicator.size());
        let mut experiment = self.experiment().clone();
        if !experiment.batch_size.is_multiple_of(size * experiment.pack) {
            let of_pack = if experiment.pack == 1 { String::new() } else { format!(" × pack {}", experiment.pack) };
            let expected = format!("a multiple of the {size} processes that train together{of_pack}");
            return Err(Error::setting("batch_size", experiment.batch_size, expected));
        }
        experiment.batch_size /= size;
        experiment.validate()?;
        self.gan = Gan::new(experiment, &self.device);
        if let Some(other) = rank.checked_sub(1) {
            match self.others.get(other) {
                Some(position) if self.others.len() == size - 1 => self.sampler.restore(position.clone())?,
                _ => self.sampler.jump(rank),
            }
        }
        self.gan.communicator = Some(communicator);
        Ok(())
    }

    /// The positions of the random streams of the other processes, in the order of their ranks, for the next checkpoint.
    pub fn note_others(&mut self, positions: Vec<RngState>) {
        self.others = positions;
    }

    /// Every setting of the whole run: where several processes train it, with the batch of all.
    #[must_use]
    pub fn whole_experiment(&self) -> Experiment {
        let mut experiment = self.experiment().clone();
        experiment.batch_size *= self.gan.communicator.as_ref().map_or(1, |communicator| communicator.size());
        experiment
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use burn::tensor::Device;

    use super::*;
    use crate::tensor::{HostMatrix, floats};
    use crate::trainer::StepInputs;
    use crate::trainer::run::advance;
    use crate::trainer::tests::trainer;

    /// One of two threads that train together.
    struct Pair {
        rank: usize,
        there: Sender<Vec<f32>>,
        here: Receiver<Vec<f32>>,
    }

    impl Communicator for Pair {
        fn rank(&self) -> usize {
            self.rank
        }

        fn size(&self) -> usize {
            2
        }

        fn mean(&self, tensors: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
            in_one_bucket(tensors, |numbers| {
                self.there.send(numbers.to_vec()).unwrap();
                let other = self.here.recv().unwrap();
                assert_eq!(numbers.len(), other.len());
                for (number, other) in numbers.iter_mut().zip(other) {
                    *number = f32::midpoint(*number, other);
                }
            })
        }
    }

    /// `play` on two threads, each as one of a pair; the results by rank.
    fn together<T: Send>(play: impl Fn(Rc<dyn Communicator>) -> T + Sync) -> [T; 2] {
        let ((to_1, from_0), (to_0, from_1)) = (channel(), channel());
        let play = &play;
        #[allow(clippy::disallowed_methods, reason = "a test of several processes")]
        thread::scope(|scope| {
            let first = scope.spawn(move || play(Rc::new(Pair { rank: 0, there: to_1, here: from_1 })));
            let second = scope.spawn(move || play(Rc::new(Pair { rank: 1, there: to_0, here: from_0 })));
            [first.join().unwrap(), second.join().unwrap()]
        })
    }

    fn numbers(t: &mut Trainer) -> Vec<(String, Vec<f32>)> {
        let tensors = t.gan.tensors(&mut t.state).into_iter();
        tensors.map(|(name, tensor)| (name, floats(&tensor.clone().into_data()).unwrap())).collect()
    }

    /// The inputs of a whole batch from those of its halves, which have no masks, noise or other extras.
    fn joined([first, second]: [StepInputs<HostMatrix>; 2]) -> StepInputs<HostMatrix> {
        let rest = RefCell::new(Vec::new());
        let _ = second.map(&mut |matrix: HostMatrix| rest.borrow_mut().push(matrix));
        rest.borrow_mut().reverse();
        first.map(&mut |mut matrix: HostMatrix| {
            let other = rest.borrow_mut().pop().unwrap();
            // Learning rates and the average's decay, which have no row for each sample, are the same in both.
            if matrix.shape[0] > 1 {
                matrix.values.extend(other.values);
                matrix.shape[0] += other.shape[0];
            } else {
                assert_eq!(matrix, other);
            }
            matrix
        })
    }

    #[test]
    fn two_halves_are_the_whole_batch_without_batch_norm() {
        let settings = |objective| {
            [
                ("objective", objective),
                ("batch_size", "32"),
                ("ema_decay", "0.9"),
                ("n_critic", "2"),
                // Adam's first steps are of one size, however small a gradient: they would magnify rounding.
                ("optimizer", "sgd"),
            ]
        };
        for objective in ["non-saturating", "wasserstein", "least-squares"] {
            let settings = settings(objective);
            let halves = together(|pair| {
                let mut half = trainer("ring", &settings);
                half.share(pair).unwrap();
                assert_eq!((half.experiment().batch_size, half.whole_experiment().batch_size), (16, 32));
                let mut drawn = Vec::new();
                for _ in 0..3 {
                    let inputs = half.draw_inputs();
                    drawn.push(inputs.clone());
                    advance(&half.gan, &mut half.state, inputs.upload(&half.device.clone()));
                }
                (drawn, numbers(&mut half))
            });
            let mut whole = trainer("ring", &settings);
            let [(first, after_first), (second, after_second)] = halves;
            assert_ne!(first[0].discriminator[0].latents, second[0].discriminator[0].latents, "streams of their own");
            assert_eq!(after_first, after_second, "{objective}: all processes hold the same numbers");
            for inputs in first.into_iter().zip(second) {
                let inputs = joined([inputs.0, inputs.1]);
                advance(&whole.gan, &mut whole.state, inputs.upload(&Device::flex()));
            }
            for ((name, ours), (_, theirs)) in after_first.iter().zip(numbers(&mut whole)) {
                for (a, b) in ours.iter().zip(&theirs) {
                    assert!((a - b).abs() <= 2e-4 * (1.0 + b.abs()), "{objective} {name}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn what_a_part_alone_would_tell_apart_is_shared() {
        let [one, two] = together(|pair| {
            let mut half = trainer(
                "digits-mlp",
                &[("batch_size", "8"), ("objective", "began"), ("steps", "9"), ("began_gamma", "1")],
            );
            half.share(pair).unwrap();
            half.step();
            numbers(&mut half)
        });
        let k = |all: &[(String, Vec<f32>)]| all.iter().find(|(name, _)| name == "k").unwrap().1[0];
        assert!(k(&one) > 0.0, "k has moved");
        assert_eq!(one, two);
    }

    #[test]
    fn batches_that_cannot_be_split_are_refused() {
        for (settings, words) in [
            (&[("batch_size", "33")][..], "a multiple of the 2 processes"),
            (&[("batch_size", "36"), ("pack", "4"), ("steps", "5")], "× pack 4"),
        ] {
            let [error, _] = together(|pair| {
                let error = trainer("ring", &[&[("pack", "1")], settings].concat()).share(pair).unwrap_err();
                error.to_string()
            });
            assert!(error.contains("batch_size") && error.contains(words), "{error}");
        }
    }
}
