// A run in a wasm module, with its snapshots and checkpoints.

import { buffers, post } from './replies.js';

/** @import { DataFiles, Device, Playground } from '../messages.js' */

/** Pictures faster than this are not seen. */
const PICTURE_MS = 33;
/** Training between two checkpoints: at most so much is lost to a crash or a divergence, and the visitor goes back to
 * any of them. Where they are large, they take a fiftieth of the time. */
const CHECKPOINT_MS = 1000;
const COST = 50;

export class Run {
  #pictureAt = 0;
  #pictures = 0;
  #checkpointAt = performance.now() + CHECKPOINT_MS;

  /** @param {Playground} playground @param {Device} device @param {DataFiles | undefined} files */
  constructor(playground, device, files) {
    this.playground = playground;
    this.device = device;
    this.files = files;
    this.info = playground.info();
  }

  /** Trains n steps to their end. @param {number} n */
  async train(n) {
    this.playground.step(n);
    // Without this a GPU's queue would grow without bound, and `pause` would wait for all of it.
    if (this.device === 'webgpu') await this.playground.sync();
  }

  /** A snapshot and a checkpoint, where they are due. @param {number} stepsPerSecond */
  async showWhatIsDue(stepsPerSecond) {
    if (performance.now() >= this.#pictureAt) await this.show(stepsPerSecond);
    if (performance.now() >= this.#checkpointAt) await this.checkpoint(stepsPerSecond);
  }

  /** The state of the run, and the milliseconds that reading it took. */
  async read() {
    const start = performance.now();
    const snapshot = await this.playground.snapshot();
    const ms = performance.now() - start;
    // Pictures take a fifth of the time at most, however much they cost. The first, in code that the browser has not
    // optimised, is no measure of the next.
    this.#pictureAt = start + Math.max(PICTURE_MS, this.#pictures++ ? 5 * ms : 0);
    return { snapshot, ms };
  }

  /** @param {number} stepsPerSecond */
  async show(stepsPerSecond) {
    const { snapshot } = await this.read();
    post({ type: 'snapshot', snapshot, steps_per_s: stepsPerSecond }, buffers(snapshot));
    return snapshot.step;
  }

  /** @param {number} stepsPerSecond */
  async checkpoint(stepsPerSecond) {
    const start = performance.now();
    // Read first: a run that has diverged throws here, and does not overwrite a good checkpoint.
    const step = await this.show(stepsPerSecond);
    const bytes = owned(await this.playground.save());
    post({ type: 'checkpoint', step, bytes }, [bytes]);
    this.#checkpointAt = performance.now() + Math.max(CHECKPOINT_MS, COST * (performance.now() - start));
  }

  free() {
    this.playground.free();
  }
}

/** @param {Uint8Array} bytes @returns {ArrayBuffer} */
const owned = bytes =>
  /** @type {ArrayBuffer} */ (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);
