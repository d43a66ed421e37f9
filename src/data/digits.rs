//! Procedural handwritten-like digits: an image dataset without a download.
//!
//! A digit is a few strokes through control points on a unit square. Each drawing moves the points at random, bends and
//! slants the digit, chooses a pen, and inks every pixel by its distance to the strokes. As in MNIST the images are
//! white on black, with some 20 × 20 pixels of ink in the middle of 28 × 28.

use std::f32::consts::TAU;

use super::glyphs::{GLYPHS, Point, Stroke};
use super::images::{Images, check_pixels};
use crate::error::Result;
use crate::rng::Rng;

/// The drawings per class for `examples_per_class = 0`: too many for a small network to memorise.
const DEFAULT_PER_CLASS: usize = 1000;

/// `per_class` drawings of each of `classes`, 0–9, at `size` × `size` pixels; 0 stands for 1000.
///
/// # Errors
/// [`Error::Setting`](crate::error::Error::Setting) when they would not fit in memory;
/// [`Error::Data`](crate::error::Error::Data) without classes.
pub fn set(classes: &[u8], per_class: usize, size: usize, rng: &mut Rng) -> Result<Images> {
    let per_class = if per_class == 0 { DEFAULT_PER_CLASS } else { per_class };
    let count = classes.len().saturating_mul(per_class);
    check_pixels(count, size)?;
    let mut pixels = Vec::with_capacity(count * size * size);
    let mut labels = Vec::with_capacity(count);
    for &class in classes {
        for _ in 0..per_class {
            pixels.extend(draw(class, size, rng));
            labels.push(class);
        }
    }
    Images::new(size, pixels, labels)
}

/// One drawing of a digit: `size` × `size` pixels, row-major from the top, 0 black and 255 white. A class above 9
/// stands for its last digit.
#[must_use]
pub fn draw(class: u8, size: usize, rng: &mut Rng) -> Vec<u8> {
    let styles = GLYPHS[usize::from(class % 10)];
    let style = styles[rng.below(styles.len())];
    let mut strokes: Vec<Vec<Point>> = style.iter().map(|stroke| wobble(stroke, rng)).collect();
    let hand = Hand::new(rng);
    for point in strokes.iter_mut().flatten() {
        *point = hand.write(*point);
    }
    let pen = Pen::new(rng);
    let lines: Vec<Vec<Point>> = strokes.iter().map(|stroke| curve(stroke)).collect();
    let lines = place(lines, &pen, rng);
    pen.ink(&lines, size)
}

/// The stroke with its points moved at random; both points of a corner move together.
fn wobble(stroke: Stroke, rng: &mut Rng) -> Vec<Point> {
    const WOBBLE: f32 = 0.02;
    let mut moved: Vec<Point> = Vec::with_capacity(stroke.len());
    for (i, &(x, y)) in stroke.iter().enumerate() {
        let corner = i > 0 && stroke[i - 1] == (x, y);
        let point = if corner { moved[i - 1] } else { (x + WOBBLE * rng.normal(), y + WOBBLE * rng.normal()) };
        moved.push(point);
    }
    moved
}

/// A random deformation of a whole digit.
struct Hand {
    /// A smooth bend of x, and one of y: its height, and its phase along the other.
    bend: [(f32, f32); 2],
    /// The vertical shift of the middle.
    waist: f32,
    width: f32,
    slant: f32,
    /// Cosine and sine of the rotation.
    turn: (f32, f32),
}

impl Hand {
    fn new(rng: &mut Rng) -> Self {
        let mut bend = || (0.033 * rng.normal(), TAU * rng.uniform());
        let bend = [bend(), bend()];
        let angle = 0.07 * rng.normal();
        Self {
            bend,
            waist: rng.range(-0.18, 0.18),
            width: rng.range(0.6, 0.95),
            slant: 0.15 + 0.19 * rng.normal().clamp(-2.0, 2.0),
            turn: (angle.cos(), angle.sin()),
        }
    }

    /// The image of a control point.
    fn write(&self, (x, y): Point) -> Point {
        let bent = |(height, phase): (f32, f32), along: f32| height * (0.75 * TAU * along + phase).sin();
        let (x, y) = (x + bent(self.bend[0], y), y + bent(self.bend[1], x));
        let y = y + self.waist * y * (1.0 - y);
        let x = self.width * (x - 0.5) + self.slant * (0.5 - y);
        let y = y - 0.5;
        let (cos, sin) = self.turn;
        (cos * x - sin * y, sin * x + cos * y)
    }
}

/// The points of Catmull–Rom splines through a stroke, one spline between two corners.
fn curve(stroke: &[Point]) -> Vec<Point> {
    const PARTS: usize = 6;
    let mut line: Vec<Point> = stroke.first().copied().into_iter().collect();
    for run in stroke.chunk_by(|a, b| a != b) {
        for (i, pair) in run.windows(2).enumerate() {
            let before = if i > 0 { run[i - 1] } else { pair[0] };
            let after = run.get(i + 2).copied().unwrap_or(pair[1]);
            line.extend((1..=PARTS).map(|part| {
                let t = part as f32 / PARTS as f32;
                let mix = |p: f32, q: f32, r: f32, s: f32| {
                    let (square, cube) = (t * t, t * t * t);
                    0.5 * (2.0 * q
                        + (r - p) * t
                        + (2.0 * p - 5.0 * q + 4.0 * r - s) * square
                        + (3.0 * q - p - 3.0 * r + s) * cube)
                };
                let (q, r) = (pair[0], pair[1]);
                (mix(before.0, q.0, r.0, after.0), mix(before.1, q.1, r.1, after.1))
            }));
        }
    }
    line
}

/// Scales lines to about MNIST's box of 20 of 28 pixels, ink included, and moves their centre of mass to about the
/// middle, as MNIST does; in units of the image's side. All ink stays inside the image.
fn place(mut lines: Vec<Vec<Point>>, pen: &Pen, rng: &mut Rng) -> Vec<Vec<Point>> {
    // At MNIST's size, the centres of the outermost pixels lie here: the ink ends before them.
    const MARGIN: f32 = 0.5 / 28.0;
    let border = MARGIN + pen.reach();
    let fold =
        |start: Point, f: fn(f32, f32) -> f32| lines.iter().flatten().fold(start, |a, b| (f(a.0, b.0), f(a.1, b.1)));
    let low = fold((f32::MAX, f32::MAX), f32::min);
    let high = fold((f32::MIN, f32::MIN), f32::max);
    let size = (high.0 - low.0).max(high.1 - low.1).max(0.1);
    let scale = (20.0 / 28.0 * rng.range(0.9, 1.04) - 2.0 * pen.radius) / size;
    let (x, y) = centre_of_mass(&lines);
    let mut jitter = |low: f32, high: f32, centre: f32| {
        let wanted = 0.5 - scale * centre + 0.02 * rng.normal();
        wanted.min(1.0 - border - scale * high).max(border - scale * low)
    };
    let (dx, dy) = (jitter(low.0, high.0, x), jitter(low.1, high.1, y));
    for point in lines.iter_mut().flatten() {
        *point = (scale * point.0 + dx, scale * point.1 + dy);
    }
    lines
}

fn centre_of_mass(lines: &[Vec<Point>]) -> Point {
    let (mut x, mut y, mut total) = (0.0, 0.0, f32::MIN_POSITIVE);
    for (a, b) in lines.iter().flat_map(|line| line.windows(2)).map(|ab| (ab[0], ab[1])) {
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        x += 0.5 * (a.0 + b.0) * length;
        y += 0.5 * (a.1 + b.1) * length;
        total += length;
    }
    (x / total, y / total)
}

/// The pen of a drawing; lengths are in units of the image's side.
struct Pen {
    radius: f32,
    /// The amplitude and phase of the radius along a stroke, as a hand's pressure varies.
    pressure: (f32, f32),
    /// The width of the edge over which ink fades out.
    edge: f32,
}

impl Pen {
    fn new(rng: &mut Rng) -> Self {
        Self {
            radius: rng.range(0.034, 0.058),
            pressure: (rng.range(0.0, 0.22), TAU * rng.uniform()),
            edge: rng.range(1.0, 1.5) / 28.0,
        }
    }

    /// The largest distance of ink from a stroke.
    fn reach(&self) -> f32 {
        self.radius * (1.0 + self.pressure.0) + 0.5 * self.edge
    }

    /// The image of these lines, `size` × `size` pixels.
    fn ink(&self, lines: &[Vec<Point>], size: usize) -> Vec<u8> {
        let mut pixels = vec![0; size * size];
        let scale = size as f32;
        let (swing, phase) = self.pressure;
        for line in lines {
            for (i, ends) in line.windows(2).enumerate() {
                let pressure = 1.0 + swing * (0.16 * i as f32 + phase).sin();
                // Pixels' centres at whole numbers.
                let [a, b] = [ends[0], ends[1]].map(|(x, y)| (scale * x - 0.5, scale * y - 0.5));
                self.ink_segment(&mut pixels, size, a, b, scale * self.radius * pressure);
            }
        }
        pixels
    }

    /// Inks each pixel by the distance of its centre from a segment: 255 within the radius, 0 beyond the edge, linear
    /// between.
    fn ink_segment(&self, pixels: &mut [u8], size: usize, a: Point, b: Point, radius: f32) {
        // An edge narrower than a pixel would be jagged.
        let edge = (self.edge * size as f32).max(1.0);
        let reach = radius + 0.5 * edge;
        let span = |p: f32, q: f32| {
            let first = (p.min(q) - reach).ceil().max(0.0) as usize;
            let end = (p.max(q) + reach).floor().max(-1.0) + 1.0;
            first..(end as usize).min(size)
        };
        for y in span(a.1, b.1) {
            for x in span(a.0, b.0) {
                let distance = distance((x as f32, y as f32), a, b);
                let coverage = ((reach - distance) / edge).clamp(0.0, 1.0);
                let pixel = &mut pixels[y * size + x];
                *pixel = (*pixel).max((255.0 * coverage).round() as u8);
            }
        }
    }
}

/// The distance from a point to a segment.
fn distance(p: Point, a: Point, b: Point) -> f32 {
    let (along, to) = ((b.0 - a.0, b.1 - a.1), (p.0 - a.0, p.1 - a.1));
    let length = along.0 * along.0 + along.1 * along.1;
    let dot = along.0 * to.0 + along.1 * to.1;
    let t = if length > 0.0 { (dot / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (to.0 - t * along.0, to.1 - t * along.1);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn rng(seed: u64) -> Rng {
        Rng::new(seed, Stream::Digits)
    }

    #[test]
    fn a_seed_replays_its_digits() {
        assert_eq!(draw(3, 28, &mut rng(1)), draw(3, 28, &mut rng(1)));
        assert_ne!(draw(3, 28, &mut rng(1)), draw(3, 28, &mut rng(2)));
        assert_eq!(draw(13, 28, &mut rng(1)), draw(3, 28, &mut rng(1)));
    }

    #[test]
    fn ink_is_mnists_and_keeps_off_the_border() {
        // Mean pixel by class of MNIST's first 3,000 training images.
        let mnist = [45.0, 20.0, 38.0, 37.0, 31.0, 33.0, 34.0, 30.0, 38.0, 31.0];
        let mut rng = rng(0);
        for (class, wanted) in (0..10).zip(mnist) {
            for size in [28, 32, 64] {
                let mut total = 0.0;
                for _ in 0..100 {
                    let image = draw(class, size, &mut rng);
                    assert_eq!(image.len(), size * size);
                    for i in 0..size {
                        let border = [i, (size - 1) * size + i, i * size, (i + 1) * size - 1];
                        assert!(border.iter().all(|&at| image[at] == 0), "a {class} at {size} touches the border");
                    }
                    assert!(image.contains(&255) || image.iter().any(|&pixel| pixel > 200));
                    total += image.iter().map(|&pixel| f32::from(pixel)).sum::<f32>();
                }
                let mean = total / (100 * size * size) as f32;
                assert!((mean - wanted).abs() < 0.25 * wanted, "{class} at {size}: {mean}, MNIST {wanted}");
            }
        }
    }

    #[test]
    fn no_class_is_mistaken_for_another() {
        let known = set(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 100, 28, &mut rng(0)).unwrap();
        let mut stream = rng(1);
        let mut right = 0;
        for class in (0..10).cycle().take(500) {
            let image = draw(class, 28, &mut stream);
            let distance =
                |other: &[u8]| -> u64 { image.iter().zip(other).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum() };
            let nearest = known.pixels().chunks_exact(784).zip(known.labels()).min_by_key(|(other, _)| distance(other));
            right += usize::from(nearest.is_some_and(|(_, &label)| label == class));
        }
        // Nearest neighbours among MNIST's first 5,000 images classify 456 of 500 correctly.
        assert!(right >= 480, "{right} of 500");
    }

    #[test]
    fn a_set_has_each_class_as_often_as_asked() {
        let images = set(&[3, 7], 0, 28, &mut rng(0)).unwrap();
        assert_eq!((images.len(), images.dim()), (2000, 784));
        assert_eq!(images.labels(), [[3; 1000], [7; 1000]].concat());
        let error = set(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 100_000, 64, &mut rng(0)).unwrap_err();
        assert!(error.to_string().starts_with("`examples_per_class`"), "{error}");
        assert!(set(&[], 5, 28, &mut rng(0)).is_err());
        assert!(set(&[1], 5, 0, &mut rng(0)).is_err());
    }

    #[test]
    fn any_size_can_be_drawn() {
        for size in [0, 1, 2, 5, 300] {
            assert_eq!(draw(8, size, &mut rng(0)).len(), size * size);
        }
    }
}
