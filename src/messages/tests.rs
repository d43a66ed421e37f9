//! The content of the messages, and the TypeScript types that are generated from them.

use ts_rs::{Config, TS};

use super::*;
use crate::data::nearest::NearestImage;
use crate::latent::fixed_samples;
use crate::latent::pad::Pad;
use crate::latent::path::Path;
use crate::quantity::{Better, Format};
use crate::snapshot::{Gallery, LatentMap, Line, Phase, Plane, Scale, UpdateView, Updated};

/// The file's text.
fn types() -> String {
    let config = Config::default();
    let mut text =
        "// Generated from Rust by the test `types_are_current` of src/messages.rs, which says how.\n".to_owned();
    macro_rules! declare {
        ($($name:ty),* $(,)?) => {$(
            if let Some(docs) = <$name>::docs() {
                text.push_str(&format!("\n{}", docs.trim_end()));
            }
            text.push_str(&format!("\nexport {}\n", <$name>::decl(&config)));
        )*};
    }
    declare!(
        Snapshot,
        Reading,
        Quantity,
        Format,
        Better,
        Picture,
        Scale,
        Line,
        Plane,
        Gallery,
        Phase,
        Kind,
        ExperimentInfo,
        PresetInfo,
        ProjectionState,
        NearestImage,
        ScoringState,
        ClassScores,
        LatentMap,
        UpdateView,
        Updated,
        fixed_samples::LatentQuery,
        fixed_samples::Interpolation,
        Pad,
        Path,
        Adapter,
        ErrorKind,
        Failure,
    );
    text
}

#[test]
fn types_are_current() {
    crate::generated::assert_current("www/wasm.d.ts", &types());
}

#[test]
fn errors_have_a_kind_and_a_field() {
    let mut e = Experiment::default();
    let failure = |error: Error| serde_json::to_value(Failure::from(&error)).unwrap();
    let setting = failure(e.set("batch_size", "0").unwrap_err());
    assert_eq!((&setting["kind"], &setting["field"]), (&"setting".into(), &"batch_size".into()));
    let link = failure(Experiment::from_hash("a=%zz").unwrap_err());
    assert_eq!((&link["kind"], &link["field"]), (&"link".into(), &serde_json::Value::Null));
}

#[test]
fn floats_of_settings_are_their_shortest_decimals() {
    let info = ExperimentInfo::new(&Experiment::preset("mnist-mlp").unwrap(), true);
    assert_eq!(info.settings["dropout"].to_string(), "0.3");
    assert_eq!(info.files, ["mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz"]);
    assert!(info.note.contains("MNIST"));
}
