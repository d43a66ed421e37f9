//! `project`: images found again in the latent space, and filled in.

use image::{GrayImage, Luma, RgbImage};

use crate::place::{Place, TINY, number};

impl Place {
    /// A run whose generator makes images of 28 × 28 in the folder `images`, and one that makes points in `points`.
    fn with_forgers() -> Self {
        let place = Self::new();
        place.ok(format!("{TINY} --steps 1 --out points"));
        place.ok("train --preset digits-mlp --device cpu --steps 100 --out images --set examples_per_class=2 \
             --set generator_hidden=[32] --set discriminator_hidden=[8]");
        place
    }

    fn grey(&self, name: &str) -> GrayImage {
        image::open(self.path(name)).unwrap().into_luma8()
    }
}

/// An upright stroke on black.
fn stroke(side: u32) -> GrayImage {
    GrayImage::from_fn(side, side, |x, y| {
        let inked = (side / 4..side * 3 / 4).contains(&y) && x.abs_diff(side / 2) < 2;
        Luma([if inked { 250 } else { 0 }])
    })
}

#[test]
fn images_are_found_and_filled_in() {
    let place = Place::with_forgers();
    let image = stroke(28);
    image.save(place.path("grey.png")).unwrap();
    stroke(56).save(place.path("large.png")).unwrap();
    let both = "project images grey.png large.png --steps 40";
    let stderr = place.ok(both).stderr;
    let resized = "large.png: resized from 56 × 56";
    assert!(stderr.contains(resized), "{stderr}");
    assert!(!stderr.contains("grey.png: resized"), "{stderr}");
    let first = place.grey("projection.png");
    assert_eq!(first.dimensions(), (2 * 30 + 2, 2 * 30 + 2));
    let lines = place.json(both);
    assert!(place.grey("projection.png") == first, "a seed replays");
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let [error, start] = ["error", "start_error"].map(|key| number(line, key));
        assert!(error < 0.95 * start, "{line:?}");
    }
    assert_eq!(lines[1]["image"], "large.png");
    assert_eq!(lines[0]["latent"].as_array().unwrap().len(), 100);
    assert_eq!(lines[2]["event"], "done");

    let hole = "--mask '10, 8,9,7' --out filled.png --seed 4";
    let said = place.ok(format!("{both} {hole}")).stdout;
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.starts_with("grey.png: error "), "{said}");
    let filled = place.bytes("filled.png");
    place.ok(both.replacen("project", "inpaint", 1) + " " + hole);
    assert!(place.bytes("filled.png") == filled, "the same command by its own name");
    let shown = place.grey("filled.png");
    assert_eq!(shown.dimensions(), (3 * 30 + 2, 2 * 30 + 2));
    for (x, y, pixel) in image.enumerate_pixels() {
        let at = |column: u32| shown.get_pixel(2 + 30 * column + x, 2 + y).0[0];
        let hidden = (10..19).contains(&x) && (8..15).contains(&y);
        let wanted = if hidden { [128, at(1)] } else { [pixel.0[0]; 2] };
        assert_eq!([at(0), at(2)], wanted, "{x} {y}");
    }
}

#[test]
fn those_that_are_wrong() {
    let place = Place::with_forgers();
    GrayImage::new(28, 28).save(place.path("whole.png")).unwrap();
    RgbImage::new(28, 20).save(place.path("wide.jpeg")).unwrap();
    let whole = place.bytes("whole.png");
    place.write("text.png", "no picture");
    place.write("empty.png", "");
    place.write("truncated.png", &whole[..whole.len() / 2]);
    // Its header promises 60,000 × 60,000 pixels.
    let mut huge = whole;
    let side = 60_000_u32.to_be_bytes();
    huge[16..24].copy_from_slice(&[side, side].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    place.write("huge.png", &huge);
    let cases: [(&str, &[&str]); 16] = [
        ("images", &["IMAGE"]),
        ("images absent.png", &["absent.png"]),
        ("images text.png", &["text.png", "PNG, JPEG or WebP"]),
        ("images empty.png", &["empty.png", "PNG, JPEG or WebP"]),
        ("images whole.png truncated.png", &["truncated.png", "PNG, JPEG or WebP"]),
        ("images huge.png", &["huge.png", "too many pixels"]),
        ("images wide.jpeg", &["wide.jpeg", "28 × 20", "square"]),
        ("images .", &["cannot be read"]),
        ("points whole.png", &["points", "images"]),
        ("whole.png whole.png", &["whole.png", "safetensors"]),
        ("images whole.png --mask 1,2,3", &["X,Y,WIDTH"]),
        ("images whole.png --mask 20,20,9,1", &["`mask` is 20,20,9,1", "28 × 28"]),
        ("images whole.png --mask 0,0,28,28", &["not all of it"]),
        ("images whole.png --out a.jpg", &["--out a.jpg", ".png"]),
        ("images whole.png --steps 0", &["--steps"]),
        ("images whole.png --restarts 0", &["--restarts"]),
    ];
    for (line, wanted) in cases {
        place.refused(format!("project {line}"), wanted);
    }
    assert!(!place.path("projection.png").exists());
}
