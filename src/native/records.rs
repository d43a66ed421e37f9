//! The reports of a run, kept in its folder: `metrics.jsonl` has the objects of `--json`, one a line, and `metrics.csv`
//! the same numbers, a row each.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use csv::Writer;
use serde_json::{Map, Value};

use super::files;
use super::report::Report;

const LINES: &str = "metrics.jsonl";
const TABLE: &str = "metrics.csv";
/// Larger files are refused, 1 GiB: some two million reports.
const SIZE_LIMIT: u64 = 1 << 30;
/// Two lines are no longer.
const LONGEST: u64 = 1 << 16;

/// The reports of one run.
pub struct Records {
    folder: PathBuf,
    /// The table's columns, in the order in which reports first have them.
    columns: Vec<String>,
}

/// A report, by the names of `--json`.
pub type Record = Map<String, Value>;

impl Records {
    /// The records in a run's folder up to `step`. Later ones are removed: a run that was killed reported them after its
    /// last checkpoint, and will again.
    ///
    /// # Errors
    /// When the files cannot be read or written.
    pub fn open(folder: &Path, step: u64) -> Result<Self> {
        let mut records = Self { folder: folder.to_owned(), columns: Vec::new() };
        let mut kept = read(folder)?;
        kept.retain(|record| record["step"].as_u64() <= Some(step));
        let mut lines = Vec::new();
        for record in &kept {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        files::write(&folder.join(LINES), &lines)?;
        records.tabulate(&kept)?;
        Ok(records)
    }

    /// Adds a report.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn add(&mut self, report: &Report) -> Result<()> {
        let line = serde_json::to_string(report)?;
        append(&self.folder.join(LINES), format!("{line}\n").as_bytes())?;
        let record: Record = serde_json::from_str(&line)?;
        if record.keys().all(|key| self.columns.contains(key)) {
            return append(&self.folder.join(TABLE), &table([self.row(&record)])?);
        }
        let all = read(&self.folder)?;
        self.tabulate(&all)
    }

    /// Writes the table anew, with a column for each name in these records.
    fn tabulate(&mut self, records: &[Record]) -> Result<()> {
        self.columns = names(records);
        let rows = records.iter().map(|record| self.row(record));
        let text = table([self.columns.clone()].into_iter().chain(rows))?;
        files::write(&self.folder.join(TABLE), &text)
    }

    /// A record's cells; empty where it has no such number.
    fn row(&self, record: &Record) -> Vec<String> {
        self.columns.iter().map(|key| record.get(key).map_or_else(String::new, Value::to_string)).collect()
    }
}

/// The reports in a run's folder: the whole lines, for a kill may have left a part of the last.
///
/// # Errors
/// When the file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Record>> {
    let path = folder.join(LINES);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = files::read(&path, SIZE_LIMIT)?;
    let records = text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice::<Record>(line).ok());
    Ok(records.filter(|record| record.contains_key("step")).collect())
}

/// The names in these records, in the order in which they come first.
pub fn names<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in records.into_iter().flat_map(Map::keys) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The step of the last report in a run's folder, from the end of the file alone; 0 where there is none.
///
/// # Errors
/// When the file cannot be read.
pub fn last_step(folder: &Path) -> Result<u64> {
    let path = folder.join(LINES);
    if !path.exists() {
        return Ok(0);
    }
    let mut end = Vec::new();
    let read = File::open(&path).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
        file.read_to_end(&mut end)
    });
    read.with_context(|| path.display().to_string())?;
    let lines = end.rsplit(|&byte| byte == b'\n');
    let mut steps = lines.filter_map(|line| serde_json::from_slice::<Record>(line).ok()?.get("step")?.as_u64());
    Ok(steps.next().unwrap_or(0))
}

fn table(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows.into_iter().filter(|row| !row.is_empty()) {
        writer.write_record(row)?;
    }
    Ok(writer.into_inner()?)
}

/// Adds these bytes to the end of a file.
fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::metrics::wasserstein::W1;
    use crate::snapshot::GanStats;

    fn report(step: u64, terms: bool) -> Report {
        let terms = if terms { vec![(W1, 0.25)] } else { Vec::new() };
        Report::new(step, GanStats { d_loss: 1.5, g_loss: 0.5, d_real: 0.5, d_fake: 0.5, terms }, Vec::new())
    }

    #[test]
    fn both_files_hold_every_report_also_one_with_new_numbers_and_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let text = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        let mut records = Records::open(folder.path(), 0).unwrap();
        records.add(&report(10, false)).unwrap();
        records.add(&report(20, true)).unwrap();
        records.add(&report(30, false)).unwrap();
        let table = "step,d_loss,g_loss,d_real,d_fake,w1\n\
                     10,1.5,0.5,0.5,0.5,\n20,1.5,0.5,0.5,0.5,0.25\n30,1.5,0.5,0.5,0.5,\n";
        assert_eq!(text(TABLE), table);
        assert_eq!(text(LINES).lines().count(), 3);
        // Killed after its checkpoint of step 20, in the middle of a line.
        append(&folder.path().join(LINES), b"{\"step\":40,\"d_lo").unwrap();
        assert_eq!(last_step(folder.path()).unwrap(), 30);
        let mut records = Records::open(folder.path(), 20).unwrap();
        records.add(&report(30, false)).unwrap();
        assert_eq!(text(TABLE), table);
        assert_eq!(text(LINES).lines().count(), 3);
    }
}
