//! The table of all settings, and `schema`.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

use super::report::print;
use crate::experiment::schema::{self, SCHEMA};

/// Prints the JSON Schema of an experiment's file.
///
/// # Errors
/// When standard output is closed.
pub fn run() -> Result<ExitCode> {
    print(schema::TEXT.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// The schemas of the settings by key, in declaration order.
fn settings(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(key, schema)| (key.as_str(), schema)).filter(|(key, _)| *key != "preset")
}

/// A setting in words.
struct Row<'a> {
    key: &'a str,
    values: String,
    default: String,
    help: &'a str,
}

/// The settings of a schema, group by group.
fn groups(schema: &Value) -> Vec<(&str, Vec<Row<'_>>)> {
    let groups = schema["x-groups"].as_array().into_iter().flatten();
    let mut groups: Vec<_> = groups
        .map(|group| {
            let keys = group["settings"].as_array().into_iter().flatten().filter_map(Value::as_str);
            (
                group["title"].as_str().unwrap_or_default(),
                keys.map(|key| row(key, &schema["properties"][key])).collect::<Vec<_>>(),
            )
        })
        .collect();
    let offered: Vec<&str> = groups.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.key)).collect();
    let others = settings(schema).filter(|(key, _)| !offered.contains(key));
    let others: Vec<_> = others.map(|(key, setting)| row(key, setting)).collect();
    if let Some((_, run)) = groups.last_mut() {
        run.extend(others);
    }
    groups
}

fn row<'a>(key: &'a str, setting: &'a Value) -> Row<'a> {
    Row {
        key,
        values: values(setting),
        default: setting["default"].to_string().replace('"', ""),
        help: setting["description"].as_str().unwrap_or_default(),
    }
}

/// The choices or the range of a setting.
fn values(setting: &Value) -> String {
    if let Some(words) = setting["x-expected"].as_str() {
        return words.to_owned();
    }
    let choices = |setting: &Value| -> Option<Vec<String>> {
        let choices = setting["oneOf"].as_array()?.iter();
        Some(choices.filter_map(|choice| choice["const"].as_str().map(str::to_owned)).collect())
    };
    if let Some(choices) = choices(setting) {
        return choices.join(", ");
    }
    if let Some(choices) = choices(&setting["items"]) {
        return format!("a list of {}", choices.join(", "));
    }
    match setting["type"].as_str() {
        Some("boolean") => "true, false".to_owned(),
        Some("array") => "1 to 100, such as [{ weight = 1.0, mean = [0.0], std = 0.5 }]".to_owned(),
        _ => schema::range(setting),
    }
}

/// The table for a terminal.
pub fn help() -> String {
    let mut text = String::from(
        "Settings, for `--set KEY=VALUE`, a TOML file and a link alike.\n`counterfeit schema > \
         experiment.schema.json` writes them for editors, which complete a file whose first line is\n`#:schema \
         ./experiment.schema.json`.\n",
    );
    for (group, rows) in groups(&SCHEMA) {
        let _ = write!(text, "\n{group}:\n");
        for Row { key, values, default, help } in rows {
            let _ = write!(text, "  {key}  {values} [default: {default}]\n          {help}\n");
        }
    }
    text
}

/// The table in Markdown.
#[cfg(test)]
fn markdown(schema: &Value) -> String {
    let mut text = String::from("| Setting | Values | Default | Meaning |\n|---|---|---|---|\n");
    for (group, rows) in groups(schema) {
        let _ = writeln!(text, "| **{group}** | | | |");
        for Row { key, values, default, help } in rows {
            let _ = writeln!(text, "| `{key}` | {values} | {default} | {help} |");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::assert_current;

    #[test]
    fn the_table_in_the_readme_is_current() {
        // Not the committed schema: one run of the tests brings both up to date.
        let schema = serde_json::from_str(&schema::generated()).unwrap();
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let (start, end) = ("<!-- settings -->\n", "<!-- end of settings -->");
        let (before, rest) = readme.split_once(start).expect("README.md has a place for the table");
        let (_, after) = rest.split_once(end).expect("README.md has an end of the table");
        assert_current("README.md", &format!("{before}{start}{}{end}{after}", markdown(&schema)));
    }

    #[test]
    fn every_setting_is_in_the_help() {
        let help = help();
        for (key, _) in settings(&SCHEMA) {
            assert!(help.contains(&format!("\n  {key}  ")), "{key}");
        }
        assert!(help.contains("\n  batch_size  from 1 to 16384 [default: 256]\n"), "{help}");
        assert!(help.contains("\n  beta1  at least 0 and below 1 [default: 0.5]\n"), "{help}");
        assert!(help.contains("\n  augment  a list of translation, cutout [default: []]\n"), "{help}");
    }
}
