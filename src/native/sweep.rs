//! `sweep`: runs of one experiment with varied settings, several at a time, each a process of its own in a folder of its
//! own; then a table and a picture of all.

mod outcome;
mod variation;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use self::outcome::Outcome;
pub use self::variation::Variation;
use self::variation::{Changes, grid, random};
use super::args::Sweep;
use super::failure::mistake;
use super::progress::{self, say};
use super::ranks::{self, Ranks};
use super::report::print;
use super::{files, folder, interrupt, plan, records};
use crate::experiment::Experiment;
use crate::rng::{Rng, Stream};

const PLAN: &str = "sweep.json";
/// Runs of a sweep at most.
const MOST: usize = 10_000;
/// Between two looks at the processes.
const PAUSE: Duration = Duration::from_millis(50);

/// All runs of a sweep, as its folder keeps it.
#[derive(Serialize, Deserialize)]
struct Plan {
    /// The experiment, in TOML, whose settings are varied.
    experiment: String,
    /// The changed settings of each run.
    runs: Vec<Changes>,
}

/// One run of a sweep.
struct Run {
    /// The number of the run, from 1, as in the name of its folder.
    number: usize,
    changes: Changes,
    experiment: Experiment,
    folder: PathBuf,
}

/// Trains every run of a sweep that is not done, then writes the table and the picture. Several processes, with a folder
/// that all of them reach, take turns at the runs.
///
/// # Errors
/// When a setting is wrong, or the disk fails.
pub fn run(args: &Sweep) -> Result<ExitCode> {
    let ranks = Ranks::join()?;
    let planned = ranks.agree(ranks.leads().then(|| Plan::open(args)).transpose())?;
    let folder = planned.as_ref().map_or(String::new(), |(folder, _)| folder.display().to_string());
    let folder = PathBuf::from(String::from_utf8(ranks.gather(folder.into_bytes()).swap_remove(0))?);
    let plan = ranks.agree(planned.map_or_else(|| Plan::read(&folder), |(_, plan)| Ok(plan)))?;
    let runs = plan.runs(&folder)?;
    let at_a_time = args.jobs * ranks.size();
    say(&format!("{} runs, {at_a_time} at a time, in {}", runs.len(), folder.display()));
    interrupt::listen_and("the runs finish their step and save")?;
    let own: Vec<&Run> = runs.iter().skip(ranks.rank()).step_by(ranks.size()).collect();
    ranks.agree(train(args, &own))?;
    if ranks.leads() { end(&folder, &runs) } else { Ok(ExitCode::SUCCESS) }
}

/// Writes the table and the picture.
fn end(folder: &Path, runs: &[Run]) -> Result<ExitCode> {
    let outcomes: Vec<Outcome> = runs.iter().map(Outcome::read).collect::<Result<_>>()?;
    let table = outcome::table(&outcomes);
    files::write(&folder.join("sweep.md"), table.as_bytes())?;
    files::write(&folder.join("sweep.csv"), &outcome::rows(&outcomes)?)?;
    let mut written = vec!["sweep.md".to_owned(), "sweep.csv".to_owned()];
    if let Some((name, bytes)) = outcome::picture(&outcomes)? {
        files::write(&folder.join(&name), &bytes)?;
        written.push(name);
    }
    print(table.trim_end())?;
    say(&format!("written to {}: {}", folder.display(), written.join(", ")));
    let left = outcomes.iter().filter(|outcome| !outcome.done).count();
    if left > 0 {
        say(&format!("{left} runs are not done; go on with: counterfeit sweep --resume {}", folder.display()));
    }
    Ok(ExitCode::SUCCESS)
}

impl Plan {
    /// The plan of a new sweep, or of one that goes on, and its folder.
    fn open(args: &Sweep) -> Result<(PathBuf, Self)> {
        match &args.resume {
            Some(folder) => Ok((folder.clone(), Self::read(folder)?)),
            None => Self::new(args),
        }
    }

    /// The plan for these arguments, and its new folder.
    fn new(args: &Sweep) -> Result<(PathBuf, Self)> {
        let experiment = plan::chosen(&args.chosen, None)?;
        let changes = match args.random {
            Some(count) => random(&args.vary, usize::try_from(count)?, &mut Rng::new(args.random_seed, Stream::Sweep)),
            None => grid(&args.vary).map_err(mistake)?,
        };
        let with_seeds = |changes: &Changes| {
            let changes = changes.clone();
            let seeded = move |seed: u64| [changes.clone(), vec![("seed".to_owned(), seed.to_string())]].concat();
            (0..args.seeds).map(seeded)
        };
        let runs: Vec<Changes> = changes.iter().flat_map(with_seeds).collect();
        if runs.len() > MOST {
            return Err(mistake(format!("a sweep of {} runs; it can have {MOST} at most", runs.len())));
        }
        let plan = Self { experiment: experiment.to_toml(), runs };
        let folder = match &args.out {
            Some(folder) if folder.join(PLAN).exists() => {
                return Err(mistake(format!(
                    "--out {0}: it holds a sweep already; go on with it by --resume {0}, or name another folder",
                    folder.display()
                )));
            }
            Some(folder) => folder.clone(),
            None => folder::next_free(Path::new("sweeps"), &experiment.name)?,
        };
        // All runs are valid before the first is trained.
        plan.runs(&folder)?;
        fs::create_dir_all(&folder).map_err(|error| mistake(format!("{}: {error}", folder.display())))?;
        files::write(&folder.join(PLAN), serde_json::to_string_pretty(&plan)?.as_bytes()).map_err(mistake)?;
        Ok((folder, plan))
    }

    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(PLAN);
        let text = files::read_text(&path)?;
        serde_json::from_str(&text).map_err(|error| mistake(format!("{}: {error}", path.display())))
    }

    /// The runs, each with its experiment.
    fn runs(&self, folder: &Path) -> Result<Vec<Run>> {
        let base = Experiment::from_toml(&self.experiment)?;
        let run = |(i, changes): (usize, &Changes)| {
            let mut experiment = base.clone();
            experiment.set_all(changes.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
            let number = i + 1;
            Ok(Run { number, changes: changes.clone(), experiment, folder: folder.join(format!("{number:03}")) })
        };
        self.runs.iter().enumerate().map(run).collect()
    }
}

impl Run {
    /// The steps that it has done, by its last report.
    fn done(&self) -> Result<u64> {
        Ok(records::last_step(&self.folder)?.min(self.experiment.steps))
    }

    fn is_done(&self) -> Result<bool> {
        Ok(self.done()? == self.experiment.steps)
    }

    /// Starts the process that trains it, from its checkpoint where there is one.
    fn start(&self, args: &Sweep) -> Result<Child> {
        let file = self.folder.with_extension("toml");
        files::write(&file, self.experiment.to_toml().as_bytes())?;
        let log = self.folder.with_extension("log");
        let log = File::create(&log).with_context(|| log.display().to_string())?;
        let mut command = Command::new(env::current_exe().context("this program's own file")?);
        command.arg("train");
        if self.folder.join(folder::CHECKPOINT).exists() {
            command.arg("--resume").arg(&self.folder);
        } else {
            // A run that was killed before its first checkpoint starts anew.
            if self.folder.exists() {
                fs::remove_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
            }
            command.arg(&file).arg("--out").arg(&self.folder);
        }
        command.args(["--device", args.device.word()]);
        if let Some(data) = &args.data {
            command.arg("--data").arg(data);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        ranks::alone(&mut command).spawn().context("a run cannot be started")
    }
}

/// Trains the runs that are not done, so many at a time, until all are or an interrupt. A run that fails, by diverging
/// for example, ends alone; its log says why.
fn train(args: &Sweep, runs: &[&Run]) -> Result<()> {
    let (mut waiting, mut ended) = (Vec::new(), 0);
    for &run in runs.iter().rev() {
        if run.is_done()? {
            ended += run.experiment.steps;
        } else {
            waiting.push(run);
        }
    }
    let bar = progress::bar(runs.iter().map(|run| run.experiment.steps).sum());
    let mut active: Vec<(&Run, Child)> = Vec::new();
    while !(active.is_empty() && (waiting.is_empty() || interrupt::asked())) {
        while active.len() < args.jobs && !interrupt::asked() {
            let Some(run) = waiting.pop() else { break };
            active.push((run, run.start(args)?));
        }
        sleep(PAUSE);
        let mut running = Vec::new();
        for (run, mut process) in active {
            match process.try_wait().context("a run")? {
                None => running.push((run, process)),
                Some(status) => {
                    ended += run.done()?;
                    if !status.success() {
                        let log = run.folder.with_extension("log");
                        bar.suspend(|| say(&format!("run {:03} failed: see {}", run.number, log.display())));
                    }
                }
            }
        }
        active = running;
        let steps = active.iter().map(|(run, _)| run.done()).sum::<Result<u64>>()?;
        bar.set_position(ended + steps);
        bar.set_message(format!("{} runs left", waiting.len() + active.len()));
    }
    bar.finish_and_clear();
    Ok(())
}
