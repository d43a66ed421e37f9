// How many steps to train at once, and when: slices short enough to stay responsive, a limit if the user set one, and
// the rate that results.

/** A message waits for one slice at most. */
const SLICE_MS = 10;
/** The shown rate is that of the last second or so. */
const WINDOW_MS = 1000;
/** Training after which its speed counts as measured. */
const MEASURED_MS = 250;

export class Pace {
  /** How long `stepsPerSlice` steps take, about. */
  sliceMs = SLICE_MS;
  /** Steps to train before looking up again. */
  stepsPerSlice = 1;
  /** @type {number | null} */
  #limit = null;
  #credit = 0;
  #creditAt = 0;
  #msPerStep = 0;
  #timed = 0;
  #timedMs = 0;
  /** @type {{ at: number, steps: number }[]} */
  #log = [];
  #total = 0;

  /** A new run, or one that stood still. */
  restart() {
    this.stepsPerSlice = 1;
    this.#credit = 1;
    this.#creditAt = performance.now();
    this.#msPerStep = this.#timed = this.#timedMs = this.#total = 0;
    this.#log = [{ at: performance.now(), steps: 0 }];
  }

  /** @param {number | null} perSecond */
  limit(perSecond) {
    this.#limit = perSecond;
    this.#credit = 1;
    this.#creditAt = performance.now();
  }

  /** Steps that the limit allows by now. */
  allowed() {
    if (this.#limit === null) return Infinity;
    const now = performance.now();
    // A tenth of a second at most is caught up after a stall.
    this.#credit = Math.min(this.#credit + ((now - this.#creditAt) / 1e3) * this.#limit, Math.max(1, this.#limit / 10));
    this.#creditAt = now;
    return Math.floor(this.#credit);
  }

  /** Milliseconds until the limit allows another step. */
  wait() {
    return this.#limit === null ? 0 : Math.max(1, ((1 - this.#credit) / this.#limit) * 1e3);
  }

  /** @param {number} steps @param {number} ms */
  trained(steps, ms) {
    this.#credit -= steps;
    const each = ms / steps;
    this.#timed += steps;
    this.#timedMs += ms;
    // The first steps also warm the module up.
    this.#msPerStep = this.#timed < 10 || !this.#msPerStep ? each : 0.9 * this.#msPerStep + 0.1 * each;
    // No more than doubling, so that one quick step does not make a long slice.
    this.stepsPerSlice = Math.max(1, Math.min(this.stepsPerSlice * 2, Math.round(this.sliceMs / Math.max(each, 1e-3))));
    const now = performance.now();
    this.#total += steps;
    this.#log.push({ at: now, steps: this.#total });
    while (this.#log.length > 2 && now - this.#log[1].at > WINDOW_MS) this.#log.shift();
  }

  /** Steps per second as they come, pictures included. */
  rate() {
    const first = this.#log[0],
      last = this.#log.at(-1);
    return first && last && last.at > first.at ? ((last.steps - first.steps) / (last.at - first.at)) * 1e3 : 0;
  }

  /** Steps per second of training alone, most of all in the last tenth of a second; 0 until enough was timed. */
  measured() {
    return this.#timedMs >= MEASURED_MS ? 1e3 / this.#msPerStep : 0;
  }
}
