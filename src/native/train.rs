//! `train`: the run loop. Steps are queued; losses are read only where a report, a grid or a checkpoint is due.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use indicatif::HumanDuration;

use super::args::{OnDivergence, Train};
use super::diagnosis::{Fault, Watch};
use super::failure::mistake;
use super::folder::{self, Best, Folder};
use super::interrupt;
use super::pace::{Pace, QUEUE, steps_to_queue};
use super::plan::{self, Plan};
use super::progress::{Progress, say};
use super::ranks::Ranks;
use super::report::{Report, print_json};
use crate::error::Error;
use crate::experiment::Experiment;
use crate::snapshot::{Observer, Picture, read_stats};
use crate::trainer::{StepReport, Trainer};

/// Images in a grid: 8 × 8.
const GRID: usize = 64;
/// A run that still diverges with 1/256 of its learning rates has another fault.
const ROLLBACKS: u32 = 8;

/// Trains a run.
///
/// # Errors
/// When an argument is wrong, training diverges, or the device or the disk fails.
pub fn run(args: &Train) -> Result<ExitCode> {
    let ranks = Ranks::join()?;
    if ranks.size() > 1 && args.on_divergence == Some(OnDivergence::Rollback) {
        return ranks
            .agree(Err(mistake("--on-divergence rollback: several processes cannot go back together; use stop")));
    }
    let Plan { trainer, folder, notices } = Plan::new(args, &ranks)?;
    for notice in notices {
        say(&notice);
    }
    interrupt::listen()?;
    let schedule = Schedule::new(args, trainer.experiment());
    let played = match folder {
        Some(folder) => Run::new(args, trainer, schedule, folder, &ranks).play(),
        None => follow(trainer, schedule, &ranks),
    };
    ranks.end_all_on_error(played)
}

/// Trains the part of a process that does not lead: the same steps, and nothing to look at.
fn follow(mut trainer: Trainer, schedule: Schedule, ranks: &Ranks) -> Result<ExitCode> {
    ranks.prepare_for_loss(None);
    loop {
        trainer.steps(schedule.next_steps(&trainer));
        let last = ends(&trainer, ranks);
        if schedule.due(&trainer, last).checkpoint {
            ranks.collect_positions(&mut trainer)?;
        }
        if last {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Whether the run ends here.
fn ends(trainer: &Trainer, ranks: &Ranks) -> bool {
    trainer.step >= trainer.experiment().steps || ranks.asked_to_stop()
}

/// The steps between tasks.
#[derive(Clone, Copy)]
struct Schedule {
    report: u64,
    grid: u64,
    checkpoint: u64,
}

/// A fault that ends a run, or takes it back.
#[derive(Debug, thiserror::Error)]
#[error("training has failed by step {step}: {fault}")]
struct Diverged {
    step: u64,
    fault: Fault,
}

struct Run<'a> {
    args: &'a Train,
    trainer: Trainer,
    schedule: Schedule,
    folder: Folder,
    ranks: &'a Ranks,
    observer: Observer,
    watch: Watch,
    progress: Progress,
    pace: Pace,
    /// How often the run went back to a checkpoint.
    rollbacks: u32,
}

/// The tasks that are due after a step.
#[derive(Clone, Copy)]
struct Due {
    report: bool,
    grid: bool,
    checkpoint: bool,
}

impl Due {
    fn any(self) -> bool {
        self.report || self.grid || self.checkpoint
    }
}

impl Schedule {
    fn new(args: &Train, experiment: &Experiment) -> Self {
        let report = args.report_every.unwrap_or_else(|| default_report_every(experiment));
        Self { report, grid: args.sample_every, checkpoint: args.checkpoint_every }
    }

    /// The number of steps before a task may be due.
    fn next_steps(self, trainer: &Trainer) -> usize {
        steps_to_queue(trainer, [self.report, self.grid, self.checkpoint])
    }

    fn due(self, trainer: &Trainer, last: bool) -> Due {
        let due = |every| last || trainer.step.is_multiple_of(every);
        Due {
            report: due(self.report),
            grid: due(self.grid) && trainer.experiment().has_images(),
            checkpoint: due(self.checkpoint),
        }
    }
}

impl<'a> Run<'a> {
    fn new(args: &'a Train, trainer: Trainer, schedule: Schedule, folder: Folder, ranks: &'a Ranks) -> Self {
        let run = Self {
            args,
            observer: Observer::new(&trainer, GRID),
            watch: Watch::new(trainer.experiment()),
            pace: Pace::new(trainer.step),
            progress: Progress::new(trainer.step, trainer.experiment().steps, args.json),
            trainer,
            schedule,
            folder,
            ranks,
            rollbacks: 0,
        };
        run.prepare_for_loss();
        run
    }

    /// Trains and reports to the last step or an interrupt.
    fn play(mut self) -> Result<ExitCode> {
        let last = self.train()?;
        self.end(last)
    }

    /// Trains to the last step or an interrupt; returns the last report.
    fn train(&mut self) -> Result<Report> {
        if self.args.on_divergence == Some(OnDivergence::Rollback) && self.folder.saved().is_none() {
            self.folder.save(&self.trainer, &[])?;
        }
        self.pace.go_on();
        loop {
            let n = self.schedule.next_steps(&self.trainer);
            let unread = self.trainer.steps(n);
            self.progress.advance(n);
            let step = self.trainer.step;
            let last = ends(&self.trainer, self.ranks);
            let due = self.schedule.due(&self.trainer, last);
            if due.any() {
                match self.look(unread, due) {
                    Ok(report) if last => return Ok(report),
                    Ok(_) => {}
                    Err(error) if self.may_roll_back(&error) => self.roll_back(&error)?,
                    Err(error) => return Err(self.explain(&error)),
                }
            } else if step.is_multiple_of(QUEUE) {
                self.wait()?;
            }
        }
    }

    /// Reads the step's report, then does what is due: a run that diverged fails here and is not saved.
    fn look(&mut self, unread: StepReport, due: Due) -> Result<Report> {
        self.wait()?;
        let steps_per_s = self.pace.stop(self.trainer.step);
        let scored = (due.report || due.checkpoint) && !self.trainer.experiment().has_images();
        let (game, metrics, picture) = if due.grid || scored {
            self.trainer.measure_statistics();
            let look = self.observer.observe(&self.trainer, Some(unread));
            let snapshot = pollster::block_on(look)?;
            (snapshot.stats, snapshot.metrics, snapshot.picture)
        } else {
            let game = pollster::block_on(read_stats(&self.trainer, unread))?;
            (Some(game), Vec::new(), None)
        };
        let game = game.ok_or_else(|| anyhow!("a step was not reported"))?;
        let mut report = Report::new(self.trainer.step, game, metrics);
        report.images_per_s = Some(self.images(steps_per_s));
        if due.report {
            self.progress.report(&report);
            self.folder.record(&report)?;
            if self.args.json {
                print_json(&report)?;
            }
            self.watch(&report)?;
        }
        if let Some(Picture::Gallery(gallery)) = picture {
            self.folder.keep_grid(self.trainer.step, &gallery)?;
        }
        if due.checkpoint {
            self.ranks.collect_positions(&mut self.trainer)?;
            self.folder.save(&self.trainer, &report.metrics.0)?;
            self.prepare_for_loss();
        }
        self.pace.go_on();
        Ok(report)
    }

    fn prepare_for_loss(&self) {
        self.ranks.prepare_for_loss(Some((self.folder.path(), self.folder.saved())));
    }

    /// Waits for the device; the CPU has no queue.
    fn wait(&self) -> Result<()> {
        let synced = self.trainer.device().sync();
        Ok(synced.map_err(|error| Error::device(&error))?)
    }

    fn images(&self, steps_per_s: f64) -> f64 {
        let rate = steps_per_s * self.trainer.whole_experiment().batch_size as f64;
        (rate * 10.0).round() / 10.0
    }

    /// Tells of a fault that the report shows; with `--on-divergence` it is an error.
    fn watch(&mut self, report: &Report) -> Result<()> {
        match (self.watch.see(report), self.args.on_divergence) {
            (Some(fault), Some(_)) => Err(Diverged { step: report.step, fault }.into()),
            (Some(fault), None) => {
                self.progress.say(&format!("step {}: {fault}", report.step));
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    /// Whether a run with this error goes on from its last checkpoint.
    fn may_roll_back(&self, error: &anyhow::Error) -> bool {
        let diverged = matches!(error.downcast_ref(), Some(Error::Diverged { .. })) || error.is::<Diverged>();
        diverged && self.args.on_divergence == Some(OnDivergence::Rollback) && self.rollbacks < ROLLBACKS
    }

    /// Goes back to a checkpoint, with half of both learning rates: to the best one, where the run has metrics, for the
    /// last may have been on its way already.
    fn roll_back(&mut self, error: &anyhow::Error) -> Result<()> {
        self.rollbacks += 1;
        let best = self.folder.best().map(|(_, path)| path);
        let checkpoint = folder::load(&best.unwrap_or_else(|| self.folder.checkpoint()))?;
        let mut experiment = self.trainer.experiment().clone();
        experiment.generator_lr /= 2.0;
        experiment.discriminator_lr /= 2.0;
        let device = self.trainer.device().clone();
        self.trainer = plan::train_on(checkpoint, experiment, self.args.data.as_deref(), &device)?;
        let (step, e) = (self.trainer.step, self.trainer.experiment());
        say(&format!(
            "{error:#}; back to step {step}, with learning rates {} of G and {} of D (rollback {} of {ROLLBACKS})",
            e.generator_lr, e.discriminator_lr, self.rollbacks
        ));
        self.folder.go_back(step, e)?;
        // The checkpoint has the new settings, too, so that the run resumes as it goes on now.
        self.folder.save(&self.trainer, &[])?;
        self.observer = Observer::new(&self.trainer, GRID);
        self.watch = Watch::new(self.trainer.experiment());
        self.progress.go_back(step);
        self.pace.go_back(step);
        Ok(())
    }

    /// The error that stopped the run, with the checkpoint that is left.
    fn explain(&self, error: &anyhow::Error) -> anyhow::Error {
        match self.folder.saved() {
            Some(step) => anyhow!(
                "{error:#}; the last good checkpoint, of step {step}, is {}",
                self.folder.checkpoint().display()
            ),
            None => anyhow!("{error:#}; no checkpoint had been saved yet"),
        }
    }

    /// Prints the end of the run.
    fn end(self, mut report: Report) -> Result<ExitCode> {
        let done = report.step >= self.trainer.experiment().steps;
        let checkpoint = self.folder.checkpoint().display().to_string();
        report.event = Some(if done { "done" } else { "interrupted" });
        report.images_per_s = Some(self.images(self.pace.mean()));
        report.checkpoint = Some(checkpoint.clone());
        if self.args.json {
            print_json(&report)?;
        }
        self.progress.end(&report);
        if self.trainer.experiment().has_images() {
            self.folder.end(&self.trainer)?;
        }
        if let Some((Best { step, metric, value }, path)) = self.folder.best() {
            say(&format!("best {metric}: {value:.4} at step {step}, saved as {}", path.display()));
        }
        let spent = HumanDuration(self.pace.spent());
        if done {
            say(&format!("done in {spent}; saved as {checkpoint}"));
        } else {
            let command = self.ranks.launcher() + &resume_command(self.args, self.folder.path());
            say(&format!("interrupted; saved as {checkpoint}; go on with: {command}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Steps between reports: images train slowly, mixtures have metrics to compute.
fn default_report_every(experiment: &Experiment) -> u64 {
    if experiment.has_images() { 20 } else { 100 }
}

/// The command that resumes this run, quoted for the shell.
fn resume_command(args: &Train, folder: &Path) -> String {
    let program = env::args().next().unwrap_or_else(|| "counterfeit".to_owned());
    let mut words = vec![program, "train".to_owned(), "--resume".to_owned()];
    words.push(folder.display().to_string());
    if let Some(data) = &args.data {
        words.extend(["--data".to_owned(), data.display().to_string()]);
    }
    words.extend(["--device".to_owned(), args.device.word().to_owned()]);
    if args.json {
        words.push("--json".to_owned());
    }
    shlex::try_join(words.iter().map(String::as_str)).expect("a system's arguments hold no NUL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_go_on_survives_a_shell() {
        let args = Train { data: Some("my data".into()), ..Train::default() };
        let command = resume_command(&args, Path::new("runs/a-001"));
        assert!(command.ends_with(" train --resume runs/a-001 --data 'my data' --device auto"), "{command}");
        let command = resume_command(&args, Path::new("it's"));
        let words = shlex::split(&command).unwrap();
        assert!(words.contains(&"it's".to_owned()), "{command}");
    }
}
