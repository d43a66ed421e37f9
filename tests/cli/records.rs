//! The folder of a run: its records and checkpoints, and the settings with which it goes on.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Command;

use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;

use crate::place::{Place, TINY, finish, number, objects, python_with};

impl Place {
    /// The steps in a run's table, and its header.
    fn table(&self, run: &str) -> (String, Vec<u64>) {
        let text = self.text(&format!("{run}/metrics.csv"));
        let (header, rows) = text.split_once('\n').unwrap();
        let step = |row: &str| row.split(',').next().unwrap().parse().unwrap();
        (header.to_owned(), rows.lines().map(step).collect())
    }
}

#[test]
fn reports_are_kept_and_go_on_with_the_run() {
    let place = Place::new();
    let printed = place.json(format!("{TINY} --steps 20 --report-every 8 --out run"));
    let kept = objects(&place.text("run/metrics.jsonl"));
    assert_eq!(kept, printed[..3], "all but the last object, which repeats the last report");
    let (header, steps) = place.table("run");
    assert_eq!(steps, [8, 16, 20]);
    assert!(header.starts_with("step,d_loss,g_loss,d_real,d_fake,") && header.contains(",w1,w1_floor,"), "{header}");
    place.ok("train --resume run --steps 40 --report-every 8 --device cpu");
    assert_eq!(place.table("run").1, [8, 16, 20, 24, 32, 40]);
    assert_eq!(objects(&place.text("run/metrics.jsonl")).len(), 6);
}

#[test]
fn the_best_checkpoint_and_the_last_ones_stay() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 60 --report-every 10 --checkpoint-every 10 --keep 3 --out run"));
    let w1: Vec<(f64, f64)> = objects(&place.text("run/metrics.jsonl"))
        .iter()
        .map(|report| (number(report, "w1"), number(report, "step")))
        .collect();
    let (least, best) = w1.iter().copied().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let evaluated = place.json("evaluate run/best.safetensors");
    assert_eq!((number(&evaluated[0], "w1"), number(&evaluated[0], "step")), (least, best));
    assert_eq!(objects(&place.text("run/best.json"))[0]["metric"], "w1");
    let kept = |place: &Place| {
        let names = fs::read_dir(place.path("run")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.starts_with("checkpoint-"));
        names.sort();
        names
    };
    assert_eq!(kept(&place), [40, 50, 60].map(|step| format!("checkpoint-{step:06}.safetensors")));
    let same = ["run/checkpoint-000060.safetensors", "run/checkpoint.safetensors"].map(|name| place.bytes(name));
    assert!(same[0] == same[1]);
    place.ok("train --resume run --steps 70 --keep 2 --device cpu");
    assert_eq!(kept(&place), [60, 70].map(|step| format!("checkpoint-{step:06}.safetensors")));
}

#[test]
fn images_have_a_filmstrip() {
    let place = Place::new();
    place.ok("train --preset digits-mlp --steps 9 --sample-every 3 --device cpu --set examples_per_class=3 \
         --set generator_hidden=[8] --set batch_size=8 --out run");
    let strip = image::open(place.path("run/filmstrip.png")).unwrap();
    assert_eq!((strip.width(), strip.height()), (12 * 30 + 2, 3 * 30 + 2));
    let gif = GifDecoder::new(BufReader::new(fs::File::open(place.path("run/filmstrip.gif")).unwrap())).unwrap();
    assert_eq!(gif.into_frames().count(), 3);
    assert!(!place.path("run/samples-000000.png").exists());
}

#[test]
fn a_changed_experiment_is_not_resumed_by_accident() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 5 --out run"));
    let text = place.text("run/experiment.toml");
    let was = "n_critic = 1";
    assert!(text.contains(was), "{text}");
    place.write("run/experiment.toml", text.replace(was, "n_critic = 2"));
    let said = ["run/experiment.toml", "n_critic is 2 there and 1 in the run", "--set n_critic=2"];
    place.refused("train --resume run --steps 9 --device cpu", &said);
    place
        .refused("train --resume run --preset ring --steps 9 --device cpu", &["the preset ring is another experiment"]);
    place.refused(
        "train --resume run --set n_critic=2 --set latent_dim=2 --device cpu",
        &["latent_dim", "cannot change in a run"],
    );
    assert_eq!(place.checkpoint("run").step(), 5);
    place.ok("train --resume run --steps 9 --set n_critic=2 --device cpu");
    let checkpoint = place.checkpoint("run");
    assert_eq!((checkpoint.step(), checkpoint.experiment.n_critic), (9, 2));
    assert!(place.text("run/experiment.toml").contains("n_critic = 2"));
}

#[test]
fn one_process_writes_to_a_folder() {
    let place = Place::new();
    let mut first =
        place.spawn(format!("{TINY} --steps 1000000 --checkpoint-every 1 --report-every 1 --json --out run"));
    let mut reports = BufReader::new(first.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        reports.next().unwrap().unwrap();
    }
    place.refused("train --resume run --device cpu", &["run", "another process trains this run"]);
    first.kill().unwrap();
    first.wait().unwrap();
    let step = place.checkpoint("run").step();
    place.ok(format!("train --resume run --steps {} --device cpu", step + 1));
}

#[test]
fn a_run_that_diverges_goes_back_where_it_is_asked_to() {
    let place = Place::new();
    let wild = format!(
        "{TINY} --set optimizer=sgd --set beta1=0.9 --set generator_lr=1 --set discriminator_lr=1 \
         --set objective=least-squares --seed 3 --steps 400 --checkpoint-every 20 --report-every 1"
    );
    assert_eq!(place.run(format!("{wild} --out stops")).code, 1);
    let outcome = place.ok(format!("{wild} --on-divergence rollback --out run"));
    let said = |what: &str| outcome.stderr.lines().filter(|line| line.contains(what)).count();
    let rollbacks = said("back to step");
    assert!(said("training diverged at step") > 0, "{}", outcome.stderr);
    assert_eq!(
        rollbacks,
        said("training diverged at step") + said("training has failed by step"),
        "{}",
        outcome.stderr
    );
    let checkpoint = place.checkpoint("run");
    let lr = 0.5_f32.powi(i32::try_from(rollbacks).unwrap());
    assert_eq!((checkpoint.step(), checkpoint.experiment.generator_lr), (400, lr));
    let steps = place.table("run").1;
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "a step is recorded once: {steps:?}");
}

#[test]
fn a_saturated_discriminator_is_said_and_ends_the_run_where_it_is_asked_to() {
    let place = Place::new();
    let far = "--set 'mixture=[{ weight = 1.0, mean = [40.0], std = 0.1 }]' --set generator_lr=1e-9 --set \
               discriminator_lr=0.01 --set instance_noise=0 --set gradient_penalty=none --steps 600 --report-every 20";
    let run = format!("{TINY} {far}");
    let told = place.ok(format!("{run} --out told"));
    let lines: Vec<&str> = told.stderr.lines().filter(|line| line.contains("the discriminator is saturated")).collect();
    assert_eq!(lines.len(), 1, "{}", told.stderr);
    assert!(lines[0].starts_with("step ") && lines[0].contains("try equal learning rates"), "{}", lines[0]);
    assert_eq!(place.checkpoint("told").step(), 600);
    let stopped = place.run(format!("{run} --on-divergence stop --checkpoint-every 100 --out stopped"));
    assert_eq!(stopped.code, 1, "{}", stopped.stderr);
    let last = stopped.stderr.lines().last().unwrap();
    assert!(last.contains("the discriminator is saturated") && last.contains("the last good checkpoint"), "{last}");
    assert!(place.checkpoint("stopped").step() < 600);
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_run_and_leaves_its_checkpoint() {
    use std::process::Command;

    use crate::place::finish;

    let place = Place::new();
    let run = place.command(format!("{TINY} --steps 100000 --report-every 1 --checkpoint-every 50 --out run"));
    // No file can grow beyond 64 KiB, as on a disk that is full; the shell's default would kill the program.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\""]).arg(run.get_program()).args(run.get_args());
    let outcome = finish(limited.current_dir(place.path("")));
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let last = outcome.stderr.lines().last().unwrap();
    for wanted in ["error: run/", "cannot be written: File too large", "the last good checkpoint, of step"] {
        assert!(last.contains(wanted), "{last} lacks {wanted}");
    }
    // It goes on once there is room.
    let step = place.checkpoint("run").step();
    place.ok(format!("train --resume run --steps {} --device cpu", step + 2));
}

#[test]
fn a_quiet_run_says_nothing_but_errors() {
    let place = Place::new();
    let outcome = place.ok(format!("{TINY} --steps 5 --out run -q"));
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    place.refused(format!("-q {TINY} --steps 5 --out run"), &["holds a run already"]);
    // Standard output has the objects, standard error the lines.
    let outcome = place.ok(format!("{TINY} --steps 5 --json -v --out other"));
    assert!(outcome.stderr.contains("step 5: D loss"), "{}", outcome.stderr);
    assert_eq!(objects(&outcome.stdout).len(), 2);
}

#[test]
fn shells_and_manuals_know_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.ok(format!("completions {shell}")).stdout;
        for word in ["sweep", "evaluate", "on-divergence"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    place.ok("man pages");
    let page = place.text("pages/counterfeit-train.1");
    for wanted in [".TH counterfeit-train 1", "checkpoint", "Example"] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(place.path("pages/counterfeit.1").is_file());
    place.write("file", "");
    place.refused("man file/pages", &["file/pages"]);
}

#[test]
fn tensorboard_reads_the_events() {
    let Some(python) = python_with("tensorboard", &["tensorboard", "setuptools<81"]) else {
        eprintln!("skipped: TensorBoard cannot be installed here (python3 -m venv, pip install tensorboard)");
        return;
    };
    let place = Place::new();
    place.ok(
        "train --preset digits-mlp --steps 6 --report-every 2 --sample-every 3 --device cpu --set examples_per_class=3 \
         --set generator_hidden=[8] --set batch_size=8 --out run",
    );
    place.ok("train --resume run --steps 8 --report-every 2 --device cpu");
    let script = "
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'images': 0, 'histograms': 0})
events.Reload()
print(json.dumps({
    'scalars': {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']},
    'images': [[e.step, e.width, e.height] for e in events.Images('samples')],
    'histograms': {tag: [sum(e.histogram_value.bucket) for e in events.Histograms(tag)] for tag in events.Tags()['histograms']},
}))";
    let read = finish(Command::new(python).args(["-c", script]).arg(place.path("run")));
    assert_eq!(read.code, 0, "{}", read.stderr);
    let read = &objects(&read.stdout)[0];
    let losses: Vec<(f64, f64)> = serde_json::from_value(read["scalars"]["training/d_loss"].clone()).unwrap();
    let kept = objects(&place.text("run/metrics.jsonl"));
    for (report, (step, loss)) in kept.iter().zip(&losses) {
        assert_eq!(number(report, "step"), *step);
        assert!((number(report, "d_loss") - loss).abs() < 1e-6);
    }
    assert_eq!((kept.len(), losses.len()), (4, 4));
    let images: Vec<[u64; 3]> = serde_json::from_value(read["images"].clone()).unwrap();
    assert_eq!(images, [3, 6, 8].map(|step| [step, 8 * 30 + 2, 8 * 30 + 2]));
    let weights: Vec<f64> = serde_json::from_value(read["histograms"]["generator/0.weight"].clone()).unwrap();
    let latent = place.checkpoint("run").experiment.latent_dim;
    assert_eq!(weights, [8.0 * latent as f64; 2], "all numbers, at each checkpoint");
}
