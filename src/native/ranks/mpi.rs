//! MPI (Message Passing Interface), through `rsmpi`.

use std::cell::{Cell, RefCell};
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use mpi::collective::SystemOperation;
use mpi::datatype::PartitionMut;
use mpi::environment::Universe;
use mpi::request::{self, Request, Scope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives};

use super::Processes;
use crate::native::{failure, interrupt};
use crate::trainer::{Communicator, in_one_bucket};

/// How long a process that was told to end waits for an answer of the others. A launcher that has lost one of them tells
/// the rest to end, and kills them after a second.
const ANSWER: Duration = Duration::from_millis(400);
/// Looks at a pending message in a row, before naps between them: other processes may need the core.
const LOOKS: usize = 1000;
const NAP: Duration = Duration::from_micros(50);

/// The processes of `MPI_COMM_WORLD`.
pub struct Mpi {
    world: SimpleCommunicator,
    stop: Cell<bool>,
    last_words: RefCell<String>,
    /// MPI ends when this is dropped.
    _universe: Universe,
}

impl Mpi {
    /// Meets the others; `None` where MPI does not start.
    pub fn connect() -> Option<Self> {
        let universe = mpi::initialize()?;
        let world = universe.world();
        Some(Self { world, stop: Cell::new(false), last_words: RefCell::default(), _universe: universe })
    }

    fn count(&self) -> usize {
        usize::try_from(self.world.size()).unwrap_or(1)
    }

    /// Waits for the others. MPI's own waiting keeps a core busy.
    fn wait<'a, D: ?Sized, S: Scope<'a>>(&self, mut pending: Request<'a, D, S>) {
        let (mut looks, mut told) = (0, None);
        while let Err(still) = pending.test() {
            pending = still;
            looks += 1;
            if looks < LOOKS {
                yield_now();
                continue;
            }
            sleep(NAP);
            if interrupt::asked() && told.get_or_insert_with(Instant::now).elapsed() > ANSWER && self.may_be_lost() {
                // A pending message cannot be left; but the process can.
                failure::say(&self.last_words.borrow());
                self.abort(1);
            }
        }
    }

    /// Whether an answer that does not come means that another process has ended.
    fn may_be_lost(&self) -> bool {
        !self.last_words.borrow().is_empty()
    }
}

impl Communicator for Mpi {
    fn rank(&self) -> usize {
        usize::try_from(self.world.rank()).unwrap_or(0)
    }

    fn size(&self) -> usize {
        self.count()
    }

    fn mean(&self, tensors: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        in_one_bucket(tensors, |numbers| self.mean_of(numbers))
    }
}

impl Mpi {
    /// Replaces each number by its mean over all processes.
    fn mean_of(&self, numbers: &mut [f32]) {
        // With a number that says whether this process was asked to stop, so that all stop after the same step.
        let asked = if interrupt::asked() { 1.0 } else { 0.0 };
        let sent = [&*numbers, &[asked]].concat();
        let mut sums = vec![0.0_f32; sent.len()];
        request::scope(|scope| {
            let sum = SystemOperation::sum();
            self.wait(self.world.immediate_all_reduce_into(scope, &sent[..], &mut sums[..], sum));
        });
        let size = self.count() as f32;
        for (number, sum) in numbers.iter_mut().zip(&sums) {
            *number = sum / size;
        }
        self.stop.set(self.stop.get() || sums[numbers.len()] > 0.0);
    }
}

impl Processes for Mpi {
    fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.wait(self.world.immediate_barrier());
        let own = i32::try_from(bytes.len()).expect("messages are short");
        let mut lengths = vec![0_i32; self.count()];
        self.world.all_gather_into(&own, &mut lengths[..]);
        let starts: Vec<i32> = lengths
            .iter()
            .scan(0, |end, length| {
                let start = *end;
                *end += length;
                Some(start)
            })
            .collect();
        let mut all = vec![0_u8; lengths.iter().map(|&length| length as usize).sum()];
        self.world.all_gather_varcount_into(bytes, &mut PartitionMut::new(&mut all[..], &lengths[..], &starts[..]));
        let parts = lengths.iter().zip(starts);
        parts.map(|(&length, start)| all[start as usize..(start + length) as usize].to_vec()).collect()
    }

    fn asked_to_stop(&self) -> bool {
        self.stop.get()
    }

    fn set_last_words(&self, words: String) {
        *self.last_words.borrow_mut() = words;
    }

    fn abort(&self, code: u8) -> ! {
        self.world.abort(code.into())
    }
}
