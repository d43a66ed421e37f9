// The projection of an image into the latent space, in turn with training.

import { isPanic, post, sentence } from './replies.js';

/** @import { Playground, ImageProjection } from '../messages.js' */

/** Updates of a turn, and the time between two replies. */
const TURN_MS = 8,
  REPLY_MS = 80;

export class Projection {
  /** @type {{ id: number, handle: ImageProjection, repliedAt: number } | null} */
  #current = null;
  /** Milliseconds that training is ahead: neither waits long for the other, however long a step takes. */
  #debtMs = 0;

  get running() {
    return this.#current !== null;
  }
  get isDue() {
    return this.#current !== null && this.#debtMs > 0;
  }

  /** Time that training has had. @param {number} ms */
  owe(ms) {
    if (this.#current) this.#debtMs += ms;
  }

  /** Replaces the projection before it. @param {Playground | undefined} playground @param {number} id
   * @param {Uint8Array} image @param {Uint8Array} known */
  start(playground, id, image, known) {
    this.stop();
    try {
      if (!playground) throw new Error('No run is open yet');
      this.#current = { id, handle: playground.project(image, known), repliedAt: -Infinity };
    } catch (error) {
      if (isPanic(error)) throw error;
      post({ type: 'projection-failed', projection: id, what: sentence(error) });
    }
  }

  async takeTurn() {
    const current = this.#current;
    if (!current) return;
    const { id, handle } = current,
      start = performance.now();
    // The first reply is the state before any update.
    let more = true;
    if (current.repliedAt > 0)
      do more = handle.step();
      while (more && performance.now() - start < TURN_MS);
    this.#debtMs = Math.max(0, this.#debtMs - (performance.now() - start));
    if (more && performance.now() - current.repliedAt < REPLY_MS) return;
    current.repliedAt = performance.now();
    try {
      post({ type: 'projected', projection: id, run_step: handle.run_step, state: await handle.read(), done: !more });
    } catch (error) {
      if (isPanic(error)) throw error;
      post({ type: 'projection-failed', projection: id, what: sentence(error) });
      more = false;
    }
    if (!more) this.stop();
  }

  stop() {
    this.#current?.handle.free();
    this.#current = null;
    this.#debtMs = 0;
  }
}
