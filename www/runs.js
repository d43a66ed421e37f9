// The page's run, or the two that it compares: where each message of the page goes.

import { Trainer } from './trainer.js';

/** @import { Comparison, Letter } from './comparison.js' */
/** @import { Change, Reply, Request } from './messages.js' */
/** @import { Store } from './state.js' */

export class Runs {
  /** @type {Store} */
  #store;
  /** @type {(reply: Reply) => void} */
  #onReply;
  #trainer = this.#start('A');
  /** The trainer of run B. @type {Trainer | null} */
  #other = null;
  /** @type {Comparison | null} */
  #comparison = null;
  /** @type {Extract<Request, { type: 'speed' }>} */
  #speed = { type: 'speed', limit: null };

  /** @param {Store} store @param {(reply: Reply) => void} onReply */
  constructor(store, onReply) {
    this.#store = store;
    this.#onReply = onReply;
  }

  /** @param {Letter} letter */
  #start(letter) {
    return new Trainer(reply => this.#receive(letter, reply));
  }

  /** The changes of run B, where the settings are those of run B. */
  get otherEdits() {
    return this.#store.model.comparison?.edits === 'B' ? (this.#comparison?.edits ?? null) : null;
  }

  /** @param {Letter} letter @param {Reply} reply */
  #receive(letter, reply) {
    const comparison = this.#comparison;
    if (!comparison) return this.#onReply(reply);
    if (reply.type === 'problem') {
      // Before it begins, run B has nothing to fall back on.
      const isFatal = reply.fatal || (letter === 'B' && !comparison.begun && !reply.followed);
      if (isFatal && letter === 'B') return this.#fail(reply.what);
      if (isFatal) {
        this.keep('A');
        return this.#onReply(reply);
      }
    }
    comparison.receive(letter, reply);
  }

  /** @param {string} what */
  #fail(what) {
    this.keep('A');
    this.#onReply({
      type: 'problem',
      kind: 'setting',
      what: `Run B: ${what}`,
      remedy: 'The comparison has ended. Run A goes on.',
      fatal: false,
    });
  }

  /** @param {Request} request @param {Transferable[]} [transfer] */
  post(request, transfer) {
    if (request.type === 'speed') this.#speed = request;
    const comparison = this.#comparison;
    if (comparison?.begun) {
      switch (request.type) {
        case 'play':
          return comparison.play();
        case 'pause':
          return comparison.pause();
        case 'reset':
          return comparison.reset();
        case 'set':
          return this.change(request);
        case 'speed':
          comparison.limit(request.limit);
      }
    }
    // Another experiment, or a saved run, is no part of a comparison.
    if (request.type === 'open' || request.type === 'load') this.keep('A');
    this.#trainer.post(request, transfer);
  }

  /** Other settings for the run that the settings panel shows. @param {Extract<Request, { type: 'set' | 'open' }>} request */
  change(request) {
    const { comparison, device } = this.#store.model;
    // The rounds train both; B stays on A's device.
    const own = request.type === 'open' ? { ...request, device, play: false } : request;
    if (comparison) this.#comparison?.change(comparison.edits, own);
  }

  /** @param {Parameters<Trainer['request']>[0]} request @returns {Promise<any>} */
  request(request) {
    const isStep = request.type === 'step';
    return isStep && this.#comparison?.begun ? this.#comparison.step(request.n) : this.#trainer.request(request);
  }

  /** The worker of the page's run, by another one. */
  replace() {
    this.#trainer.replace();
  }

  /** Starts run B from the seed of the page's run, with these changes, and then both from step 0.
   * @param {Change[]} changes @param {() => Promise<void>} before An act before run A goes back to step 0. */
  async compare(changes, before) {
    this.keep('A');
    // Fetched when it is first wanted.
    const { Comparison } = await import('./comparison.js').catch(() => ({ Comparison: null }));
    const store = this.#store,
      { info, device } = store.model;
    if (!Comparison) return this.#fail('The script of the comparison could not be fetched');
    if (!info || this.#comparison) return;
    this.#other = this.#start('B');
    const comparison = new Comparison(
      { trainer: this.#trainer, show: this.#onReply },
      {
        trainer: this.#other,
        // While another run is built, the picture of the one before it stays.
        show: reply => reply.type !== 'opening' && store.dispatch({ type: 'other', reply }),
      },
    );
    this.#comparison = comparison;
    comparison.limit(this.#speed.limit);
    store.dispatch({ type: 'comparing' });
    try {
      await comparison.prepare(() => store.model.info?.hash ?? info.hash, device, changes);
    } catch {
      // It has ended meanwhile.
      return;
    }
    comparison.begin(before);
    store.dispatch({ type: 'compared' });
    if (changes.length) comparison.play();
  }

  /** Ends the comparison, if there is one: this run goes on as the page's. @param {Letter} letter */
  keep(letter) {
    const comparison = this.#comparison,
      other = this.#other;
    if (!comparison || !other) return;
    this.#comparison = this.#other = null;
    const isPlaying = comparison.end();
    const [kept, dropped] = letter === 'A' ? [this.#trainer, other] : [other, this.#trainer];
    dropped.end();
    kept.onReply = reply => this.#receive('A', reply);
    this.#trainer = kept;
    const store = this.#store;
    store.dispatch({ type: 'kept', run: letter });
    const { info, device, choice, state } = store.model;
    if (letter === 'B' && info) {
      this.#onReply({ type: 'revised', info, more: false });
      if (device === 'cpu' && choice !== 'cpu') kept.post({ type: 'device', device: choice });
      kept.post(this.#speed);
    }
    if (isPlaying) kept.post({ type: 'play' });
    else if (comparison.begun) this.#onReply({ type: 'state', state });
  }
}
