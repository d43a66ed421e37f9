//! The game on known densities: the optimal discriminator and its value (Goodfellow et al. 2014, §4).

use super::GanStats;
use super::picture::Scale;
use crate::experiment::{Conditional, Experiment, Normalization};

/// V(D, G) = E log D(x) + E log(1 − D(G(z))), in nats; the discriminator maximises it, the generator minimises it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The value of the present discriminator.
    pub reached: f32,
    /// 2 JS − 2 ln 2: what the best one would reach against the same generator; `None` where the densities are not
    /// known.
    pub ceiling: Option<f32>,
}

/// The scale of the discriminator's output.
#[must_use]
pub fn scale(e: &Experiment) -> Scale {
    let game = e.objective.game();
    // Label smoothing lowers every output, and so this one.
    let undecided_output = game.equilibrium_output().map(|output| e.label_smoothing * output);
    Scale { probability: game.outputs_probability(), undecided_output }
}

/// The output of the optimal discriminator at a point with these densities; `None` where it has no closed form, or
/// where the discriminator's output depends on more than the point.
#[must_use]
pub fn optimal(e: &Experiment, real: f32, generated: f32) -> Option<f32> {
    if !sees_only_the_sample(e) {
        return None;
    }
    e.objective.game().optimal_discriminator(real, generated, e.label_smoothing)
}

/// Whether the discriminator maximises V.
#[must_use]
pub fn has_value(e: &Experiment) -> bool {
    e.objective.game().outputs_probability() && e.label_smoothing == 1.0
}

/// V over densities and logits at points `width` apart, and its ceiling. The densities are those of what the
/// discriminator sees, with instance noise. Both leave out what lies beyond the points, as
/// if D were perfect there. `None` where the discriminator's output depends on more than the sample.
///
/// Both integrals are over the same densities, so that what is reached is never above the ceiling, and meets it where D
/// is the best there is.
#[must_use]
pub fn value(e: &Experiment, real: &[f32], generated: &[f32], logits: &[f32], width: f32) -> Option<Value> {
    if !has_value(e) || !sees_only_the_sample(e) {
        return None;
    }
    let (mut reached, mut ceiling) = (0.0, 0.0);
    for ((&p, &q), &logit) in real.iter().zip(generated).zip(logits) {
        let (p, q, logit) = (f64::from(p), f64::from(q), f64::from(logit));
        reached -= p * softplus(-logit) + q * softplus(logit);
        ceiling += part(p, p + q) + part(q, p + q);
    }
    let whole = |sum: f64| (sum * f64::from(width)) as f32;
    Some(Value { reached: whole(reached), ceiling: Some(whole(ceiling)) })
}

/// The value at a step: minus the discriminator's loss.
#[must_use]
pub fn value_of_step(game: &GanStats) -> Value {
    Value { reached: -game.d_loss, ceiling: None }
}

fn sees_only_the_sample(e: &Experiment) -> bool {
    let couples_batch =
        e.discriminator_norm == Normalization::Batch || e.minibatch_stddev || e.minibatch_discrimination > 0;
    e.conditional != Conditional::Label && e.pack == 1 && !couples_batch
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// p ln(p / sum); 0 ln 0 is 0.
fn part(p: f64, sum: f64) -> f64 {
    if p > 0.0 { p * (p / sum).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::LN_2;

    use super::*;
    use crate::objective::Objective;

    fn experiment(objective: Objective) -> Experiment {
        Experiment { objective, ..Experiment::default() }
    }

    /// A normal density of this mean and unit deviation, at 801 points from -10 to 10.
    fn normal(mean: f32) -> Vec<f32> {
        let at = |i: i32| (i - 400) as f32 * 0.025 - mean;
        (0..801).map(|i| (-0.5 * at(i) * at(i)).exp() / std::f32::consts::TAU.sqrt()).collect()
    }

    #[test]
    fn the_best_discriminator_reaches_the_ceiling_and_no_other_does() {
        let e = experiment(Objective::Saturating);
        let (real, generated) = (normal(-1.0), normal(1.0));
        // The log ratio of the two normals is -2x.
        let best: Vec<f32> = (0..801).map(|i| (400 - i) as f32 * 0.05).collect();
        let at_best = value(&e, &real, &generated, &best, 0.025).unwrap();
        let ceiling = at_best.ceiling.unwrap();
        assert!((at_best.reached - ceiling).abs() < 1e-4, "{at_best:?}");
        // JS of two unit normals two apart, by a sum over 200,000 points in Python: .33683 nats.
        assert!((0.5 * (ceiling + 2.0 * LN_2) - 0.336_83).abs() < 1e-4, "{ceiling}");
        for off in [0.0, 0.5, 1.5, -1.0] {
            let logits: Vec<f32> = best.iter().map(|logit| logit * off).collect();
            let other = value(&e, &real, &generated, &logits, 0.025).unwrap();
            assert!(other.reached < ceiling - 0.01, "{off}: {other:?}");
            assert_eq!(other.ceiling, Some(ceiling));
        }
    }

    #[test]
    fn a_perfect_generator_and_an_undecided_discriminator_meet_at_minus_two_ln_two() {
        let e = experiment(Objective::NonSaturating);
        let same = normal(0.0);
        let value = value(&e, &same, &same, &[0.0; 801], 0.025).unwrap();
        assert!((value.reached + 2.0 * LN_2).abs() < 1e-4);
        assert!((value.ceiling.unwrap() + 2.0 * LN_2).abs() < 1e-4);
    }

    #[test]
    fn certain_logits_stay_finite() {
        let e = experiment(Objective::NonSaturating);
        let value = value(&e, &[1.0, 0.0], &[0.0, 1.0], &[1e4, -1e4], 1.0).unwrap();
        assert_eq!((value.reached, value.ceiling), (0.0, Some(0.0)));
    }

    #[test]
    fn only_the_original_game_has_a_value() {
        let smoothed = Experiment { label_smoothing: 0.9, ..Experiment::default() };
        let packed = Experiment { pack: 2, ..Experiment::default() };
        for e in [experiment(Objective::Hinge), smoothed, packed] {
            assert_eq!(value(&e, &[1.0], &[1.0], &[0.0], 1.0), None);
        }
    }

    #[test]
    fn where_samples_are_told_apart_together_none_has_an_optimal_output_of_its_own() {
        let plain = Experiment::default();
        assert!(optimal(&plain, 1.0, 1.0).is_some());
        for e in [
            Experiment { minibatch_stddev: true, ..plain.clone() },
            Experiment { minibatch_discrimination: 2, ..plain.clone() },
            Experiment { discriminator_norm: Normalization::Batch, ..plain.clone() },
            Experiment { pack: 2, ..plain },
        ] {
            assert_eq!((optimal(&e, 1.0, 1.0), value(&e, &[1.0], &[1.0], &[0.0], 1.0)), (None, None));
            // The networks say the same of themselves, and packing is the only other way.
            assert!(crate::nets::Network::discriminator(&e).couples_batch() || e.pack > 1);
        }
    }
}
