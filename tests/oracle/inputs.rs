//! The inputs of the networks: real and fake samples, latents and classes, and samples as the discriminator sees them.

use counterfeit::experiment::{Architecture, Augmentation, Conditional, Prior};

use crate::architectures::d_dim;
use crate::batch::{Batch, concat_columns, constants, mean, rows};
use crate::layers::{Mode, forward};
use crate::number::Number;
use crate::step::{Run, Samples};

impl Run {
    /// Samples of the data; for an adversarial autoencoder, whose discriminator sees codes, samples of the prior.
    pub fn real_batch(&mut self) -> Samples {
        let n = self.e.batch_size;
        if self.e.architecture == Architecture::Autoencoder {
            return Samples { rows: self.prior(), classes: None };
        }
        let batch = self.data.next_batch(n);
        let side = self.e.image_size;
        let mut images = rows(&batch.values, n);
        match self.e.architecture {
            Architecture::Stacked => {
                images = images.into_iter().map(|image| [coarse(&image, side), image].concat()).collect();
            }
            Architecture::Coupled => {
                // Of other images: CoGAN needs no pairs.
                let others = rows(&self.data.next_batch(n).values, n);
                images = concat_columns(images, others.iter().map(|image| edges(image, side)).collect());
            }
            _ => {}
        }
        Samples { rows: images, classes: self.one_hot(&batch.labels) }
    }

    /// Samples of the generator, of the classes of the real ones.
    pub fn fake_batch(&mut self, real: &Samples) -> Samples {
        let inputs = self.generator_inputs(real.classes.as_ref());
        let (params, mode) = (constants(&self.generator.weights.params), Mode::Train(&mut self.dropout));
        let (_, made) = forward(&self.generator.layers, &params, &mut self.generator.weights.buffers, mode, inputs);
        Samples { rows: self.d_part(&made), classes: real.classes.clone() }
    }

    /// Latents and classes; for an autoencoder, images.
    pub fn generator_inputs(&mut self, classes: Option<&Batch>) -> Batch {
        if self.e.architecture == Architecture::Autoencoder {
            let n = self.e.batch_size;
            return rows(&self.data.next_batch(n).values, n);
        }
        match classes {
            Some(classes) => concat_columns(self.prior(), classes.clone()),
            None => self.prior(),
        }
    }

    pub fn prior(&mut self) -> Batch {
        let mut draw = || match self.e.prior {
            Prior::Normal => f64::from(self.latents.normal()),
            Prior::Uniform => 2.0 * f64::from(self.latents.uniform()) - 1.0,
        };
        let numbers: Vec<Number> = (0..self.e.batch_size * self.e.latent_dim).map(|_| draw().into()).collect();
        numbers.chunks(self.e.latent_dim).map(<[Number]>::to_vec).collect()
    }

    /// One-hot rows: the place of a digit among the experiment's classes, or the number of a mixture's component.
    pub fn one_hot(&self, labels: &[u8]) -> Option<Batch> {
        let place = |label: &u8| match self.e.has_images() {
            true => self.e.classes.iter().position(|class| class == label).unwrap(),
            false => usize::from(*label),
        };
        let row = |label| {
            let mut row = vec![Number::from(0.0); self.e.class_count()];
            row[place(label)] = 1.0.into();
            row
        };
        (self.e.conditional != Conditional::None).then(|| labels.iter().map(row).collect())
    }

    /// The part of the generator's output that the discriminator sees.
    pub fn d_part(&self, made: &Batch) -> Batch {
        let width = d_dim(&self.e);
        made.iter().map(|row| row[..width].to_vec()).collect()
    }

    /// Samples as the discriminator sees them: augmented (unless that is left to the consistency term), with instance
    /// noise (Sønderby et al. 2017), which falls linearly to 0, packed (Lin et al. 2018), and with their classes.
    pub fn d_input(&mut self, samples: &Samples) -> Batch {
        let mut x = samples.rows.clone();
        if self.e.consistency_weight == 0.0 {
            x = self.augment(x);
        }
        let mut std = f64::from(self.e.instance_noise);
        if self.e.instance_noise_steps > 0 {
            std *= (1.0 - self.step as f64 / self.e.instance_noise_steps as f64).max(0.0);
        }
        if std > 0.0 {
            for x in x.iter_mut().flatten() {
                *x = *x + std * f64::from(self.noise.normal());
            }
        }
        self.pack_and_condition(&x, samples.classes.as_ref())
    }

    pub fn pack_and_condition(&self, x: &Batch, classes: Option<&Batch>) -> Batch {
        let packed = x.chunks(self.e.pack).map(<[Vec<Number>]>::concat).collect();
        let Some(classes) = classes.filter(|_| self.e.conditional == Conditional::Label) else {
            return packed;
        };
        let repeat = match self.e.architecture {
            Architecture::Dcgan => self.e.data_dim(),
            _ => 1,
        };
        let planes = |row: &Vec<Number>| row.iter().flat_map(|c| vec![*c; repeat]).collect();
        let classes: Batch = classes.iter().map(planes).collect();
        concat_columns(packed, classes.chunks(self.e.pack).map(<[Vec<Number>]>::concat).collect())
    }

    /// Zhao et al. 2020: each image shifted by up to an eighth of its side, or with a square of half the side blanked.
    pub fn augment(&mut self, mut x: Batch) -> Batch {
        let side = self.e.image_size;
        let black = Number::from(-1.0);
        for change in &self.e.augment {
            for image in &mut x {
                let from = image.clone();
                let pixel: Box<dyn Fn(usize, usize) -> Number> = match change {
                    Augmentation::Translation => {
                        let most = side / 8;
                        let [down, right] = [(); 2].map(|()| self.noise.below(2 * most + 1));
                        Box::new(move |y, x| {
                            let (y, x) = (y + most, x + most);
                            let inside = |v: usize, by: usize| (by..by + side).contains(&v);
                            match inside(y, down) && inside(x, right) {
                                true => from[(y - down) * side + x - right],
                                false => black,
                            }
                        })
                    }
                    Augmentation::Cutout => {
                        let [y0, x0] = [(); 2].map(|()| self.noise.below(side));
                        // From a quarter of the side before the centre, to a quarter after it.
                        let blank = move |v: usize, centre: usize| v + side / 4 >= centre && v < centre + side / 4;
                        Box::new(move |y, x| match blank(y, y0) && blank(x, x0) {
                            true => black,
                            false => from[y * side + x],
                        })
                    }
                };
                *image = (0..side * side).map(|i| pixel(i / side, i % side)).collect();
            }
        }
        x
    }
}

/// Each pixel is the mean of four.
fn coarse(image: &[Number], side: usize) -> Vec<Number> {
    let corner = |i: usize| i / (side / 2) * 2 * side + i % (side / 2) * 2;
    let four = |at: usize| [at, at + 1, at + side, at + side + 1];
    (0..side * side / 4).map(|i| mean(four(corner(i)).into_iter().map(|at| image[at]))).collect()
}

/// The length of the Sobel gradient, of which 8 is a step from black to white; beyond its border an image goes on as it
/// ends.
fn edges(image: &[Number], side: usize) -> Vec<Number> {
    let last = side as isize - 1;
    let at = |y: isize, x: isize| image[(y.clamp(0, last) * (last + 1) + x.clamp(0, last)) as usize].value;
    let weights = [(-1, 1.0), (0, 2.0), (1, 1.0)];
    let pixel = |i: usize| {
        let (y, x) = ((i / side) as isize, (i % side) as isize);
        let across: f64 = weights.iter().map(|(d, w)| w * (at(y + d, x + 1) - at(y + d, x - 1))).sum();
        let down: f64 = weights.iter().map(|(d, w)| w * (at(y + 1, x + d) - at(y - 1, x + d))).sum();
        Number::from((across.hypot(down) / 4.0).min(2.0) - 1.0)
    };
    (0..side * side).map(pixel).collect()
}
