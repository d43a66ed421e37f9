//! Settings that exclude one another: rules of the schema, each with its reason and its repairs.

use serde_json::{Value, json};

use super::conditions::{
    above, all, among, any, began, dcgan, empty, images, in_colour, is, joint, mixture, mixture_off_the_line, not,
    objective,
};

/// Where `condition` holds, the setting must satisfy `requirement`, which `expected` states in words. Any one of the
/// changes in `repairs` makes it hold; a change without a value is to the next value that satisfies it.
fn rule(condition: Value, key: &str, requirement: Value, expected: &str, repairs: &[(&str, Value)]) -> Value {
    json!({
        "if": condition,
        "then": { "properties": { key: requirement } },
        "x-expected": expected,
        "x-repairs": repairs,
    })
}

/// Where `condition` holds, the setting must have this value, and takes it as the repair, before any of the others.
fn fixed(condition: Value, key: &str, value: impl Into<Value>, expected: &str, others: &[(&str, Value)]) -> Value {
    let value = value.into();
    let repairs = [&[(key, value.clone())], others].concat();
    rule(condition, key, json!({ "const": value }), expected, &repairs)
}

/// Where `condition` holds, the setting must have another value than `excluded`; `repair` is one.
fn excluded(condition: Value, key: &str, excluded: &str, expected: &str, repair: &str) -> Value {
    rule(condition, key, json!({ "not": { "const": excluded } }), expected, &[(key, repair.into())])
}

/// All rules. Of several that an experiment breaks, an error states the first.
pub(super) fn rules() -> Vec<Value> {
    [architecture(), channels(), networks(), regularisation(), batches(), autoencoding_discriminator()].concat()
}

fn architecture() -> Vec<Value> {
    let of_images = among("architecture", &["dcgan", "autoencoder", "stacked", "coupled"]);
    let is_mlp = json!({ "enum": ["mlp", "dirac"] });
    let for_joint = "for the architectures autoencoder, stacked and coupled";
    let mut rules = vec![
        rule(
            all([of_images, mixture()]),
            "architecture",
            is_mlp,
            "mlp for data that are not images",
            &[("architecture", "mlp".into())],
        ),
        excluded(
            any([images(), mixture_off_the_line()]),
            "architecture",
            "dirac",
            "mlp or dcgan for data that are not on a line",
            "mlp",
        ),
        fixed(joint(), "gradient_penalty", "none", &format!("none {for_joint}"), &[]),
        excluded(joint(), "objective", "began", &format!("another than began {for_joint}"), "non-saturating"),
        rule(
            joint(),
            "conditional",
            json!({ "enum": ["none", "label"] }),
            &format!("none {for_joint}"),
            &[("conditional", "none".into())],
        ),
        fixed(
            among("architecture", &["autoencoder", "coupled"]),
            "conditional",
            "none",
            "none for the architectures autoencoder and coupled",
            &[],
        ),
        fixed(joint(), "augment", json!([]), &format!("left out {for_joint}"), &[]),
        fixed(joint(), "minibatch_stddev", false, &format!("false {for_joint}"), &[]),
        fixed(joint(), "pack", 1, &format!("1 {for_joint}"), &[]),
    ];
    for weight in ["minibatch_discrimination", "vat_weight", "path_length_weight", "feature_matching_weight"] {
        rules.push(fixed(joint(), weight, 0, &format!("0 {for_joint}"), &[]));
    }
    let dirac = || is("architecture", "dirac");
    let two = "for a Dirac-GAN, whose players have one parameter each";
    rules.extend([
        excluded(dirac(), "objective", "began", &format!("another than began {two}"), "non-saturating"),
        fixed(dirac(), "conditional", "none", &format!("none {two}"), &[]),
        excluded(dirac(), "discriminator_norm", "batch", &format!("none {two}"), "none"),
        fixed(dirac(), "pack", 1, &format!("1 {two}"), &[]),
        fixed(dirac(), "minibatch_discrimination", 0, &format!("0 {two}"), &[]),
        fixed(dirac(), "minibatch_stddev", false, &format!("false {two}"), &[]),
    ]);
    rules
}

fn channels() -> Vec<Value> {
    let three = || is("channels", 3);
    let grey = || ("channels", 1.into());
    vec![
        fixed(
            is("data", "cifar10"),
            "channels",
            3,
            "3 for CIFAR-10, whose images are in colour",
            &[("data", "digits".into())],
        ),
        fixed(mixture(), "channels", 1, "1 for data that are not images", &[]),
        rule(
            three(),
            "architecture",
            json!({ "enum": ["mlp", "dcgan"] }),
            "mlp or dcgan where channels = 3",
            &[grey(), ("architecture", "dcgan".into())],
        ),
        fixed(
            all([three(), not(in_colour())]),
            "conditional",
            "none",
            "none where channels = 3: each channel then has a digit of its own, and a sample has no single class",
            &[grey()],
        ),
        fixed(three(), "augment", json!([]), "left out where channels = 3", &[grey()]),
    ]
}

fn networks() -> Vec<Value> {
    let norm = |key| {
        excluded(
            among("architecture", &["mlp", "dirac", "autoencoder", "stacked", "coupled"]),
            key,
            "instance",
            "none, batch or layer for an mlp, whose channels are single numbers",
            "none",
        )
    };
    vec![
        fixed(
            is("architecture", "dirac"),
            "spectral_norm",
            false,
            "false for a Dirac-GAN, whose only weight starts at 0 and cannot be divided by its own size",
            &[],
        ),
        fixed(dcgan(), "dropout", 0, "0 for a dcgan", &[]),
        norm("generator_norm"),
        norm("discriminator_norm"),
    ]
}

fn regularisation() -> Vec<Value> {
    let no_target = objective(|game| !game.has_targets());
    let no_probability = objective(|game| !game.outputs_probability());
    let mut rules = vec![
        fixed(mixture(), "augment", json!([]), "left out for data that are not images", &[]),
        fixed(empty("augment"), "consistency_weight", 0, "0 without `augment`, whose augmentations it uses", &[]),
        fixed(
            no_target,
            "label_smoothing",
            1,
            "1 unless the objective is saturating, non-saturating or least-squares, which have a label to smooth",
            &[],
        ),
        fixed(
            no_probability,
            "vat_weight",
            0,
            "0 unless the objective is saturating or non-saturating, where D(x) is a probability",
            &[],
        ),
    ];
    for (cause, key, without) in [
        (is("discriminator_norm", "batch"), "discriminator_norm", json!("layer")),
        (above("minibatch_discrimination", 0), "minibatch_discrimination", json!(0)),
        (is("minibatch_stddev", true), "minibatch_stddev", json!(false)),
    ] {
        rules.push(rule(
            cause,
            "gradient_penalty",
            json!({ "const": "none" }),
            "none for a discriminator with cross-sample layers (discriminator_norm = \"batch\", \
             minibatch_discrimination, minibatch_stddev): a sample then has no gradient of its own; \
             discriminator_norm = \"layer\" goes well with it",
            &[(key, without), ("gradient_penalty", "none".into())],
        ));
    }
    rules
}

fn batches() -> Vec<Value> {
    let mut rules = vec![fixed(
        is("conditional", "acgan"),
        "pack",
        1,
        "1 for an acgan, whose discriminator predicts the class of one sample",
        &[("conditional", "label".into())],
    )];
    for pack in 2..=16 {
        rules.push(rule(
            is("pack", pack),
            "batch_size",
            json!({ "multipleOf": pack }),
            "a multiple of `pack`",
            &[("batch_size", Value::Null), ("pack", 1.into())],
        ));
    }
    rules
}

fn autoencoding_discriminator() -> Vec<Value> {
    let expected = "left out for the objective began, whose discriminator outputs reconstructions";
    vec![
        fixed(began(), "gradient_penalty", "none", expected, &[]),
        rule(
            began(),
            "conditional",
            json!({ "enum": ["none", "label"] }),
            expected,
            &[("conditional", "none".into()), ("objective", "non-saturating".into())],
        ),
        fixed(began(), "minibatch_discrimination", 0, expected, &[]),
        fixed(began(), "minibatch_stddev", false, expected, &[]),
        fixed(began(), "pack", 1, expected, &[]),
    ]
}
