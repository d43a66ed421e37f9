//! Matrices between host and device, and on and off the graph of automatic differentiation.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use crate::error::{Error, Result};

/// A matrix on the host, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct HostMatrix {
    /// rows × columns numbers.
    pub values: Vec<f32>,
    /// Rows and columns.
    pub shape: [usize; 2],
}

impl HostMatrix {
    /// The same on `device`.
    #[must_use]
    pub fn upload(self, device: &Device) -> Tensor<2> {
        matrix(self.values, self.shape, device)
    }
}

/// A number that changes from step to step.
///
/// On a GPU it is a matrix `[1, 1]`, so that a step reads nothing from the host but its inputs, and can be captured and
/// replayed with others. On the CPU a host number is quicker: 7% of a step of small networks.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful in a step")]
pub enum Scalar {
    /// A number of the host.
    Host(f32),
    /// `[1, 1]`
    Device(Tensor<2>),
}

impl PartialEq for Scalar {
    /// Of host numbers; those of a device are not compared.
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Host(a), Self::Host(b)) if a == b)
    }
}

// Expanded to the shape of x: kernel fusion ends where shapes differ, and a step of two small MLPs then has 128
// dispatches, not 82.
impl Scalar {
    /// x times this.
    #[must_use]
    pub fn times(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Host(value) => x * *value,
            Self::Device(value) => {
                let shape = x.dims();
                x * value.clone().expand(shape)
            }
        }
    }

    /// x plus this.
    #[must_use]
    pub fn plus(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Host(value) => x + *value,
            Self::Device(value) => {
                let shape = x.dims();
                x + value.clone().expand(shape)
            }
        }
    }
}

/// Whether the device computes in the host's memory, so that nothing has to be sent to it.
#[must_use]
pub fn is_host(device: &Device) -> bool {
    *device == Device::flex()
}

/// A matrix on `device` from host numbers, row by row.
#[must_use]
pub fn matrix(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The same numbers without a graph, on the device without one.
#[must_use]
pub fn detach<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { tensor.inner() } else { tensor }
}

/// The same numbers on an autodiff device: a constant of a graph, unless they are part of one already.
#[must_use]
pub fn attach<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { tensor } else { tensor.autodiff() }
}

/// `constant`, which carries no graph, on the device of `tensor`, so that the two can be combined.
#[must_use]
pub fn constant_like<const D: usize>(tensor: &Tensor<2>, constant: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() { attach(constant) } else { constant }
}

/// The same numbers in a buffer of their own, on devices where steps write into the buffers of their state.
#[must_use]
pub fn copied<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "gpu")]
    if !is_host(&tensor.device()) {
        return crate::kernels::copy(tensor);
    }
    tensor
}

/// Reads every tensor of a transaction, in one synchronisation with the device.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub(crate) async fn read(transaction: Transaction) -> Result<Vec<TensorData>> {
    transaction.execute_async().await.map_err(|error| Error::device(&error))
}

/// The numbers of a tensor that was read.
///
/// # Errors
/// [`Error::Device`] when they are not F32.
pub(crate) fn floats(data: &TensorData) -> Result<Vec<f32>> {
    data.try_to_vec().map_err(|error| Error::Device(format!("it returned other data than F32 numbers: {error:?}")))
}
