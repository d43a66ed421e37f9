//! A small classifier of digits that scores generated images: two strided convolutions and two linear layers.
//!
//! [`Training`] trains it on MNIST; it is kept as a file. Metrics computed with it are comparable only among
//! themselves, and their names say so.

mod file;
mod training;

use burn::tensor::{Device, Transaction, activation};
use serde::{Deserialize, Serialize};

pub use self::file::SIZE_LIMIT;
pub use self::training::Training;
use crate::error::Result;
use crate::experiment::Activation;
use crate::metrics::classes::likeliest;
use crate::nets::init::DCGAN_WEIGHT;
use crate::nets::layers::{BatchNorm, Conv, Dropout, Linear};
use crate::nets::{Layer, Network, Weights};
use crate::tensor::{floats, matrix, read};

/// Height and width of its input images.
pub const SIZE: usize = 28;
/// The number of classes: the digits.
pub const CLASSES: usize = 10;
/// The number of features of an image, the input of the last layer.
pub const FEATURES: usize = 64;

/// A classifier's training and test accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The seed of all random numbers of the training.
    pub seed: u64,
    /// Epochs.
    pub epochs: u64,
    /// Images per batch.
    pub batch_size: usize,
    /// Adam's learning rate at the first step; it falls linearly to 0.
    pub learning_rate: f32,
    /// The number of training images.
    pub trained_on: usize,
    /// The number of test images, none of them a training image; 0 before the test.
    pub tested_on: usize,
    /// The accuracy on the test images, 0 to 1.
    pub accuracy: f64,
}

/// A classifier of images of digits.
#[derive(Clone, Debug)]
pub struct Classifier {
    /// Its training and test accuracy.
    pub record: Record,
    body: Part,
    head: Part,
    device: Device,
}

/// A network with its weights.
#[derive(Clone, Debug)]
struct Part {
    network: Network,
    weights: Weights,
}

/// The classifier's outputs for n images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// n × [`FEATURES`], row-major.
    pub features: Vec<f32>,
    /// n × [`CLASSES`] probabilities, row-major; each row sums to 1.
    pub probabilities: Vec<f32>,
}

/// Images to features.
fn body() -> Network {
    let [narrow, wide] = [32, 64];
    let conv = |inputs, outputs, side| -> Box<dyn Layer> {
        Box::new(Conv { inputs, outputs, side, init: DCGAN_WEIGHT, bias: false })
    };
    let norm = |channels, positions| -> Box<dyn Layer> { Box::new(BatchNorm { channels, positions }) };
    let quarter = SIZE / 4 * (SIZE / 4);
    Network::new(vec![
        conv(1, narrow, SIZE),
        Box::new(Activation::LeakyRelu),
        conv(narrow, wide, SIZE / 2),
        norm(wide, quarter),
        Box::new(Activation::LeakyRelu),
        Box::new(Linear::new(wide * quarter, FEATURES)),
        norm(FEATURES, 1),
        Box::new(Activation::LeakyRelu),
    ])
}

/// Features to logits.
fn head() -> Network {
    Network::new(vec![Box::new(Dropout { width: FEATURES, rate: 0.3 }), Box::new(Linear::new(FEATURES, CLASSES))])
}

impl Classifier {
    /// The predictions on n images of 28 × 28 values in [-1, 1], row-major. Call it with some hundreds to bound memory.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn predict(&self, values: Vec<f32>) -> Result<Predictions> {
        let n = values.len() / (SIZE * SIZE);
        let images = matrix(values, [n, SIZE * SIZE], &self.device);
        let features = self.body.network.eval(&self.body.weights, images);
        let logits = self.head.network.eval(&self.head.weights, features.clone());
        let transaction = Transaction::default().register(features).register(activation::softmax(logits, 1));
        let data = read(transaction).await?;
        Ok(Predictions { features: floats(&data[0])?, probabilities: floats(&data[1])? })
    }

    /// Records the test: `correct` of `tested_on` images, none of them a training image.
    pub fn tested(&mut self, correct: usize, tested_on: usize) {
        self.record.tested_on = tested_on;
        self.record.accuracy = correct as f64 / tested_on.max(1) as f64;
    }

    /// The number of parameters.
    #[must_use]
    pub fn num_params(&self) -> usize {
        self.body.network.num_params() + self.head.network.num_params()
    }
}

impl Predictions {
    /// The number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.probabilities.len() / CLASSES
    }

    /// Whether there are no images.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the predictions on further images.
    pub fn extend(&mut self, more: Self) {
        self.features.extend(more.features);
        self.probabilities.extend(more.probabilities);
    }

    /// The number of images whose most probable class is their label.
    #[must_use]
    pub fn right(&self, labels: &[u8]) -> usize {
        self.probabilities
            .chunks_exact(CLASSES)
            .zip(labels)
            .filter(|&(row, &label)| {
                let likeliest = likeliest(row);
                row[likeliest].is_finite() && likeliest == usize::from(label)
            })
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_is_the_likeliest_class() {
        let mut predictions = Predictions { features: Vec::new(), probabilities: vec![0.1; CLASSES] };
        predictions.probabilities[7] = 0.2;
        predictions.extend(Predictions { features: Vec::new(), probabilities: vec![f32::NAN; CLASSES] });
        assert_eq!(predictions.len(), 2);
        assert_eq!(predictions.right(&[7, 0]), 1);
        assert_eq!(predictions.right(&[6, 200]), 0);
        // Constant probabilities must not count as correct for every label.
        let undecided = Predictions { features: Vec::new(), probabilities: vec![0.1; 10 * CLASSES] };
        assert_eq!(undecided.right(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 1);
    }
}
