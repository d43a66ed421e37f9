// The start from a pre-trained checkpoint, in the place of the present run, to which Undo leads back.

/** @import { PretrainedIndex } from './messages.js' */
/** @import { Model, Store } from './state.js' */
/** @import { Runs } from './runs.js' */
/** @import { Undo } from './undo.js' */

/** The pre-trained run of exactly this experiment, where the server has one. @param {Model} model
 * @returns {PretrainedIndex[string] | null} */
export function offered({ info, presets, pretrained, comparison }) {
  const isPreset = presets.some(({ name, hash }) => name === info?.name && hash === info.hash);
  return (isPreset && !comparison && info && pretrained[info.name]) || null;
}

export class PretrainedStart {
  isFetching = false;
  /** The run before and the pre-trained one, until that is open. @type {[before: ArrayBuffer, start: ArrayBuffer] | null} */
  #runs = null;

  /** @param {Store} store @param {Runs} trainer @param {Undo} edits */
  constructor(store, trainer, edits) {
    this.store = store;
    this.trainer = trainer;
    this.edits = edits;
  }

  async start() {
    const { store, trainer } = this;
    const { info, choice: device } = store.model;
    if (!info || this.isFetching) return;
    const { name, hash: pretrained } = info;
    this.isFetching = true;
    store.draw();
    try {
      const { bytes } = await trainer.request({ type: 'fetch-pretrained', name });
      this.#runs = [(await trainer.request({ type: 'save' })).bytes.buffer, bytes.slice(0)];
      trainer.post({ type: 'load', bytes, device, play: false, pretrained }, [bytes]);
    } catch (error) {
      // The visitor may have gone on to another experiment.
      if (store.model.info?.hash === pretrained) this.#fail(/** @type {Error} */ (error).message);
    }
    this.isFetching = false;
    store.draw();
  }

  /** @param {string} what */
  #fail(what) {
    const remedy = 'The run here goes on.';
    this.store.dispatch({ type: 'problem', kind: 'pretrained', what, remedy, fatal: false });
  }

  /** The pre-trained run is open. */
  opened() {
    if (this.#runs) this.edits.reset(...this.#runs);
    this.#runs = null;
  }
}
