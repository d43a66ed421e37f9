//! A snapshot as a JavaScript object: `Snapshot` in `www/messages.d.ts`. Arrays become typed arrays, which a worker can
//! hand over without a copy.

use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

use crate::latent::search::Found;
use crate::snapshot::{Game, Picture, Snapshot};

/// The snapshot as the page reads it.
pub(super) fn snapshot(snapshot: &Snapshot) -> JsValue {
    let game = snapshot.game.as_ref();
    let of = |f: fn(&Game) -> f32| optional(game.map(f));
    let scores = snapshot.scores;
    let value = snapshot.value;
    let metrics = object(&[]);
    for metric in &snapshot.metrics {
        set(&metrics, metric.name, &number(metric.value));
        set(&metrics, &format!("{}_floor", metric.name), &number(metric.floor));
    }
    let extras = object(&[]);
    for (name, value) in game.iter().flat_map(|game| &game.extras) {
        set(&extras, name, &number((*value).into()));
    }
    object(&[
        ("step", number(snapshot.step as f64)),
        ("d_loss", of(|g| g.d_loss)),
        ("g_loss", of(|g| g.g_loss)),
        ("d_real", of(|g| g.d_real)),
        ("d_fake", of(|g| g.d_fake)),
        ("score_real", optional(scores.map(|s| s.real))),
        ("score_fake", optional(scores.map(|s| s.fake))),
        ("value", optional(value.map(|v| v.reached))),
        ("value_ceiling", optional(value.and_then(|v| v.ceiling))),
        ("extras", extras),
        ("metrics", metrics),
        ("picture", snapshot.picture.as_ref().map_or(JsValue::NULL, picture)),
    ])
}

/// What a search found.
pub(super) fn found(found: &Found, steps: usize) -> JsValue {
    object(&[
        ("step", number(found.step as f64)),
        ("steps", number(steps as f64)),
        ("error", number(found.error.into())),
        ("start", number(found.start.into())),
        ("sample", bytes(&found.sample)),
        ("filled", bytes(&found.filled)),
    ])
}

fn picture(picture: &Picture) -> JsValue {
    match picture {
        Picture::Line(line) => object(&[
            ("kind", text("line")),
            ("low", number(line.low.into())),
            ("high", number(line.high.into())),
            ("real", floats(&line.real)),
            ("generated", floats(&line.generated)),
            ("probability", line.scale.probability.into()),
            ("neutral", optional(line.scale.neutral)),
            ("discriminator", floats(&line.discriminator)),
            ("optimal", floats(&line.optimal)),
            ("samples", floats(&line.samples)),
            ("pulls", floats(&line.pulls)),
        ]),
        Picture::Plane(plane) => object(&[
            ("kind", text("plane")),
            ("low", number(plane.low.into())),
            ("high", number(plane.high.into())),
            ("real", floats(&plane.real)),
            ("generated", floats(&plane.generated)),
            ("pulls", floats(&plane.pulls)),
            ("cells", number(plane.cells as f64)),
            ("probability", plane.scale.probability.into()),
            ("neutral", optional(plane.scale.neutral)),
            ("discriminator", floats(&plane.discriminator)),
            ("optimal", floats(&plane.optimal)),
        ]),
        Picture::Gallery(gallery) => object(&[
            ("kind", text("gallery")),
            ("size", number(gallery.size as f64)),
            ("channels", number(gallery.channels as f64)),
            ("count", number(gallery.count as f64)),
            ("pictures", number(gallery.pictures as f64)),
            ("generated", bytes(&gallery.generated)),
            ("classes", bytes(&gallery.classes)),
            ("real", bytes(&gallery.real)),
            ("walk", bytes(&gallery.walk)),
            ("sum", bytes(&gallery.sum)),
        ]),
        Picture::Phase(phase) => object(&[
            ("kind", text("phase")),
            ("reach", number(phase.reach.into())),
            ("truth", number(phase.truth.into())),
            ("theta", number(phase.now[0].into())),
            ("psi", number(phase.now[1].into())),
            ("start", floats(&phase.start)),
            ("trail", floats(&phase.trail)),
            ("cells", number(phase.cells as f64)),
            ("flow", floats(&phase.flow)),
        ]),
    }
}

/// A plain object of these properties.
pub(super) fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    for (key, value) in properties {
        set(&object, key, value);
    }
    object
}

/// Sets a property of an object of ours.
pub(super) fn set(object: &JsValue, key: &str, value: &JsValue) {
    // Fails only on frozen objects and the like, which ours are not.
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}

pub(super) fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

/// A number; `null` where it is none, as in JSON.
fn number(value: f64) -> JsValue {
    if value.is_finite() { JsValue::from_f64(value) } else { JsValue::NULL }
}

fn optional(value: Option<f32>) -> JsValue {
    value.map_or(JsValue::NULL, |value| number(value.into()))
}

fn bytes(values: &[u8]) -> JsValue {
    Uint8Array::from(values).into()
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}
