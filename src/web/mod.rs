//! The wasm module in the page's worker. Its messages are in [`crate::messages`].

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

mod adapter;
mod device;
mod playground;
mod projection;

pub use adapter::find_adapter;
pub use device::{device, open_device};
pub use playground::Playground;
pub use projection::ImageProjection;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::messages::{ExperimentInfo, Failure, PresetInfo};

/// Results of exported functions: they throw a [`Failure`].
type Result<T> = std::result::Result<T, Thrown>;

/// A [`Failure`] as JavaScript catches it.
pub struct Thrown(JsValue);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self(message(&Failure::from(&error)))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// A message as a plain object.
fn message(value: &impl Serialize) -> JsValue {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    value.serialize(&serializer).unwrap_or_else(|error| JsValue::from_str(&error.to_string()))
}

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// The named experiments: `PresetInfo[]`.
#[wasm_bindgen]
#[must_use]
pub fn presets() -> JsValue {
    message(&Experiment::presets().iter().map(PresetInfo::new).collect::<Vec<_>>())
}

/// The link of the experiment in `hash` with settings changed together: `changes` are names and values in turn.
///
/// # Errors
/// When the link is malformed, or the experiment would not be valid.
#[wasm_bindgen]
pub fn revise(hash: &str, changes: Vec<String>) -> Result<String> {
    let mut experiment = Experiment::from_hash(hash)?;
    let pairs = changes.chunks_exact(2);
    experiment.set_all(pairs.map(|pair| (pair[0].as_str(), pair[1].as_str())))?;
    Ok(experiment.to_hash())
}

/// The experiment in `hash`, as `ExperimentInfo`, without building anything.
///
/// # Errors
/// When the link is malformed.
#[wasm_bindgen]
pub fn describe(hash: &str) -> Result<JsValue> {
    Ok(message(&ExperimentInfo::new(&Experiment::from_hash(hash)?, false)))
}

/// The experiment of a checkpoint, likewise.
///
/// # Errors
/// When the bytes are not a whole checkpoint.
#[wasm_bindgen]
pub fn describe_checkpoint(bytes: &[u8]) -> Result<JsValue> {
    Ok(message(&ExperimentInfo::new(&Checkpoint::parse(bytes)?.experiment, false)))
}
