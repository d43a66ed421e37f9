//! Seeded randomness: one stream for each use, drawn on the host, so that a seed replays a run on any device.
//!
//! Streams are independent: drawing more latents never moves the data order. The generator is xoshiro256++ (Blackman &
//! Vigna 2021): the same numbers on every platform, quick in WebAssembly, and with a state of four words, which is what
//! a checkpoint stores.

use rand::{Rng as _, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};
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
    /// Classes of the samples that train a generator.
    Class = 8,
    /// What regularisers draw: noise, places, directions, augmentations.
    Noise = 9,
    /// How far the classifier's training images are moved.
    Shift = 10,
    /// The settings of a random sweep.
    Sweep = 11,
    /// Latents whose samples give the standing statistics of averaged weights.
    Statistics = 12,
    /// Mixtures that a protocol draws.
    Mixture = 13,
}

/// A stream's position, as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position(Xoshiro256PlusPlus);

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream for `stream` of a run with this seed, at its start.
    #[must_use]
    pub fn new(seed: u64, stream: Stream) -> Self {
        // The generator's own seeding takes four numbers in a row of SplitMix64, which counts up to its key in steps
        // of an odd constant. Keys a few steps apart would share words of their states; those of mixed streams are far
        // apart.
        let mixed = match stream {
            // As it always was: no checkpoint holds the drawn digits of its run, which are drawn again.
            Stream::Digits => 0x5384_5412_7B09_6493,
            _ => SplitMix64::seed_from_u64(stream as u64).next_u64(),
        };
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ mixed))
    }

    /// Where the stream stands.
    #[must_use]
    pub fn position(&self) -> Position {
        Position(self.0.clone())
    }

    /// The stream that stands at `position`.
    #[must_use]
    pub fn at(position: Position) -> Self {
        Self(position.0)
    }

    /// Goes ahead by `n` times 2¹²⁸ numbers: to a stream for each of several processes.
    pub fn jump(&mut self, n: usize) {
        (0..n).for_each(|_| self.0.jump());
    }

    /// Uniform in [0, 1), on a grid of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform in [low, high).
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// Uniform among `0..n`; `n` must be positive.
    pub fn below(&mut self, n: usize) -> usize {
        // 64 random bits against n < 2³²: the bias is under 2⁻³².
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f32 {
        StandardNormal.sample(&mut self.0)
    }

    /// `n` standard normal numbers.
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        let mut numbers = vec![0.0; n];
        self.fill_normals(&mut numbers);
        numbers
    }

    /// Standard normal numbers in every place.
    pub fn fill_normals(&mut self, numbers: &mut [f32]) {
        // In a place of its own the state stays in registers.
        let mut rng = self.0.clone();
        numbers.fill_with(|| StandardNormal.sample(&mut rng));
        self.0 = rng;
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
        assert_ne!(Rng::new(8, Stream::Data).normals(8), draw(Stream::Data), "seeds differ");
    }

    #[test]
    fn no_two_streams_share_a_word_of_their_states() {
        use Stream::*;
        let streams =
            [Init, Data, Latent, Dropout, Fixed, Metrics, Digits, Class, Noise, Shift, Sweep, Statistics, Mixture];
        let mut words = std::collections::HashSet::new();
        for (seed, stream) in (0..200).flat_map(|seed| streams.map(|stream| (seed, stream))) {
            let state = serde_json::to_value(Rng::new(seed, stream).position()).unwrap();
            for word in state["s"].as_array().expect("the words of the state") {
                assert!(words.insert(word.as_u64().unwrap()), "seed {seed}, {stream:?}");
            }
        }
        assert_eq!(words.len(), 200 * streams.len() * 4);
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
        assert!(counts.iter().all(|c| (19_000..21_000).contains(c)), "{counts:?}");
    }
}
