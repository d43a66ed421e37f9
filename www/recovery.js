// Replaces a worker that died: the new one continues from the last checkpoint.

/** @import { DeviceChoice } from './messages.js' */
/** @import { Problem, Store } from './state.js' */
/** @import { Runs } from './runs.js' */

/** A worker that dies again within this time is not restarted in the same way. */
const AGAIN_MS = 30_000;

export class Recovery {
  /** When the last workers died. @type {number[]} */
  #deaths = [];

  /** @param {Store} store @param {Runs} trainer */
  constructor(store, trainer) {
    this.store = store;
    this.trainer = trainer;
  }

  /** @param {Problem} problem */
  recover(problem) {
    const { state, live } = this.store.model;
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter(at => now - at < AGAIN_MS), now];
    this.trainer.replace();
    const remedy = this.#restart(problem, state === 'running' && this.#deaths.length === 1);
    const where = live ? ` at step ${live.step.toLocaleString('en')}` : '';
    this.store.dispatch({
      type: 'problem',
      ...problem,
      what: problem.what + where,
      remedy,
      fatal: this.#deaths.length > 3,
      followed: this.#deaths.length <= 3,
    });
    document.documentElement.dataset.state = this.store.model.state;
  }

  /** Starts what is left to try; gives the sentence for it. @param {Problem} problem @param {boolean} play */
  #restart({ kind }, play) {
    const { info, choice } = this.store.model;
    const rescue = this.store.model.checkpoints.newest;
    const device = /** @type {DeviceChoice} */ (kind === 'device' ? 'cpu' : choice);
    const onCpu = kind === 'device' ? ', on the CPU' : '';
    if (this.#deaths.length > 3) return 'It stopped again each time. Choose another experiment, or reload the page.';
    if (rescue && this.#deaths.length === 1) {
      this.store.dispatch({ type: 'continuing', step: rescue.step });
      // A copy, so that the checkpoint is there the next time too.
      const bytes = rescue.bytes.slice(0);
      this.trainer.post({ type: 'load', bytes, device, play }, [bytes]);
      const verb = play ? 'Training continues from' : 'The run waits at';
      return `${verb} step ${rescue.step.toLocaleString('en')}${onCpu}.`;
    }
    this.trainer.post({ type: 'open', hash: info?.hash ?? location.hash.slice(1), device, play });
    return play
      ? `The same experiment starts again${onCpu}.`
      : 'The run waits at step 0; change a setting, or press play.';
  }
}
