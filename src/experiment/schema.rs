//! The JSON Schema of an experiment: the one definition of every setting. `www/experiment.schema.json` is its text.
//!
//! Beyond the standard's keywords, a setting has `x-applies`, the condition under which it, or one of its choices, has
//! an effect; `x-off`, its value without effect; `x-zero`, the name of 0; `x-affects-cost`, false where the duration of
//! a step does not depend on it; `x-live`, true where it can be changed while a run trains; and `x-expected`, its range
//! in words. A rule of `allOf` has `x-expected` and
//! `x-repairs`, and `x-groups` are the settings that the page offers.

use std::sync::LazyLock;

use schemars::Schema;
#[cfg(test)]
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::Experiment;
use super::compatibility::rules;
use super::conditions::{
    above, all, among, began, cross_entropy, dcgan, hidden_layers, images, is, is_not, layers, mixture, nonempty,
    not_joint, of_one_class, single, target,
};
use super::live::is_live;

/// The settings that the page offers, group by group.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Data", &["data", "classes", "examples_per_class", "image_size", "channels", "mixture"]),
    (
        "Networks",
        &[
            "architecture",
            "conditional",
            "latent_dim",
            "prior",
            "generator_hidden",
            "generator_activation",
            "generator_norm",
            "discriminator_hidden",
            "discriminator_activation",
            "discriminator_norm",
            "dropout",
            "base_channels",
        ],
    ),
    (
        "Objective",
        &[
            "objective",
            "label_smoothing",
            "began_gamma",
            "began_lambda",
            "reconstruction_weight",
            "n_critic",
            "critic_warmup",
        ],
    ),
    (
        "Regularisation",
        &[
            "gradient_penalty",
            "gp_weight",
            "weight_clip",
            "spectral_norm",
            "instance_noise",
            "instance_noise_steps",
            "minibatch_discrimination",
            "minibatch_stddev",
            "pack",
            "feature_matching_weight",
            "vat_weight",
            "vat_epsilon",
            "path_length_weight",
            "augment",
            "consistency_weight",
        ],
    ),
    (
        "Optimisation",
        &["optimizer", "generator_lr", "discriminator_lr", "lr_half_life", "beta1", "beta2", "ema_decay", "precision"],
    ),
    ("Run", &["batch_size", "seed"]),
];

/// The committed schema. [`generated`] makes it; it is read rather than made at run time, which would add 43 KB
/// (gzipped) to the browser's CPU module.
pub static TEXT: &str = include_str!("../../www/experiment.schema.json");

/// The schema as data.
pub static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(TEXT).expect("a test holds the file equal to the code"));

/// The schema as the code has it: that of a file, which may name a preset to start from.
#[cfg(test)]
pub fn generated() -> String {
    let inlined = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let properties = inlined.into_generator().into_root_schema_for::<Experiment>();
    let mut schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema" });
    schema.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    let presets: toml::Table = toml::from_str(include_str!("../presets.toml")).unwrap();
    schema["properties"]["preset"] = json!({
        "title": "Preset",
        "description": "Preset whose settings hold where this file has none.",
        "enum": presets.keys().collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// The range of a setting's schema, or of a rule's, in words.
#[must_use]
pub fn range(schema: &Value) -> String {
    let bound = |keyword: &str| schema.get(keyword);
    match (
        bound("x-expected"),
        bound("minimum"),
        bound("maximum"),
        bound("exclusiveMinimum"),
        bound("exclusiveMaximum"),
    ) {
        (Some(words), ..) => words.as_str().unwrap_or_default().to_owned(),
        (_, Some(low), Some(high), ..) => format!("from {low} to {high}"),
        (_, Some(low), _, _, Some(high)) => format!("at least {low} and below {high}"),
        (_, _, Some(high), Some(low), _) => format!("above {low} and at most {high}"),
        _ => match (bound("minItems"), bound("maxItems")) {
            (Some(low), Some(high)) => format!("a list of {low} to {high}"),
            (_, Some(high)) => format!("a list of at most {high}"),
            _ => "another value".to_owned(),
        },
    }
}

/// The condition under which a setting has an effect; most always have.
fn applies(key: &str) -> Option<Value> {
    Some(match key {
        "data" | "classes" | "examples_per_class" | "image_size" | "architecture" => images(),
        "channels" => all([images(), single()]),
        "mixture" => mixture(),
        "latent_dim"
        | "prior"
        | "generator_activation"
        | "generator_norm"
        | "discriminator_activation"
        | "discriminator_norm"
        | "spectral_norm" => layers(),
        "conditional" => all([layers(), of_one_class()]),
        "generator_hidden" | "discriminator_hidden" | "dropout" => hidden_layers(),
        "base_channels" => dcgan(),
        "label_smoothing" => target(),
        "began_gamma" | "began_lambda" => began(),
        "reconstruction_weight" => is("architecture", "autoencoder"),
        "gradient_penalty" => all([is_not("objective", "began"), not_joint()]),
        "gp_weight" => is_not("gradient_penalty", "none"),
        "instance_noise_steps" => above("instance_noise", 0),
        "minibatch_discrimination" | "minibatch_stddev" | "pack" => all([single(), is_not("objective", "began")]),
        "feature_matching_weight" | "path_length_weight" => single(),
        "vat_weight" => all([cross_entropy(), not_joint()]),
        "vat_epsilon" => all([cross_entropy(), above("vat_weight", 0)]),
        "augment" => all([images(), not_joint(), is("channels", 1)]),
        "consistency_weight" => all([images(), nonempty("augment")]),
        "beta1" => is_not("optimizer", "rmsprop"),
        "beta2" => is_not("optimizer", "sgd"),
        _ => return None,
    })
}

/// The condition under which a choice of a setting can be had.
fn choice_applies(key: &str, choice: &str) -> Option<Value> {
    Some(match (key, choice) {
        ("data", "mixture") | ("architecture", "dirac") => mixture(),
        // On the page nothing else gives its images.
        ("data", "folder") => is("data", "folder"),
        ("conditional", "label") => among("architecture", &["mlp", "dcgan", "stacked"]),
        ("conditional", "acgan") | ("objective", "began") => single(),
        ("generator_norm" | "discriminator_norm", "instance") => dcgan(),
        _ => return None,
    })
}

/// The value of a technique that leaves it out.
fn off(key: &str) -> Option<Value> {
    Some(match key {
        "gradient_penalty" => "none".into(),
        "spectral_norm" | "minibatch_stddev" => false.into(),
        "label_smoothing" | "pack" => 1.into(),
        "augment" => json!([]),
        "weight_clip"
        | "instance_noise"
        | "minibatch_discrimination"
        | "feature_matching_weight"
        | "vat_weight"
        | "path_length_weight"
        | "consistency_weight" => 0.into(),
        _ => return None,
    })
}

/// The name of 0, where it is not a quantity.
fn zero(key: &str) -> Option<&'static str> {
    Some(match key {
        "examples_per_class" => "all",
        "instance_noise_steps" => "never",
        "lr_half_life" => "constant",
        "dropout" | "ema_decay" => "off",
        _ if off(key) == Some(0.into()) => "off",
        _ => return None,
    })
}

/// The words for a range that is more than a pair of numbers.
fn expected(key: &str) -> Option<&'static str> {
    Some(match key {
        "name" => "1 to 64 printable characters",
        "classes" => "different digits from 0 to 9, such as [3, 7]",
        "image_size" => "28, 32, 48, 64, 96 or 128",
        "channels" => "1, or 3: red, green and blue",
        "generator_hidden" | "discriminator_hidden" => "at most 8 widths from 1 to 4096, such as [64, 64]",
        _ => return None,
    })
}

/// Whether the duration of a step depends on the setting.
fn affects_cost(key: &str) -> bool {
    !["name", "seed", "steps", "generator_lr", "discriminator_lr", "beta1", "beta2"].contains(&key)
}

/// Adds to the schema of the types what they do not say.
pub(super) fn complete(schema: &mut Schema) {
    let defaults = Experiment::default().to_json();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut).expect("an experiment is an object");
    for (key, setting) in properties {
        tidy(setting);
        setting["default"] = defaults[key].clone();
        let mut add = |keyword: &str, value: Option<Value>| {
            if let Some(value) = value {
                setting[keyword] = value;
            }
        };
        add("x-applies", applies(key));
        add("x-off", off(key));
        add("x-zero", zero(key).map(Value::from));
        add("x-expected", expected(key).map(Value::from));
        add("x-affects-cost", (!affects_cost(key)).then_some(Value::Bool(false)));
        add("x-live", is_live(key).then_some(Value::Bool(true)));
        for choice in setting.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(condition) = choice["const"].as_str().and_then(|name| choice_applies(key, name)) {
                choice["x-applies"] = condition;
            }
        }
    }
    schema.insert("description".to_owned(), "Every setting of a run.".into());
    schema.insert("allOf".to_owned(), rules().into());
    schema.insert(
        "x-groups".to_owned(),
        GROUPS.map(|(name, keys)| json!({ "title": name, "settings": keys })).to_vec().into(),
    );
}

/// Joins the lines of comments, and removes the width of number types.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.remove("format");
            if let Some(Value::String(text)) = keywords.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            keywords.values_mut().for_each(tidy);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(tidy),
        _ => {}
    }
}
