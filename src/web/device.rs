//! The devices of a browser: the CPU, and, in the build that has it, WebGPU.

use burn::tensor::Device;
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};

#[cfg(feature = "gpu")]
thread_local! {
    /// WebGPU is set up once in a worker's life: a second request is an error in the runtime below.
    static WEBGPU: std::cell::RefCell<Option<Device>> = const { std::cell::RefCell::new(None) };
}

/// Commands that are recorded before they are submitted: a whole step of the networks here, which saves submissions.
#[cfg(feature = "gpu")]
const COMMANDS_A_SUBMISSION: usize = 128;

/// Gets `cpu` or `webgpu` ready, and names it.
///
/// # Errors
/// When there is no such device.
#[wasm_bindgen]
pub async fn open_device(name: String) -> std::result::Result<String, JsError> {
    match name.as_str() {
        "cpu" => Ok("CPU".to_owned()),
        #[cfg(feature = "gpu")]
        "webgpu" => {
            if WEBGPU.with_borrow(Option::is_none) {
                let device = Device::wgpu_options()
                    .tasks_max(COMMANDS_A_SUBMISSION)
                    .init_async()
                    .await
                    .map_err(|error| Error::Device(crate::error::brief(&error.to_string())))?;
                WEBGPU.set(Some(device));
            }
            Ok("WebGPU".to_owned())
        }
        _ => Err(unknown(&name).into()),
    }
}

/// The device that [`open_device`] made ready.
pub(super) fn device(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::flex()),
        #[cfg(feature = "gpu")]
        "webgpu" => WEBGPU.with_borrow(Clone::clone).ok_or_else(|| Error::Device("WebGPU was not opened".to_owned())),
        _ => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Error {
    Error::setting("device", crate::error::brief(name), "a device of this build")
}
