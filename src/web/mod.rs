//! The browser's host: what the page's worker holds. Shapes of all that crosses stand in `www/messages.d.ts`.

mod device;
mod picture;
mod playground;
mod search;

pub use device::open_device;
pub use playground::Playground;
pub use search::Search;

use wasm_bindgen::prelude::*;

use crate::data::{Dataset, Split};
use crate::error::{Error, Result};
use crate::experiment::{Architecture, Experiment};
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
            let data = match e.data.dataset() {
                Some(dataset) => dataset.name(),
                None if e.has_images() => "digits",
                None => "mixture",
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
    Ok(info(&Experiment::from_hash(hash)?, false)?)
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

/// Addresses of the training files of the experiment's dataset, from the folder of all data; none where it has no files.
fn data_files(experiment: &Experiment) -> js_sys::Array {
    let dataset = experiment.data.dataset();
    let files = dataset.into_iter().flat_map(|dataset| {
        let files = dataset.files(Split::Train).iter();
        files.map(|file| text(&format!("{}/{}.gz", dataset.name(), file.names[0])))
    });
    files.collect()
}

/// `stands_in`: whether drawn digits stand in for the experiment's dataset.
fn info(experiment: &Experiment, stands_in: bool) -> Result<JsValue> {
    let json = serde_json::to_string(experiment).map_err(|error| Error::Syntax(error.to_string()))?;
    let dataset = experiment.data.dataset().map_or("The dataset", Dataset::title);
    let note = if stands_in {
        format!("{dataset} is not on this server: this run trains on digits that the program draws.")
    } else {
        String::new()
    };
    let settings = js_sys::JSON::parse(&json).unwrap_or(JsValue::NULL);
    let info = object(&[
        ("hash", text(&experiment.to_hash())),
        ("name", text(&experiment.name)),
        ("kind", text(kind(experiment))),
        ("stands_in", stands_in.into()),
        ("note", text(&note)),
    ]);
    set(&info, "settings", &settings);
    set(&info, "files", &data_files(experiment).into());
    for (key, network) in [
        ("generator_parameters", Network::generator(experiment)),
        ("discriminator_parameters", Network::discriminator(experiment)),
    ] {
        set(&info, key, &JsValue::from_f64(network.num_params() as f64));
    }
    Ok(info)
}
