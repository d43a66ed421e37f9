// Where a run stops by itself: at a step, or where a quantity crosses a value.

import { announce } from './announce.js';
import { inFormat, scalarsOf } from './readings.js';
import { fixed } from './views/scale.js';

/** @import { Reply, Snapshot } from './messages.js' */
/** @import { Store } from './state.js' */
/** @import { Runs } from './runs.js' */
/** @typedef {{ name: string, label: string, percent: boolean }} Watched */
/** @typedef {{ step: number } | { watched: Watched, below: boolean, value: number }} Goal */

const LOSSES = [
  ['d_loss', 'Discriminator loss'],
  ['g_loss', 'Generator loss'],
  ['d_real', 'D(x)'],
  ['d_fake', 'D(G(z))'],
];

/** The quantities that can be watched. @param {Snapshot} snapshot @returns {Watched[]} */
export const watchable = ({ metrics, terms }) => [
  ...[...metrics, ...terms].map(({ name, label, format }) => ({ name, label, percent: format === 'percent' })),
  ...LOSSES.map(([name, label]) => ({ name, label, percent: false })),
];

/** @param {Goal} goal */
export function goalInWords(goal) {
  if ('step' in goal) return `Runs to step ${goal.step.toLocaleString('en')}.`;
  const { watched, below, value } = goal;
  return `Runs until ${watched.label} is ${below ? 'below' : 'above'} ${inUnit(watched, value)}.`;
}

/** Why the run stops at a snapshot; null where it goes on. @param {Goal} goal @param {Snapshot} snapshot */
export function reached(goal, snapshot) {
  if ('step' in goal) return null;
  const { watched, below, value } = goal;
  const now = scalarsOf(snapshot)[watched.name];
  if (now == null || (below ? now >= value : now <= value)) return null;
  const step = snapshot.step.toLocaleString('en');
  const reading = [...snapshot.metrics, ...snapshot.terms].find(({ name }) => name === watched.name);
  const was = reading && !watched.percent ? inFormat(reading, now) : inUnit(watched, now);
  return `Stopped: ${watched.label} was ${was} at step ${step}, ${below ? 'below' : 'above'} ${inUnit(watched, value)}.`;
}

/** @param {Watched} watched @param {number} value */
const inUnit = ({ percent }, value) =>
  percent ? `${+(value * 100).toFixed(1)}%` : Math.abs(value) < 1 ? String(+value.toPrecision(3)) : fixed(value, 3);

export class Goals {
  /** @type {Store} */
  #store;
  /** @type {Runs} */
  #trainer;
  /** Called when the run has paused. @type {(() => void)[]} */
  #waiting = [];

  /** @param {Store} store @param {Runs} trainer */
  constructor(store, trainer) {
    this.#store = store;
    this.#trainer = trainer;
  }

  /** @param {Goal} goal @param {() => void} play */
  async set(goal, play) {
    const store = this.#store;
    store.dispatch({ type: 'view', snapshot: null });
    store.dispatch({ type: 'goal', goal, note: goalInWords(goal) });
    if (!('step' in goal)) {
      // The run may be there already.
      if (!store.model.live || !this.#check(store.model.live)) play();
      return;
    }
    // A run that goes on is ahead of its newest picture: paused, its step is known.
    if (store.model.state === 'running') {
      this.#trainer.post({ type: 'pause' });
      await new Promise(done => this.#waiting.push(() => done(undefined)));
    }
    if (store.model.goal !== goal) return;
    const n = goal.step - (store.model.live?.step ?? 0);
    if (n < 1) return this.#end(`The run had passed step ${goal.step.toLocaleString('en')}.`);
    const stopped = await this.#trainer.request({ type: 'step', n, paced: true }).then(
      () => `Stopped at step ${goal.step.toLocaleString('en')}.`,
      () => '',
    );
    if (store.model.goal === goal) this.#end(stopped);
  }

  /** The run goes on without it. */
  cancel() {
    const { goal } = this.#store.model;
    if (goal && 'step' in goal) this.#trainer.post({ type: 'play' });
    this.#store.dispatch({ type: 'goal', goal: null, note: '' });
  }

  /** @param {Reply} reply After the store has it. */
  onReply(reply) {
    const { goal } = this.#store.model;
    if (reply.type === 'snapshot') this.#check(reply.snapshot);
    if (reply.type !== 'state' && reply.type !== 'problem') return;
    if (this.#store.model.state === 'running') return;
    for (const done of this.#waiting.splice(0)) done();
    // The visitor paused, or the run failed.
    if (goal && !('step' in goal)) this.#end('');
  }

  /** Stops the run where it is there. @param {Snapshot} snapshot */
  #check(snapshot) {
    const { goal } = this.#store.model;
    const why = goal && reached(goal, snapshot);
    if (!why) return false;
    this.#end(why);
    this.#trainer.post({ type: 'pause' });
    return true;
  }

  /** @param {string} note */
  #end(note) {
    this.#store.dispatch({ type: 'goal', goal: null, note });
    if (note) announce(note);
  }
}
