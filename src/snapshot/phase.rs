//! The phase portrait of a Dirac-GAN: where its two numbers are, where they have been, and which way they are pushed
//! from any other place.

use std::collections::VecDeque;

use burn::tensor::Tensor;

use super::picture::Phase;
use crate::experiment::Architecture;
use crate::objective::Targets;
use crate::regularizer::virtual_adversarial;
use crate::tensor::{attach, detach, matrix};
use crate::trainer::Trainer;

/// Where the generator starts, at a slope of 0.
const START_AT: f32 = 1.0;
/// Arrows on a side.
const CELLS: usize = 17;
/// Steps that are shown of the beginning, and of the end: some turns each, of the presets' 126 steps.
const START: usize = 600;
const TRAIL: usize = 300;

/// Follows a Dirac-GAN's two numbers.
pub(super) struct Portrait {
    truth: f32,
    flow: Tensor<2>,
    /// The instance noise of the flow.
    noise: f32,
    /// Steps that nobody has read yet.
    unread: Vec<Tensor<2>>,
    start: Vec<[f32; 2]>,
    trail: VecDeque<[f32; 2]>,
}

impl Portrait {
    pub(super) fn of(trainer: &Trainer) -> Option<Self> {
        let e = trainer.experiment();
        let truth = e.mixture.first()?.mean[0];
        (e.architecture == Architecture::Dirac).then(|| Self {
            truth,
            flow: flow(trainer, truth),
            noise: trainer.instance_noise(),
            unread: vec![place(trainer)],
            start: Vec::new(),
            trail: VecDeque::new(),
        })
    }

    /// Follows a run whose settings were changed; the trail goes on.
    pub(super) fn revise(&mut self, trainer: &Trainer) {
        if let Some(Self { truth, flow, noise, .. }) = Self::of(trainer) {
            (self.truth, self.flow, self.noise) = (truth, flow, noise);
        }
    }

    /// Notes where the numbers are, without reading them.
    pub(super) fn follow(&mut self, trainer: &Trainer) {
        // Of a long stretch that nobody looks at, only its beginning and its end can be shown.
        if self.unread.len() > START + TRAIL {
            self.unread.remove(START);
        }
        self.unread.push(place(trainer));
    }

    /// What has to be read for the picture: the flow, and rows of θ and ψ, of the steps since the last look and of now.
    pub(super) fn unread(&mut self, trainer: &Trainer) -> [Tensor<2>; 2] {
        if trainer.instance_noise() != self.noise {
            self.revise(trainer);
        }
        let mut steps = std::mem::take(&mut self.unread);
        steps.push(place(trainer));
        [self.flow.clone(), Tensor::cat(steps, 0)]
    }

    /// The picture, from what was read.
    pub(super) fn picture(&mut self, flow: Vec<f32>, rows: &[f32]) -> Phase {
        let mut rows: Vec<[f32; 2]> = rows.chunks_exact(2).map(|row| [row[0], row[1]]).collect();
        let now = rows.pop().unwrap_or_default();
        let room = START - self.start.len();
        self.start.extend(rows.iter().take(room));
        self.trail.extend(rows);
        let gone = self.trail.len().saturating_sub(TRAIL);
        self.trail.drain(..gone);
        Phase {
            reach: reach(self.truth),
            truth: self.truth,
            theta: now[0],
            psi: now[1],
            start: self.start.iter().flatten().copied().collect(),
            trail: self.trail.iter().flatten().copied().collect(),
            cells: CELLS,
            flow,
        }
    }
}

/// θ and ψ, `[1, 2]`.
fn place(trainer: &Trainer) -> Tensor<2> {
    let number = |weights: &[Tensor<2>]| weights[0].clone().reshape([1, 1]);
    let theta = number(&trainer.state.generator.weights.params);
    let psi = number(&trainer.state.discriminator.weights.params);
    Tensor::cat(vec![theta, psi], 1)
}

/// The plot's half side: twice the distance at which the game starts, around the equilibrium; never less than for a truth
/// of 0.
fn reach(truth: f32) -> f32 {
    (truth.abs() + 2.0 * (truth - START_AT).abs()).max(2.0 * START_AT)
}

/// Gauss–Hermite quadrature: the places in a standard normal distribution, and their shares, that give the mean of smooth
/// functions.
const NORMAL: [(f32, f32); 7] = [
    (-3.750_439_7, 0.000_548_27),
    (-2.366_759_4, 0.030_757_12),
    (-1.154_405_4, 0.240_123_18),
    (0.0, 0.457_142_86),
    (1.154_405_4, 0.240_123_18),
    (2.366_759_4, 0.030_757_12),
    (3.750_439_7, 0.000_548_27),
];

/// The way of gradient descent on the expected losses, from each point of the lattice: `[cells², 2]`.
fn flow(trainer: &Trainer, truth: f32) -> Tensor<2> {
    let e = trainer.experiment();
    let device = trainer.device();
    let n = CELLS * CELLS;
    let reach = reach(truth);
    let at = |i: usize| reach * (2.0 * i as f32 / (CELLS - 1) as f32 - 1.0);
    let leaf = |of: fn(usize) -> usize| {
        let values = (0..n).map(|i| at(of(i))).collect();
        matrix(values, [n, 1], device).autodiff().require_grad()
    };
    // Fresh numbers for each side: a graph can be gone through once.
    let numbers = || (leaf(|i| i % CELLS), leaf(|i| i / CELLS));
    let descent = |leaf: &Tensor<2>, loss: Tensor<2>, rate: f32| {
        let gradient = leaf.grad(&loss.sum().backward());
        gradient.unwrap_or_else(|| detach(leaf.zeros_like())) * -rate
    };

    let noise = trainer.instance_noise();
    let offsets = || NORMAL.into_iter().filter(|(at, _)| noise > 0.0 || *at == 0.0);
    let offsets = || offsets().map(|(at, share)| (noise * at, if noise > 0.0 { share } else { 1.0 }));

    // Each point of the lattice is a game of its own: D(x) = ψ x on the truth and on θ.
    let (theta, psi) = numbers();
    let sides = Targets::new(n, e.label_smoothing, device);
    let mut losses = vec![e.gradient_penalty.rows(psi.clone()) * e.gp_weight];
    for (offset, share) in offsets() {
        let inputs = [theta.zeros_like() + truth + offset, theta.clone() + offset];
        let logits = inputs.clone().map(|x| psi.clone() * x);
        losses.push(e.objective.game().d_loss(Tensor::cat(logits.to_vec(), 0), &sides) * share);
        // Either way along the line is the worst direction, half the time; the mean is over both sides.
        for x in inputs.into_iter().filter(|_| e.vat_weight > 0.0) {
            for way in [-e.vat_epsilon, e.vat_epsilon] {
                let before = attach(detach(psi.clone() * x.clone()));
                let after = psi.clone() * (x.clone() + way);
                losses.push(virtual_adversarial::divergence(before, after) * (e.vat_weight * share / 4.0));
            }
        }
    }
    let rise = descent(&psi, Tensor::cat(losses, 0), e.discriminator_lr);

    let (theta, psi) = numbers();
    let games = offsets().map(|(offset, share)| {
        let logits = psi.clone() * (theta.clone() + offset);
        e.objective.game().g_loss(logits) * share
    });
    let run = descent(&theta, Tensor::cat(games.collect(), 0), e.generator_lr);
    Tensor::cat(vec![run, rise], 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::tests::trainer;

    fn numbers(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    fn look(portrait: &mut Portrait, trainer: &Trainer) -> Phase {
        let [flow, rows] = portrait.unread(trainer).map(numbers);
        portrait.picture(flow, &rows)
    }

    #[test]
    fn the_flow_circles_and_a_penalty_turns_it_inwards() {
        // θ' = ψ and ψ' = −θ under Wasserstein, at the learning rate of .1; R1's γ = 1 adds −ψ (Mescheder et al. 2018,
        // §2–4).
        for (settings, inwards) in [(vec![], 0.0), (vec![("gradient_penalty", "r1"), ("gp_weight", "1.0")], 0.1)] {
            let settings = [vec![("objective", "wasserstein")], settings].concat();
            let t = trainer("dirac", &settings);
            let flow = numbers(flow(&t, 0.0));
            for (i, way) in flow.chunks_exact(2).enumerate() {
                let [theta, psi] = [i % CELLS, i / CELLS].map(|i| i as f32 * 0.25 - 2.0);
                let wanted = [0.1 * psi, -0.1 * theta - inwards * psi];
                assert!(way.iter().zip(wanted).all(|(w, x)| (w - x).abs() < 1e-6), "{theta} {psi}: {way:?}");
            }
        }
    }

    #[test]
    fn the_flow_is_the_way_of_a_step_with_noise_and_vat_too() {
        let crowd = [("batch_size", "16384"), ("instance_noise", "0.6"), ("instance_noise_steps", "0")];
        let vat = [("vat_weight", "2"), ("vat_epsilon", "1.5")];
        for (objective, more) in [
            ("non-saturating", [&crowd[..], &vat].concat()),
            ("saturating", vat.to_vec()),
            ("least-squares", crowd.to_vec()),
        ] {
            let settings = [&[("objective", objective), ("batch_size", "16384")][..], &more].concat();
            let t = &mut trainer("dirac", &settings);
            let (theta, psi) = (1.25, -0.75);
            let place = |value: f32, of: &Tensor<2>| matrix(vec![value], of.dims(), &of.device());
            let [g, d] =
                [&mut t.state.generator, &mut t.state.discriminator].map(|player| &mut player.weights.params[0]);
            (*g, *d) = (place(theta, g), place(psi, d));
            let at = ((psi + 2.0) / 0.25) as usize * CELLS + ((theta + 2.0) / 0.25) as usize;
            let flow = numbers(flow(t, 0.0));
            t.update_discriminator();
            let after = numbers(t.state.discriminator.weights.params[0].clone())[0];
            let (moved, wanted) = (after - psi, flow[2 * at + 1]);
            assert!((moved - wanted).abs() < 0.03 * wanted.abs(), "{objective} {more:?}: {moved}, not {wanted}");
            // G's update from the same place.
            t.state.discriminator.weights.params[0] = place(psi, &t.state.discriminator.weights.params[0]);
            t.update_generator(None);
            let after = numbers(t.state.generator.weights.params[0].clone())[0];
            let (moved, wanted) = (after - theta, flow[2 * at]);
            assert!((moved - wanted).abs() < 0.03 * wanted.abs(), "{objective} {more:?}: {moved}, not {wanted}");
        }
    }

    #[test]
    fn an_orbit_around_another_centre_is_in_the_picture() {
        for truth in ["0.0", "3.0", "-5.0"] {
            let mixture = format!("[{{ mean = [{truth}], std = 1.0 }}]");
            let t = &mut trainer("dirac", &[("mixture", &mixture)]);
            let mut portrait = Portrait::of(t).unwrap();
            for _ in 0..200 {
                t.step();
                portrait.follow(t);
            }
            let phase = look(&mut portrait, t);
            let farthest = phase.trail.iter().fold(phase.truth.abs(), |most, x| most.max(x.abs()));
            assert!(farthest < phase.reach, "{truth}: {farthest} of {}", phase.reach);
        }
    }

    #[test]
    fn every_step_is_on_the_trail_however_seldom_it_is_looked_at() {
        let t = &mut trainer("dirac", &[]);
        let mut seldom = Portrait::of(t).unwrap();
        let mut often = Portrait::of(t).unwrap();
        for _ in 0..50 {
            t.step();
            seldom.follow(t);
            often.follow(t);
            look(&mut often, t);
        }
        let (seldom, often) = (look(&mut seldom, t), look(&mut often, t));
        assert_eq!(seldom.trail, often.trail);
        assert_eq!((seldom.trail.len(), &seldom.trail), (2 * 51, &seldom.start));
        assert_eq!(seldom.trail[..2], [1.0, 0.0], "where the game starts");
        assert_eq!(seldom.trail[100..], [seldom.theta, seldom.psi]);
        assert!(Portrait::of(&trainer("mixture-1d", &[])).is_none());
    }

    #[test]
    fn a_long_run_keeps_its_beginning_and_its_end() {
        let t = &mut trainer("dirac", &[]);
        let mut portrait = Portrait::of(t).unwrap();
        for _ in 0..START + TRAIL + 500 {
            t.step();
            portrait.follow(t);
        }
        let phase = look(&mut portrait, t);
        assert_eq!((phase.start.len(), phase.trail.len()), (2 * START, 2 * TRAIL));
        assert_eq!(phase.trail[2 * TRAIL - 2..], [phase.theta, phase.psi]);
    }
}
