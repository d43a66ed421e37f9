// The finding that the page shows: it stays until it has been absent for a while, so that nothing comes and goes.

import { diagnose } from './diagnosis.js';

/** @import { Fault, Finding } from './diagnosis.js' */
/** @import { Model } from './state.js' */

/** Diagnoses of a run that plays are so large a share of its steps apart, … */
const EVERY = 0.03;
/** … and a finding goes when it has been absent for this share of the steps. */
const ABSENT = 0.1;

export class Standing {
  /** @type {Finding | null} */
  finding = null;
  /** @type {Set<Fault>} */
  #dismissed = new Set();
  /** The run. @type {unknown} */
  #history = null;
  #diagnosedAt = 0;
  /** How often the settings of the run have been changed. */
  #changes = 0;
  /** The step at which the finding was last confirmed. */
  #confirmedAt = 0;

  /** @param {Model} model */
  update({ history, info, live, state }) {
    const step = live?.step ?? 0;
    if (history !== this.#history) {
      this.finding = null;
      this.#dismissed.clear();
      this.#history = history;
      this.#diagnosedAt = 0;
    }
    const isDue = step > this.#diagnosedAt * (1 + (state === 'running' ? EVERY : 0));
    // A finding of other settings is over.
    if (history.marks.length !== this.#changes) this.finding = null;
    this.#changes = history.marks.length;
    if (!info || !isDue) return;
    this.#diagnosedAt = step;
    const found = diagnose({ series: history.series, marks: history.marks, settings: info.settings }).filter(
      ({ fault }) => !this.#dismissed.has(fault),
    );
    const isOver = step - this.#confirmedAt > ABSENT * step;
    if (!found.length && !isOver) return;
    this.#confirmedAt = step;
    this.finding = found[0] ?? null;
  }

  /** The finding to show. In a comparison both runs have just begun, and a fix is being tried; a run that has stopped has
   * a message of its own. @param {Model} model */
  shown({ comparison, state }) {
    return comparison || state === 'error' ? null : this.finding;
  }

  /** Not shown again in this run. */
  dismiss() {
    if (this.finding) this.#dismissed.add(this.finding.fault);
    this.finding = null;
    this.#diagnosedAt = 0;
  }
}
