//! Conditions on an experiment's settings, as JSON Schemas that an experiment satisfies or not.
//!
//! Each is false where its setting is missing, so that an editor finds no fault with a file that leaves settings out.

use serde_json::{Value, json};

use crate::objective::{Game, Objective};

fn setting(key: &str, requirement: Value) -> Value {
    json!({ "properties": { key: requirement }, "required": [key] })
}

/// The setting has this value.
pub(super) fn is(key: &str, value: impl Into<Value>) -> Value {
    setting(key, json!({ "const": value.into() }))
}

/// The setting has another value.
pub(super) fn is_not(key: &str, value: impl Into<Value>) -> Value {
    setting(key, json!({ "not": { "const": value.into() } }))
}

/// The setting has one of these values.
pub(super) fn among(key: &str, values: &[&str]) -> Value {
    setting(key, json!({ "enum": values }))
}

/// The number is greater than `bound`.
pub(super) fn above(key: &str, bound: u32) -> Value {
    setting(key, json!({ "exclusiveMinimum": bound }))
}

/// The list has no element.
pub(super) fn empty(key: &str) -> Value {
    setting(key, json!({ "maxItems": 0 }))
}

/// The list has elements.
pub(super) fn nonempty(key: &str) -> Value {
    setting(key, json!({ "minItems": 1 }))
}

/// All of these hold.
pub(super) fn all<const N: usize>(conditions: [Value; N]) -> Value {
    json!({ "allOf": conditions.to_vec() })
}

/// At least one of these holds.
pub(super) fn any<const N: usize>(conditions: [Value; N]) -> Value {
    json!({ "anyOf": conditions.to_vec() })
}

/// The data are images.
pub(super) fn images() -> Value {
    is_not("data", "mixture")
}

/// The data are a mixture of Gaussians.
pub(super) fn mixture() -> Value {
    is("data", "mixture")
}

/// The data are a mixture in two or more dimensions.
pub(super) fn mixture_off_the_line() -> Value {
    let on_a_line = json!({ "items": { "properties": { "mean": { "maxItems": 1 } } } });
    all([mixture(), setting("mixture", json!({ "not": on_a_line }))])
}

/// A sample has a single class: it is grey, or one image in colour.
pub(super) fn of_one_class() -> Value {
    any([is("channels", 1), in_colour()])
}

/// The data have colours: three channels are red, green and blue, and not a digit each.
pub(super) fn in_colour() -> Value {
    among("data", &["folder", "cifar10"])
}

/// This does not hold.
pub(super) fn not(condition: Value) -> Value {
    json!({ "not": condition })
}

/// The networks are convolutional.
pub(super) fn dcgan() -> Value {
    is("architecture", "dcgan")
}

/// The networks have layers: any architecture but the Dirac-GAN, which has two parameters.
pub(super) fn layers() -> Value {
    is_not("architecture", "dirac")
}

/// The networks have fully connected hidden layers.
pub(super) fn hidden_layers() -> Value {
    among("architecture", &["mlp", "autoencoder", "stacked", "coupled"])
}

/// The generator is one network that makes one sample.
pub(super) fn single() -> Value {
    among("architecture", &["mlp", "dcgan"])
}

/// The networks consist of parts, or make two views.
pub(super) fn joint() -> Value {
    among("architecture", &["autoencoder", "stacked", "coupled"])
}

/// Neither.
pub(super) fn not_joint() -> Value {
    among("architecture", &["mlp", "dcgan", "dirac"])
}

/// The objective is one of which `holds` is true.
pub(super) fn objective(holds: impl Fn(&dyn Game) -> bool) -> Value {
    let all = Objective::ALL.into_iter().filter(|objective| holds(objective.game()));
    setting("objective", json!({ "enum": all.collect::<Vec<_>>() }))
}

/// The discriminator's output is a probability, trained with the cross-entropy.
pub(super) fn cross_entropy() -> Value {
    objective(|game| game.outputs_probability())
}

/// The objective has a target for real samples.
pub(super) fn target() -> Value {
    objective(|game| game.has_targets())
}

/// The discriminator is an autoencoder.
pub(super) fn began() -> Value {
    is("objective", "began")
}
