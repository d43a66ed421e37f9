//! Tests of an experiment's settings.

use serde_json::Value as Json;

use super::schema::{self, SCHEMA};
use super::*;

#[test]
fn the_textbook_network_is_the_textbook_network() {
    let e = Experiment::preset("mnist-mlp").unwrap();
    assert_eq!((e.latent_dim, e.data_dim(), e.batch_size), (100, 784, 64));
    assert_eq!((&e.generator_hidden[..], &e.discriminator_hidden[..]), (&[256][..], &[256][..]));
    assert_eq!((e.dropout, e.generator_lr, e.beta1, e.beta2), (0.3, 2e-4, 0.5, 0.999));
    assert_eq!(e.generator_activation, Activation::LeakyRelu);
}

#[test]
fn settings_are_changed_by_name() {
    let mut e = Experiment::preset("mixture-1d").unwrap();
    e.set("batch_size", "64").unwrap();
    e.set("objective", "saturating").unwrap();
    e.set("generator_hidden", "[8, 8, 8]").unwrap();
    e.set("mixture", "[{ mean = [1, 2], std = 1 }]").unwrap();
    e.set("generator_lr", "1").unwrap();
    assert_eq!((e.batch_size, e.objective), (64, Objective::Saturating));
    assert_eq!(e.generator_hidden, [8, 8, 8]);
    assert_eq!(e.data_dim(), 2);
}

#[test]
fn what_does_not_go_together_says_so() {
    let cases: [(&[(&str, &str)], &str); 9] = [
        (
            &[("gradient_penalty", "r1"), ("discriminator_norm", "batch")],
            "`gradient_penalty` is r1; it should be none for a discriminator with cross-sample layers",
        ),
        (&[("objective", "hinge"), ("label_smoothing", "0.9")], "`label_smoothing` is 0.9; it should be 1 unless"),
        (&[("objective", "wasserstein"), ("vat_weight", "1")], "`vat_weight` is 1.0; it should be 0 unless"),
        (
            &[("objective", "began"), ("gradient_penalty", "wgan-gp")],
            "`gradient_penalty` is wgan-gp; it should be left out for the objective began",
        ),
        (&[("pack", "3"), ("batch_size", "64")], "`batch_size` is 64; it should be a multiple of `pack`"),
        (&[("conditional", "acgan"), ("pack", "2")], "`pack` is 2; it should be 1 for an acgan"),
        (&[("consistency_weight", "1")], "`consistency_weight` is 1.0; it should be 0 without `augment`"),
        (&[("architecture", "stacked")], "`architecture` is stacked; it should be mlp for data that are not images"),
        (
            &[("architecture", "dirac"), ("mixture", "[{mean=[0],std=1}]"), ("spectral_norm", "true")],
            "`spectral_norm` is true; it should be false for a Dirac-GAN",
        ),
    ];
    for (settings, wanted) in cases {
        let mut e = Experiment::preset("ring").unwrap();
        let error = e.set_all(settings.iter().copied()).unwrap_err().to_string();
        assert!(error.contains(wanted), "{settings:?}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn three_channels_go_with_what_makes_single_images_of_no_class() {
    let digits = Experiment::preset("digits-mlp").unwrap();
    let with = |settings: &[(&str, &str)]| {
        let mut e = digits.clone();
        let settings = [&[("channels", "3")], settings].concat();
        e.set_all(settings).map(|()| e.data_dim())
    };
    assert_eq!(with(&[]).unwrap(), 3 * 784);
    assert_eq!(with(&[("dropout", "0"), ("architecture", "dcgan"), ("pack", "2")]).unwrap(), 3 * 784);
    let mlp = "it should be mlp or dcgan where channels = 3";
    for (settings, wanted) in [
        (&[("channels", "2")][..], "`channels` is 2; it should be 1, or 3: red, green and blue"),
        (&[("architecture", "stacked")], mlp),
        (&[("architecture", "coupled")], mlp),
        (&[("architecture", "autoencoder")], mlp),
        (&[("conditional", "label")], "`conditional` is label; it should be none where channels = 3"),
        (&[("conditional", "acgan")], "`conditional` is acgan; it should be none where channels = 3"),
        (&[("augment", "[\"translation\"]")], "`augment` is [translation]; it should be left out where channels = 3"),
    ] {
        let error = with(settings).unwrap_err().to_string();
        assert!(error.contains(wanted), "{settings:?}: {error}");
    }
    let error = Experiment::preset("ring").unwrap().set("channels", "3").unwrap_err();
    assert!(error.to_string().contains("`channels` is 3; it should be 1 for data that are not images"), "{error}");
}

#[test]
fn kernels_are_a_number_or_a_yes() {
    let mut e = Experiment::preset("mixture-1d").unwrap();
    for (given, wanted) in [("true", 16), ("5", 5), ("false", 0)] {
        e.set("minibatch_discrimination", given).unwrap();
        assert_eq!(e.minibatch_discrimination, wanted);
    }
    let error = e.set("minibatch_discrimination", "some").unwrap_err();
    assert!(error.to_string().contains("a number of kernels, or true"), "{error}");
}

#[test]
fn errors_name_the_field_what_was_given_and_what_would_be_right() {
    let cases = [
        ("batch_size", "0", "`batch_size` is 0; it should be from 1 to 16384"),
        ("dropout", "1.5", "`dropout` is 1.5; it should be at least 0 and below 1"),
        ("generator_lr", "nan", "`generator_lr` is nan; it should be above 0 and at most 1"),
        ("image_size", "30", "`image_size` is 30; it should be 28, 32, 48, 64, 96 or 128"),
        ("classes", "[1, 1]", "different digits"),
        ("objective", "hopeful", "`saturating`"),
        ("batch_size", "many", "`batch_size` is \"many\"; it should be"),
        ("batchsize", "1", "did you mean `batch_size`?"),
        ("colour", "red", "there is no setting `colour`"),
        ("architecture", "dcgan", "mlp for data that are not images"),
        ("mixture", "[]", "1 to 100"),
        ("mixture", "[{ mean = [0], std = 0 }]", "`mixture[0].std` is 0.0; it should be from 0.0001 to 1000"),
    ];
    for (key, value, wanted) in cases {
        let mut e = Experiment::preset("mixture-1d").unwrap();
        let before = e.clone();
        let error = e.set(key, value).unwrap_err().to_string();
        assert!(error.contains(wanted), "{key}={value}: {error}");
        assert!(!error.contains('\n'), "{error}");
        assert_eq!(e, before, "a refused setting changes nothing");
    }
}

#[test]
fn the_schema_is_current() {
    crate::generated::assert_current("www/experiment.schema.json", &schema::generated());
}

/// The keys and values that a condition names.
fn named(condition: &Json, found: &mut Vec<(String, Json)>) {
    match condition {
        Json::Object(keywords) => {
            for (key, setting) in keywords.get("properties").and_then(Json::as_object).into_iter().flatten() {
                let requirement = setting.get("not").unwrap_or(setting);
                found.extend(requirement.get("const").map(|value| (key.clone(), value.clone())));
                let choices = requirement.get("enum").and_then(Json::as_array).into_iter().flatten();
                found.extend(choices.map(|value| (key.clone(), value.clone())));
                found.push((key.clone(), Json::Null));
            }
            keywords.values().for_each(|value| named(value, found));
        }
        Json::Array(conditions) => conditions.iter().for_each(|condition| named(condition, found)),
        _ => {}
    }
}

#[test]
fn conditions_rules_and_groups_name_settings_and_values_that_there_are() {
    let mut settings = SCHEMA["properties"].as_object().unwrap().clone();
    settings.remove("preset");
    let mut found = Vec::new();
    named(&SCHEMA["allOf"], &mut found);
    for setting in settings.values() {
        named(&setting["x-applies"], &mut found);
        for choice in setting["oneOf"].as_array().into_iter().flatten() {
            named(&choice["x-applies"], &mut found);
        }
    }
    for rule in SCHEMA["allOf"].as_array().unwrap() {
        let repairs = rule["x-repairs"].as_array().unwrap();
        found.extend(repairs.iter().map(|repair| (repair[0].as_str().unwrap().to_owned(), repair[1].clone())));
    }
    assert!(found.len() > 150, "{}", found.len());
    for (key, value) in found.into_iter().filter(|(key, _)| key != "mean") {
        let setting = settings.get(&key).unwrap_or_else(|| panic!("there is no setting {key}"));
        let choices =
            setting["oneOf"].as_array().map(|all| all.iter().map(|choice| &choice["const"]).collect::<Vec<_>>());
        let fits = match &choices {
            Some(choices) => choices.contains(&&value),
            None => {
                setting["default"].is_number() == value.is_number()
                    && setting["default"].is_boolean() == value.is_boolean()
            }
        };
        assert!(value.is_null() || fits, "{key} = {value}");
    }
    let offered: Vec<_> = SCHEMA["x-groups"].as_array().unwrap().iter().collect();
    let offered: Vec<_> = offered.iter().flat_map(|group| group["settings"].as_array().unwrap()).collect();
    for key in settings.keys() {
        let count = offered.iter().filter(|offer| **offer == key).count();
        assert_eq!(count, usize::from(!["name", "steps"].contains(&key.as_str())), "{key}");
    }
    assert_eq!(offered.len() + 2, settings.len());
}

#[test]
fn a_link_that_names_no_data_changes_the_first_preset() {
    let first = &Experiment::presets()[0].experiment;
    let changed = Experiment::from_hash("#seed=7").unwrap();
    assert_eq!(changed, Experiment { seed: 7, ..first.clone() });
    assert_eq!(Experiment::from_hash("").unwrap(), *first);
    // A link of all settings, as the page wrote them, depends on no preset.
    let digits = Experiment::from_hash("data=digits&architecture=dcgan&mixture=[]").unwrap();
    assert_eq!(digits.ema_decay, Experiment::default().ema_decay);
    assert_ne!(digits.ema_decay, first.ema_decay);
}

#[test]
fn a_link_holds_only_what_differs_from_the_preset() {
    let mut e = Experiment::preset("ring").unwrap();
    assert_eq!(e.to_hash(), "preset=ring");
    e.set_all([("seed", "7"), ("objective", "hinge")]).unwrap();
    assert_eq!(e.to_hash(), "preset=ring&objective=hinge&seed=7");
    assert_eq!(Experiment::from_hash(&e.to_hash()).unwrap(), e);
    e.name = "mine".to_owned();
    let link = e.to_hash();
    assert!(link.contains("name=mine") && link.contains("batch_size="), "{link}");
    assert_eq!(Experiment::from_hash(&link).unwrap(), e);
}

#[test]
fn errors_name_no_type_of_the_program() {
    let properties = SCHEMA["properties"].as_object().unwrap();
    for key in properties.keys().filter(|key| *key != "preset") {
        for value in ["banana", "[[1]]", "-1.5", "true", "{ a = 1 }"] {
            let mut e = Experiment::preset("digits-mlp").unwrap();
            let Err(error) = e.set(key, value) else { continue };
            let said = error.to_string();
            for word in
                ["usize", "u64", "u8", "expected", "f64", "invalid type", "sequence", "a struct", "variant", "a map"]
            {
                assert!(!said.contains(word), "{key} = {value}: {said}");
            }
        }
    }
    let said = |key: &str, value: &str| Experiment::default().set(key, value).unwrap_err().to_string();
    assert_eq!(said("batch_size", "many"), "`batch_size` is \"many\"; it should be a whole number from 1 to 16384");
    assert_eq!(said("spectral_norm", "3"), "`spectral_norm` is 3; it should be true or false");
}
