//! Several processes, as MPI's launcher starts them.
#![cfg(all(feature = "mpi", target_os = "linux"))]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::place::{Outcome, Place, TINY, finish, interrupt, number, objects};

/// As root, on fewer cores than processes, and with no network but this machine's: what a build machine may be.
const MPIRUN: [(&str, &str); 5] = [
    ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
    ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
    ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
    ("OMPI_MCA_btl", "self,vader"),
    ("OMPI_MCA_plm_rsh_agent", "/bin/true"),
];

impl Place {
    fn mpirun(&self, processes: usize, line: &str) -> Command {
        let alone = self.command(line);
        let mut command = Command::new("mpirun");
        command.args(["-n", &processes.to_string()]).arg(alone.get_program()).args(alone.get_args());
        command.current_dir(self.path("")).stdin(Stdio::null()).envs(MPIRUN);
        for (name, value) in alone.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    fn together(&self, processes: usize, line: &str) -> Outcome {
        finish(&mut self.mpirun(processes, line))
    }

    fn start(&self, processes: usize, line: &str) -> Child {
        self.mpirun(processes, line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

#[test]
fn two_processes_train_one_run_and_go_on_to_the_bit() {
    let place = Place::new();
    let tiny = format!("{TINY} --report-every 4 --checkpoint-every 100");
    let whole = place.together(2, &format!("{tiny} --steps 12 --json --out whole"));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    // One process reports, of the batch of both.
    let reports = objects(&whole.stdout);
    let steps: Vec<f64> = reports.iter().map(|report| number(report, "step")).collect();
    assert_eq!(steps, [4.0, 8.0, 12.0, 12.0]);
    assert!(whole.stderr.contains("12 steps of 16 by 2 processes"), "{}", whole.stderr);
    assert_eq!(place.checkpoint("whole").experiment.batch_size, 16);
    assert!(place.text("whole/experiment.toml").contains("batch_size = 16"));

    // Five steps, and on: the streams of both go on where they were.
    assert_eq!(place.together(2, &format!("{tiny} --steps 5 --out halves")).code, 0);
    let on = place.together(2, "train --resume halves --steps 12 --device cpu");
    assert_eq!(on.code, 0, "{}", on.stderr);
    let [whole, halves] = ["whole", "halves"].map(|run| place.tensors(&format!("{run}/checkpoint.safetensors")));
    assert!(whole == halves);
    // A run of one process has other batches.
    place.ok(format!("{tiny} --steps 12 --out alone"));
    assert!(place.tensors("alone/checkpoint.safetensors") != whole);
    // And one process goes on with the run of two.
    place.ok("train --resume whole --steps 14 --device cpu");
    assert_eq!((place.checkpoint("whole").step(), place.checkpoint("whole").experiment.batch_size), (14, 16));
}

#[test]
fn an_error_is_said_once() {
    let place = Place::new();
    for (line, wanted) in [
        (format!("{TINY} --set batch_size=15"), "batch_size"),
        (format!("{TINY} --on-divergence rollback"), "--on-divergence rollback"),
        ("train --preset mnist-dcgan".to_owned(), "MNIST"),
        ("train --resume nowhere".to_owned(), "nowhere"),
        ("train --preset rong".to_owned(), "rong"),
    ] {
        let outcome = place.together(2, &line);
        assert_eq!(outcome.code, 2, "{line}: {}", outcome.stderr);
        let said: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("error: ")).collect();
        assert!(said.len() == 1 && said[0].contains(wanted), "{line}: {}", outcome.stderr);
    }
    // One that comes up in training ends both.
    let wild = "--set optimizer=sgd --set objective=wasserstein --set generator_lr=0.9 --set discriminator_lr=0.9";
    let outcome = place.together(2, &format!("{TINY} --steps 2000 --report-every 1 {wild}"));
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("diverged"), "{}", outcome.stderr);
}

#[test]
fn ctrl_c_saves_the_run_of_all() {
    let place = Place::new();
    // No checkpoint but that of the interrupt.
    let line = format!("{TINY} --steps 10000000 --report-every 1000 --checkpoint-every 100000000 --json --out run");
    let mut child = place.start(2, &line);
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    reports.next().unwrap().unwrap();
    interrupt(&child);
    drop(reports.map(Result::unwrap).last());
    child.wait().unwrap();
    let step = place.checkpoint("run").step();
    let records = objects(&place.text("run/metrics.jsonl"));
    assert_eq!(number(records.last().unwrap(), "step"), step as f64);
    let on = place.together(2, &format!("train --resume run --steps {} --device cpu", step + 3));
    assert_eq!(on.code, 0, "{}", on.stderr);
}

/// The process of a rank below a launcher.
fn process(launcher: &Child, rank: usize) -> Option<u32> {
    let of_rank = format!("OMPI_COMM_WORLD_RANK={rank}");
    let children = Command::new("pgrep").args(["-P", &launcher.id().to_string()]).output().unwrap();
    let ids = String::from_utf8(children.stdout).unwrap();
    ids.lines().filter_map(|id| id.parse().ok()).find(|id: &u32| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|variable| variable == of_rank.as_bytes())
    })
}

#[test]
fn a_killed_process_ends_the_run_with_a_good_checkpoint_and_a_sentence() {
    let place = Place::new();
    for (rank, out, words) in [
        (1, "first", "another process of this run has ended, and so does the run; the last good checkpoint is of step"),
        (0, "second", "process 1: another process of this run has ended"),
    ] {
        let line = format!("{TINY} --steps 10000000 --checkpoint-every 10 --report-every 1000000 --out {out}");
        let child = place.start(2, &line);
        let start = Instant::now();
        while !place.path(&format!("{out}/checkpoint.safetensors")).exists() {
            assert!(start.elapsed() < Duration::from_mins(1), "no checkpoint came");
            sleep(Duration::from_millis(5));
        }
        let id = process(&child, rank).expect("a process of that rank");
        assert!(Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(words), "{stderr}");
        let step = place.checkpoint(out).step();
        if rank == 1 {
            assert!(
                stderr.contains(&format!("of step {step}; go on with: mpirun -n 2 counterfeit train --resume {out}")),
                "{stderr}"
            );
        }
        let on = place.together(2, &format!("train --resume {out} --steps {} --device cpu", step + 3));
        assert_eq!(on.code, 0, "{}", on.stderr);
    }
}

#[test]
fn a_sweep_and_a_protocol_spread_over_processes() {
    let place = Place::new();
    let sweep = TINY.replacen("train", "sweep", 1) + " --vary n_critic=1,2 --seeds 2 --steps 20";
    let swept = place.together(2, &format!("{sweep} --out swept"));
    assert_eq!(swept.code, 0, "{}", swept.stderr);
    assert!(swept.stderr.contains("4 runs, 2 at a time"), "{}", swept.stderr);
    place.ok(format!("{sweep} --out alone"));
    // The same runs, whoever trains them.
    assert_eq!(place.text("swept/sweep.csv"), place.text("alone/sweep.csv"));

    let reproduce = "reproduce mixture-1d-5 --steps 5 --seeds 2 --device cpu --out";
    assert_eq!(place.together(3, &format!("{reproduce} of-three.md")).code, 0);
    place.ok(format!("{reproduce} of-one.md"));
    let figures = |name: &str| -> Vec<String> {
        let text = place.text(name);
        // Without the time that each took.
        let rows = text.lines().filter(|line| line.starts_with('|'));
        rows.map(|row| row.rsplitn(3, '|').last().unwrap().to_owned()).collect()
    };
    assert_eq!(figures("of-three.md"), figures("of-one.md"));
}
