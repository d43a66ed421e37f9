//! Trains a small GAN on three Gaussians on a line, and prints how close it comes:
//! `cargo run --release --example train_mixture`
#![allow(clippy::print_stdout, reason = "an example prints")]

use burn::tensor::Device;
use counterfeit::data::TrainingData;
use counterfeit::snapshot::Observer;
use counterfeit::trainer::Trainer;
use counterfeit::{Experiment, Result};

fn main() -> Result<()> {
    let mut experiment = Experiment::preset("mixture-1d")?;
    experiment.set_all([("objective", "least-squares"), ("seed", "7")])?;
    let data = TrainingData::new(&experiment, None)?;
    let mut trainer = Trainer::new(experiment, data, &Device::flex())?;
    let observer = Observer::new(&trainer, 0);
    for _ in 0..5 {
        let report = (0..400).map(|_| trainer.step()).last();
        let snapshot = pollster::block_on(observer.observe(&trainer, report))?;
        let metrics = snapshot.metrics.iter();
        let metrics: Vec<_> = metrics
            .map(|m| format!("{} {} (floor {})", m.quantity.label, m.quantity.text(m.value), m.quantity.text(m.floor)))
            .collect();
        println!("step {}: {}", snapshot.step, metrics.join(", "));
    }
    Ok(())
}
