//! Training of the classifier: cross-entropy, Adam with a learning rate that falls linearly to 0, and randomly shifted
//! images.

use burn::tensor::{Device, Tensor};

use super::{CLASSES, Classifier, Part, Record, SIZE, body, head};
use crate::data::{DataLoader, Images, TrainingData};
use crate::error::{Error, Result};
use crate::nets::{Mode, Network, Weights};
use crate::objective::cross_entropy;
use crate::optimizer::{Optimizer, OptimizerKind};
use crate::rng::{Rng, Stream};
use crate::tensor::matrix;

/// Images per batch.
const BATCH_SIZE: usize = 100;
/// Adam's learning rate at the first step (Kingma & Ba 2015).
const LEARNING_RATE: f32 = 1e-3;
/// The largest shift of an image in pixels, each way: data augmentation, since MNIST's digits are all centred.
const SHIFT: usize = 2;
/// The value of pixels outside the image.
const BLACK: f32 = -1.0;

/// A classifier in training.
pub struct Training {
    classifier: Classifier,
    optimizer: Optimizer,
    moments: Vec<Tensor<2>>,
    loader: DataLoader,
    shifts: Rng,
    dropout: Rng,
    step: u64,
    steps: u64,
}

impl Training {
    /// A classifier with initial weights, to be trained on `images` for `epochs`.
    ///
    /// # Errors
    /// [`Error::Data`] when the images are not 28 × 28 or have labels other than digits.
    pub fn new(images: Images, epochs: u64, seed: u64, device: &Device) -> Result<Self> {
        if images.size() != SIZE || images.labels().iter().any(|&label| label > 9) {
            return Err(Error::Data {
                what: "the training images".to_owned(),
                problem: format!("they are {0} × {0} pixels, or no digits", images.size()),
                remedy: format!("give {SIZE} × {SIZE} images of the classes 0 to 9"),
            });
        }
        let mut init = Rng::new(seed, Stream::Init);
        let [body, head] = [body(), head()].map(|network| Part { weights: network.init(&mut init, device), network });
        let classifier = Classifier {
            record: Record {
                seed,
                epochs,
                batch_size: BATCH_SIZE,
                learning_rate: LEARNING_RATE,
                trained_on: images.len(),
                tested_on: 0,
                accuracy: 0.0,
            },
            body,
            head,
            device: device.clone(),
        };
        let optimizer = Optimizer::new(OptimizerKind::Adam, LEARNING_RATE, (0.9, 0.999));
        Ok(Self {
            moments: optimizer.init(&classifier.params()),
            classifier,
            optimizer,
            step: 0,
            steps: epochs.saturating_mul(images.len().div_ceil(BATCH_SIZE) as u64),
            loader: DataLoader::new(TrainingData::Images(images), seed),
            shifts: Rng::new(seed, Stream::Shift),
            dropout: Rng::new(seed, Stream::Dropout),
        })
    }

    /// The total number of steps.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step; returns the loss of each row, `[batch, 1]`, on the device.
    pub fn step(&mut self) -> Tensor<2> {
        let lr_scale = (1.0 - self.step as f64 / self.steps as f64).max(0.0);
        self.step += 1;

        let (images, classes) = self.batch();
        let networks = [&self.classifier.body, &self.classifier.head].map(|part| part.network.clone());
        let [body_mode, head_mode] = networks.map(|network| self.mode(&network));
        let Classifier { body, head, .. } = &mut self.classifier;
        let leaves = [body.weights.require_grad(), head.weights.require_grad()];
        let features = body.network.forward(&leaves[0], images, body_mode);
        body.weights.buffers = features.buffers;
        let logits = head.network.forward(&leaves[1], features.output, head_mode).output;
        let rows = cross_entropy(logits, classes);
        self.apply_gradients(leaves, rows.clone() / BATCH_SIZE as f32, lr_scale);
        rows.inner()
    }

    /// Training of this part, with fresh dropout masks.
    fn mode(&mut self, network: &Network) -> Mode {
        let masks = network.masks(BATCH_SIZE).into_iter().map(|mask| mask.draw(&mut self.dropout));
        Mode::train(masks.map(|mask| mask.upload(&self.classifier.device)).collect())
    }

    /// One Adam step on the sum of `rows`; `leaves` are copies of the weights that require gradients, `lr_scale` scales
    /// the learning rate.
    fn apply_gradients(&mut self, leaves: [Weights; 2], rows: Tensor<2>, lr_scale: f64) {
        let mut gradients = rows.backward();
        let gradients = leaves
            .into_iter()
            .flat_map(|weights| weights.params)
            .map(|leaf| leaf.grad_remove(&mut gradients).expect("every parameter is in the loss"))
            .collect();
        let inputs = self.optimizer.inputs(self.step, lr_scale).upload(&self.classifier.device);
        let Classifier { body, head, .. } = &mut self.classifier;
        let mut params = std::mem::take(&mut body.weights.params);
        let of_body = params.len();
        params.append(&mut head.weights.params);
        let moments = std::mem::take(&mut self.moments);
        (params, self.moments) = self.optimizer.step(params, moments, gradients, &inputs);
        head.weights.params = params.split_off(of_body);
        body.weights.params = params;
    }

    /// Images on the device and, row by row, a 1 for the class of each.
    fn batch(&mut self) -> (Tensor<2>, Tensor<2>) {
        let mut batch = self.loader.next_batch(BATCH_SIZE);
        for image in batch.values.chunks_exact_mut(SIZE * SIZE) {
            let mut by = || self.shifts.below(2 * SHIFT + 1);
            let moved = shifted(image, by(), by());
            image.copy_from_slice(&moved);
        }
        let mut classes = vec![0.0; BATCH_SIZE * CLASSES];
        for (row, &label) in classes.chunks_exact_mut(CLASSES).zip(&batch.labels) {
            row[usize::from(label)] = 1.0;
        }
        let device = &self.classifier.device;
        let images = matrix(batch.values, [BATCH_SIZE, SIZE * SIZE], device);
        let classes = matrix(classes, [BATCH_SIZE, CLASSES], device);
        (images.autodiff(), classes.autodiff())
    }

    /// The classifier with its present weights, not tested.
    #[must_use]
    pub fn end(self) -> Classifier {
        self.classifier
    }
}

impl Classifier {
    fn params(&self) -> Vec<Tensor<2>> {
        let parts = [&self.body, &self.head].into_iter();
        parts.flat_map(|part| part.weights.params.iter().cloned()).collect()
    }
}

/// The image, moved to the right and down by these numbers less [`SHIFT`].
fn shifted(image: &[f32], right: usize, down: usize) -> Vec<f32> {
    let from = |to: usize, by: usize| (to + SHIFT).checked_sub(by).filter(|&from| from < SIZE);
    (0..SIZE * SIZE)
        .map(|at| match (from(at % SIZE, right), from(at / SIZE, down)) {
            (Some(x), Some(y)) => image[y * SIZE + x],
            _ => BLACK,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    fn drawn(per_class: usize, seed: u64) -> Images {
        let classes: Vec<u8> = (0..10).collect();
        digits::set(&classes, per_class, SIZE, &mut Rng::new(seed, Stream::Digits)).unwrap()
    }

    fn mean(rows: Tensor<2>) -> f32 {
        rows.mean().into_scalar()
    }

    #[test]
    fn images_move_and_leave_black() {
        let mut image = vec![BLACK; 784];
        image[3 * SIZE + 27] = 1.0;
        let lit = |image: &[f32]| image.iter().position(|&x| x > 0.0);
        assert_eq!(lit(&shifted(&image, SHIFT, SHIFT)), Some(3 * SIZE + 27));
        assert_eq!(lit(&shifted(&image, 0, SHIFT + 1)), Some(4 * SIZE + 25));
        let over_the_edge = shifted(&image, SHIFT + 1, SHIFT);
        assert_eq!(over_the_edge, [BLACK; 784]);
    }

    #[test]
    fn it_learns_drawn_digits_and_tells_new_ones() {
        let device = Device::flex();
        let mut training = Training::new(drawn(40, 0), 20, 0, &device).unwrap();
        assert_eq!(training.steps(), 80);
        let first = mean(training.step());
        // Uniform probabilities at first: ln 10 = 2.3.
        assert!((1.5..3.5).contains(&first), "{first}");
        let mut last = 0.0;
        for _ in 1..training.steps() {
            last = mean(training.step());
        }
        // With dropout and shifts; in eval mode the loss is lower.
        assert!(last < 0.8, "{last}");
        let classifier = training.end();
        let test = drawn(10, 1);
        let values = DataLoader::new(TrainingData::Images(test), 0).next_batch(100);
        let predictions = pollster::block_on(classifier.predict(values.values)).unwrap();
        let right = predictions.right(&values.labels);
        assert!(right >= 90, "{right} of 100");
        for row in predictions.probabilities.chunks_exact(CLASSES) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_seed_replays_and_another_does_not() {
        let weights = |seed| -> Vec<f32> {
            let mut training = Training::new(drawn(2, 0), 10, seed, &Device::flex()).unwrap();
            training.step();
            training.step();
            let params = training.end().params();
            let values = params.into_iter().flat_map(|t| t.into_data().try_to_vec::<f32>().unwrap());
            values.collect()
        };
        assert_eq!(weights(1), weights(1));
        assert_ne!(weights(1), weights(2));
    }

    #[test]
    fn other_images_are_refused() {
        let refused = |images: Images| {
            let error = Training::new(images, 1, 0, &Device::flex()).err().unwrap();
            assert!(matches!(error, Error::Data { .. }), "{error}");
        };
        refused(Images::new(2, vec![0; 4], vec![1]).unwrap());
        refused(Images::new(28, vec![0; 784], vec![10]).unwrap());
    }
}
