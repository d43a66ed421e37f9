//! The projection of an image, as the worker holds it.

use wasm_bindgen::prelude::*;

use super::{Result, message};
use crate::latent::image_projection;
use crate::messages::ProjectionState;

/// A projection in progress. It may outlive its run.
#[wasm_bindgen]
pub struct ImageProjection(pub(super) image_projection::ImageProjection);

#[wasm_bindgen]
impl ImageProjection {
    /// The step of the run whose networks it uses.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn run_step(&self) -> f64 {
        self.0.run_step() as f64
    }

    /// One update, if any are left; returns whether there are. Nothing is read back.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// The state: `ProjectionState`.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> Result<JsValue> {
        Ok(message(&ProjectionState::new(self.0.read().await?, self.0.steps())))
    }
}
