//! Ways from one latent to another. Both ends are reached exactly.

use serde::{Deserialize, Serialize};

/// Vectors whose angle has a smaller sine count as parallel: in f32 the great circle through them is undetermined.
const PARALLEL: f64 = 1e-6;

/// How to go from one latent to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "InterpolationPath"))]
pub enum Path {
    /// Straight ahead: [`lerp`].
    Lerp,
    /// Along a great circle: [`slerp`].
    Slerp,
}

impl Path {
    /// The latent at `t` on the way from `a`, at 0, to `b`, at 1.
    #[must_use]
    pub fn at(self, a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
        match self {
            Self::Lerp => lerp(a, b, t),
            Self::Slerp => slerp(a, b, t),
        }
    }

    /// `points` latents at equal distances, one after another, both ends included.
    #[must_use]
    pub fn points(self, a: &[f32], b: &[f32], points: usize) -> Vec<f32> {
        let last = points.saturating_sub(1).max(1) as f32;
        (0..points).flat_map(|i| self.at(a, b, i as f32 / last)).collect()
    }
}

/// (1 - t) a + t b.
///
/// In many dimensions normal latents all lie near a sphere, and the middle of this way lies far inside it, where no
/// latent that trained the generator was: see [`slerp`].
#[must_use]
pub fn lerp(a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
    combine(a, b, 1.0 - t, t)
}

/// Along the great circle through `a` and `b` (White 2016): sin((1 - t) ω) / sin ω a + sin(t ω) / sin ω b, with the
/// angle ω between them. Where they are parallel, or one is 0, there is no such circle and this is [`lerp`].
#[must_use]
pub fn slerp(a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let sine = angle.sin();
    if sine.is_nan() || sine < PARALLEL {
        return lerp(a, b, t);
    }
    let t = f64::from(t);
    let share = |t: f64| ((t * angle).sin() / sine) as f32;
    combine(a, b, share(1.0 - t), share(t))
}

/// The Euclidean norm of a latent.
#[must_use]
pub fn norm(z: &[f32]) -> f32 {
    z.iter().map(|z| z * z).sum::<f32>().sqrt()
}

fn combine(a: &[f32], b: &[f32], of_a: f32, of_b: f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| of_a * a + of_b * b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn close(got: &[f32], wanted: &[f32]) {
        for (g, w) in got.iter().zip(wanted) {
            assert!((g - w).abs() < 1e-6, "{got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn between_orthogonal_unit_vectors() {
        let (a, b) = ([1.0, 0.0], [0.0, 1.0]);
        let half = 0.5_f32.sqrt();
        close(&slerp(&a, &b, 0.5), &[half, half]);
        // A third of a right angle: cos 30° and sin 30°.
        close(&slerp(&a, &b, 1.0 / 3.0), &[0.75_f32.sqrt(), 0.5]);
        close(&lerp(&a, &b, 0.5), &[0.5, 0.5]);
        close(&lerp(&a, &b, 0.25), &[0.75, 0.25]);
    }

    #[test]
    fn ends_are_exact() {
        let mut rng = Rng::new(0, Stream::Latent);
        for _ in 0..100 {
            let (a, b) = (rng.normals(7), rng.normals(7));
            for path in [Path::Lerp, Path::Slerp] {
                assert_eq!(path.at(&a, &b, 0.0), a);
                assert_eq!(path.at(&a, &b, 1.0), b);
                let points = path.points(&a, &b, 8);
                assert_eq!((&points[..7], &points[49..]), (&a[..], &b[..]));
            }
        }
    }

    #[test]
    fn a_great_circle_keeps_the_norm_where_a_straight_line_loses_it() {
        let mut rng = Rng::new(0, Stream::Latent);
        let unit = |mut z: Vec<f32>| {
            let length = norm(&z);
            for z in &mut z {
                *z *= 10.0 / length;
            }
            z
        };
        let (a, b) = (unit(rng.normals(100)), unit(rng.normals(100)));
        for t in [0.1, 0.5, 0.8] {
            let length = norm(&slerp(&a, &b, t));
            assert!((length - 10.0).abs() < 1e-4, "{t}: {length}");
        }
        // Two such vectors are nearly orthogonal: 10/√2 or so.
        assert!(norm(&lerp(&a, &b, 0.5)) < 8.0);
    }

    #[test]
    fn where_there_is_no_circle_it_goes_straight() {
        let a = [1.0, 2.0];
        for b in [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.000_000_1, 2.0]] {
            close(&slerp(&a, &b, 0.25), &lerp(&a, &b, 0.25));
        }
    }
}
