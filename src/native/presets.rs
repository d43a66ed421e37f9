//! `presets`: the list of presets.

use std::process::ExitCode;

use anyhow::Result;

use super::args::Presets;
use super::report::print;
use crate::experiment::Experiment;

/// The preset that `train` uses without arguments.
pub const DEFAULT: &str = "mnist-dcgan";

/// Lists the presets, or prints one whole.
///
/// # Errors
/// When there is none of this name.
pub fn run(args: &Presets) -> Result<ExitCode> {
    if let Some(name) = &args.toml {
        let experiment = Experiment::preset(name)?;
        print(&format!("#:schema ./experiment.schema.json\n{}", experiment.to_toml().trim_end()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let presets = Experiment::presets();
    let names = presets.iter().map(|preset| preset.experiment.name.len());
    let width = names.max().unwrap_or(0);
    for preset in presets {
        print(&format!("{:width$}  {}", preset.experiment.name, preset.about))?;
    }
    Ok(ExitCode::SUCCESS)
}
