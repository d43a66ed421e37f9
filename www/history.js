// The history of a run in bounded memory: series for the charts and whole snapshots for the timeline. When either is
// full, every second entry is removed, and later entries are kept half as often.

import { scalarsOf } from './readings.js';

/** @import { Snapshot } from './messages.js' */

const POINTS = 1024;
const FRAMES = 64;

export class History {
  /** Every scalar of the snapshots by name, and `step`; null where a snapshot had none.
   * @type {{ step: number[] } & Record<string, (number | null)[]>} */
  series = { step: [] };
  /** @type {Snapshot[]} */
  frames = [];
  /** Changes of settings while the run trained. @type {{ step: number, what: string }[]} */
  marks = [];
  /** Changes whenever `frames` does. */
  version = 0;
  #pointEvery = 1;
  #frameEvery = 1;

  /** @param {Snapshot} snapshot */
  add(snapshot) {
    const { step } = snapshot;
    const lastPoint = this.series.step.at(-1) ?? -Infinity;
    if (step >= lastPoint + this.#pointEvery) this.#addPoint(step, scalarsOf(snapshot));
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

  /** The history up to a step. @param {number} step */
  upTo(step) {
    const earlier = new History();
    const count = this.series.step.findLastIndex(other => other <= step) + 1;
    for (const name of Object.keys(this.series)) earlier.series[name] = this.series[name].slice(0, count);
    earlier.frames = this.frames.filter(frame => frame.step <= step);
    earlier.marks = this.marks.filter(mark => mark.step <= step);
    earlier.#pointEvery = this.#pointEvery;
    earlier.#frameEvery = this.#frameEvery;
    return earlier;
  }

  /** Notes a change of settings. @param {number} step @param {string} what @param {boolean} more Whether it is part
   * of the last one. */
  mark(step, what, more) {
    const last = this.marks.at(-1);
    if (more && last) last.what = what;
    else this.marks.push({ step, what });
  }

  /** @param {number} step @param {Record<string, number | null>} values */
  #addPoint(step, values) {
    const { series } = this;
    const before = series.step.length;
    for (const name of Object.keys(values)) series[name] ??= Array(before).fill(null);
    for (const name of Object.keys(series)) series[name].push(values[name] ?? null);
    if (before + 1 <= POINTS) return;
    this.#pointEvery = Math.max(this.#pointEvery * 2, ((step - series.step[0]) / POINTS) * 2);
    for (const name of Object.keys(series)) series[name] = series[name].filter((_, i) => i % 2 === 0);
  }

  /** A series, as long as `step`. @param {string} name @returns {(number | null)[]} */
  of(name) {
    return this.series[name] ?? this.series.step.map(() => null);
  }

  /** The value of a series before the last `share` of the run up to a step; null where settings have changed since.
   * @param {string} name @param {number} share @param {number} step */
  ago(name, share, step) {
    const { step: steps } = this.series;
    const later = steps.findIndex(other => other > step);
    const last = (later < 0 ? steps.length : later) - 1;
    const at = Math.floor(last * (1 - share));
    const changed = this.marks.some(mark => mark.step <= step && mark.step >= steps[at]);
    return changed ? null : (this.of(name)[at] ?? null);
  }
}
