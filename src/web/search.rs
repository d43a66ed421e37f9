//! A search for an image's latent, as the worker holds it.

use wasm_bindgen::prelude::*;

use super::{Result, message};
use crate::latent::search;
use crate::messages::ProjectionState;

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

    /// What was found so far: `ProjectionState`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> Result<JsValue> {
        Ok(message(&ProjectionState::new(self.0.read().await?, self.0.steps())))
    }
}
