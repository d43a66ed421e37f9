//! Replay: a step is recorded once as a list of kernels with their buffers, and run again from that list, without the
//! host's work of building it (software graphs on wgpu).
//!
//! A recorded step takes its inputs from the next row of a table and its state from fixed buffers, and ends by writing
//! the new state into them. The host writes the table for many steps at once. A step whose inputs have another layout,
//! with more critic updates for example, is built by the host, in the same buffers. Every step computes the same
//! numbers, however it is carried out.

use burn::backend::{Backend, BackendGraph, Dispatch};
use burn::tensor::{Device, Tensor};

use super::buffers::StateBuffers;
use super::inputs::{Layout, Packed, upload};
use super::run::{UPLOAD, advance};
use super::{Gan, GanState, StepReport};
use crate::kernels::gpu::{Table, assign_all};

/// Steps of one layout that the host builds before it records one, so that every kernel is compiled and tuned.
const WARMUP: usize = 6;
/// Recordings that may fail before the device counts as one that does not record.
const ATTEMPTS: u32 = 4;
/// Memory held ready for a recording, at most: 256 MB.
const RESERVED: usize = 1 << 28;
/// Numbers in a table of more than one row, at most: 16 MB.
const NUMBERS: usize = 1 << 22;

/// How the steps of a run are carried out on a GPU.
#[derive(Default)]
pub(super) enum Replay {
    /// No step has been carried out.
    #[default]
    Start,
    /// In fixed buffers.
    InPlace(Box<InPlace>),
    /// The device does not record: every step is built by the host.
    Unavailable,
}

/// The fixed buffers of steps of one layout, and a recorded step.
pub(super) struct InPlace {
    layout: Layout,
    rows: usize,
    inputs: Table,
    buffers: StateBuffers,
    recording: Option<Recording>,
    /// Memory for a copy of the state: a recording that fails leaves the buffers that it writes unreadable.
    backup: GanState,
    /// The device is prepared for the recording: memory that steps take from then on is kept.
    prepared: Option<Prepared>,
    /// Steps of this layout on the prepared device, before the recording.
    steps: usize,
    /// Steps of another layout since the last of this one.
    others: usize,
    /// Recordings that failed, for lack of memory.
    failures: u32,
}

/// A recorded step, and the report that it fills.
struct Recording {
    graph: BackendGraph<Dispatch>,
    report: StepReport,
}

impl Replay {
    pub(super) fn is_recorded(&self) -> bool {
        matches!(self, Self::InPlace(in_place) if in_place.recording.is_some())
    }

    /// Carries out the steps of these inputs, at least one; returns the report of the last.
    pub(super) fn steps(&mut self, gan: &Gan, state: &mut GanState, inputs: &[Packed], device: &Device) -> StepReport {
        let mut left = inputs;
        loop {
            if matches!(self, Self::Start) {
                *self = Self::InPlace(Box::new(InPlace::new(&left[0].layout, gan, state, device)));
            }
            if let Self::InPlace(in_place) = self {
                in_place.prepare(device);
            }
            let (done, report) = match self {
                Self::InPlace(in_place) => in_place.steps(gan, state, left, device),
                Self::Start | Self::Unavailable => {
                    (1, advance(gan, state, left[0].layout.parts(&upload(left[0].values.clone(), device))))
                }
            };
            if let Self::InPlace(in_place) = self {
                if in_place.others > WARMUP {
                    *self = Self::Start;
                } else if in_place.failures > ATTEMPTS {
                    *self = Self::Unavailable;
                } else if in_place.prepared.is_some() && in_place.steps > WARMUP {
                    in_place.record(gan, state, device);
                }
            }
            left = &left[done..];
            if left.is_empty() {
                return report;
            }
        }
    }
}

impl InPlace {
    fn new(layout: &Layout, gan: &Gan, state: &mut GanState, device: &Device) -> Self {
        let rows = (NUMBERS / layout.len).clamp(1, UPLOAD);
        let inputs = Table::new(rows, layout.len, device);
        Self {
            layout: layout.clone(),
            rows,
            inputs,
            buffers: StateBuffers::new(gan, state),
            recording: None,
            prepared: None,
            backup: gan.copied(state),
            steps: 0,
            others: 0,
            failures: 0,
        }
    }

    /// Prepares the device, before the warm-up. Another run on the device may be prepared: then later.
    fn prepare(&mut self, device: &Device) {
        if self.recording.is_none() && self.prepared.is_none() {
            self.prepared = Prepared::new(device);
            self.steps = 0;
        }
    }

    /// Carries out one or several of these steps; returns how many, and the report of the last.
    fn steps(&mut self, gan: &Gan, state: &mut GanState, inputs: &[Packed], device: &Device) -> (usize, StepReport) {
        let alike = inputs.iter().take_while(|inputs| inputs.layout == self.layout).count();
        if alike == 0 {
            self.others += 1;
            let numbers = upload(inputs[0].values.clone(), device);
            let report = self.buffers.step(gan, state, inputs[0].layout.parts(&numbers));
            self.settle(gan, state);
            return (1, report);
        }
        self.others = 0;
        let count = if self.recording.is_some() { alike.min(self.rows) } else { 1 };
        let rows: Vec<&[f32]> = inputs[..count].iter().map(|inputs| &inputs.values[..]).collect();
        self.inputs.write(&rows);
        if let Some(recording) = &self.recording {
            for _ in 0..count {
                recording.replay(device);
            }
            return (count, recording.report.clone());
        }
        self.steps += 1;
        let report = self.build(gan, state);
        self.settle(gan, state);
        (1, report)
    }

    /// After a step that was built. Also keeps fusion from making kernels that span two steps.
    fn settle(&mut self, gan: &Gan, state: &mut GanState) {
        if !self.buffers.settle(gan, state) {
            self.recording = None;
            self.steps = 0;
        }
    }

    /// A step on the next row of the table.
    fn build(&mut self, gan: &Gan, state: &mut GanState) -> StepReport {
        let row = self.inputs.next();
        self.buffers.step(gan, state, self.layout.parts(&row))
    }

    /// Records a step without carrying it out, where the device can.
    fn record(&mut self, gan: &Gan, state: &mut GanState, device: &Device) {
        write(gan, &mut self.backup, state);
        self.reserve(gan, device);
        let dispatch = device.as_dispatch();
        let recorded = Dispatch::graph_start_capture(dispatch)
            .map(|()| self.build(gan, state))
            .and_then(|report| Ok(Recording { graph: Dispatch::graph_stop_capture(dispatch)?, report }));
        if let Some(prepared) = self.prepared.take() {
            prepared.done();
        }
        if let Ok(recording) = recorded {
            self.recording = Some(recording);
        } else {
            // The buffers that it would have written cannot be read any more.
            *state = std::mem::take(&mut self.backup);
            let failures = self.failures + 1;
            *self = Self { failures, ..Self::new(&self.layout, gan, state, device) };
        }
    }

    /// Takes and returns memory, so that the device has it ready: while it records it adds none, and keeps every
    /// intermediate result. In a browser its pools are of sizes that grow by 1.57 from 32 KiB; a step has hundreds of
    /// small tensors and some of each larger size. A failure doubles their number and the largest size.
    fn reserve(&mut self, gan: &Gan, device: &Device) {
        let state = gan.tensors(&mut self.backup).into_iter().map(|(_, tensor)| tensor.shape().num_elements());
        let largest = state.max().unwrap_or(0).max(self.layout.len) << self.failures;
        let mut left = RESERVED / size_of::<f32>();
        let (mut len, mut count) = (1 << 13, 256 << self.failures);
        let mut room: Vec<Tensor<1>> = Vec::new();
        while len < 2 * largest {
            let affordable = count.min(left / len);
            room.extend((0..affordable).map(|_| Tensor::empty([len], device)));
            left -= affordable * len;
            (len, count) = (len * 3 / 2, 16 << self.failures);
        }
        let _ = Dispatch::flush(device.as_dispatch());
        drop(room);
        let _ = Dispatch::flush(device.as_dispatch());
    }
}

/// A device that is prepared for a recording.
struct Prepared(Device);

impl Prepared {
    fn new(device: &Device) -> Option<Self> {
        Dispatch::graph_prepare(device.as_dispatch()).ok().map(|()| Self(device.clone()))
    }

    /// The recording has been made, or has failed.
    fn done(self) {
        std::mem::forget(self);
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // A recording that never began: this is an error, which ends the preparation.
        let _ = Dispatch::graph_stop_capture(self.0.as_dispatch());
    }
}

impl Recording {
    fn replay(&self, device: &Device) {
        // SAFETY: the recorded kernels use the table, the state and the report, which live as long as the recording,
        // and intermediate results, whose memory the recording keeps; all work is on the device's one stream. A replay
        // that fails makes its buffers unreadable: the next read returns the error.
        let _ = unsafe { Dispatch::graph_replay(device.as_dispatch(), &self.graph) };
    }
}

/// Writes the numbers of `from` into the buffers of `to`.
fn write(gan: &Gan, to: &mut GanState, from: &mut GanState) {
    let pairs = gan.tensors(to).into_iter().zip(gan.tensors(from));
    assign_all(pairs.map(|((_, to), (_, from))| (to, from.clone())).collect());
}
