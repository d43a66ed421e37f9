//! The worker's handle in a real browser's worker: a GAN trains on the CPU and on WebGPU.
#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod convolutions;
mod dense;
#[cfg(feature = "gpu")]
mod replay;
mod updates;

use burn::tensor::Device;
use counterfeit::web::{Playground, describe, open_device, presets, revise};
#[cfg(feature = "gpu")]
use counterfeit::web::{device, find_adapter};
use js_sys::{Array, Float32Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, key| Reflect::get(&object, &JsValue::from_str(key)).unwrap())
}

fn number(object: &JsValue, path: &str) -> f64 {
    get(object, path).as_f64().unwrap_or_else(|| panic!("{path} is not a number"))
}

fn open(hash: &str, device: &str) -> Playground {
    Playground::open(hash, device, None).unwrap_or_else(|_| panic!("{hash}"))
}

async fn look(playground: &Playground) -> JsValue {
    playground.snapshot().await.unwrap_or_else(|_| panic!("a snapshot"))
}

/// Some steps: losses are finite, the generator's weights change what it makes, and a checkpoint continues elsewhere.
async fn trains(device: &str, steps: u32) {
    open_device(device.to_owned(), None).await.unwrap_or_else(|_| panic!("{device} opens"));
    let mut playground = open("#preset=mixture-1d&batch_size=32&generator_hidden=[8]&discriminator_hidden=[8]", device);
    let before = look(&playground).await;
    assert!(get(&before, "d_loss").is_null(), "no step, no loss");
    playground.step(steps);
    playground.sync().await.unwrap_or_else(|_| panic!("sync"));
    let after = look(&playground).await;
    assert_eq!(number(&after, "step"), f64::from(steps));
    for loss in ["d_loss", "g_loss"] {
        let value = number(&after, loss);
        assert!(value.is_finite() && value.abs() < 20.0, "{loss} {value}");
    }
    let samples = |snapshot: &JsValue| get(snapshot, "picture.samples").unchecked_into::<Float32Array>().to_vec();
    assert_ne!(samples(&before), samples(&after), "the generator moves");
    assert_eq!(get(&after, "metrics.0.name").as_string().unwrap(), "w1");
    assert!(number(&after, "metrics.0.value") > 0.0 && number(&after, "metrics.0.floor") > 0.0);

    let saved = playground.save().await.unwrap_or_else(|_| panic!("save"));
    let loaded = Playground::load(&saved, "cpu", None).unwrap_or_else(|_| panic!("load"));
    let elsewhere = look(&loaded).await;
    for (here, there) in samples(&after).iter().zip(samples(&elsewhere)) {
        assert!((here - there).abs() < 1e-3, "{here} {there}");
    }
}

#[wasm_bindgen_test]
async fn trains_on_the_cpu() {
    trains("cpu", 50).await;
}

#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn trains_on_webgpu() {
    trains("webgpu", 5).await;
    let adapter = find_adapter().await;
    assert!(!get(&adapter, "name").as_string().unwrap().is_empty());
    assert!(number(&adapter, "max_buffer_bytes") > 1e6);
}

#[wasm_bindgen_test]
async fn operations_compute_what_they_say() {
    convolutions::check(&Device::flex()).await;
    dense::check(&Device::flex()).await;
    updates::check(&Device::flex()).await;
    #[cfg(feature = "gpu")]
    {
        open_device("webgpu".to_owned(), None).await.unwrap_or_else(|_| panic!("webgpu opens"));
        dense::check(&device("webgpu").unwrap()).await;
        updates::check(&device("webgpu").unwrap()).await;
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn replayed_steps_compute_what_built_ones_do() {
    open_device("webgpu".to_owned(), None).await.unwrap_or_else(|_| panic!("webgpu opens"));
    for hash in replay::RUNS {
        replay::check(hash, &device("webgpu").unwrap()).await;
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn every_preset_is_replayed_to_the_bit() {
    open_device("webgpu".to_owned(), None).await.unwrap_or_else(|_| panic!("webgpu opens"));
    replay::check_presets(&[5, 4, 1, 10, 30], &device("webgpu").unwrap()).await;
}

#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
#[ignore = "it takes a quarter of an hour on a GPU in software"]
async fn every_preset_is_replayed_to_the_bit_over_200_steps() {
    open_device("webgpu".to_owned(), None).await.unwrap_or_else(|_| panic!("webgpu opens"));
    replay::check_presets(&[5, 4, 1, 10, 180], &device("webgpu").unwrap()).await;
}

#[wasm_bindgen_test]
async fn draws_digits_where_the_datasets_files_are_missing() {
    let mut playground = open("#preset=mnist-mlp&examples_per_class=4&classes=[3,7]&batch_size=8", "cpu");
    let info = playground.info();
    assert!(get(&info, "note").as_string().is_some_and(|note| note.contains("MNIST")));
    playground.step(2);
    let snapshot = look(&playground).await;
    let generated = get(&snapshot, "picture.generated").unchecked_into::<Uint8Array>();
    let count = number(&snapshot, "picture.count");
    assert_eq!(f64::from(generated.length()), count * 28.0 * 28.0);
}

/// A plain object from JSON.
fn json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

#[wasm_bindgen_test]
async fn latent_queries_and_projections_work_and_bad_requests_are_refused() {
    let digits = "#preset=digits-mlp&examples_per_class=4&batch_size=8";
    let mut playground = open(digits, "cpu");
    playground.step(2);
    let all = r#"{"truncation":0.5,"interpolation":{"from":1,"to":2,"path":"slerp"},"arithmetic":"1-1+2"}"#;
    assert!(playground.set_query(json(all)).is_ok());
    let pixels = |snapshot: &JsValue, of: &str| get(snapshot, of).unchecked_into::<Uint8Array>().to_vec();
    let snapshot = look(&playground).await;
    let samples = pixels(&snapshot, "picture.generated");
    let walk = pixels(&snapshot, "picture.interpolation");
    assert_eq!(walk.len(), 8 * 784);
    // A batch of another size may round otherwise.
    let alike = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 1;
    assert!(walk[..784].iter().zip(&samples[784..1568]).all(alike));
    for wrong in [
        r#"{"interpolation":{"from":1,"to":64,"path":"slerp"}}"#,
        r#"{"interpolation":{"from":-1,"to":2,"path":"slerp"}}"#,
        r#"{"interpolation":{"from":0.5,"to":2,"path":"up"}}"#,
        r#"{"truncation":-1}"#,
        r#"{"truncation":"much"}"#,
        r#"{"arithmetic":"1+"}"#,
        r#"{"arithmetic":7}"#,
        "7",
    ] {
        assert!(playground.set_query(json(wrong)).is_err(), "{wrong}");
    }
    let after = look(&playground).await;
    assert_eq!(pixels(&after, "picture.interpolation"), walk, "it stays as it was");

    let image = pixels(&snapshot, "picture.real")[..784].to_vec();
    assert!(playground.project(&image[1..], &[1; 784]).is_err());
    assert!(playground.project(&image, &[1; 783]).is_err());
    assert!(playground.project(&image, &[0; 784]).is_err());
    let points = open("#preset=mixture-1d", "cpu");
    assert!(points.project(&[0], &[1]).is_err());
    let mut projection = playground.project(&image, &[1; 784]).unwrap_or_else(|_| panic!("a projection"));
    // It outlives the run that it began with.
    drop(playground);
    assert!(projection.step());
    let found = projection.read().await.unwrap_or_else(|_| panic!("found"));
    assert_eq!(number(&found, "step"), 1.0);
    assert_eq!(pixels(&found, "filled"), image);
}

#[wasm_bindgen_test]
fn presets_are_links_that_can_be_revised() {
    let presets = Array::from(&presets());
    assert!(presets.length() >= 7);
    let hash = get(&presets.get(0), "hash").as_string().unwrap();
    let change = |key: &str, value: &str| revise(&hash, vec![key.to_owned(), value.to_owned()]);
    let revised = change("batch_size", "17").unwrap_or_else(|_| panic!("revise"));
    let info = describe(&revised).unwrap_or_else(|_| panic!("describe"));
    assert_eq!(number(&info, "settings.batch_size"), 17.0);
    let error: JsValue = change("batch_size", "0").err().unwrap().into();
    assert!(get(&error, "message").as_string().unwrap().contains("`batch_size` is 0"));
    assert_eq!(get(&error, "kind").as_string().unwrap(), "setting");
    assert_eq!(get(&error, "field").as_string().unwrap(), "batch_size");
}
