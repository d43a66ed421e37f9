//! Arguments, settings and experiments: refused where they are wrong, shown whole where they are asked for.

use counterfeit::experiment::Experiment;

use crate::place::{Place, TINY};

#[test]
fn usage_errors() {
    let place = Place::new();
    place.refused("conjure", &["conjure", "--help"]);
    place.refused("train --bach 3", &["--bach"]);
    place.refused("train --steps many", &["--steps", "many"]);
    place.refused("train --device tpu", &["tpu", "auto, cpu, gpu"]);
    place.refused("train --set batch_size", &["KEY=VALUE"]);
    place.refused("train --preset ring a.toml", &["--preset", "FILE.toml"]);
    place.refused("train --resume a --seed 1", &["--resume", "--seed"]);
    place.refused("train --report-every 0", &["--report-every"]);
    place.refused("sample", &["CHECKPOINT"]);
    place.refused("sample a --count 0", &["--count", "10000"]);
    place.refused("bench --steps 1", &["--steps"]);
}

#[test]
fn experiments_that_are_wrong() {
    let place = Place::new();
    place.refused("train --preset rang", &["`rang`", "mnist-dcgan"]);
    place.refused("presets --toml rang", &["`rang`", "mnist-dcgan"]);
    let set = |more: &str, wanted: &[&str]| place.refused(format!("{TINY} {more}"), wanted);
    set("--set batchsize=1", &["did you mean `batch_size`"]);
    set("--set batch_size=0", &["`batch_size` is 0", "from 1 to"]);
    set("--set batch_size=many", &["`batch_size`"]);
    set("--set dropout=nan", &["`dropout`"]);
    set("--steps 0", &["`steps` is 0"]);
    set("--seed 9007199254740992", &["`seed`"]);
    place.refused("bench --size 30", &["`image_size` is 30"]);
    let long = "#".repeat((1 << 20) + 1);
    let files: [(&[u8], &str); 6] = [
        (b"preset = \"ring\"\nsede = 1", "did you mean `seed`"),
        (b"preset = \"ring\"\nbatch_size = -1", "`batch_size`"),
        (b"seed = ", "cannot be read"),
        (b"\xff\xfe", "UTF-8"),
        (b"preset = 3", "`preset`"),
        (long.as_bytes(), "1 MiB"),
    ];
    for (contents, wanted) in files {
        place.write("wrong.toml", contents);
        place.refused("train wrong.toml", &["wrong.toml", wanted]);
    }
    place.refused("train absent.toml", &["absent.toml"]);
    place.refused("train .", &["cannot be read"]);
    assert!(!place.path("runs").exists(), "a request that is refused leaves nothing behind");
}

#[test]
fn presets_are_listed_and_printed_whole() {
    let place = Place::new();
    let list = place.ok("presets").stdout;
    assert_eq!(list.lines().count(), Experiment::presets().len());
    for preset in Experiment::presets() {
        assert!(list.contains(&preset.experiment.name) && list.contains(&preset.about));
    }
    let whole = place.ok("presets --toml ring").stdout;
    assert_eq!(Experiment::from_toml(&whole).unwrap(), Experiment::preset("ring").unwrap());
    place.write("ring.toml", whole);
    place.ok("train ring.toml --steps 1 --device cpu");
}
