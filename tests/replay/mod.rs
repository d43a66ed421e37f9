//! Replay against steps that the host builds: the same numbers to the bit, on one device.

use burn::tensor::Device;
use counterfeit::checkpoint::save;
use counterfeit::data::TrainingData;
use counterfeit::experiment::Experiment;
use counterfeit::trainer::{StateBuffers, Trainer};

/// Settings with one another, on networks that a software adapter computes soon. SGD where a bias is normalised away:
/// its gradient is 0 but for rounding, which Adam makes as large as any.
pub const RUNS: [&str; 9] = [
    "preset=ring&batch_size=8",
    "preset=mixture-1d-wgan&batch_size=8",
    "preset=mixture-1d&batch_size=8&optimizer=rmsprop&critic_warmup=false&instance_noise=0.5&instance_noise_steps=9",
    "preset=ring&batch_size=8&generator_norm=batch&minibatch_stddev=true&gradient_penalty=none&optimizer=sgd",
    "preset=mnist-dcgan&data=digits&batch_size=4&base_channels=2&examples_per_class=2",
    "preset=digits-began&batch_size=4&examples_per_class=2&generator_hidden=[8]&discriminator_hidden=[8]",
    "preset=digits-acgan&batch_size=4&examples_per_class=2&optimizer=sgd",
    "preset=digits-spectral-norm&batch_size=4&examples_per_class=2&optimizer=sgd",
    "preset=digits-mlp&batch_size=4&examples_per_class=2&generator_hidden=[8]&discriminator_hidden=[8]&vat_weight=1\
     &path_length_weight=1&consistency_weight=1&augment=[\"cutout\"]&feature_matching_weight=1&ema_decay=0.9",
];

/// One run in steps of its trainer, which records one and replays it; one in steps that are built each, in buffers that
/// stay, which has to give the same bits; and one in pure steps on the CPU, which rounds otherwise.
pub async fn check(hash: &str, device: &Device) {
    let run_on = |device: &Device| {
        let experiment = Experiment::from_hash(hash).unwrap();
        let data = TrainingData::new(&experiment, None).unwrap();
        Trainer::new(experiment, data, device).unwrap()
    };
    let mut replayed = run_on(device);
    let mut built = run_on(device);
    let start = tensors(&mut built).await;
    let mut buffers = StateBuffers::new(&built.gan, &mut built.state);
    for steps in [5, 4, 1, 7, 3, 9] {
        let report = replayed.steps(steps);
        let mut last = None;
        for _ in 0..steps {
            let inputs = built.draw_inputs().upload(device);
            last = Some(buffers.step(&built.gan, &mut built.state, inputs));
            let settled = buffers.settle(&built.gan, &mut built.state);
            assert!(settled || built.step == 1, "{hash}: after one step, all stay in their buffers");
        }
        let [here, there] = [report, last.unwrap()].map(|report| Box::pin(report.discriminator.rows.into_data_async()));
        assert_eq!(here.await.unwrap(), there.await.unwrap(), "{hash}");
        if replayed.step == 9 {
            let mut pure = run_on(&Device::flex());
            pure.steps(9);
            let (here, there) = (tensors(&mut replayed).await, tensors(&mut pure).await);
            for (((name, start), (_, here)), (_, there)) in start.iter().zip(&here).zip(&there) {
                let (moved, off) = (distance(start, there), distance(here, there));
                // Where the true gradient is 0, all that moves is rounding.
                assert!(off <= 0.05 * moved + 1e-7, "{hash}: {name} moved by {moved} and is off by {off}");
            }
        }
    }
    assert!(replayed.replays(), "{hash} is recorded");
    assert!(numbers(&replayed).await == numbers(&built).await, "{hash}: every number of the state");

    // The updates of a step one by one are no recording. Not the hundred of a warm-up.
    if replayed.n_critic() < 10 {
        let mut last = None;
        for _ in 0..replayed.n_critic() {
            last = Some(replayed.update_discriminator().report);
        }
        let _ = replayed.update_generator(last.as_ref());
        let inputs = built.draw_inputs().upload(device);
        let _ = buffers.step(&built.gan, &mut built.state, inputs);
        let _ = buffers.settle(&built.gan, &mut built.state);
        assert!(numbers(&replayed).await == numbers(&built).await, "{hash}: every number after single updates");
    }

    // Changed settings are not in the recording.
    let mut experiment = built.experiment().clone();
    experiment.generator_lr *= 0.5;
    experiment.n_critic += 1;
    for run in [&mut replayed, &mut built] {
        assert!(run.revise(experiment.clone()).unwrap());
    }
    let mut buffers = StateBuffers::new(&built.gan, &mut built.state);
    // The first recordings may fail for lack of memory.
    let mut left = 60;
    while left > 0 && !replayed.replays() || left % 10 != 0 {
        left -= 1;
        let _ = replayed.step();
        let inputs = built.draw_inputs().upload(device);
        let _ = buffers.step(&built.gan, &mut built.state, inputs);
        let _ = buffers.settle(&built.gan, &mut built.state);
    }
    assert!(replayed.replays(), "{hash} is recorded again");
    assert!(numbers(&replayed).await == numbers(&built).await, "{hash}: every number after the change");
}

/// Every preset, its networks and batches small: a run in steps of its trainer, so many at a time, against one in steps
/// that are built each.
pub async fn check_presets(series: &[usize], device: &Device) {
    for preset in Experiment::presets() {
        let mut experiment = preset.experiment.clone();
        for setting in SMALL {
            // Settings that a preset has not, it refuses.
            if setting.0 != "data" || experiment.data.dataset().is_some() {
                let _ = experiment.set_all([setting]);
            }
        }
        let run = || {
            let data = TrainingData::new(&experiment, None).unwrap();
            Trainer::new(experiment.clone(), data, device).unwrap()
        };
        let (mut replayed, mut built) = (run(), run());
        let mut buffers = StateBuffers::new(&built.gan, &mut built.state);
        for &steps in series {
            let _ = replayed.steps(steps);
            for _ in 0..steps {
                let inputs = built.draw_inputs().upload(device);
                let _ = buffers.step(&built.gan, &mut built.state, inputs);
                let _ = buffers.settle(&built.gan, &mut built.state);
            }
            let same = numbers(&replayed).await == numbers(&built).await;
            assert!(same, "{}: every number of the state, after {} steps", experiment.name, built.step);
        }
        assert!(replayed.replays(), "{} is recorded", experiment.name);
    }
}

const SMALL: [(&str, &str); 7] = [
    ("batch_size", "8"),
    ("generator_hidden", "[8]"),
    ("discriminator_hidden", "[8]"),
    ("base_channels", "2"),
    ("data", "digits"),
    ("examples_per_class", "2"),
    ("critic_warmup", "false"),
];

/// The tensors of a run's state.
async fn tensors(trainer: &mut Trainer) -> Vec<(String, Vec<f32>)> {
    let mut all = Vec::new();
    for (name, tensor) in trainer.gan.tensors(&mut trainer.state) {
        let data = Box::pin(tensor.clone().into_data_async()).await.unwrap();
        all.push((name, data.try_to_vec().unwrap()));
    }
    all
}

/// The mean difference.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

/// All numbers of a run, as a checkpoint keeps them: what follows its header, whose length comes first.
async fn numbers(trainer: &Trainer) -> Vec<u8> {
    let mut checkpoint = save(trainer).await.unwrap();
    let (length, _) = checkpoint.split_first_chunk().unwrap();
    let header = usize::try_from(u64::from_le_bytes(*length)).unwrap();
    checkpoint.split_off(8 + header)
}
