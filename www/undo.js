// What undo and redo go back to: the experiments before and after the present one, and a run before it was reset. The
// browser's history has the experiments too, and the pages before this one.

/** A checkpoint where the run had been trained or had started from one, else the experiment's link. @typedef {{ hash: string, bytes:
 * ArrayBuffer | null }} Entry */

export class Undo {
  /** @type {Entry[]} */
  #past = [];
  /** @type {Entry[]} */
  #future = [];
  /** @type {string | null} */
  #present = null;
  /** The checkpoint that the present run started from, where it did not start from its seed. @type {ArrayBuffer | null} */
  #start = null;
  /** The list that the experiment to come was taken from. @type {Entry[] | null} */
  #from = null;

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    return this.#take(this.#past);
  }

  redo() {
    return this.#take(this.#future);
  }

  /** @param {Entry[]} from */
  #take(from) {
    this.#from = from;
    return from.at(-1);
  }

  /** The run is about to be reset, or another of the same experiment has taken its place.
   * @param {ArrayBuffer} bytes Its checkpoint, of which only the newest is kept.
   * @param {ArrayBuffer | null} [start] What the other started from. */
  reset(bytes, start = null) {
    if (this.#present === null) return;
    this.#past = [...this.#past.filter(entry => !entry.bytes), { hash: this.#present, bytes }];
    this.#future = [];
    this.#start = start;
  }

  /** A run has been opened, or goes on with other settings. @param {string} hash Its experiment.
   * @param {boolean} [more] The same act of the visitor has made changes before. */
  opened(hash, more = false) {
    if (more) {
      this.#present = hash;
      return;
    }
    const present = this.#present,
      start = this.#start,
      from = this.#from?.at(-1)?.hash === hash ? this.#from : null;
    this.#from = null;
    this.#present = hash;
    if (present === null || (!from && hash === present)) return;
    this.#start = from?.pop()?.bytes ?? null;
    if (!from) this.#future = [];
    (from && from === this.#past ? this.#future : this.#past).push({ hash: present, bytes: start });
  }
}
