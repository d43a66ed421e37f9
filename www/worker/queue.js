// The order in which everything touches the wasm modules: one act at a time, because a module must not be entered again
// while it awaits a device.

/** @typedef {() => Promise<void> | void} Act */

export class Queue {
  /** @type {Act[]} */
  #acts = [];
  /** @type {Act[]} */
  #turns = [];
  #wake = () => {};
  // A message to oneself lets waiting messages in, without the 4 ms that nested timeouts are held back.
  #channel = new MessageChannel();

  /** Runs `act` before the next slice of training. @param {Act} act */
  add(act) {
    this.#acts.push(act);
    this.#wake();
  }

  /** Runs `act` in turn with slices of training; resolves to its result.
   * @template T @param {() => Promise<T> | T} act @returns {Promise<T>} */
  turn(act) {
    return new Promise((resolve, reject) => {
      // An error is the caller's and not the run's.
      this.#turns.push(() => Promise.resolve().then(act).then(resolve, reject));
      this.#wake();
    });
  }

  get empty() {
    return !this.#acts.length && !this.#turns.length;
  }

  /** All acts that wait, and one turn. */
  async run() {
    for (let act; (act = this.#acts.shift());) await act();
    await this.#turns.shift()?.();
  }

  /** Until something is added, or so many milliseconds. @param {number} [ms] @returns {Promise<void>} */
  idle(ms) {
    return new Promise(done => {
      const timer = ms === undefined ? 0 : setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Lets messages in. @returns {Promise<void>} */
  breathe() {
    return new Promise(done => {
      this.#channel.port1.onmessage = () => done();
      this.#channel.port2.postMessage(0);
    });
  }
}
