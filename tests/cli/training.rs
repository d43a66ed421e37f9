//! `train` and `bench`: what they leave in a folder and on standard output, and how a run goes on.

use std::collections::BTreeMap;
use std::fs;

use counterfeit::experiment::Experiment;
use safetensors::SafeTensors;

use crate::place::{Place, TINY, number, objects};

#[test]
fn folders_that_cannot_be_written_to() {
    let place = Place::new();
    // Below a file, which even root cannot write to.
    place.write("file", "");
    place.refused(format!("{TINY} --out file/run"), &["file/run"]);
    place.refused(format!("{TINY} --out file"), &["file"]);
    place.ok(format!("{TINY} --steps 5 --out run"));
    place.refused("sample run --out file/s.csv", &["file/s.csv"]);
    place.refused("sample run --out s.png", &["s.png", ".csv"]);
    place.write("runs", "");
    place.refused(TINY, &["runs", "--out"]);
}

#[test]
fn a_run_is_not_overwritten() {
    let place = Place::new();
    let five = format!("{TINY} --steps 5");
    place.ok(format!("{five} --out run"));
    let before = place.bytes("run/checkpoint.safetensors");
    place.refused(format!("{five} --out run"), &["holds a run", "--resume run"]);
    place.refused("train --resume run", &["has done 5 of 5 steps", "--steps"]);
    place.refused("train --resume run --steps 3", &["has done 5 of 3 steps"]);
    assert_eq!(place.bytes("run/checkpoint.safetensors"), before);
    place.ok(&five);
    place.ok(&five);
    for name in ["runs/mixture-1d-001", "runs/mixture-1d-002"] {
        assert!(place.path(name).is_dir(), "{name}");
    }
}

#[test]
fn checkpoints_that_are_wrong() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 5 --out run"));
    let good = place.bytes("run/checkpoint.safetensors");
    let mut not_finite = good.clone();
    let end = not_finite.len();
    not_finite[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let header = br#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let foreign = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 4]].concat();
    let promises = [&u64::MAX.to_le_bytes()[..], &[0; 64]].concat();
    let renamed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = good.windows(from.len()).position(|w| w == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {from} in the checkpoint"));
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let wider = renamed("generator_hidden = [8]", "generator_hidden = [9]");
    let unknown = renamed("latent_dim = 1", "lament_dim = 1");
    let not_whole = "not a whole safetensors file";
    let cases: [(&str, &[u8], &str); 8] = [
        ("empty", &[], not_whole),
        ("truncated", &good[..good.len() - 10], not_whole),
        ("noise", &[0xa5; 4096], not_whole),
        ("promises", &promises, not_whole),
        ("foreign", &foreign, "not written by this program"),
        ("not-finite", &not_finite, "not finite"),
        ("other-network", &wider, "shape"),
        ("unknown-setting", &unknown, "lament_dim"),
    ];
    // Without it the checkpoint is all that describes the run.
    fs::remove_file(place.path("run/experiment.toml")).unwrap();
    for (name, bytes, wanted) in cases {
        place.write(name, bytes);
        place.refused(format!("sample {name}"), &[name, wanted]);
        place.refused(format!("evaluate {name}"), &[name, wanted]);
        place.write("run/checkpoint.safetensors", bytes);
        place.refused("train --resume run --steps 9", &["run", wanted]);
    }
    place.refused("sample absent.safetensors", &["absent.safetensors"]);
    place.refused("sample cache", &["cache"]);
    place.refused("train --resume absent", &["--resume absent"]);
}

#[test]
fn json_is_all_that_standard_output_holds() {
    let place = Place::new();
    let reports = place.json(format!("{TINY} --steps 20 --report-every 8 --out run"));
    let steps: Vec<f64> = reports.iter().map(|r| number(r, "step")).collect();
    // Reports, the last step's, and the last object.
    assert_eq!(steps, [8.0, 16.0, 20.0, 20.0]);
    for report in &reports {
        let always = ["d_loss", "g_loss", "d_fake", "images_per_s"];
        let metrics = ["w1", "js", "modes", "high_quality"];
        let floors = metrics.map(|metric| format!("{metric}_floor"));
        let floors = floors.iter().map(String::as_str);
        for key in always.into_iter().chain(metrics).chain(floors) {
            number(report, key);
        }
        let real = number(report, "d_real");
        assert!((0.0..=1.0).contains(&real), "{real}");
    }
    let (done, earlier) = reports.split_last().unwrap();
    assert!(earlier.iter().all(|report| !report.contains_key("event")));
    assert_eq!(done["event"], "done");
    assert_eq!(done["w1"], earlier.last().unwrap()["w1"]);
    assert_eq!(done["checkpoint"], "run/checkpoint.safetensors");
    assert_eq!(place.checkpoint("run").step(), 20);
    let kept = Experiment::from_toml(&place.text("run/experiment.toml"));
    assert_eq!(kept.unwrap().steps, 20);

    let evaluated = place.json("evaluate run");
    assert_eq!(evaluated.len(), 1);
    for same in ["w1", "w1_floor"] {
        assert_eq!(evaluated[0][same], done[same], "the same samples are scored");
    }
}

/// What tells one state of a run from another: tensors, and what else its checkpoint says.
type State = (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>);

impl Place {
    fn state(&self, run: &str) -> State {
        let file = format!("{run}/checkpoint.safetensors");
        let (_, header) = SafeTensors::read_metadata(&self.bytes(&file)).unwrap();
        let said = header.metadata().clone().unwrap();
        (self.tensors(&file), said.into_iter().collect())
    }
}

#[test]
fn ten_steps_are_five_and_five_more() {
    let cases = [
        "digits-mlp --set generator_hidden=[16] --set discriminator_hidden=[16]",
        "digits-mlp --set generator_hidden=[16] --set ema_decay=0.9 --set optimizer=sgd",
        "mnist-dcgan --set base_channels=4 --set latent_dim=5",
        "mnist-dcgan --set base_channels=4 --set ema_decay=0 --set n_critic=2 --set optimizer=rmsprop",
        "mnist-dcgan --set base_channels=4 --set channels=3 --set pack=7",
    ];
    for case in cases {
        let place = Place::new();
        let train = |more: &str| {
            let digits = "--set data=digits --set examples_per_class=3 --set batch_size=7";
            place.ok(format!("train --preset {case} {digits} --device cpu --sample-every 3 {more}"));
        };
        train("--steps 10 --out whole");
        train("--steps 5 --out parts");
        let (five, _) = place.state("parts");
        place.ok("train --resume parts --steps 10 --device cpu");
        let (whole, parts) = (place.state("whole"), place.state("parts"));
        assert_eq!(whole.1, parts.1, "{case}");
        for (tensor, values) in &whole.0 {
            assert!(values == &parts.0[tensor], "{case}: {tensor}");
        }
        assert!(five != whole.0, "{case}: five more steps change something");
        let grid = place.bytes("whole/samples-000010.png");
        assert!(grid == place.bytes("parts/samples-000010.png"), "{case}");
        place.ok("sample whole --out again.png");
        let again = place.bytes("again.png");
        assert!(grid == again, "{case}: the run's own latents");
    }
}

#[test]
fn divergence_is_an_error_that_names_the_last_good_checkpoint() {
    let place = Place::new();
    let outcome = place.run(format!(
        "{TINY} --set optimizer=sgd --set beta1=0.99 --set generator_lr=1 --set discriminator_lr=1 \
         --set 'mixture=[{{ mean = [1000], std = 1000 }}]' \
         --steps 5000 --checkpoint-every 1 --report-every 1 --out run --json"
    ));
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    objects(&outcome.stdout);
    let last = outcome.stderr.lines().last().unwrap();
    let step = place.checkpoint("run").step();
    for wanted in ["error: training diverged at step", "run/checkpoint.safetensors", &format!("of step {step}")] {
        assert!(last.contains(wanted), "{last:?} lacks {wanted:?}");
    }
}

#[test]
fn bench_is_one_json_line() {
    let place = Place::new();
    let bench = "bench --size 28 --batch 2 --steps 5 --device cpu --set base_channels=2";
    let lines = objects(&place.ok(bench).stdout);
    assert_eq!(lines.len(), 1);
    for (key, wanted) in [("size", 28.0), ("batch", 2.0), ("steps", 5.0)] {
        assert_eq!(number(&lines[0], key), wanted);
    }
    assert!(number(&lines[0], "images_per_s") > 0.0);
    // Latent 100, base 2: 100 × 4 × 7², two of gain and bias, 4 × 2 × 4², 2 × 4².
    let parameters = 100 * 4 * 49 + 2 * (4 + 2) + 4 * 2 * 16 + 2 * 16;
    assert_eq!(lines[0]["generator_parameters"], parameters);
}

#[test]
fn bench_trains_the_networks_of_the_page() {
    let place = Place::new();
    let lines = objects(&place.ok("bench --case mixture --steps 5 --device cpu").stdout);
    assert_eq!(lines[0]["case"], "mixture");
    assert_eq!(number(&lines[0], "batch"), 256.0);
    // 1·16·16·1.
    assert_eq!(lines[0]["generator_parameters"], 2 * 16 + 17 * 16 + 17);
    place.refused("bench --case digits", &["--case", "it should be mixture or images"]);
}

#[cfg(not(feature = "mpi"))]
#[test]
fn a_build_without_mpi_says_so_where_several_processes_are_started() {
    let place = Place::new();
    let outcome = crate::place::finish(place.command(TINY).env("OMPI_COMM_WORLD_SIZE", "2"));
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("2 processes") && outcome.stderr.contains("--features mpi"), "{}", outcome.stderr);
}
