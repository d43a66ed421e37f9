//! [`Quantity`]: a reported scalar, with everything that a page, a terminal or a table needs to show it.

use serde::Serialize;

/// A metric of samples, or a term of a training step. Each is defined where it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quantity {
    /// Its key in `--json` and in messages.
    #[cfg_attr(test, ts(type = "string"))]
    pub name: &'static str,
    /// The term in the field.
    #[cfg_attr(test, ts(type = "string"))]
    pub label: &'static str,
    /// Its definition in a sentence, with the source.
    #[cfg_attr(test, ts(type = "string"))]
    pub help: &'static str,
    /// How its values are written.
    pub format: Format,
    /// Which values are good.
    pub better: Better,
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Format {
    /// A whole number.
    Count,
    /// A share of 1, in hundredths.
    Percent,
    /// A divergence in nats.
    Nats,
    /// A number without a unit.
    Number,
}

/// Which values are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Better {
    /// Small ones.
    Lower,
    /// Large ones.
    Higher,
    /// Neither: the quantity describes the state of a run.
    Neither,
}

impl Quantity {
    /// A value in words: `7`, `98.9%`, `0.042`.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        match self.format {
            Format::Count => format!("{value:.0}"),
            Format::Percent => format!("{:.1}%", 100.0 * value),
            Format::Nats | Format::Number => format!("{value:.3}"),
        }
    }
}
