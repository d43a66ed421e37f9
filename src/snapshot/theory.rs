//! The game on known densities: the optimal discriminator and its value (Goodfellow et al. 2014, §4), for every
//! objective where both are known.

use super::GanStats;
use super::picture::Scale;
use crate::experiment::{Conditional, Experiment, Normalization};
use crate::objective::{self, Objective};
use crate::regularizer::gradient_penalty::GradientPenalty;

/// Minus the discriminator's loss, which it maximises; in the original game V(D, G) = E log D(x) + E log(1 − D(G(z))), in
/// nats, which the generator minimises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The value of the present discriminator.
    pub reached: f32,
    /// The value of the optimal discriminator against the same generator: 2 JS − 2 ln 2 in the original game, 2 TV − 2 with hinge
    /// loss, ¼ χ² − ¼ with least squares, W1 for a critic of slope 1. `None` where it is not known.
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

/// The outputs of the optimal discriminator at points with these densities; empty where it has no closed form, or where
/// the discriminator's output depends on more than the point.
#[must_use]
pub fn optimal(e: &Experiment, real: &[f32], generated: &[f32]) -> Vec<f32> {
    if !sees_only_the_sample(e) {
        return Vec::new();
    }
    let game = e.objective.game();
    let at = |(&p, &q)| game.optimal_discriminator(p, q, e.label_smoothing);
    real.iter().zip(generated).map(at).collect::<Option<_>>().unwrap_or_default()
}

/// The outputs of the optimal discriminator at the points of a line, `width` apart, with these densities and logits;
/// empty where there is none. A critic's is as high in the mean as the logits, since only its differences mean anything.
#[must_use]
pub fn optimal_on_line(e: &Experiment, real: &[f32], generated: &[f32], logits: &[f32], width: f32) -> Vec<f32> {
    if !has_slope_one(e) || !sees_only_the_sample(e) {
        return optimal(e, real, generated);
    }
    let Some((critic, _)) = objective::optimal_critic(real, generated, width) else {
        return Vec::new();
    };
    let (mut weights, mut sum) = (0.0, 0.0);
    for (i, f) in critic.iter().enumerate() {
        let weight = real[i] + generated[i];
        weights += weight;
        sum += weight * (logits[i] - f);
    }
    let shift = if weights > 0.0 { sum / weights } else { 0.0 };
    critic.into_iter().map(|f| f + shift).collect()
}

/// Whether the discriminator is a Wasserstein critic whose slope is kept at 1, or at most there.
fn has_slope_one(e: &Experiment) -> bool {
    e.objective == Objective::Wasserstein && (e.spectral_norm || e.gradient_penalty == GradientPenalty::WganGp)
}

/// Whether the discriminator maximises a value that its outputs alone decide.
#[must_use]
pub fn has_value(e: &Experiment) -> bool {
    e.label_smoothing == 1.0 && e.objective.game().value([1.0, 1.0], 0.0).is_some()
}

/// The value over densities and logits at points of a line `width` apart, and its ceiling. The densities are those of
/// what the discriminator sees, with instance noise. Both leave out what lies beyond the points, as if D were perfect
/// there. `None` where the discriminator's output depends on more than the sample.
///
/// Both integrals are over the same densities, so that what is reached is never above the ceiling, and meets it where D
/// is the best there is.
#[must_use]
pub fn value(e: &Experiment, real: &[f32], generated: &[f32], logits: &[f32], width: f32) -> Option<Value> {
    if !has_value(e) || !sees_only_the_sample(e) {
        return None;
    }
    let game = e.objective.game();
    let densities = || real.iter().zip(generated).map(|(&p, &q)| [f64::from(p), f64::from(q)]);
    let reached: f64 =
        densities().zip(logits).map(|(both, &logit)| game.value(both, logit.into())).sum::<Option<_>>()?;
    let whole = |sum: f64| sum * f64::from(width);
    let ceiling = if has_slope_one(e) {
        Some(objective::optimal_critic(real, generated, width)?.1)
    } else {
        densities().map(|both| game.best_value(both)).sum::<Option<_>>().map(whole)
    };
    Some(Value { reached: whole(reached) as f32, ceiling: ceiling.map(|ceiling| ceiling as f32) })
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

#[cfg(test)]
mod tests {
    use std::f32::consts::LN_2;

    use super::*;

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
    fn every_objective_has_its_divergence_as_the_ceiling() {
        let (real, generated) = (normal(-1.0), normal(1.0));
        let ceiling = |e: &Experiment| value(e, &real, &generated, &[0.0; 801], 0.025).unwrap().ceiling.unwrap();
        // Of two unit normals two apart: TV is 2Φ(1) − 1 = .68269; Pearson's χ² of one from the mean of both, by a sum over
        // 200,000 points in Python, .55040; W1 is 2.
        assert!((ceiling(&experiment(Objective::Hinge)) - (2.0 * 0.682_69 - 2.0)).abs() < 1e-4);
        assert!((ceiling(&experiment(Objective::LeastSquares)) - 0.25 * (0.55040 - 1.0)).abs() < 1e-4);
        for critic in [
            Experiment { gradient_penalty: GradientPenalty::WganGp, ..experiment(Objective::Wasserstein) },
            Experiment { spectral_norm: true, ..experiment(Objective::Wasserstein) },
        ] {
            assert!((ceiling(&critic) - 2.0).abs() < 1e-3);
            let best = optimal_on_line(&critic, &real, &generated, &[0.0; 801], 0.025);
            // Downhill from the real samples to the generated ones, and 0 in the mean.
            assert!(
                (best[360] - best[440] - 2.0).abs() < 1e-4 && best[400].abs() < 0.02,
                "{} {}",
                best[360],
                best[440]
            );
            let at_best = value(&critic, &real, &generated, &best, 0.025).unwrap();
            assert!((at_best.reached - 2.0).abs() < 1e-3, "{at_best:?}");
        }
    }

    #[test]
    fn a_critic_without_a_known_slope_has_no_ceiling() {
        let clipped = Experiment { weight_clip: 0.1, ..experiment(Objective::Wasserstein) };
        let of_clipped = value(&clipped, &[1.0, 0.0], &[0.0, 1.0], &[3.0, 1.0], 1.0).unwrap();
        assert_eq!((of_clipped.reached, of_clipped.ceiling), (2.0, None));
        assert!(optimal_on_line(&clipped, &[1.0, 0.0], &[0.0, 1.0], &[3.0, 1.0], 1.0).is_empty());
        // Nor has one whose generator is out of the picture a value there.
        let critic = Experiment { spectral_norm: true, ..experiment(Objective::Wasserstein) };
        assert_eq!(value(&critic, &normal(0.0), &normal(30.0), &[0.0; 801], 0.025), None);
        assert!(optimal_on_line(&critic, &normal(0.0), &normal(30.0), &[0.0; 801], 0.025).is_empty());
        let smoothed = Experiment { label_smoothing: 0.9, ..Experiment::default() };
        let packed = Experiment { pack: 2, ..Experiment::default() };
        for e in [experiment(Objective::Began), smoothed, packed] {
            assert_eq!(value(&e, &[1.0], &[1.0], &[0.0], 1.0), None);
        }
    }

    #[test]
    fn where_samples_are_told_apart_together_none_has_an_optimal_output_of_its_own() {
        let plain = Experiment::default();
        assert!(!optimal(&plain, &[1.0], &[1.0]).is_empty());
        for e in [
            Experiment { minibatch_stddev: true, ..plain.clone() },
            Experiment { minibatch_discrimination: 2, ..plain.clone() },
            Experiment { discriminator_norm: Normalization::Batch, ..plain.clone() },
            Experiment { pack: 2, ..plain },
        ] {
            assert_eq!((optimal(&e, &[1.0], &[1.0]), value(&e, &[1.0], &[1.0], &[0.0], 1.0)), (Vec::new(), None));
            // The networks say the same of themselves, and packing is the only other way.
            assert!(crate::nets::Network::discriminator(&e).couples_batch() || e.pack > 1);
        }
    }
}
