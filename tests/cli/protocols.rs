//! `reproduce`: published protocols over seeds, as tables.

use crate::place::{CLASSIFIER, Object, Place, number};

#[test]
fn each_seed_of_a_drawn_target_has_another() {
    let place = Place::new();
    for (protocol, preset) in [("random-1d", "mixture-1d"), ("random-2d", "ring")] {
        let lines = place.json(format!("reproduce {protocol} --steps 1 --seeds 6 --device cpu --out {protocol}.md"));
        let (_, runs) = lines.split_last().unwrap();
        assert!(runs.iter().all(|run| run["preset"] == preset), "{runs:?}");
        // The share of modes covered depends on their number, and the ideal sampler has all.
        let floors: Vec<f64> = runs.iter().map(|run| number(run, "modes_floor")).collect();
        assert_eq!(floors, [1.0; 6]);
        let shares: std::collections::BTreeSet<String> =
            runs.iter().map(|run| format!("{:.4}", number(run, "high_quality_floor"))).collect();
        assert!(shares.len() > 1, "{protocol}: {shares:?}");
    }
}

#[test]
fn a_protocol_is_run_over_its_seeds_and_tabled() {
    let place = Place::new();
    let reproduce = "reproduce mixture-1d-5 --steps 5 --seeds 2 --device cpu --out table.md";
    let lines = place.json(reproduce);
    let (last, runs) = lines.split_last().unwrap();
    assert_eq!((&last["event"], &last["runs"]), (&"done".into(), &4.into()));
    for preset in ["mixture-1d-5", "mixture-1d-5-vanilla"] {
        let runs: Vec<&Object> = runs.iter().filter(|run| run["preset"] == preset).collect();
        let figures = |key: &str| -> Vec<f64> { runs.iter().map(|r| number(r, key)).collect() };
        assert_eq!(figures("seed"), [0.0, 1.0]);
        let w1 = figures("w1");
        assert_ne!(w1[0], w1[1], "each seed is a run of its own");
        let mean = last["presets"][preset]["w1"].as_f64().unwrap();
        assert!((mean - f64::midpoint(w1[0], w1[1])).abs() < 1e-9);
    }
    let table = place.text("table.md");
    for wanted in [
        "## mixture-1d-5\n",
        "**Shortened:**",
        "| **`mixture-1d-5`** |",
        "| an ideal sampler | 5.0 |",
        "`counterfeit reproduce mixture-1d-5 --seeds 2 --steps 5 --device cpu`, seeds 0 to 1, on ",
        "\n| 1 | ",
    ] {
        assert!(table.contains(wanted), "{wanted:?} is not in\n{table}");
    }
    assert!(!table.contains("Unfinished"), "{table}");
    place.refused("reproduce mixture-1d-5 --out table.md", &["--out table.md", "another file"]);
    assert_eq!(place.text("table.md"), table, "a refusal changes nothing");
}

#[test]
fn a_protocols_first_figures_are_those_that_training_ends_with() {
    let place = Place::new();
    // Enough for the first good samples.
    let short = "--steps 400 --device cpu";
    let reproduced = place.json(format!("reproduce ring --seed-list 3 {short}"));
    let trained = place.json(format!("train --preset ring --seed 3 {short}"));
    let ours = number(&reproduced[0], "high_quality");
    let trained = number(trained.last().unwrap(), "high_quality");
    assert!(trained > 0.0);
    assert!((ours - 100.0 * trained).abs() < 1e-9);
}

#[test]
fn images_are_scored_by_the_classifier() {
    let place = Place::new();
    place.both_sets("data", 40);
    let reproduce = "reproduce mnist --steps 1 --seeds 1 --device cpu --data data";
    place.refused(reproduce, &["counterfeit classifier"]);
    place.ok(format!("{CLASSIFIER} --out c"));
    let runs = place.json(format!("{reproduce} --classifier c"));
    for run in &runs[..2] {
        assert!(number(run, "class_kl") > 0.0, "{run:?}");
        // A generator of one step is further from the data than the data are.
        let floor = number(run, "classifier_frechet_floor");
        assert!(number(run, "classifier_frechet") > floor, "{run:?}");
    }
    let table = place.text("reproduce-mnist.md");
    assert!(table.contains("| **`mnist-dcgan`** |"), "{table}");
    assert!(!table.contains("was to reach"), "{table}");
}

#[test]
fn modes_of_stacked_digits_are_counted_by_the_classifier() {
    let place = Place::with_classifier();
    let runs = place.json("reproduce stacked-mnist --steps 1 --seeds 1 --device cpu --data data --classifier c");
    for run in &runs[..2] {
        let modes = number(run, "modes");
        assert!((1.0..=40.0).contains(&modes), "{run:?}");
        assert!(modes <= number(run, "modes_floor"), "{run:?}");
        assert!(number(run, "mode_kl") >= number(run, "mode_kl_floor"), "{run:?}");
    }
    let table = place.text("reproduce-stacked-mnist.md");
    for wanted in [
        "| **`stacked-mnist`** |",
        "| PacDCGAN2 | 1000 | 0.06 |  | Lin et al. 2018, table 2 |",
        "Modes at least 1000.0: **missed**",
    ] {
        assert!(table.contains(wanted), "{wanted:?} is not in\n{table}");
    }
}

#[test]
fn protocols_that_cannot_be_run() {
    let place = Place::new();
    place.refused("reproduce spiral", &["spiral", "ring", "grid"]);
    place.refused("reproduce ring --seeds 0", &["--seeds"]);
    place.refused("reproduce ring --seed-list 1,2,1", &["--seed-list", "twice"]);
    place.refused("reproduce ring --seed-list 1,x", &["x"]);
    place.refused("reproduce ring --out none/table.md", &["none/table.md"]);
    assert!(!place.path("none").exists());
}
