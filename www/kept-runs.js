// Runs whose curves stay in the charts for comparison with the present one: the run before a change, and the baseline.

import { GROUPS, differenceInWords } from './settings.js';

/** @import { ExperimentInfo } from './messages.js' */
/** @import { History } from './history.js' */
/** @import { Model } from './state.js' */
/** @typedef {{ info: ExperimentInfo, history: History }} KeptRun */

/** A run of fewer points has no curve: it ended at the next change of a series of changes. */
const LEAST = 8;
/** Differences that are named; the others are counted. */
const NAMED = 2;

/** The present run, to be kept. @param {Pick<Model, 'info' | 'history'>} model @returns {KeptRun | null} */
export const keptRun = ({ info, history }) => (info && history.series.step.length >= LEAST ? { info, history } : null);

/** The runs that the present one is compared with: of its kind, and each once. In a comparison of two runs the one before
 * them would be a third.
 * @param {Pick<Model, 'info' | 'history' | 'previous' | 'baseline' | 'comparison'>} model
 * @returns {Pick<Model, 'previous' | 'baseline'>} */
export function comparable({ info, history, previous, baseline, comparison }) {
  /** @param {KeptRun | null} run */
  const other = run => (run && run.info.kind === info?.kind && run.history !== history ? run : null);
  const isThird = comparison?.begun || previous?.history === baseline?.history;
  return { previous: isThird ? null : other(previous), baseline: other(baseline) };
}

/** The settings in which two runs differ, in words, `before → now` each. @param {Record<string, any>} before
 * @param {Record<string, any>} now @returns {string[]} */
export const differences = (before, now) =>
  GROUPS.flatMap(group => group.settings)
    .filter(({ key }) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    // A setting without effect in either run makes no difference.
    .filter(({ applies }) => applies(before) || applies(now))
    .map(setting => differenceInWords(setting, before[setting.key], now[setting.key]));

/** @param {string[]} differences */
export function summary(differences) {
  if (!differences.length) return 'the same settings';
  const more = differences.length - NAMED;
  return differences.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
