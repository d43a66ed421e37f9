//! An experiment as text: a TOML document, a link, a setting changed by name.

use std::collections::BTreeMap;

use super::Experiment;
use super::schema::{SCHEMA, range};
use crate::error::{Error, Result, brief};

/// A link longer than this is refused unread.
const LINK_LIMIT: usize = 64 * 1024;

impl Experiment {
    /// Reads and validates a TOML document; what it leaves out keeps its default, or the value of the preset that
    /// its key `preset` names.
    ///
    /// # Errors
    /// When it is not TOML, names an unknown setting, or a value is out of range.
    pub fn from_toml(text: &str) -> Result<Self> {
        let mut table: toml::Table =
            toml::from_str(text).map_err(|error| Error::Syntax(one_line(&error.to_string())))?;
        if let Some(preset) = table.remove("preset") {
            let name = preset.as_str().ok_or_else(|| Error::setting("preset", &preset, "the name of a preset"))?;
            let mut merged = Self::preset(name)?.to_table();
            merged.extend(table);
            table = merged;
        }
        Self::from_table(table)
    }

    /// The experiment as a TOML document that [`Experiment::from_toml`] reads back.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }

    /// Changes one setting, given as in `--set key=value`: a TOML value, or a bare word for text.
    ///
    /// # Errors
    /// When there is no such setting, or the experiment would no longer be valid; then nothing is changed.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        self.set_all([(key, value)])
    }

    /// Changes several settings together, so that they may depend on one another.
    ///
    /// # Errors
    /// As [`Experiment::set`].
    pub fn set_all<'a>(&mut self, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<()> {
        let mut table = self.to_table();
        for (key, value) in settings {
            table.insert(key.to_owned(), parse_value(value));
        }
        *self = Self::from_table(table)?;
        Ok(())
    }

    /// The experiment as the text after `#` in a link: the preset of its name and what differs from that; every setting
    /// where it has another name.
    #[must_use]
    pub fn to_hash(&self) -> String {
        let preset = Self::preset(&self.name).ok().map(|preset| preset.to_table());
        let same =
            |key: &str, value: &toml::Value| preset.as_ref().is_some_and(|preset| preset.get(key) == Some(value));
        let settings = self.to_table().into_iter().filter(|(key, value)| !same(key, value)).map(|(key, value)| {
            let text = match value {
                toml::Value::String(text) => text,
                // Spaces mean nothing between TOML's values, and would be escaped.
                value => value.to_string().replace(' ', ""),
            };
            format!("{key}={}", escape(&text))
        });
        let start = preset.is_some().then(|| format!("preset={}", escape(&self.name)));
        start.into_iter().chain(settings).collect::<Vec<_>>().join("&")
    }

    /// Reads and validates the text after `#` in a link; a leading `#` may stand. `preset=NAME` stands for all of a
    /// preset's settings, which the others then change. A link that names neither a preset nor data changes the first
    /// preset, which is also the empty link.
    ///
    /// # Errors
    /// When it is too long or malformed, names an unknown setting, or a value is out of range.
    pub fn from_hash(hash: &str) -> Result<Self> {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        if hash.len() > LINK_LIMIT {
            return Err(Error::Syntax(format!(
                "the link has {} characters; at most {LINK_LIMIT} are read",
                hash.len()
            )));
        }
        let mut pairs = Vec::new();
        for part in hash.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| Error::Syntax(format!("`{}` should be setting=value", brief(part))))?;
            pairs.push((key, unescape(value)?));
        }
        let mut experiment = match pairs.iter().position(|(key, _)| *key == "preset") {
            Some(at) => Self::preset(&pairs.remove(at).1)?,
            None if pairs.iter().any(|(key, _)| ["data", "mixture"].contains(key)) => Self::default(),
            None => Self::presets()[0].experiment.clone(),
        };
        experiment.set_all(pairs.iter().map(|(key, value)| (*key, value.as_str())))?;
        Ok(experiment)
    }

    pub(super) fn to_table(&self) -> toml::Table {
        let mut table = toml::Table::try_from(self).expect("plain data has a TOML form");
        shorten_floats(&mut table);
        table
    }

    /// Every setting by key, each float as its shortest decimal.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self.to_table()).expect("plain data has a JSON form")
    }

    pub(super) fn from_table(table: toml::Table) -> Result<Self> {
        let known = Self::default().to_table();
        for (key, value) in &table {
            if !known.contains_key(key) {
                return Err(Error::UnknownSetting {
                    name: brief(key),
                    hint: nearest(key, known.keys().map(String::as_str)),
                });
            }
            // One setting at a time, so that the error can name it.
            let one = toml::Table::from_iter([(key.clone(), value.clone())]);
            one.try_into::<Self>()
                .map_err(|error| Error::setting(key, brief(&value.to_string()), wanted(key, &error)))?;
        }
        let experiment: Self =
            table.try_into().map_err(|error: toml::de::Error| Error::Syntax(one_line(error.message())))?;
        experiment.validate()?;
        Ok(experiment)
    }
}

/// A TOML value; text that is not TOML is a string.
fn parse_value(text: &str) -> toml::Value {
    toml::from_str::<toml::Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| {
            let value = table.remove("value");
            value.filter(|_| table.is_empty())
        })
        .unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

/// Writes each float as the shortest decimal that is the same `f32`: 0.35, not 0.3499999940395355.
fn shorten_floats(table: &mut toml::Table) {
    fn shorten(value: &mut toml::Value) {
        match value {
            toml::Value::Float(float) => {
                if let Ok(short) = (*float as f32).to_string().parse() {
                    *float = short;
                }
            }
            toml::Value::Array(array) => array.iter_mut().for_each(shorten),
            toml::Value::Table(table) => shorten_floats(table),
            _ => {}
        }
    }
    table.iter_mut().for_each(|(_, value)| shorten(value));
}

/// The values that a setting takes, in words.
fn wanted(key: &str, error: &toml::de::Error) -> String {
    let schema = &SCHEMA["properties"][key];
    let words = range(schema);
    match schema["type"].as_str() {
        _ if schema.get("x-expected").is_some() => words,
        Some("integer") => format!("a whole number {words}"),
        Some("number") => format!("a number {words}"),
        Some("boolean") => "true or false".to_owned(),
        Some("array") if schema["items"].get("properties").is_some() => {
            "a list of Gaussians, such as [{ mean = [0.0], std = 1.0 }]".to_owned()
        }
        Some("array") => "a list, such as [\"cutout\"]".to_owned(),
        // serde names the choices.
        _ => expectation(error),
    }
}

/// serde's words for what it wanted, without where it stood.
fn expectation(error: &toml::de::Error) -> String {
    let message = one_line(error.message());
    message.split_once("expected ").map_or(message.clone(), |(_, wanted)| wanted.to_owned())
}

fn one_line(text: &str) -> String {
    brief(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A hint towards the known name that is the fewest edits away.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let name = brief(name);
    known
        .map(|candidate| (strsim::levenshtein(&name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or_else(
            || "`counterfeit presets --toml NAME` prints them all".to_owned(),
            |(_, candidate)| format!("did you mean `{candidate}`?"),
        )
}

/// A setting's value as it is written, without quotes.
pub(super) fn word(value: impl serde::Serialize) -> String {
    toml::Table::try_from(BTreeMap::from([("value", value)]))
        .map(|mut table| {
            shorten_floats(&mut table);
            table["value"].to_string().replace('"', "")
        })
        .unwrap_or_default()
}

/// Percent-encodes what a URL's fragment may not hold.
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~,:/".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn unescape(text: &str) -> Result<String> {
    let malformed = || Error::Syntax(format!("`{}` is not percent-encoded text", brief(text)));
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(if byte == b'%' {
            let mut digit = || {
                let byte = bytes.next()?;
                char::from(byte).to_digit(16)
            };
            let (high, low) = (digit().ok_or_else(malformed)?, digit().ok_or_else(malformed)?);
            (high * 16 + low) as u8
        } else {
            byte
        });
    }
    String::from_utf8(out).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_survive_toml_and_links() {
        for wanted in ["mixture-1d", "mixture-1d-5", "ring", "grid", "digits-mlp", "mnist-mlp", "mnist-dcgan"] {
            Experiment::preset(wanted).unwrap();
        }
        for preset in Experiment::presets() {
            let experiment = &preset.experiment;
            experiment.validate().unwrap();
            assert!(!preset.about.is_empty(), "{}", experiment.name);
            assert_eq!(&Experiment::from_toml(&experiment.to_toml()).unwrap(), experiment);
            assert_eq!(&Experiment::from_hash(&experiment.to_hash()).unwrap(), experiment);
        }
        assert_eq!(Experiment::presets()[0].experiment.name, "mixture-1d");
    }

    #[test]
    fn malformed_links_are_errors() {
        for link in ["batch_size", "name=%zz", "name=%", "#seed=-1", "a=b", "name=%ff", "preset=none"] {
            let error = Experiment::from_hash(link).unwrap_err().to_string();
            assert!(!error.contains('\n'), "{error}");
        }
        assert!(Experiment::from_hash(&"x".repeat(LINK_LIMIT + 1)).is_err());
        let link = "#preset=ring&seed=5";
        assert_eq!(Experiment::from_hash(link).unwrap().seed, 5);
        assert_eq!(Experiment::from_hash("").unwrap().name, "mixture-1d");
    }

    #[test]
    fn a_toml_file_may_start_from_a_preset() {
        let e = Experiment::from_toml("preset = \"ring\"\nseed = 9").unwrap();
        assert_eq!((e.name.as_str(), e.seed), ("ring", 9));
        assert!(Experiment::from_toml("seed = ").is_err());
        assert!(Experiment::from_toml("sede = 1").unwrap_err().to_string().contains("`seed`"));
    }
}
