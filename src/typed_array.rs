//! Serialisation of numbers as typed arrays in a browser, which a worker can transfer without a copy.

use serde::Serializer;

/// As a `Float32Array`; outside of a browser as a sequence.
pub(crate) fn floats<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    #[cfg(target_family = "wasm")]
    return serde_wasm_bindgen::preserve::serialize(&js_sys::Float32Array::from(values), serializer);
    #[cfg(not(target_family = "wasm"))]
    serializer.collect_seq(values)
}

/// As a `Uint8Array`; outside of a browser as a sequence.
pub(crate) fn bytes<S: Serializer>(values: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    #[cfg(target_family = "wasm")]
    return serde_wasm_bindgen::preserve::serialize(&js_sys::Uint8Array::from(values), serializer);
    #[cfg(not(target_family = "wasm"))]
    serializer.collect_seq(values)
}
