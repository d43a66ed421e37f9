// Scores of generated images by a classifier that learns from the run's own images, in turn with training.

import { isPanic, post, sentence } from './replies.js';

/** @import { Playground, ScoringState } from '../messages.js' */

/** The classifier's training has as much time as that of the run; the scores after it a quarter of that. */
const SHARE = { learning: 1, scoring: 0.25 };
/** Between two reports of the classifier's training. */
const REPORT_MS = 100;

export class Scoring {
  /** @type {Playground | null} */
  #playground = null;
  #learning = true;
  /** Whether nothing is left to do until the run has trained. */
  #rests = false;
  /** Milliseconds that training is ahead. */
  #debtMs = 0;
  #reportedAt = -Infinity;

  /** Whether there is something to do while the run stands still. */
  get running() {
    return this.#playground !== null && !this.#rests;
  }

  /** Time that training has had. @param {number} ms */
  owe(ms) {
    if (!this.#playground) return;
    this.#rests = false;
    this.#debtMs += ms * (this.#learning ? SHARE.learning : SHARE.scoring);
  }

  /** @param {Playground | undefined} playground @param {boolean} on */
  set(playground, on) {
    this.stop();
    try {
      playground?.score(on);
      if (on && playground) this.#playground = playground;
    } catch (error) {
      if (isPanic(error)) throw error;
      post({ type: 'scoring-failed', what: sentence(error) });
    }
  }

  /** @param {boolean} training */
  async takeTurn(training) {
    if (!this.#playground || this.#rests || (training && this.#debtMs <= 0)) return;
    const start = performance.now();
    try {
      this.#report(await this.#playground.advance_scores());
    } catch (error) {
      if (isPanic(error)) throw error;
      post({ type: 'scoring-failed', what: sentence(error) });
      this.stop();
    }
    this.#debtMs = training ? this.#debtMs - (performance.now() - start) : 0;
  }

  /** @param {ScoringState} state */
  #report({ done, of, unchanged, scores }) {
    this.#rests = unchanged;
    this.#learning = done !== null;
    if (scores) post({ type: 'scores', scores });
    if (done === null || of === null) return;
    const now = performance.now();
    if (done < of && now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    post({ type: 'scoring', done, of });
  }

  /** Its run is gone, or nobody looks at the scores. */
  stop() {
    this.#playground = null;
    this.#rests = false;
    this.#learning = true;
    this.#debtMs = 0;
  }
}
