// Two runs of one seed that are compared: A, the page's own, and B. Both train in rounds of as many steps, and are shown
// after each, so that both are always seen at the same step.

import { Undo } from './undo.js';
import { Pace } from './worker/pace.js';

/** @import { Change, Device, Reply, Request } from './messages.js' */
/** @import { Trainer } from './trainer.js' */
/** @typedef {'A' | 'B'} Letter */
/** `show`: takes a reply into the page's state; `failed`: whether it has stopped on an error, such as divergence.
 * @typedef {{ trainer: Trainer, show: (reply: Reply) => void, device: Device | null, failed: boolean }} Side */

/** Training between two pictures, where reading them is quick. */
const ROUND_MS = 33;
/** Reading takes a fifth of the time at most. */
const PER_READ = 4;

/** @param {Reply} reply */
const isReady = reply => reply.type === 'state' && reply.state === 'ready';
/** A problem in answer to which no run opens. @param {Reply} reply */
const isRefusal = reply => reply.type === 'problem' && !reply.followed;

export class Comparison {
  /** The changes of run B. */
  edits = new Undo();
  /** Whether run B is there, and both are at the same step. */
  begun = false;
  #pace = new Pace();
  /** The step at which both are shown. */
  #step = 0;
  /** Steps left to train; infinitely many while the runs play. */
  #left = 0;
  /** The promise of these steps. @type {{ resolve: () => void, reject: (error: Error) => void } | null} */
  #goal = null;
  /** Acts to be carried out between two rounds. @type {(() => Promise<void>)[]} */
  #acts = [];
  #busy = false;
  #ended = false;
  /** @type {{ side: Side, isAnswer: (reply: Reply) => boolean, resolve: () => void, reject: (error: Error) => void }[]} */
  #waiting = [];
  /** @type {Record<Letter, Side>} */
  #sides;

  /** @param {Pick<Side, 'trainer' | 'show'>} a @param {Pick<Side, 'trainer' | 'show'>} b */
  constructor(a, b) {
    const unopened = { device: null, failed: false };
    this.#sides = { A: { ...a, ...unopened }, B: { ...b, ...unopened } };
  }

  /** Opens run B while A goes on by itself, with these changes. @param {() => string} hash A's experiment now.
   * @param {Device} device @param {Change[]} changes */
  async prepare(hash, device, changes) {
    const { B } = this.#sides;
    for (let opened; opened !== hash();) {
      opened = hash();
      B.trainer.post({ type: 'open', hash: opened, device, play: false });
      await this.#answer(B, isReady);
    }
    // A new worker starts on the CPU; numbers of two devices differ in their last digits.
    const isThere = (/** @type {Reply} */ reply) =>
      (reply.type === 'opened' && reply.device === device) ||
      (reply.type === 'gpu' && (reply.gpu === 'absent' || reply.gpu === 'unbuilt')) ||
      isRefusal(reply);
    if (B.device !== device) await this.#answer(B, isThere);
    if (changes.length) await this.#post(B, { type: 'set', changes, live: true });
  }

  /** Takes run A too, and brings it to step 0. @param {() => Promise<void>} before An act that A still has to do. */
  begin(before) {
    this.begun = true;
    this.#do(async () => {
      await before();
      await this.#restart(this.#sides.A);
    });
  }

  /** @param {Letter} letter @param {Reply} reply */
  receive(letter, reply) {
    const side = this.#sides[letter];
    const answered = this.#waiting.filter(waiting => waiting.side === side && waiting.isAnswer(reply));
    this.#waiting = this.#waiting.filter(waiting => !answered.includes(waiting));
    for (const { resolve } of answered) resolve();
    if (reply.type === 'opened') this.#opened(side, reply);
    if (letter === 'B') this.#remember(reply);
    if (!this.begun) return side.show(reply);
    // The rounds have the answers. Steps between two rounds are shown of neither run.
    if (reply.type === 'stepped' || reply.type === 'failed') return;
    if (reply.type === 'snapshot' && reply.snapshot.step !== this.#step) return;
    if (reply.type === 'state') {
      if (reply.state === 'error') this.#fail(side);
      return;
    }
    side.show(reply);
  }

  /** For undo. @param {Reply} reply */
  #remember(reply) {
    if (reply.type === 'revised') this.edits.opened(reply.info.hash, reply.more);
    if (reply.type === 'opened' && reply.restarted) this.edits.opened(reply.info.hash);
  }

  /** @param {Side} side @param {Extract<Reply, { type: 'opened' }>} reply */
  #opened(side, { device, restarted }) {
    const { A, B } = this.#sides;
    side.device = device;
    if (side === A && B.device && B.device !== device) B.trainer.post({ type: 'device', device });
    if (!restarted) return;
    side.failed = false;
    this.#step = 0;
  }

  play() {
    // A run that has diverged is reset before it plays.
    if (Object.values(this.#sides).some(({ failed }) => failed)) this.reset();
    this.#train(Infinity);
  }

  pause() {
    this.#stop();
    this.#go();
  }

  /** Trains both n more steps. @param {number} n @returns {Promise<void>} */
  step(n) {
    this.#stop();
    return new Promise((resolve, reject) => {
      this.#goal = { resolve, reject };
      this.#train(Math.max(1, Math.floor(n)));
    });
  }

  /** Both back to step 0, where they wait. */
  reset() {
    const { A, B } = this.#sides;
    A.failed = B.failed = false;
    this.#stop();
    this.#do(async () => {
      await Promise.all([this.#restart(A), this.#restart(B)]);
      // Also where they are to play next.
      this.#showState(0);
    });
  }

  /** Other settings for one of the runs. Where they start it again, the other starts again with it.
   * @param {Letter} letter @param {Extract<Request, { type: 'set' | 'open' }>} request */
  change(letter, request) {
    const { A, B } = this.#sides;
    const [side, other] = letter === 'A' ? [A, B] : [B, A];
    this.#do(async () => {
      const isRestarted = await this.#post(side, request);
      if (isRestarted) await this.#restart(other);
    });
  }

  /** @param {number | null} perSecond */
  limit(perSecond) {
    this.#pace.limit(perSecond);
  }

  /** Ends the rounds; returns whether the runs were playing. */
  end() {
    const isPlaying = this.#left > 0;
    this.#ended = true;
    this.#stop();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('The comparison has ended'));
    return isPlaying;
  }

  /** @param {Side} side @param {(reply: Reply) => boolean} isAnswer @returns {Promise<void>} */
  #answer(side, isAnswer) {
    return new Promise((resolve, reject) => this.#waiting.push({ side, isAnswer, resolve, reject }));
  }

  /** Sends other settings; resolves to whether they have started the run again.
   * @param {Side} side @param {Request} request */
  async #post(side, request) {
    let isRestarted = false;
    side.trainer.post(request);
    await this.#answer(side, reply => {
      isRestarted = isReady(reply);
      return isRestarted || reply.type === 'revised' || isRefusal(reply);
    });
    return isRestarted;
  }

  /** @param {Side} side */
  async #restart(side) {
    side.trainer.post({ type: 'reset' });
    await this.#answer(side, reply => isReady(reply) || isRefusal(reply));
  }

  /** @param {() => Promise<void>} act */
  #do(act) {
    this.#acts.push(act);
    this.#go();
  }

  /** @param {number} steps */
  #train(steps) {
    this.#left = steps;
    this.#pace.restart();
    // One step is over before a change of state could be seen.
    if (!this.#busy && steps > 1) this.#showState();
    this.#go();
  }

  #stop() {
    this.#left = 0;
    this.#goal?.reject(new Error('Paused before all steps were done'));
    this.#goal = null;
  }

  /** Acts and rounds, one at a time. */
  async #go() {
    if (this.#busy) return;
    this.#busy = true;
    while (!this.#ended && (this.#acts.length || this.#left)) {
      const act = this.#acts.shift();
      if (!act) await this.#round();
      // Requests without an answer end with the comparison.
      else
        await act().then(
          () => this.#showState(),
          () => {},
        );
    }
    this.#busy = false;
    if (!this.#ended) this.#showState();
  }

  async #round() {
    const pace = this.#pace,
      { A, B } = this.#sides;
    const n = Math.min(pace.stepsPerSlice, this.#goal ? this.#left : pace.allowed());
    if (n < 1) return new Promise(done => setTimeout(done, pace.wait()));
    const asked = [A, B].map(({ trainer }) => trainer.request({ type: 'step', n }));
    const answers = await Promise.allSettled(asked);
    if (this.#ended) return;
    const done = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (done.length < 2) return this.#stop();
    pace.sliceMs = Math.max(ROUND_MS, PER_READ * Math.max(...done.map(({ read_ms }) => read_ms)));
    pace.trained(n, Math.max(...done.map(({ trained_ms }) => trained_ms)));
    this.#step = done[0].snapshot.step;
    this.#left = Math.max(0, this.#left - n);
    [A, B].forEach(({ show }, i) => {
      show({ type: 'snapshot', snapshot: done[i].snapshot, steps_per_s: pace.rate() });
    });
    if (this.#left || !this.#goal) return;
    this.#goal.resolve();
    this.#goal = null;
  }

  /** @param {Side} side */
  #fail(side) {
    side.failed = true;
    this.#stop();
    this.#showState();
  }

  #showState(left = this.#left) {
    const state = left ? 'running' : this.#step ? 'paused' : 'ready';
    for (const { show, failed } of Object.values(this.#sides)) show({ type: 'state', state: failed ? 'error' : state });
  }
}
