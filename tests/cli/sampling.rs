//! `sample`: grids and tables, ways through the latent space, and sums in it.

use crate::place::{ONE_STEP_ON_IMAGES, Place, TINY};

impl Place {
    /// An image's width and height.
    pub fn extent(&self, name: &str) -> (u32, u32) {
        image::image_dimensions(self.path(name)).unwrap()
    }

    /// The numbers in a table of one column `x`.
    fn column(&self, name: &str) -> Vec<f32> {
        let table = self.text(name);
        let mut lines = table.lines();
        assert_eq!(lines.next(), Some("x"));
        lines.map(|line| line.parse().unwrap()).collect()
    }
}

#[test]
fn samples_are_a_grid_or_a_table() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 1 --out points"));
    place.ok("sample points/checkpoint.safetensors --count 300");
    let points = place.column("samples.csv");
    assert_eq!(points.len(), 300);
    place.ok("sample points --count 300 --seed 5 --out other.csv");
    assert_ne!(points, place.column("other.csv"));

    place.ok(ONE_STEP_ON_IMAGES);
    place.ok("sample images --count 10");
    assert_eq!(place.extent("samples.png"), (4 * 30 + 2, 3 * 30 + 2));
}

#[test]
fn samples_along_a_way_and_of_a_sum() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 1 --out points"));
    let points = |more: &str| {
        place.ok(format!("sample points --out points.csv {more}"));
        place.column("points.csv")
    };
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} {b}");
    let grid = points("--count 3");
    for path in ["lerp", "slerp"] {
        let walk = points(&format!("--interpolate {path} --count 16"));
        assert_eq!(walk.len(), 16);
        for (at, sample) in [(0, 0), (7, 1), (8, 1), (15, 2)] {
            close(walk[at], grid[sample]);
        }
    }
    let sum = points("--arithmetic '2 - 0 + (1,2)'");
    assert_eq!(sum.len(), 4, "each term, and the sum");
    close(sum[0], grid[2]);
    close(sum[1], grid[0]);
    close(points("--arithmetic -1+1+0")[3], grid[0]);
    let spread = |points: &[f32]| {
        let extreme = |of: fn(f32, f32) -> f32| points.iter().copied().reduce(of).unwrap();
        extreme(f32::max) - extreme(f32::min)
    };
    let (whole, truncated) = (points(""), points("--truncation 0.001"));
    assert!(spread(&truncated) < 0.02 * spread(&whole), "{truncated:?}");
    assert_eq!(points("--truncation 99"), whole);

    place.ok(ONE_STEP_ON_IMAGES);
    place.ok("sample images --out way.png --interpolate slerp --count 16");
    assert_eq!(place.extent("way.png"), (8 * 30 + 2, 2 * 30 + 2));
    place.ok("sample images --out sum.png --arithmetic 63-0+5");
    assert_eq!(place.extent("sum.png"), (4 * 30 + 2, 30 + 2));
}

#[test]
fn ways_and_sums_that_are_wrong() {
    let place = Place::new();
    place.ok(format!("{TINY} --steps 1 --out run"));
    let cases: [(&str, &[&str]); 9] = [
        ("--arithmetic 12-3+", &["12-3+40"]),
        ("--arithmetic 0-10000", &["no sample 10000", "9999"]),
        ("--arithmetic 1 --interpolate lerp", &["--arithmetic", "--interpolate"]),
        ("--arithmetic 1 --count 5", &["--arithmetic", "--count"]),
        ("--interpolate nlerp", &["nlerp", "lerp or slerp"]),
        ("--interpolate lerp --count 12", &["--count 12", "multiple of 8"]),
        ("--truncation 0", &["--truncation", "above 0"]),
        ("--truncation -1", &["--truncation", "above 0"]),
        ("--truncation nan", &["--truncation", "above 0"]),
    ];
    for (more, wanted) in cases {
        place.refused(format!("sample run {more}"), wanted);
    }
    assert!(!place.path("samples.csv").exists());
}

#[test]
fn an_interpolation_is_rows_an_animation_or_a_table() {
    use std::io::Cursor;

    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;

    let place = Place::new();
    place.ok(ONE_STEP_ON_IMAGES);
    place.ok("interpolate images --rows 3 --way lerp");
    assert_eq!(place.extent("interpolation.png"), (8 * 30 + 2, 3 * 30 + 2));
    place.ok("sample images --interpolate lerp --count 24 --out former.png");
    assert!(place.bytes("interpolation.png") == place.bytes("former.png"));
    place.ok("interpolate images --rows 3 --out walk.gif");
    let frames = GifDecoder::new(Cursor::new(place.bytes("walk.gif"))).unwrap().into_frames();
    let frames: Vec<_> = frames.map(|frame| frame.unwrap().into_buffer()).collect();
    assert_eq!(frames.len(), 24);
    assert!(frames[0].width() >= 196 && frames[0].width() == frames[0].height());
    assert!(frames[23] == frames[0] && frames[0] != frames[12], "it comes back to its start");

    place.ok(format!("{TINY} --steps 1 --out points"));
    place.ok("interpolate points --rows 2 --out way.csv");
    let points = place.column("way.csv");
    assert_eq!(points.len(), 16);
    // Along the great circle for normal latents.
    place.ok("interpolate points --rows 2 --way slerp --out other.csv");
    assert_eq!(points, place.column("other.csv"));
    place.refused("interpolate points --out way.png", &["--out way.png", ".csv"]);
    place.refused("interpolate images --out way.csv", &["--out way.csv", ".png or .gif"]);
}
