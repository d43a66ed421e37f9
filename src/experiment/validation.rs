//! Checks of an experiment's values by the schema: ranges, and rules between settings.

use serde_json::Value as Json;
use toml::Value;

use super::schema::{SCHEMA, range};
use super::text::word;
use super::{DataKind, Experiment};
use crate::error::{Error, Result, brief};

impl Experiment {
    /// Checks every range, and that the settings go together.
    ///
    /// # Errors
    /// The first setting that is wrong, with what was given and what would be right.
    pub fn validate(&self) -> Result<()> {
        let table = self.to_table();
        for (key, value) in &table {
            check(key, value, &SCHEMA["properties"][key])?;
        }
        if self.name.chars().any(char::is_control) {
            return Err(Error::setting("name", brief(&self.name), range(&SCHEMA["properties"]["name"])));
        }
        self.validate_mixture()?;
        check_rules(Value::Table(table))
    }

    /// The components of a mixture, and of nothing else, have one dimension.
    fn validate_mixture(&self) -> Result<()> {
        let count = format!("{} Gaussians", self.mixture.len());
        if self.data != DataKind::Mixture {
            return match self.mixture[..] {
                [] => Ok(()),
                _ => Err(Error::setting("mixture", count, "left out, unless data = \"mixture\"")),
            };
        }
        let Some(first) = self.mixture.first() else {
            let expected = "1 to 100, such as [{ weight = 1.0, mean = [0.0], std = 0.5 }]";
            return Err(Error::setting("mixture", count, expected));
        };
        let dim = first.mean.len();
        match self.mixture.iter().find(|component| component.mean.len() != dim) {
            Some(other) => Err(Error::setting(
                "mixture",
                format!("a mean of {} numbers", other.mean.len()),
                format!("as many in every mean (the first has {dim})"),
            )),
            None => Ok(()),
        }
    }
}

/// Checks the value at `place`, such as `mixture[0].std`, and all values in it.
fn check(place: &str, value: &Value, schema: &Json) -> Result<()> {
    if schema.get("x-expected").is_none() {
        match value {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    check(&format!("{place}[{i}]"), item, &schema["items"])?;
                }
            }
            Value::Table(table) => {
                for (key, value) in table {
                    check(&format!("{place}.{key}"), value, &schema["properties"][key])?;
                }
            }
            _ => {}
        }
    }
    if satisfies(value, schema) { Ok(()) } else { Err(Error::setting(place, brief(&word(value)), range(schema))) }
}

/// The first rule of the schema that the experiment breaks is an error.
fn check_rules(experiment: Value) -> Result<()> {
    for rule in SCHEMA["allOf"].as_array().into_iter().flatten() {
        if satisfies(&experiment, rule) {
            continue;
        }
        let field =
            rule["then"]["properties"].as_object().and_then(|fields| fields.keys().next()).expect("a rule has a field");
        return Err(Error::setting(field, word(&experiment[field.as_str()]), range(rule)));
    }
    Ok(())
}

/// Whether a value satisfies a schema: those keywords of JSON Schema that the schema of an experiment uses. Types,
/// names and choices are known to be right where a value has become an [`Experiment`].
fn satisfies(value: &Value, schema: &Json) -> bool {
    let Json::Object(keywords) = schema else { return true };
    keywords.iter().all(|(keyword, argument)| match (keyword.as_str(), value) {
        ("const", value) => equal(value, argument),
        ("enum", value) => list(argument).iter().any(|choice| equal(value, choice)),
        ("not", value) => !satisfies(value, argument),
        ("allOf", value) => list(argument).iter().all(|schema| satisfies(value, schema)),
        ("anyOf", value) => list(argument).iter().any(|schema| satisfies(value, schema)),
        ("if", value) => !satisfies(value, argument) || satisfies(value, &schema["then"]),
        ("minimum", value) => number(value).is_none_or(|number| number >= bound(argument)),
        ("maximum", value) => number(value).is_none_or(|number| number <= bound(argument)),
        ("exclusiveMinimum", value) => number(value).is_none_or(|number| number > bound(argument)),
        ("exclusiveMaximum", value) => number(value).is_none_or(|number| number < bound(argument)),
        ("multipleOf", value) => number(value).is_none_or(|number| number % bound(argument) == 0.0),
        ("minLength", Value::String(text)) => text.chars().count() as f64 >= bound(argument),
        ("maxLength", Value::String(text)) => text.chars().count() as f64 <= bound(argument),
        ("minItems", Value::Array(items)) => items.len() as f64 >= bound(argument),
        ("maxItems", Value::Array(items)) => items.len() as f64 <= bound(argument),
        ("uniqueItems", Value::Array(items)) => {
            argument != true || items.iter().enumerate().all(|(i, item)| !items[..i].contains(item))
        }
        ("items", Value::Array(items)) => items.iter().all(|item| satisfies(item, argument)),
        ("required", Value::Table(table)) => {
            list(argument).iter().all(|key| key.as_str().is_some_and(|key| table.contains_key(key)))
        }
        ("properties", Value::Table(table)) => {
            table.iter().all(|(key, value)| argument.get(key).is_none_or(|schema| satisfies(value, schema)))
        }
        _ => true,
    })
}

fn list(argument: &Json) -> &[Json] {
    argument.as_array().map_or(&[], Vec::as_slice)
}

fn bound(argument: &Json) -> f64 {
    argument.as_f64().unwrap_or(f64::NAN)
}

/// Numbers are below 2⁵³ or floats, so that an `f64` holds them.
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64))
}

fn equal(value: &Value, constant: &Json) -> bool {
    match (value, constant) {
        (Value::String(value), Json::String(constant)) => value == constant,
        (Value::Boolean(value), Json::Bool(constant)) => value == constant,
        (Value::Array(values), Json::Array(constants)) => {
            values.len() == constants.len()
                && values.iter().zip(constants).all(|(value, constant)| equal(value, constant))
        }
        (value, Json::Number(_)) => number(value) == constant.as_f64(),
        _ => false,
    }
}
