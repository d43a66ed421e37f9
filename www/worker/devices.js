// The choice of the device: is there a GPU, and is it faster for this experiment?

import { Missing, loadModule, whenLost } from './assets.js';
import { costKey } from './cost.js';
import { Pace } from './pace.js';
import { failure, isPanic, post, postProblem, postProgress } from './replies.js';

/** @import { Device, DeviceChoice, ExperimentInfo, Gpu, Playground, Wasm } from '../messages.js' */
/** @import { Run } from './run.js' */
/** @import { TrainLoop } from './loop.js' */

/** `auto` looks for a GPU only after the first pictures, so as not to delay them. */
const GPU_AFTER_MS = 1500;
/** Steps after which every kernel of a training step has been compiled, and the step recorded. */
const STEPS_TO_COMPILE = 8;
/** A GPU is timed once the browser has optimised the module's code, which takes some hundred steps. */
const WARMUP_MS = 2000,
  TRIAL_MS = 500;

export class Devices {
  /** @type {DeviceChoice} */
  choice = 'auto';
  /** @type {Gpu} */
  #gpu = 'unknown';
  #adapterName = '';
  #moduleReady = false;
  /** Steps per second by device, by the settings that they depend on. @type {Map<string, Record<Device, number>>} */
  #measured = new Map();
  #timer = 0;
  #trying = false;
  /** Moves the run. @type {(device: Device) => Promise<void>} */
  move = async () => {};

  /** @param {TrainLoop} loop */
  constructor(loop) {
    this.loop = loop;
    whenLost(() => this.#onLoss());
  }

  /** @param {ExperimentInfo} info @returns {Device} */
  deviceFor(info) {
    if (!this.#moduleReady || this.#trying || this.choice === 'cpu') return 'cpu';
    if (this.choice === 'webgpu') return 'webgpu';
    const rates = this.#measured.get(costKey(info.settings));
    return rates && rates.webgpu > rates.cpu ? 'webgpu' : 'cpu';
  }

  /** @param {DeviceChoice} choice */
  async choose(choice) {
    this.choice = choice;
    const { run } = this.loop;
    if (!run) return;
    await this.move(this.deviceFor(run.info));
    this.consider();
  }

  /** Considers in the background whether the GPU should have the run, and moves it there. */
  consider() {
    clearTimeout(this.#timer);
    const { run } = this.loop;
    if (!run || this.choice === 'cpu' || run.device === 'webgpu') return;
    const rates = this.#measured.get(costKey(run.info.settings));
    if (this.choice === 'auto' && rates) return void post({ type: 'measured', ...rates, chosen: run.device });
    this.#timer = setTimeout(() => this.#useGpu(), this.choice === 'auto' ? GPU_AFTER_MS : 0);
  }

  async #useGpu() {
    const asked = this.choice,
      info = this.loop.run?.info;
    if (!info) return;
    if (this.#gpu === 'unknown') await this.#findAdapter();
    if (this.#gpu === 'absent' || this.#gpu === 'unbuilt') return;
    // A software adapter runs kernels on the cores that the CPU module has: 15 steps/s of the smallest network, against
    // 1,400 in the CPU module (docs/performance.md). A trial would only take time from the run.
    if (this.#gpu === 'software' && asked === 'auto') return;
    // A paused run, or one that has just begun, has no speed to compare with.
    if (asked === 'auto' && !this.loop.pace.measured()) return this.consider();
    // One at a time; its end considers again.
    if (this.#trying) return;
    this.#trying = true;
    const found = this.#gpu;
    try {
      this.#setGpu('fetching');
      const { wasm } = await loadModule('webgpu', postProgress);
      this.#setGpu('compiling');
      await this.#withPlayground(
        () => wasm.Playground.open(info.hash, 'webgpu', this.loop.run?.files),
        async playground => {
          await compile(playground);
          this.#setGpu(found);
          if (this.choice === 'auto') await this.#time(playground, WARMUP_MS);
        },
      );
      this.#moduleReady = true;
      if (this.choice === 'webgpu') await this.#moveAs('webgpu');
      else if (this.choice === 'auto' && this.loop.run?.info.hash === info.hash) await this.#try(wasm, this.loop.run);
    } catch (error) {
      if (isPanic(error)) return this.loop.fail(error);
      this.#setGpu(found);
      // Another run has taken its place, and is considered next.
      if (this.loop.run?.info.hash !== info.hash) return;
      const remedy = 'The run stays on the CPU.';
      // The experiment's fault and not the device's: WebGPU lacks its precision.
      if (failure(error)?.kind === 'setting') return asked === 'webgpu' && postProblem('device', error, remedy);
      if (error instanceof Missing) return this.#setGpu('unbuilt');
      // A download that failed is worth another try; what the device says is not.
      if (failure(error)) this.#setGpu('absent');
      if (asked === 'webgpu') postProblem('device', error, remedy);
    } finally {
      this.#trying = false;
      if (this.choice !== asked || this.loop.run?.info.hash !== info.hash) this.consider();
    }
  }

  /** Times the GPU in turn with the run on the CPU, and moves the run where it is faster. @param {Wasm} wasm
   * @param {Run} run */
  async #try(wasm, run) {
    const cpu = this.loop.pace.measured();
    if (!cpu) return this.consider();
    // From the run's own state: some steps cost more than others (critic_warmup), and both rates are to be of the same
    // ones.
    const open = async () => wasm.Playground.load(await run.playground.save(), 'webgpu', run.files);
    const webgpu = await this.#withPlayground(open, trial => this.#time(trial, TRIAL_MS));
    this.#measured.set(costKey(run.info.settings), { cpu, webgpu });
    const chosen = webgpu > cpu ? 'webgpu' : 'cpu';
    post({ type: 'measured', cpu, webgpu, chosen });
    if (chosen === 'webgpu') await this.#moveAs('auto');
  }

  /** Moves the run to the GPU, if this is still the choice by then. @param {DeviceChoice} choice */
  #moveAs(choice) {
    return this.loop.queue.turn(() => (this.choice === choice ? this.move('webgpu') : undefined));
  }

  /** @template T @param {() => Playground | Promise<Playground>} open
   * @param {(playground: Playground) => Promise<T>} use @returns {Promise<T>} */
  async #withPlayground(open, use) {
    const playground = await this.loop.queue.turn(open);
    try {
      return await use(playground);
    } finally {
      await this.loop.queue.turn(() => playground.free());
    }
  }

  /** Steps per second on the GPU in slices like a run's own, each with its sync. @param {Playground} playground
   * @param {number} ms */
  async #time(playground, ms) {
    const pace = new Pace();
    for (let spent = 0; spent < ms;) {
      const n = pace.stepsPerSlice;
      const took = await this.loop.queue.turn(() => train(playground, n));
      pace.trained(n, took);
      spent += took;
    }
    return pace.measured();
  }

  /** Whether there is an adapter, and whether it is hardware. */
  async #findAdapter() {
    const { wasm } = await loadModule('cpu', postProgress);
    const adapter = await wasm.find_adapter();
    if (!adapter) return this.#setGpu('absent');
    this.#adapterName = adapter.name;
    this.#setGpu(adapter.software ? 'software' : 'available');
  }

  /** @param {Gpu} status */
  #setGpu(status) {
    this.#gpu = status;
    post({ type: 'gpu', gpu: status, name: this.#adapterName });
  }

  #onLoss() {
    this.#moduleReady = false;
    if (this.loop.run?.device !== 'webgpu') return this.#setGpu('absent');
    postProblem('device', 'The GPU was lost', 'The run continues on the CPU.', { fatal: true });
  }
}

/** Compiles every kernel of an experiment. The run trains meanwhile: this waits for the GPU outside the queue's turns,
 * and nothing else enters the GPU's module. @param {Playground} playground */
async function compile(playground) {
  for (let step = 0; step < STEPS_TO_COMPILE; step++) await train(playground, 1);
  await playground.snapshot();
}

/** Trains to the end; resolves to the milliseconds. @param {Playground} playground @param {number} n */
async function train(playground, n) {
  const start = performance.now();
  playground.step(n);
  await playground.sync();
  return performance.now() - start;
}
