//! `sweep` and `compare`: several runs, and their differences.

use std::fs;

use crate::place::{Place, TINY};

impl Place {
    /// The rows of a sweep's CSV, each as its cells.
    fn rows(&self, sweep: &str) -> Vec<Vec<String>> {
        let text = self.text(&format!("{sweep}/sweep.csv"));
        text.lines().map(|line| line.split(',').map(ToOwned::to_owned).collect()).collect()
    }
}

/// The settings of [`TINY`], for a sweep.
fn tiny() -> String {
    TINY.replacen("train", "sweep", 1)
}

#[test]
fn a_sweep_trains_every_combination_and_goes_on_where_it_stopped() {
    let place = Place::new();
    let vary = "--vary n_critic=1,2 --seeds 2 --jobs 2 --steps 20 --out swept";
    let outcome = place.ok(format!("{} {vary}", tiny()));
    let rows = place.rows("swept");
    assert_eq!(rows[0][..5], ["run", "done", "step", "n_critic", "seed"]);
    let wanted = [["001", "1", "0"], ["002", "1", "1"], ["003", "2", "0"], ["004", "2", "1"]];
    for (row, [number, n_critic, seed]) in rows[1..].iter().zip(wanted) {
        assert_eq!(row[..5], [number, "true", "20", n_critic, seed]);
        let checkpoint = place.checkpoint(&format!("swept/{number}"));
        let e = &checkpoint.experiment;
        assert_eq!((checkpoint.step(), e.n_critic.to_string(), e.seed.to_string()), (20, n_critic.into(), seed.into()));
    }
    assert_eq!(rows.len(), 5);
    let table: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(table[0], "| n_critic | seeds | w1 | js | modes | high_quality |");
    assert_eq!(table.len(), 4, "{table:?}");
    // The better one first.
    let w1 = |line: &str| line.split('|').nth(3).unwrap().trim().split(' ').next().unwrap().parse::<f64>().unwrap();
    assert!(w1(table[2]) < w1(table[3]), "{table:?}");
    assert!(place.text("swept/sweep.svg").contains("001 n_critic=1 seed 0"));

    // One run is lost, and comes again as it was; the others are left as they are.
    let [lost, kept] = ["swept/003/checkpoint.safetensors", "swept/001/checkpoint.safetensors"];
    let (was, time) = (place.tensors(lost), fs::metadata(place.path(kept)).unwrap().modified().unwrap());
    fs::remove_dir_all(place.path("swept/003")).unwrap();
    place.ok("sweep --resume swept --device cpu");
    assert!(place.tensors(lost) == was);
    assert_eq!(fs::metadata(place.path(kept)).unwrap().modified().unwrap(), time);
    assert_eq!(place.rows("swept"), rows);

    place.refused(format!("{} {vary}", tiny()), &["holds a sweep already", "--resume swept"]);
    place.refused(format!("{} --vary n_critic=0", tiny()), &["n_critic"]);
    place.refused(format!("{} --vary n_critic=1..5", tiny()), &["--random"]);
}

#[test]
fn a_run_that_fails_does_not_end_the_sweep() {
    let place = Place::new();
    let wild = "--set optimizer=sgd --set beta1=0.9 --set objective=wasserstein";
    let outcome = place.ok(format!("{} {wild} --vary generator_lr=1,1e-6 --set discriminator_lr=1e-6 --vary instance_noise=0,0.1 --steps 300 --out swept", tiny()));
    let done: Vec<String> = place.rows("swept")[1..].iter().map(|row| row[1].clone()).collect();
    assert!(done[2..] == ["true", "true"], "{done:?}: {}", outcome.stderr);
}

#[test]
fn runs_are_compared() {
    let place = Place::new();
    for (name, settings) in [("a", ""), ("b", "--set n_critic=2")] {
        place.ok(format!("{TINY} --steps 40 --report-every 5 {settings} --out {name}"));
    }
    let compared = place.ok("compare a b").stdout;
    let lines: Vec<Vec<&str>> = compared.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[..3], [vec!["a", "b"], vec!["n_critic", "1", "2"], vec!["step", "40", "40"]], "{compared}");
    let w1 = lines.iter().position(|line| line[0] == "w1").unwrap();
    assert_eq!(lines[w1].len(), 3);
    for curve in &lines[w1 + 1] {
        assert_eq!(curve.chars().count(), 8, "a bar a report: {compared}");
    }
    let object = &place.json("compare a a")[0];
    assert_eq!(object["settings"], serde_json::json!([]));
    place.refused("compare a cache", &["cache", "no run"]);
    place.refused("compare a", &["RUN"]);
}
