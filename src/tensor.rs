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
        return crate::kernels::gpu::copy(tensor);
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
