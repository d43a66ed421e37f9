//! A snapshot as a JavaScript object: `Snapshot` in `www/messages.d.ts`. Arrays become typed arrays, which a worker can
//! hand over without a copy.

use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

use crate::snapshot::{Picture, Snapshot};

/// The snapshot as the page reads it.
pub(super) fn snapshot(snapshot: &Snapshot) -> JsValue {
    let game = snapshot.game;
    let of =
        |f: fn(&crate::snapshot::Game) -> f32| number(game.as_ref().map_or(f32::NAN, f).into());
    let metrics = object(&[]);
    for metric in &snapshot.metrics {
        set(&metrics, metric.name, &number(metric.value));
        set(
            &metrics,
            &format!("{}_floor", metric.name),
            &number(metric.floor),
        );
    }
    object(&[
        ("step", number(snapshot.step as f64)),
        ("d_loss", of(|g| g.d_loss)),
        ("g_loss", of(|g| g.g_loss)),
        ("d_real", of(|g| g.d_real)),
        ("d_fake", of(|g| g.d_fake)),
        ("metrics", metrics),
        (
            "picture",
            snapshot.picture.as_ref().map_or(JsValue::NULL, picture),
        ),
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
            ("discriminator", floats(&line.discriminator)),
            ("optimal", floats(&line.optimal)),
            ("samples", floats(&line.samples)),
        ]),
        Picture::Plane(plane) => object(&[
            ("kind", text("plane")),
            ("low", number(plane.low.into())),
            ("high", number(plane.high.into())),
            ("real", floats(&plane.real)),
            ("generated", floats(&plane.generated)),
            ("cells", number(plane.cells as f64)),
            ("discriminator", floats(&plane.discriminator)),
        ]),
        Picture::Gallery(gallery) => object(&[
            ("kind", text("gallery")),
            ("size", number(gallery.size as f64)),
            ("count", number(gallery.count as f64)),
            ("generated", Uint8Array::from(&gallery.generated[..]).into()),
            ("real", Uint8Array::from(&gallery.real[..]).into()),
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
    if value.is_finite() {
        JsValue::from_f64(value)
    } else {
        JsValue::NULL
    }
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}
