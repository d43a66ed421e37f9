//! Errors, with messages that a person can act on: what is wrong, where, and what would be right.

/// Every error of the library. Each is one line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is out of range, or at odds with another.
    #[error("`{field}` is {given}; it should be {expected}")]
    Setting {
        /// The setting's name, as in `--set`.
        field: String,
        /// What was given.
        given: String,
        /// What would be right.
        expected: String,
    },
    /// No setting has this name.
    #[error("there is no setting `{name}`; {hint}")]
    UnknownSetting {
        /// The name that was given.
        name: String,
        /// The nearest name there is, or where to find them all.
        hint: String,
    },
    /// An experiment's text is not TOML, or a link is malformed.
    #[error("the experiment cannot be read: {0}")]
    Syntax(String),
    /// No preset has this name.
    #[error("there is no preset `{name}`; the presets are {known}")]
    UnknownPreset {
        /// The name that was given.
        name: String,
        /// All names, comma-separated.
        known: String,
    },
    /// A data file is damaged or of another kind, or holds too little.
    #[error("{what}: {problem}; {remedy}")]
    Data {
        /// The file or data set.
        what: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// A checkpoint is damaged, foreign, or belongs to another architecture.
    #[error("the checkpoint cannot be used: {0}")]
    Checkpoint(String),
    /// A classifier's file is damaged, or foreign.
    #[error("the classifier cannot be used: {0}")]
    Classifier(String),
    /// The device failed or went away.
    #[error("the device failed: {0}")]
    Device(String),
    /// The losses are no longer finite.
    #[error(
        "training diverged at step {step}: the {loss} loss is {value}; lower the learning rates or start again from another seed"
    )]
    Diverged {
        /// The step at which it was seen.
        step: u64,
        /// `discriminator` or `generator`.
        loss: &'static str,
        /// The value: NaN or infinite.
        value: f32,
    },
}

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A setting out of range.
    pub fn setting(field: &str, given: impl std::fmt::Display, expected: impl std::fmt::Display) -> Self {
        Self::Setting { field: field.to_owned(), given: given.to_string(), expected: expected.to_string() }
    }

    /// A failure of the device: the innermost of the causes in burn's message, without the backtrace.
    pub(crate) fn device(error: &impl std::fmt::Display) -> Self {
        let text = error.to_string();
        let causes = text.split("Backtrace:").next().unwrap_or_default().split("Caused by:");
        Self::Device(brief(causes.last().unwrap_or_default().trim()))
    }
}

/// The start of a text that may be long or hostile, on one line.
pub(crate) fn brief(text: &str) -> String {
    let clean: String = text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(200).is_some() { format!("{clean}…") } else { clean }
}
