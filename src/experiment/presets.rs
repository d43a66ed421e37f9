//! The named experiments of `presets.toml`.

use std::sync::LazyLock;

use super::Experiment;
use crate::error::{Error, Result};

/// A named experiment.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What it shows, for people.
    pub about: String,
    /// Its settings; `experiment.name` is the preset's name.
    pub experiment: Experiment,
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let file: toml::Table = toml::from_str(include_str!("../presets.toml")).expect("presets.toml is tested");
    let mut presets: Vec<Preset> = Vec::new();
    for (name, value) in file {
        let toml::Value::Table(mut table) = value else { unreachable!("presets.toml is tested: it holds tables") };
        let about = match table.remove("about") {
            Some(toml::Value::String(about)) => about,
            _ => String::new(),
        };
        if let Some(toml::Value::String(base)) = table.remove("preset") {
            let base = presets.iter().find(|other| other.experiment.name == base);
            let mut settings = base.expect("presets.toml is tested").experiment.to_table();
            settings.extend(table);
            table = settings;
        }
        table.insert("name".to_owned(), name.into());
        let experiment = Experiment::from_table(table).expect("presets.toml is tested");
        presets.push(Preset { about, experiment });
    }
    presets
});

impl Experiment {
    /// All presets, in the order in which they are shown.
    #[must_use]
    pub fn presets() -> &'static [Preset] {
        &PRESETS
    }

    /// The preset of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn preset(name: &str) -> Result<Self> {
        let presets = Self::presets();
        presets.iter().find(|preset| preset.experiment.name == name).map(|preset| preset.experiment.clone()).ok_or_else(
            || Error::UnknownPreset {
                name: name.to_owned(),
                known: presets.iter().map(|preset| preset.experiment.name.as_str()).collect::<Vec<_>>().join(", "),
            },
        )
    }
}
