//! Mixtures drawn at random, on which settings are tested that should suit any target.

use super::mixture::Component;
use crate::rng::{Rng, Stream};

/// The family of mixtures: their Gaussians lie in a cube, apart from each other.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Coordinates of a mean.
    pub dim: usize,
    /// The fewest and the most Gaussians.
    pub count: [usize; 2],
    /// The least share of a Gaussian.
    pub least_share: f32,
    /// The most that a coordinate of a mean is from 0.
    pub reach: f32,
    /// The least and the greatest standard deviation.
    pub std: [f32; 2],
}

/// The least distance between two means, in sums of their standard deviations: an empty gap is between them.
const APART: f32 = 2.0;

impl Family {
    /// The mixture of this seed.
    #[must_use]
    pub fn draw(&self, seed: u64) -> Vec<Component> {
        let mut rng = Rng::new(seed, Stream::Mixture);
        loop {
            let count = self.count[0] + rng.below(self.count[1] - self.count[0] + 1);
            let drawn: Vec<Component> = (0..count).map(|_| self.component(&mut rng)).collect();
            if self.holds(&drawn) {
                return drawn;
            }
        }
    }

    fn component(&self, rng: &mut Rng) -> Component {
        Component {
            // Normalised, they are uniform among all shares.
            weight: -(1.0 - rng.uniform()).ln(),
            mean: (0..self.dim).map(|_| rng.range(-self.reach, self.reach)).collect(),
            std: rng.range(self.std[0], self.std[1]),
        }
    }

    fn holds(&self, drawn: &[Component]) -> bool {
        let sum: f32 = drawn.iter().map(|c| c.weight).sum();
        let apart = |a: &Component, b: &Component| {
            let squares: f32 = a.mean.iter().zip(&b.mean).map(|(a, b)| (a - b).powi(2)).sum();
            squares.sqrt() >= APART * (a.std + b.std)
        };
        let pairs = || drawn.iter().enumerate().flat_map(|(i, a)| drawn[..i].iter().map(move |b| (a, b)));
        drawn.iter().all(|c| c.weight >= self.least_share * sum) && pairs().all(|(a, b)| apart(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Mixture;

    #[test]
    fn mixtures_differ_and_are_of_their_family() {
        let family = Family { dim: 2, count: [3, 12], least_share: 0.03, reach: 1.5, std: [0.01, 0.1] };
        let drawn: Vec<_> = (0..50).map(|seed| family.draw(seed)).collect();
        assert_eq!(drawn[3], family.draw(3));
        let counts: std::collections::BTreeSet<usize> = drawn.iter().map(Vec::len).collect();
        assert!(counts.len() > 5 && counts.iter().all(|n| (3..=12).contains(n)), "{counts:?}");
        for components in &drawn {
            let mixture = Mixture::new(components).unwrap();
            for (i, a) in mixture.components().iter().enumerate() {
                assert!(a.weight >= 0.0299 && (0.01..0.1).contains(&a.std), "{a:?}");
                assert!(a.mean.len() == 2 && a.mean.iter().all(|x| x.abs() <= 1.5), "{a:?}");
                for b in &mixture.components()[..i] {
                    let distance = (a.mean[0] - b.mean[0]).hypot(a.mean[1] - b.mean[1]);
                    assert!(distance >= 1.99 * (a.std + b.std), "{a:?} {b:?}");
                }
            }
        }
        assert_ne!(drawn[0], drawn[1]);
    }
}
