//! `reproduce`: a published protocol over many seeds, as a table with the published figures.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::args::Reproduce;
use super::dataset::{self, Source};
use super::device::{self, Opened};
use super::failure::mistake;
use super::pace::{QUEUE, steps_to_queue};
use super::progress::{self, say};
use super::protocol::{Column, Protocol};
use super::ranks::Ranks;
use super::report::{print, print_json};
use super::results::{Results, Run, Set, mean_and_error};
use super::score::{self, Scorer};
use super::{files, interrupt};
use crate::data::{Mixture, TrainingData};
use crate::error::Error;
use crate::experiment::Experiment;
use crate::metrics::{Evaluator, SAMPLES};
use crate::tensor::{floats, matrix};
use crate::trainer::Trainer;

const TOO_FEW: &str = "the data hold too few images to score others by; give all of MNIST";

/// Runs the protocol. The table is rewritten after every run; until the last it says that it is incomplete. Several
/// processes take turns at the runs; the table has those of the others once all have ended.
///
/// # Errors
/// When the request is wrong, or the device or the disk fails.
pub fn run(args: &Reproduce) -> Result<ExitCode> {
    let ranks = Ranks::join()?;
    let Some((out, results)) = ranks.end_all_on_error(play(args, &ranks))? else {
        return Ok(ExitCode::SUCCESS);
    };
    end(args, &results, &out)?;
    Ok(ExitCode::SUCCESS)
}

/// The table and its path, on the process that writes it.
fn play(args: &Reproduce, ranks: &Ranks) -> Result<Option<(PathBuf, Results)>> {
    let protocol = args.protocol.protocol();
    let out = ranks.agree(if ranks.leads() { output(args) } else { Ok(PathBuf::new()) })?;
    let mut experiments = Vec::new();
    for preset in protocol.presets {
        let mut experiment = Experiment::preset(preset)?;
        if let Some(steps) = args.steps {
            experiment.set("steps", &steps.to_string())?;
        }
        experiments.push(experiment);
    }
    let seeds = seeds(args)?;
    let opened = ranks.agree(device::open(args.device))?;
    // Seed by seed, so that an interrupted table compares presets over the same seeds.
    let all = seeds.iter().flat_map(|&seed| (0..experiments.len()).map(move |i| (seed, i)));
    let own: Vec<(u64, usize)> = all.skip(ranks.rank()).step_by(ranks.size()).collect();
    let steps = own.iter().map(|&(_, i)| experiments[i].steps).sum();
    let stage = ranks.agree(Stage::new(args, &experiments, &opened, steps))?;
    let mut results = begin(args, &experiments, seeds, &opened);
    // Before the first run, so that an unwritable folder costs no training.
    let write = |results: &Results| {
        if ranks.leads() { files::write(&out, results.markdown().as_bytes()).map_err(mistake) } else { Ok(()) }
    };
    ranks.agree(write(&results))?;
    interrupt::listen()?;

    let start = Instant::now();
    let mut done = Vec::new();
    for (seed, i) in own {
        let began = Instant::now();
        let Some((figures, floors)) = stage.play(&experiments[i], seed)? else {
            break;
        };
        let run = Run { seed, figures, seconds: began.elapsed().as_secs_f64() };
        let said = || announce(args, &experiments[i].name, protocol.columns, &run, &floors);
        stage.bar.suspend(said)?;
        done.push((i, run, floors));
        results.take(&done);
        results.seconds = start.elapsed().as_secs_f64();
        write(&results)?;
    }
    stage.bar.finish_and_clear();
    let done: Vec<Vec<_>> = ranks
        .gather(serde_json::to_vec(&done)?)
        .iter()
        .map(|bytes| serde_json::from_slice(bytes))
        .collect::<serde_json::Result<_>>()?;
    results.take(&done.concat());
    results.seconds = start.elapsed().as_secs_f64();
    write(&results)?;
    Ok(ranks.leads().then_some((out, results)))
}

/// The device, the protocol's data and the progress, shared by all runs.
struct Stage<'a> {
    protocol: &'static Protocol,
    opened: &'a Opened,
    source: Source,
    /// The classifier, and the images to compare with.
    scorer: Option<(Scorer, TrainingData)>,
    bar: ProgressBar,
}

impl<'a> Stage<'a> {
    fn new(args: &Reproduce, experiments: &[Experiment], opened: &'a Opened, steps: u64) -> Result<Self> {
        let first = &experiments[0];
        let scorer = if first.has_images() {
            let scorer = Scorer::find(args.classifier.as_deref(), opened)?;
            let scorer = scorer.ok_or_else(|| mistake(score::remedy()))?;
            Some((scorer, dataset::held_out(first, args.data.as_deref())?))
        } else {
            None
        };
        Ok(Self {
            protocol: args.protocol.protocol(),
            opened,
            source: dataset::training_source(first, args.data.as_deref())?,
            scorer,
            bar: progress::bar(steps),
        })
    }

    /// Trains one run to its end and scores it: a figure and a floor per column; `None` when interrupted. A run that
    /// diverges is scored as it is then: no modes, no sample of high quality.
    fn play(&self, experiment: &Experiment, seed: u64) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
        self.bar.set_message(format!("{}, seed {seed}", experiment.name));
        let mut experiment = experiment.clone();
        experiment.set("seed", &seed.to_string())?;
        if let Some(family) = self.protocol.targets {
            experiment.mixture = family.draw(seed);
        }
        let source = self.source.name_folder(self.source.data(&experiment))?;
        let mut trainer = Trainer::new(experiment, source, &self.opened.device)?;
        while trainer.step < trainer.experiment().steps {
            if interrupt::asked() {
                return Ok(None);
            }
            let n = steps_to_queue(&trainer, []);
            trainer.steps(n);
            self.bar.inc(n as u64);
            if trainer.step.is_multiple_of(QUEUE) {
                wait(&trainer)?;
            }
        }
        trainer.measure_statistics();
        let (figures, floors) = match &self.scorer {
            Some((scorer, held_out)) => {
                let found = self.bar.suspend(|| scorer.score(&trainer, held_out))?;
                let (metrics, _) = found.ok_or_else(|| mistake(TOO_FEW))?;
                let columns = self.protocol.columns.iter();
                columns.map(|column| column.read(&metrics)).unzip()
            }
            None => self.score_points(&trainer)?,
        };
        Ok(Some((figures, floors)))
    }

    /// The mean score over the protocol's sets of samples. The first set is that of `train` and `evaluate`.
    fn score_points(&self, trainer: &Trainer) -> Result<(Vec<f64>, Vec<f64>)> {
        let Protocol { sets, columns, .. } = self.protocol;
        let e = trainer.experiment();
        let evaluator = Evaluator::new(&Mixture::new(&e.mixture)?, SAMPLES);
        let inputs = e.fixed_inputs(sets * SAMPLES, e.seed);
        let width = e.generator_inputs();
        let mut figures = vec![0.0; columns.len()];
        let mut floors = figures.clone();
        for inputs in inputs.chunks(SAMPLES * width) {
            let inputs = matrix(inputs.to_vec(), [SAMPLES, width], trainer.device());
            let samples = floats(&trainer.sample(inputs).into_data())?;
            let metrics = evaluator.evaluate(&samples);
            for (i, column) in columns.iter().enumerate() {
                let (figure, floor) = column.read(&metrics);
                figures[i] += figure / *sets as f64;
                floors[i] = floor;
            }
        }
        Ok((figures, floors))
    }
}

/// The table before the first run.
fn begin(args: &Reproduce, experiments: &[Experiment], seeds: Vec<u64>, opened: &Opened) -> Results {
    let sets = experiments.iter().map(|experiment| Set {
        preset: experiment.name.clone(),
        steps: experiment.steps,
        runs: Vec::new(),
    });
    Results {
        protocol: args.protocol,
        sets: sets.collect(),
        seeds,
        floors: Vec::new(),
        quick: args.steps.is_some(),
        command: command(args),
        device: machine(opened),
        date: OffsetDateTime::now_utc().date().to_string(),
        seconds: 0.0,
    }
}

/// The path of the table, which never replaces an existing file.
fn output(args: &Reproduce) -> Result<PathBuf> {
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("reproduce-{}.md", args.protocol.word())));
    if path.exists() {
        return Err(mistake(format!("--out {}: it is there already; remove it, or name another file", path.display())));
    }
    Ok(path)
}

/// The listed seeds, or the first ones from 0.
fn seeds(args: &Reproduce) -> Result<Vec<u64>> {
    if args.seed_list.is_empty() {
        return Ok((0..args.seeds).collect());
    }
    let mut seeds = args.seed_list.clone();
    seeds.sort_unstable();
    seeds.dedup();
    if seeds.len() < args.seed_list.len() {
        return Err(mistake("--seed-list: a seed is listed twice; a run counted twice would distort the mean"));
    }
    Ok(args.seed_list.clone())
}

/// Waits for the device; the CPU has no queue.
fn wait(trainer: &Trainer) -> Result<()> {
    let synced = trainer.device().sync();
    Ok(synced.map_err(|error| Error::device(&error))?)
}

/// Prints the figures of a run.
fn announce(args: &Reproduce, preset: &str, columns: &[Column], run: &Run, floors: &[f64]) -> Result<()> {
    if args.json {
        let mut object = Map::new();
        object.insert("protocol".to_owned(), args.protocol.word().into());
        object.insert("preset".to_owned(), preset.into());
        object.insert("seed".to_owned(), run.seed.into());
        for ((column, figure), floor) in columns.iter().zip(&run.figures).zip(floors) {
            object.insert(column.quantity.name.to_owned(), (*figure).into());
            object.insert(format!("{}_floor", column.quantity.name), (*floor).into());
        }
        object.insert("seconds".to_owned(), run.seconds.into());
        return print_json(&object);
    }
    let figures = columns.iter().zip(&run.figures).map(|(column, figure)| {
        let digits = column.digits();
        format!("{} {figure:.digits$}", column.title())
    });
    let figures: Vec<String> = figures.collect();
    say(&format!("{preset}, seed {}: {} ({:.0} s)", run.seed, figures.join(", "), run.seconds));
    Ok(())
}

/// The last line of `--json`.
#[derive(Serialize)]
struct Outcome {
    event: &'static str,
    protocol: &'static str,
    runs: usize,
    table: String,
    presets: Map<String, Value>,
}

/// Prints the result.
fn end(args: &Reproduce, results: &Results, out: &Path) -> Result<()> {
    let done = results.done() == results.asked();
    if args.json {
        let columns = args.protocol.protocol().columns;
        let presets = results.sets.iter().map(|set| {
            let mut means = Map::new();
            for (i, column) in columns.iter().enumerate() {
                let figures: Vec<f64> = set.runs.iter().map(|run| run.figures[i]).collect();
                let (mean, error) = mean_and_error(&figures);
                means.insert(column.quantity.name.to_owned(), mean.into());
                means.insert(format!("{}_error", column.quantity.name), error.into());
            }
            (set.preset.clone(), Value::Object(means))
        });
        print_json(&Outcome {
            event: if done { "done" } else { "interrupted" },
            protocol: args.protocol.word(),
            runs: results.done(),
            table: out.display().to_string(),
            presets: presets.collect(),
        })?;
    } else {
        print(results.markdown().trim_end())?;
    }
    let out = out.display();
    say(&if done { format!("the table is {out}") } else { format!("interrupted; {out} holds the runs that are done") });
    Ok(())
}

/// The command that gives the same figures.
fn command(args: &Reproduce) -> String {
    let mut words = vec![format!("counterfeit reproduce {}", args.protocol.word())];
    if args.seed_list.is_empty() {
        words.push(format!("--seeds {}", args.seeds));
    } else {
        let list: Vec<String> = args.seed_list.iter().map(u64::to_string).collect();
        words.push(format!("--seed-list {}", list.join(",")));
    }
    words.extend(args.steps.map(|steps| format!("--steps {steps}")));
    words.push(format!("--device {}", args.device.word()));
    words.join(" ")
}

fn machine(opened: &Opened) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} of a machine with {cores} cores, {} {}", opened.name, std::env::consts::ARCH, std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::native::protocol::Name;
    use crate::quantity::Format;

    fn args(protocol: Name) -> Reproduce {
        Reproduce {
            protocol,
            seeds: 10,
            seed_list: Vec::new(),
            out: None,
            device: device::Choice::Cpu,
            json: false,
            steps: None,
            data: None,
            classifier: None,
        }
    }

    #[test]
    fn seeds_are_the_first_ones_or_those_listed() {
        let mut args = args(Name::Ring);
        assert_eq!(seeds(&args).unwrap(), (0..10).collect::<Vec<_>>());
        args.seed_list = vec![7, 3];
        assert_eq!(seeds(&args).unwrap(), [7, 3]);
        assert_eq!(command(&args), "counterfeit reproduce ring --seed-list 7,3 --device cpu");
        args.seed_list = vec![7, 3, 7];
        assert!(seeds(&args).is_err());
    }

    #[test]
    fn protocols_are_sound() {
        for &name in Name::value_variants() {
            let protocol = name.protocol();
            let best = Experiment::preset(protocol.presets[0]).unwrap();
            for preset in protocol.presets {
                let e = Experiment::preset(preset).unwrap();
                let same = e.data == best.data && e.mixture == best.mixture;
                assert!(same && e.channels == best.channels, "{preset} is of other data");
            }
            for row in protocol.published {
                assert_eq!(row.figures.len(), protocol.columns.len(), "{}", row.method);
            }
            for bar in protocol.bars {
                let column = &protocol.columns[bar.column];
                // An ideal sampler passes, one without any mode does not.
                let perfect = match column.quantity.format {
                    Format::Count if best.has_images() => 1000.0,
                    Format::Count => best.mixture.len() as f64,
                    Format::Percent => 98.9,
                    Format::Number | Format::Nats => f64::from(u8::from(column.in_floors)),
                };
                assert!(column.reaches(bar.value, perfect) && !column.reaches(bar.value, f64::NAN));
            }
        }
    }
}
