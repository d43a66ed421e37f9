//! The devices of a browser: the CPU, and, in the build that has it, WebGPU.

use burn::tensor::Device;
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};

#[cfg(feature = "gpu")]
thread_local! {
    /// WebGPU is set up once in a worker's life: a second request is an error in the runtime below.
    static WEBGPU: std::cell::RefCell<Option<Device>> = const { std::cell::RefCell::new(None) };
    /// The caller of [`open_device`], to be called when the device is lost.
    static LOST: std::cell::RefCell<Option<js_sys::Function>> = const { std::cell::RefCell::new(None) };
}

/// Commands that are recorded before they are submitted: a whole step of the networks here, which saves submissions.
#[cfg(feature = "gpu")]
const COMMANDS_A_SUBMISSION: usize = 128;

#[cfg(feature = "gpu")]
unsafe extern "C" {
    /// The linker's function that calls every constructor of the module.
    fn __wasm_call_ctors();
}

/// Runs the module's constructors, which cubecl-ir needs, the first time that it is called.
///
/// The call is here for speed as well as for their work. cubecl-ir registers some 2,800 of them (through pliron and
/// inventory). Where nothing in a module refers to `__wasm_call_ctors`, wasm-ld takes the module for a command, whose
/// exports each start the program anew, and wraps every export in a call of all constructors. wasm-bindgen calls
/// exports hundreds of times a training step, and the constructors then take 97% of it. `tests/e2e/modules.test.mjs`
/// examines the built modules. It is not in the start function, which wasm-bindgen's test runner leaves out.
#[cfg(feature = "gpu")]
fn run_constructors() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: wasm-ld defines the symbol in every module, with this signature. The reference keeps wasm-ld from adding
    // other calls of it, so each constructor runs once, on the only thread, before the code that needs what it
    // registers.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}

/// Opens `cpu` or `webgpu`, and names it. `lost` is called when the GPU is lost, with the browser's message: a run that
/// waits would not hear of it before its next step.
///
/// # Errors
/// When there is no such device.
#[wasm_bindgen]
pub async fn open_device(name: String, lost: Option<js_sys::Function>) -> super::Result<String> {
    match name.as_str() {
        "cpu" => {
            drop(lost);
            Ok("CPU".to_owned())
        }
        #[cfg(feature = "gpu")]
        "webgpu" => {
            run_constructors();
            if WEBGPU.with_borrow(Option::is_none) {
                let (device, setup) = Device::wgpu_options()
                    .tasks_max(COMMANDS_A_SUBMISSION)
                    .init_with_setup_async()
                    .await
                    .map_err(|error| Error::device(&error))?;
                LOST.set(lost);
                watch_for_loss(&setup);
                WEBGPU.set(Some(device));
            }
            Ok("WebGPU".to_owned())
        }
        _ => Err(unknown(&name).into()),
    }
}

#[cfg(feature = "gpu")]
fn watch_for_loss(setup: &burn_wgpu::WgpuSetup) {
    setup.device.set_device_lost_callback(|_, message| {
        // An exception of the callback has no receiver.
        let _ = LOST.with_borrow(|lost| lost.as_ref().map(|lost| lost.call1(&JsValue::NULL, &message.into())));
    });
}

/// The device that [`open_device`] opened.
///
/// # Errors
/// When it was not opened.
pub fn device(name: &str) -> Result<Device> {
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
