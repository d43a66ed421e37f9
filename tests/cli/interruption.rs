//! What is interrupted is kept.

use std::fs;
use std::io::{BufRead, BufReader};
use std::thread::sleep;
use std::time::{Duration, Instant};

use counterfeit::checkpoint::Checkpoint;

use crate::place::{Place, TINY};

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        let waited = start.elapsed();
        assert!(waited < Duration::from_mins(1), "{what} did not come");
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn without_arguments_it_trains_on_drawn_digits_and_says_so() {
    let place = Place::new();
    let mut child = place.spawn("");
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said: Vec<String> = lines.take(3).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for (said, wanted) in said.iter().zip([
        ["MNIST", "could not be downloaded"],
        ["digits", "that this program draws"],
        ["digits-dcgan", "runs/digits-dcgan-001"],
    ]) {
        let has = wanted.iter().all(|wanted| said.contains(wanted));
        assert!(has, "{said:?} lacks one of {wanted:?}");
    }
    let kept = place.path("runs/digits-dcgan-001/experiment.toml");
    assert!(kept.is_file());
}

#[test]
fn a_reader_that_leaves_is_no_panic() {
    let place = Place::new();
    let mut child = place.spawn(format!("{TINY} --steps 5000 --report-every 1 --json"));
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    for word in ["panicked", "internal"] {
        assert!(!stderr.contains(word), "{stderr}");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_checkpoint() {
    let place = Place::new();
    let checkpoint = place.path("run/checkpoint.safetensors");
    let step = |bytes: Vec<u8>| {
        let checkpoint = Checkpoint::parse(&bytes);
        checkpoint.expect("whole at every moment").step()
    };
    let start = "--steps 1000000 --out run --set 'generator_hidden=[512, 512]'";
    let mut line = format!("{TINY} {start} --checkpoint-every 1");
    let mut before = 0;
    for round in 0..8 {
        let mut child = place.spawn(&line);
        let mut seen = before;
        wait_for("a checkpoint", || {
            seen = fs::read(&checkpoint).map_or(before, step);
            seen > before
        });
        // Somewhere within the writing of one of the next checkpoints.
        sleep(Duration::from_millis(3 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        before = place.checkpoint("run").step();
        assert!(before >= seen, "{before} after {seen}");
        "train --resume run --checkpoint-every 1 --device cpu".clone_into(&mut line);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_names_the_command_to_go_on() {
    use std::process::Command;

    use crate::place::{finish, interrupt, objects};

    let place = Place::new();
    let mut child = place.spawn(format!("{TINY} --steps 1000000 --report-every 1 --json --out 'my run'"));
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    reports.next().unwrap().unwrap();
    interrupt(&child);
    let last = reports.map(Result::unwrap).last().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "a run that was saved is no failure");
    let last = &objects(&last)[0];
    assert_eq!(last["event"], "interrupted");
    let step = last["step"].as_u64().unwrap();
    assert_eq!(place.checkpoint("my run").step(), step);

    let stderr = String::from_utf8(output.stderr).unwrap();
    let last = stderr.lines().last().unwrap();
    let (_, command) = last.split_once("go on with: ").unwrap();
    let command = format!("{command} --steps {}", step + 2);
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &command]).current_dir(place.path(""));
    let again = finish(shell);
    assert_eq!(again.code, 0, "{command}: {}", again.stderr);
    assert_eq!(objects(&again.stdout).last().unwrap()["step"], step + 2);
}

#[cfg(unix)]
#[test]
fn a_classifier_that_is_interrupted_leaves_nothing() {
    use crate::place::interrupt;

    let place = Place::new();
    place.both_sets("data", 1000);
    let mut child = place.spawn("classifier --device cpu --epochs 1000 --data data --out folder/c");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    said.next().unwrap().unwrap();
    interrupt(&child);
    let last = said.map(Result::unwrap).last().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(last.starts_with("error: interrupted after") && last.ends_with("nothing was written"), "{last}");
    assert_eq!(fs::read_dir(place.path("folder")).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_protocol_that_is_interrupted_keeps_what_is_done_and_says_so() {
    use std::io::Read;

    use crate::place::{interrupt, objects};

    let place = Place::new();
    let mut child = place.spawn("reproduce mixture-1d-5 --steps 100 --seeds 1000 --device cpu --json");
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    interrupt(&child);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let last = objects(&rest).pop().unwrap();
    assert_eq!(last["event"], "interrupted");
    let table = place.text("reproduce-mixture-1d-5.md");
    let done = format!("**Unfinished: {} of 2000 runs are done.**", last["runs"]);
    assert!(table.contains(&done), "{done} is not in\n{table}");
}
