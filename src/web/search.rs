//! A search for an image's latent, as the worker holds it.

use wasm_bindgen::prelude::*;

use super::picture;
use crate::latent::search;

/// A search in progress; it outlives the run that it began with.
#[wasm_bindgen]
pub struct Search(pub(super) search::Search);

#[wasm_bindgen]
impl Search {
    /// The run's step whose networks it searches with.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn of(&self) -> f64 {
        self.0.of() as f64
    }

    /// One update, if any are left; returns whether there are. Nothing is read back.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// What was found so far: `Found`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> std::result::Result<JsValue, JsError> {
        Ok(picture::found(&self.0.read().await?, self.0.steps()))
    }
}
