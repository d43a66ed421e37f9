// The train loop: acts of the queue, slices of training, a projection, and scores of images, in turn.

import { Pace } from './pace.js';
import { Projection } from './projection.js';
import { Queue } from './queue.js';
import { Scoring } from './scoring.js';
import { buffers, failure, isPanic, post, postProblem, postState, sentence } from './replies.js';

/** @import { Updated } from '../messages.js' */
/** @import { Run } from './run.js' */

export class TrainLoop {
  queue = new Queue();
  pace = new Pace();
  projection = new Projection();
  scoring = new Scoring();
  /** @type {Run | null} */
  run = null;
  playing = false;
  /** Steps that were asked for, and the time spent on them. @type {{ id: number, left: number, paced: boolean, ms: number }[]} */
  #goals = [];

  get training() {
    return this.run !== null && (this.playing || this.#goals.length > 0);
  }

  async start() {
    for (;;) {
      try {
        await this.queue.run();
        if (this.training && !this.projection.isDue) {
          const start = performance.now();
          await this.#slice();
          this.projection.owe(performance.now() - start);
          this.scoring.owe(performance.now() - start);
        }
        await this.projection.takeTurn();
        await this.scoring.takeTurn(this.training);
        if (this.training || this.projection.running || this.scoring.running) await this.queue.breathe();
        else if (this.queue.empty) await this.queue.idle();
      } catch (error) {
        this.fail(error);
      }
    }
  }

  async #slice() {
    const { run, pace } = this,
      goal = this.#goals[0];
    if (!run) return;
    const n = Math.min(pace.stepsPerSlice, goal?.left ?? Infinity, goal?.paced === false ? Infinity : pace.allowed());
    if (n < 1)
      return this.projection.running || !this.queue.empty ? undefined : void (await this.queue.idle(pace.wait()));
    const start = performance.now();
    await run.train(n);
    const ms = performance.now() - start;
    pace.trained(n, ms);
    if (goal) {
      goal.ms += ms;
      goal.left -= n;
      if (goal.left === 0) await this.#reach(goal, run);
    }
    await run.showWhatIsDue(pace.rate());
  }

  /** @param {{ id: number, ms: number }} goal @param {Run} run */
  async #reach({ id, ms }, run) {
    this.#goals.shift();
    const { snapshot, ms: read_ms } = await run.read();
    const state = this.training ? 'running' : 'paused';
    post({ type: 'stepped', id, snapshot, state, trained_ms: ms, read_ms }, buffers(snapshot));
  }

  /** `paced`: within the speed limit, as in play. @param {number} id @param {number} n @param {boolean} paced */
  stepBy(id, n, paced) {
    if (!this.run) return post({ type: 'failed', id, what: 'No run is open yet' });
    this.playing = false;
    if (paced) this.pace.restart();
    this.#goals.push({ id, left: Math.max(1, Math.floor(n)), paced, ms: 0 });
    // One step is over before a change of state could be seen.
    postState(n > 1 ? 'running' : 'paused');
  }

  /** One update of one network, of a paused run. @param {number} id @param {Updated} network */
  async update(id, network) {
    const { run } = this;
    if (!run) return post({ type: 'failed', id, what: 'No run is open yet' });
    await this.pause();
    const { playground } = run;
    const update = await (network === 'generator' ? playground.update_generator() : playground.update_discriminator());
    const { snapshot } = await run.read();
    post({ type: 'updated', id, update, snapshot }, buffers(snapshot));
    postState('paused');
  }

  play() {
    if (!this.run || this.playing) return;
    this.playing = true;
    this.pace.restart();
    postState('running');
  }

  async pause() {
    if (!this.run || !this.training) return;
    this.playing = false;
    this.dropGoals('Paused before all steps were done');
    await this.show();
    postState('paused');
  }

  async show() {
    await this.run?.show(this.pace.rate());
  }

  /** @param {string} what */
  dropGoals(what) {
    for (const { id } of this.#goals.splice(0)) post({ type: 'failed', id, what });
  }

  /** Tells the page of an error in training. @param {unknown} error */
  fail(error) {
    this.playing = false;
    this.dropGoals(sentence(error));
    if (isPanic(error)) {
      return postProblem('crash', 'The trainer stopped on an internal error', 'It starts again.', { fatal: true });
    }
    if (failure(error)?.kind === 'diverged') {
      postProblem('diverged', error, 'Lower a learning rate, or choose another objective, and reset.');
    } else if (this.run?.device === 'webgpu') {
      return postProblem('device', error, 'The run continues on the CPU.', { fatal: true });
    } else {
      postProblem('crash', error, 'Reset to start the same experiment again.');
    }
    postState('error');
  }
}
