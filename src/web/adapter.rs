//! The WebGPU adapter of the browser. The CPU module finds it, so that the WebGPU module is fetched only where there is
//! one.

use js_sys::global;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{GpuAdapter, WorkerGlobalScope};

use super::message;
use crate::messages::Adapter;

/// The adapter that WebGPU would use in this worker, as `Adapter`; `null` where there is none.
#[wasm_bindgen]
pub async fn find_adapter() -> JsValue {
    match request().await {
        Some(adapter) => message(&Adapter::from(&adapter)),
        None => JsValue::NULL,
    }
}

async fn request() -> Option<GpuAdapter> {
    let gpu = global().dyn_into::<WorkerGlobalScope>().ok()?.navigator().gpu();
    // Browsers without WebGPU lack this property, contrary to its type.
    if gpu.is_undefined() {
        return None;
    }
    let found: JsValue = JsFuture::from(gpu.request_adapter()).await.ok()?.into();
    found.dyn_into().ok()
}

impl From<&GpuAdapter> for Adapter {
    fn from(adapter: &GpuAdapter) -> Self {
        let info = adapter.info();
        let words = [info.vendor(), info.architecture()];
        Self {
            name: words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
            software: info.is_fallback_adapter(),
            max_buffer_bytes: adapter.limits().max_buffer_size(),
        }
    }
}
