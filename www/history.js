// What a run has been through, in bounded memory: series for the charts and whole snapshots for the timeline. When either
// is full, every second entry goes, and from then on half as many are kept.

import { valuesOf } from './readings.js';

/** @import { Snapshot } from './messages.js' */

const POINTS = 1024;
const FRAMES = 64;

const SERIES = /** @type {const} */ ([
  'step',
  'd_loss',
  'g_loss',
  'd_real',
  'd_fake',
  'score_real',
  'score_fake',
  'value',
  'value_ceiling',
  'w1',
  'w1_floor',
  'critic_estimate',
]);
/** @typedef {typeof SERIES[number]} Series */

export class History {
  /** @type {Record<Series, (number | null)[]>} */
  series = /** @type {any} */ (Object.fromEntries(SERIES.map(name => [name, []])));
  /** @type {Snapshot[]} */
  frames = [];
  /** Changes whenever `frames` does. */
  version = 0;
  #pointEvery = 1;
  #frameEvery = 1;

  /** A series' value in a snapshot. @param {Series} name @param {Snapshot} snapshot @returns {number | null} */
  valueOf(name, snapshot) {
    // A critic's loss is minus its estimate of the distance.
    if (name === 'critic_estimate') return snapshot.d_loss === null ? null : -snapshot.d_loss;
    return name in snapshot ? /** @type {any} */ (snapshot)[name] : (valuesOf(snapshot)[name] ?? null);
  }

  /** @param {Snapshot} snapshot */
  add(snapshot) {
    const { step } = snapshot;
    const lastPoint = this.series.step.at(-1) ?? -Infinity;
    if (step >= lastPoint + this.#pointEvery) {
      for (const name of SERIES) this.series[name].push(this.valueOf(name, snapshot));
      if (this.series.step.length > POINTS) {
        this.#pointEvery = Math.max(this.#pointEvery * 2, ((step - (this.series.step[0] ?? 0)) / POINTS) * 2);
        for (const name of SERIES) this.series[name] = this.series[name].filter((_, i) => i % 2 === 0);
      }
    }
    const lastFrame = this.frames.at(-1)?.step ?? -Infinity;
    if (step >= lastFrame + this.#frameEvery) {
      this.frames.push(snapshot);
      if (this.frames.length > FRAMES) {
        this.#frameEvery = Math.max(this.#frameEvery * 2, ((step - this.frames[0].step) / FRAMES) * 2);
        this.frames = this.frames.filter((_, i) => i % 2 === 0);
      }
      this.version++;
    }
  }

  /** The value of a series some share of the run ago. @param {Series} name @param {number} share */
  ago(name, share) {
    const values = this.series[name];
    return values[Math.floor((values.length - 1) * (1 - share))] ?? null;
  }
}
