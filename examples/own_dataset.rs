//! Images of one's own: a small GAN learns white squares on black, 28 × 28 pixels, and the example prints one that it
//! makes: `cargo run --release --example own_dataset`
#![allow(clippy::print_stdout, reason = "an example prints")]

use burn::tensor::Device;
use counterfeit::data::{Images, TrainingData};
use counterfeit::tensor::matrix;
use counterfeit::trainer::Trainer;
use counterfeit::{Experiment, Result};

fn main() -> Result<()> {
    let size = 28;
    // A square of 12 × 12 pixels at one of 64 places, one byte a pixel.
    let square = |i: usize| {
        let (columns, rows) = (4 + i % 8..16 + i % 8, 4 + i / 8..16 + i / 8);
        (0..size * size).map(move |at| u8::from(columns.contains(&(at % size)) && rows.contains(&(at / size))) * 255)
    };
    let data = Images::new(size, (0..64).flat_map(square).collect(), vec![0; 64])?;
    let mut experiment = Experiment::preset("digits-mlp")?;
    experiment.set_all([("classes", "[0]"), ("batch_size", "32")])?;
    let mut trainer = Trainer::new(experiment, TrainingData::Images(data), &Device::flex())?;
    for _ in 0..1000 {
        trainer.step();
    }
    let e = trainer.experiment();
    let latents = matrix(e.fixed_inputs(1, e.seed), [1, e.generator_inputs()], trainer.device());
    let image: Vec<f32> = trainer.sample(latents).into_data().try_to_vec().unwrap_or_default();
    for row in image.chunks(size) {
        println!("{}", row.iter().map(|&x| if x > 0.0 { '#' } else { '.' }).collect::<String>());
    }
    Ok(())
}
