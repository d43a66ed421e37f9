// The state of the page while it compares two runs: the page's model holds that of run B.

import { keptRun } from './kept-runs.js';

/** @import { Letter } from './comparison.js' */
/** @import { Snapshot } from './messages.js' */
/** @import { Model } from './state.js' */
/** @typedef {NonNullable<Model['comparison']>} Compared */

/** @param {Model} model @param {(comparison: Compared) => Compared} change @returns {Model} */
export const compared = (model, change) =>
  model.comparison ? { ...model, comparison: change(model.comparison) } : model;

/** Run B at the same step. @param {Model['comparison']} comparison @param {Snapshot | null} snapshot */
export function viewed(comparison, snapshot) {
  if (!comparison) return null;
  const { b } = comparison;
  const viewing = b.history.frames.find(({ step }) => step === snapshot?.step) ?? null;
  return { ...comparison, b: { ...b, viewing } };
}

/** The end of a comparison: one of the runs is the page's, and the curves of the other stay in the charts.
 * @param {Model} model @param {Letter} run @returns {Model} */
export function kept(model, run) {
  const { comparison } = model;
  if (!comparison?.begun) return { ...model, comparison: null };
  const { b } = comparison;
  const previous = keptRun(run === 'A' ? b : model) ?? model.previous;
  if (run === 'A') return { ...model, previous, comparison: null };
  const { info, device, state, stepsPerSecond, live, history, viewing, checkpoints, problem } = b;
  return {
    ...model,
    ...{ info, device, state, stepsPerSecond, live, history, viewing, checkpoints, problem },
    previous,
    comparison: null,
  };
}

/** Run B of a comparison, which is shown with this one. @param {Pick<Model, 'comparison'>} model */
export const otherOf = ({ comparison }) => (comparison?.begun ? comparison.b : null);

/** The run whose settings are shown. @param {Model} model */
export const editedOf = model => (model.comparison?.edits === 'B' ? otherOf(model) : null) ?? model;
