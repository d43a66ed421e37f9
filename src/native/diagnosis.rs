//! Faults of a run that its reports show: a saturated discriminator, and mode collapse. The rules are those of the page
//! (`docs/diagnosis.md`, where their precision is), as far as reports have the numbers.

use std::collections::VecDeque;
use std::fmt;

use super::report::Report;
use crate::experiment::Experiment;

/// A run has to have made so many steps.
const STEPS: u64 = 200;
/// A rule looks at the last quarter of the reports, of the last so many, and at no fewer than these.
const KEPT: usize = 200;
const LEAST: usize = 12;
/// The share of them that have to show the fault.
const SHARE: f64 = 0.9;
/// D(x) and 1 − D(G(z)) of a saturated discriminator.
const SURE: f32 = 0.99;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// D tells all samples apart.
    SaturatedDiscriminator,
    /// Half of the modes or fewer are covered by samples that are good.
    ModeCollapse {
        /// Covered modes.
        covered: usize,
        /// All modes.
        of: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SaturatedDiscriminator => f.write_str(
                "the discriminator is saturated: D(x) is .99 or more and D(G(z)) .01 or less, so that the generator hardly \
                 learns; try equal learning rates, or instance noise (--set instance_noise=0.1)",
            ),
            Self::ModeCollapse { covered, of } => write!(
                f,
                "mode collapse: good samples, but of {covered} of {of} modes; try packing (--set pack=4) in a run of its \
                 own"
            ),
        }
    }
}

/// The reports of a run so far, and the faults that were found.
pub struct Watch {
    saturated: VecDeque<bool>,
    collapsed: VecDeque<bool>,
    modes: usize,
    outputs_probability: bool,
    said: [bool; 2],
}

impl Watch {
    /// Of a run that starts or goes on.
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            saturated: VecDeque::new(),
            collapsed: VecDeque::new(),
            modes: experiment.mixture.len(),
            outputs_probability: experiment.objective.game().outputs_probability(),
            said: [false; 2],
        }
    }

    /// Takes a report; returns a fault that it completes, once.
    pub fn see(&mut self, report: &Report) -> Option<Fault> {
        let metric = |name| report.metrics.0.iter().find(|metric| metric.quantity.name == name);
        let sure = self.outputs_probability && report.d_real >= SURE && report.d_fake <= 1.0 - SURE;
        note(&mut self.saturated, sure);
        let covered = metric("modes").map(|modes| modes.value.round() as usize);
        let good = metric("high_quality").is_some_and(|share| share.value >= 0.5);
        note(&mut self.collapsed, good && self.modes > 1 && covered.is_some_and(|modes| 2 * modes <= self.modes));
        if report.step < STEPS {
            return None;
        }
        let collapse = covered.map(|covered| Fault::ModeCollapse { covered, of: self.modes });
        let rules = [(&self.saturated, Some(Fault::SaturatedDiscriminator)), (&self.collapsed, collapse)];
        let found = rules.into_iter().zip(&mut self.said).find(|((window, _), said)| !**said && is_shown(window));
        let ((_, fault), said) = found?;
        *said = true;
        fault
    }
}

/// Notes a report; what is too long ago goes.
fn note(window: &mut VecDeque<bool>, shows: bool) {
    window.push_back(shows);
    if window.len() > KEPT {
        window.pop_front();
    }
}

/// Whether the last quarter of the reports shows a fault.
fn is_shown(all: &VecDeque<bool>) -> bool {
    let length = (all.len() / 4).max(LEAST);
    let showing = all.iter().rev().take(length).filter(|shows| **shows).count();
    all.len() >= length && showing as f64 >= SHARE * length as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Evaluator, Metric};
    use crate::snapshot::GanStats;

    fn report(step: u64, [d_real, d_fake]: [f32; 2], metrics: Vec<Metric>) -> Report {
        let stats = GanStats { d_loss: 0.0, g_loss: 0.0, d_real, d_fake, terms: Vec::new() };
        Report::new(step, stats, metrics)
    }

    #[test]
    fn a_saturated_discriminator_is_said_once_it_stays_so() {
        let ring = Experiment::preset("ring").unwrap();
        let mut watch = Watch::new(&ring);
        let mut found = Vec::new();
        for i in 0..40 {
            // Unsure at first, and once in between.
            let outputs = if i < 10 || i == 15 { [0.6, 0.4] } else { [0.995, 0.004] };
            found.extend(watch.see(&report(100 * i, outputs, Vec::new())).map(|fault| (i, fault)));
        }
        assert_eq!(found, [(21, Fault::SaturatedDiscriminator)]);
        let mut critic = ring.clone();
        critic.set("objective", "wasserstein").unwrap();
        let mut watch = Watch::new(&critic);
        assert!((0..40).all(|i| watch.see(&report(100 * i, [1.0, 0.0], Vec::new())).is_none()), "no probability");
        let mut early = Watch::new(&ring);
        assert!((0..40).all(|i| early.see(&report(i, [1.0, 0.0], Vec::new())).is_none()), "too early to say");
    }

    #[test]
    fn good_samples_of_few_modes_are_mode_collapse() {
        let ring = Experiment::preset("ring").unwrap();
        let evaluator = Evaluator::new(&crate::data::Mixture::new(&ring.mixture).unwrap(), 1000);
        // On so many modes.
        let samples = |modes: usize, off: f32| -> Vec<f32> {
            let means = ring.mixture.iter().take(modes).map(|mode| &mode.mean);
            means.cycle().take(1000).flat_map(|mean| mean.iter().map(|x| x + off).collect::<Vec<_>>()).collect()
        };
        for (modes, off, wanted) in [
            (4, 0.0, Some(Fault::ModeCollapse { covered: 4, of: 8 })),
            (5, 0.0, None),
            // Nothing is good yet.
            (4, 0.5, None),
        ] {
            let mut watch = Watch::new(&ring);
            let metrics = evaluator.evaluate(&samples(modes, off));
            let found = (0..20).find_map(|i| watch.see(&report(100 * i, [0.5, 0.5], metrics.clone())));
            assert_eq!(found, wanted, "{modes} {off}");
        }
    }
}
