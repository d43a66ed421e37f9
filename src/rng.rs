//! Seeded randomness: one stream for each use, drawn on the host, so that a seed replays a run on any device.
//!
//! Streams are independent: drawing more latents never moves the data order. `ChaCha8` gives the same numbers on every
//! platform and can be put back to any position, which is what a checkpoint stores.

use rand::{Rng as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// What a stream of random numbers is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// Initial weights.
    Init = 1,
    /// The order and the draws of real data.
    Data = 2,
    /// Latents that train.
    Latent = 3,
    /// Dropout masks.
    Dropout = 4,
    /// The latents whose samples are shown throughout a run.
    Fixed = 5,
    /// Samples for metrics; never touches training.
    Metrics = 6,
    /// Drawn digits.
    Digits = 7,
}

/// A stream's position, as a checkpoint stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    seed: u64,
    stream: u64,
    /// In 32-bit words from the start of the stream; below 2⁶⁸, in two halves because TOML and JSON stop at 64 bits.
    word_low: u32,
    word_high: u64,
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng {
    seed: u64,
    inner: ChaCha8Rng,
}

impl Rng {
    /// The stream for `stream` of a run with this seed, at its start.
    #[must_use]
    pub fn new(seed: u64, stream: Stream) -> Self {
        Self::at_stream(seed, stream as u64)
    }

    fn at_stream(seed: u64, stream: u64) -> Self {
        let mut inner = ChaCha8Rng::seed_from_u64(seed);
        inner.set_stream(stream);
        Self { seed, inner }
    }

    /// Where the stream stands.
    #[must_use]
    pub fn position(&self) -> Position {
        let word = self.inner.get_word_pos();
        Position {
            seed: self.seed,
            stream: self.inner.get_stream(),
            word_low: (word & u128::from(u32::MAX)) as u32,
            word_high: (word >> 32) as u64,
        }
    }

    /// The stream that stands at `position`.
    #[must_use]
    pub fn at(position: Position) -> Self {
        let mut rng = Self::at_stream(position.seed, position.stream);
        // 36 bits is what ChaCha's word counter has above the lower 32.
        let high = u128::from(position.word_high & ((1 << 36) - 1));
        rng.inner
            .set_word_pos((high << 32) | u128::from(position.word_low));
        rng
    }

    /// Uniform in [0, 1), on a grid of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.inner.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform in [low, high).
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// Uniform among `0..n`; `n` must be positive.
    pub fn below(&mut self, n: usize) -> usize {
        // 64 random bits against n < 2³²: the bias is under 2⁻³².
        ((u128::from(self.inner.next_u64()) * n as u128) >> 64) as usize
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f32 {
        StandardNormal.sample(&mut self.inner)
    }

    /// `n` standard normal numbers.
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.normal()).collect()
    }

    /// A random order of `items`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_replay() {
        let draw = |stream| Rng::new(7, stream).normals(8);
        assert_eq!(draw(Stream::Data), draw(Stream::Data));
        assert_ne!(draw(Stream::Data), draw(Stream::Latent));
        assert_ne!(
            Rng::new(8, Stream::Data).normals(8),
            draw(Stream::Data),
            "seeds differ"
        );
    }

    #[test]
    fn a_position_continues_the_stream() {
        let mut rng = Rng::new(3, Stream::Dropout);
        for _ in 0..1001 {
            rng.normal();
        }
        let mut again = Rng::at(rng.position());
        assert_eq!(again.normals(100), rng.normals(100));
    }

    #[test]
    fn draws_have_their_moments() {
        let mut rng = Rng::new(1, Stream::Data);
        let n = 100_000;
        let normals = rng.normals(n);
        let mean = normals.iter().sum::<f32>() / n as f32;
        let variance = normals.iter().map(|x| x * x).sum::<f32>() / n as f32;
        assert!(mean.abs() < 0.015, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
        let mut counts = [0; 5];
        for _ in 0..n {
            counts[rng.below(5)] += 1;
        }
        assert!(
            counts.iter().all(|c| (19_000..21_000).contains(c)),
            "{counts:?}"
        );
    }
}
