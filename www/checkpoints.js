// Checkpoints of the run so far, within a budget of memory: the newest rescues a run whose worker dies, and from the others
// the visitor goes on elsewhere. When the budget is spent, every second one is dropped.

/** @typedef {{ hash: string, step: number, bytes: ArrayBuffer }} Checkpoint */

const BUDGET = 64 * 2 ** 20;

export class Checkpoints {
  /** In the order of their steps. @type {readonly Checkpoint[]} */
  all;

  /** @param {readonly Checkpoint[]} [all] */
  constructor(all = []) {
    this.all = all;
  }

  get newest() {
    return this.all.at(-1) ?? null;
  }

  /** The last one at this step or before. @param {number} step */
  before(step) {
    return this.all.findLast(other => other.step <= step) ?? null;
  }

  /** @param {Checkpoint} checkpoint */
  with(checkpoint) {
    let all = [...this.all.filter(({ step }) => step < checkpoint.step), checkpoint];
    // The newest stays, however large it is.
    while (all.length > 1 && all.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > BUDGET) {
      const last = all.length - 1;
      all = all.filter((_, i) => (last - i) % 2 === 0);
    }
    return new Checkpoints(all);
  }

  /** Those at this step or before. @param {number} step */
  upTo(step) {
    return new Checkpoints(this.all.filter(other => other.step <= step));
  }
}
