//! Kernels of our own on GPUs: operations on buffers that stay where they are.
//!
//! burn's operations return new tensors. These write into the buffer of an argument, which they take, and return it as
//! a tensor: the caller has to own the only reference. Kernel fusion then keeps every earlier read of the buffer before
//! the write.

use burn::backend::fusion::Fusion;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{Device, Tensor, TensorData};
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// The operations. Tensors are contiguous and of F32.
#[backend_extension(Cube, Fusion)]
trait InPlace: Backend {
    /// `destination` with its first numbers replaced by those of `source`, which has no more.
    #[fusion(dtype = destination, shape = destination)]
    fn assign(destination: FloatTensor<Self>, source: FloatTensor<Self>) -> FloatTensor<Self>;

    /// [`assign`](Self::assign) of three, in one kernel.
    #[fusion(meta = |a, b, c, _, _, _| (a.clone(), b.clone(), c.clone()))]
    fn assign_three(
        to_a: FloatTensor<Self>,
        to_b: FloatTensor<Self>,
        to_c: FloatTensor<Self>,
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// A copy in a buffer of its own.
    #[fusion(dtype = source, shape = source)]
    fn copy(source: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `row` with its numbers replaced by the next row of a `table`, whose counter rises; see [`Table`]. The table counts
    /// as read: what orders these operations is the row.
    #[fusion(dtype = row, shape = row)]
    fn take_row(row: FloatTensor<Self>, table: FloatTensor<Self>) -> FloatTensor<Self>;
}

#[cube(launch_unchecked)]
fn assign_kernel(source: &[f32], destination: &mut [f32]) {
    if ABSOLUTE_POS < source.len() {
        destination[ABSOLUTE_POS] = source[ABSOLUTE_POS];
    }
}

#[cube(launch_unchecked)]
fn assign_three_kernel(a: &[f32], b: &[f32], c: &[f32], to_a: &mut [f32], to_b: &mut [f32], to_c: &mut [f32]) {
    if ABSOLUTE_POS < a.len() {
        to_a[ABSOLUTE_POS] = a[ABSOLUTE_POS];
    } else if ABSOLUTE_POS < a.len() + b.len() {
        to_b[ABSOLUTE_POS - a.len()] = b[ABSOLUTE_POS - a.len()];
    } else if ABSOLUTE_POS < a.len() + b.len() + c.len() {
        to_c[ABSOLUTE_POS - a.len() - b.len()] = c[ABSOLUTE_POS - a.len() - b.len()];
    }
}

/// By one group of threads, so that all have read the number of the row before one of them raises it.
#[cube(launch_unchecked)]
fn take_row_kernel(row: &mut [f32], table: &mut [f32], #[comptime] start: usize) {
    let from = start + usize::cast_from(table[0]) * row.len();
    sync_cube();
    if UNIT_POS == 0 {
        table[0] += 1.0;
    }
    let mut at = usize::cast_from(UNIT_POS);
    while at < row.len() {
        row[at] = table[from + at];
        at += usize::cast_from(CUBE_DIM);
    }
}

/// The grid of a kernel with a thread for each of so many numbers.
pub fn grid(client: &cubecl::client::Client, numbers: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new(client, numbers);
    (cubecl::calculate_cube_count_elemwise(client, numbers, dim), dim)
}

/// The tensor, if nothing else refers to its buffer and nothing else is in it; else a copy.
pub fn owned(tensor: CubeTensor) -> CubeTensor {
    let tensor = into_contiguous(tensor);
    if tensor.can_mut() { tensor } else { CubeBackend::copy(tensor) }
}

// SAFETY, of all launches: each kernel compares its position with the length of the buffer that it writes or reads, and
// the callers below give the other at least as many numbers.
impl InPlace for CubeBackend {
    fn assign(destination: CubeTensor, source: CubeTensor) -> CubeTensor {
        let source = into_contiguous(source);
        let client = destination.client.clone();
        let (count, dim) = grid(&client, source.meta.num_elements());
        let [from, to] = [source, destination.clone()].map(CubeTensor::into_buffer_arg);
        unsafe { assign_kernel::launch_unchecked(&client, count, dim, from, to) };
        destination
    }

    fn assign_three(
        to_a: CubeTensor,
        to_b: CubeTensor,
        to_c: CubeTensor,
        a: CubeTensor,
        b: CubeTensor,
        c: CubeTensor,
    ) -> (CubeTensor, CubeTensor, CubeTensor) {
        let from = [a, b, c].map(into_contiguous);
        let client = to_a.client.clone();
        let (count, dim) = grid(&client, from.iter().map(|source| source.meta.num_elements()).sum());
        let [a, b, c] = from.map(CubeTensor::into_buffer_arg);
        let [into_a, into_b, into_c] = [&to_a, &to_b, &to_c].map(|to| to.clone().into_buffer_arg());
        unsafe { assign_three_kernel::launch_unchecked(&client, count, dim, a, b, c, into_a, into_b, into_c) };
        (to_a, to_b, to_c)
    }

    fn copy(source: CubeTensor) -> CubeTensor {
        let CubeTensor { client, device, meta, dtype, .. } = &source;
        let destination = empty_device_dtype(client.clone(), device.clone(), meta.shape().clone(), *dtype);
        Self::assign(destination, source)
    }

    fn take_row(row: CubeTensor, table: CubeTensor) -> CubeTensor {
        let client = row.client.clone();
        let dim = CubeDim::new_1d(client.properties().hardware.max_units_per_cube.min(256));
        let [into, from] = [&row, &table].map(|tensor| tensor.clone().into_buffer_arg());
        unsafe { take_row_kernel::launch_unchecked(&client, CubeCount::new_single(), dim, into, from, START) };
        row
    }
}

/// Writes `source` over the first numbers of `destination`, in its buffer, of which this has to be the only reference.
pub fn assign<const D: usize>(destination: &mut Tensor<D>, source: Tensor<D>) {
    let buffer = std::mem::replace(destination, source.clone());
    *destination = Tensor::from_dispatch(<Dispatch as InPlace>::assign(buffer.into_dispatch(), source.into_dispatch()));
}

/// [`assign`] for each of these pairs, in few kernels: a kernel has 8 buffers at most.
pub fn assign_all(mut pairs: Vec<(&mut Tensor<2>, Tensor<2>)>) {
    let mut threes = pairs.chunks_exact_mut(3);
    for three in &mut threes {
        let [(to_a, a), (to_b, b), (to_c, c)] = three else { unreachable!("chunks of three") };
        let [into_a, into_b, into_c] = [(&mut **to_a, &*a), (&mut **to_b, &*b), (&mut **to_c, &*c)]
            .map(|(to, source)| std::mem::replace(to, source.clone()).into_dispatch());
        let [a, b, c] = [a, b, c].map(|source| source.clone().into_dispatch());
        let (a, b, c) = <Dispatch as InPlace>::assign_three(into_a, into_b, into_c, a, b, c);
        for (to, written) in [(to_a, a), (to_b, b), (to_c, c)] {
            **to = Tensor::from_dispatch(written);
        }
    }
    for (destination, source) in threes.into_remainder() {
        assign(destination, source.clone());
    }
}

/// The buffer of a tensor; `None` on a device without buffers. The work so far is sent to the device.
pub fn buffer(tensor: Tensor<2>) -> Option<Buffer> {
    let tensor = tensor.try_into_primitive::<Fusion<CubeBackend>>().ok()?;
    let tensor = tensor.client.clone().resolve_tensor_float::<CubeBackend>(tensor);
    Some(Buffer(tensor.handle.memory.descriptor().id.value))
}

/// Of equal buffers one is the other.
#[derive(PartialEq)]
pub struct Buffer(usize);

/// A copy in a buffer of its own.
#[must_use]
pub fn copy<const D: usize>(source: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as InPlace>::copy(source.into_dispatch()))
}

/// Rows of numbers with a counter on the device, so that a recorded kernel takes another row each time that it runs.
pub struct Table {
    /// The number of the next row, then, from [`START`] on, the rows.
    numbers: Tensor<1>,
    /// The row that was taken last.
    row: Tensor<1>,
}

/// Where the first row of a table starts: 256 bytes from the number of the next row.
const START: usize = 64;

impl Table {
    /// A table of `rows` rows of `width` numbers.
    #[must_use]
    pub fn new(rows: usize, width: usize, device: &Device) -> Self {
        let zeros = |numbers| copy(Tensor::zeros([numbers], device));
        Self { numbers: zeros(START + rows * width), row: zeros(width) }
    }

    /// Replaces the first rows; the next row is the first.
    pub fn write(&mut self, rows: &[&[f32]]) {
        let numbers = [&[0.0; START][..]].iter().chain(rows).copied().collect::<Vec<_>>().concat();
        let shape = [numbers.len()];
        let device = self.numbers.device();
        assign(&mut self.numbers, Tensor::from_data(TensorData::new(numbers, shape), &device));
    }

    /// The next row, in the same buffer as the row before.
    pub fn next(&mut self) -> Tensor<1> {
        // While the operation has the row, the table stands in its place.
        let row = std::mem::replace(&mut self.row, self.numbers.clone()).into_dispatch();
        self.row = Tensor::from_dispatch(<Dispatch as InPlace>::take_row(row, self.numbers.clone().into_dispatch()));
        self.row.clone()
    }
}
