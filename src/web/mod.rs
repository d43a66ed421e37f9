//! The browser's host: what the page's worker holds. Shapes of all that crosses stand in `www/messages.d.ts`.

mod device;
mod picture;
mod playground;
mod search;

pub use device::open_device;
pub use playground::Playground;
pub use search::Search;

use wasm_bindgen::prelude::*;

use crate::data::MnistFiles;
use crate::error::{Error, Result};
use crate::experiment::{Architecture, DataKind, Experiment};
use crate::nets::Network;
use picture::{object, set, text};

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// The named experiments: `PresetInfo[]`.
#[wasm_bindgen]
#[must_use]
pub fn presets() -> js_sys::Array {
    Experiment::presets()
        .iter()
        .map(|preset| {
            let e = &preset.experiment;
            let data = match e.data {
                DataKind::Mixture => "mixture",
                DataKind::Digits => "digits",
                DataKind::Mnist => "mnist",
            };
            object(&[
                ("name", text(&e.name)),
                ("about", text(&preset.about)),
                ("kind", text(kind(e))),
                ("hash", text(&e.to_hash())),
                ("data", text(data)),
            ])
        })
        .collect()
}

/// The link of the experiment in `hash` with settings changed together: `changes` are names and values in turn.
///
/// # Errors
/// When the link is malformed, or the experiment would not be valid.
#[wasm_bindgen]
pub fn revise(hash: &str, changes: Vec<String>) -> std::result::Result<String, JsError> {
    let mut experiment = Experiment::from_hash(hash)?;
    let pairs = changes.chunks_exact(2);
    experiment.set_all(pairs.map(|pair| (pair[0].as_str(), pair[1].as_str())))?;
    Ok(experiment.to_hash())
}

/// What `hash` describes, as `ExperimentInfo`, without building anything.
///
/// # Errors
/// When the link is malformed.
#[wasm_bindgen]
pub fn describe(hash: &str) -> std::result::Result<JsValue, JsError> {
    Ok(info(&Experiment::from_hash(hash)?, "")?)
}

fn kind(experiment: &Experiment) -> &'static str {
    if experiment.architecture == Architecture::Dirac {
        return "phase";
    }
    match (experiment.has_images(), experiment.data_dim()) {
        (true, _) => "gallery",
        (false, 1) => "line",
        (false, _) => "plane",
    }
}

fn info(experiment: &Experiment, note: &str) -> Result<JsValue> {
    let json = serde_json::to_string(experiment).map_err(|error| Error::Syntax(error.to_string()))?;
    let settings = js_sys::JSON::parse(&json).unwrap_or(JsValue::NULL);
    let info = object(&[
        ("hash", text(&experiment.to_hash())),
        ("name", text(&experiment.name)),
        ("kind", text(kind(experiment))),
        ("note", text(note)),
    ]);
    set(&info, "settings", &settings);
    for (key, network) in [
        ("generator_parameters", Network::generator(experiment)),
        ("discriminator_parameters", Network::discriminator(experiment)),
    ] {
        set(&info, key, &JsValue::from_f64(network.num_params() as f64));
    }
    Ok(info)
}

/// The two files out of a `MnistFiles` object, or nothing from `undefined`.
fn mnist_files(files: &JsValue) -> Option<MnistFiles> {
    let get = |key| {
        js_sys::Reflect::get(files, &JsValue::from_str(key))
            .ok()?
            .dyn_into::<js_sys::Uint8Array>()
            .ok()
            .map(|bytes| bytes.to_vec())
    };
    Some(MnistFiles { images: get("images")?, labels: get("labels")? })
}
