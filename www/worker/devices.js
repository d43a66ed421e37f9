// The choice of the device: is there a GPU, and is it faster for this experiment?

import { Missing, loadModule, whenLost } from './assets.js';
import { costKey } from './cost.js';
import { Pace } from './pace.js';
import { isPanic, post, postProblem, postProgress } from './replies.js';

/** @import { Device, DeviceChoice, ExperimentInfo, Gpu, Playground, Wasm } from '../messages.js' */
/** @import { TrainLoop } from './loop.js' */

/** `auto` looks for a GPU only after the first pictures, so as not to delay them. */
const GPU_AFTER_MS = 1500;
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
    if (!this.#moduleReady || this.choice === 'cpu') return 'cpu';
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
    // One trial at a time; its end considers again if the run is another by then.
    if (asked === 'auto' && this.#trying) return;
    const before = this.#gpu;
    try {
      if (before !== 'available' || asked === 'webgpu') this.#setGpu('fetching');
      const { wasm } = await loadModule('webgpu', postProgress);
      this.#moduleReady = true;
      this.#setGpu(before === 'software' ? 'software' : 'available');
      if (asked === 'webgpu')
        return this.loop.queue.add(() => (this.choice === 'webgpu' ? this.move('webgpu') : undefined));
      this.#trying = true;
      await this.#try(wasm, info);
    } catch (error) {
      if (isPanic(error)) return this.loop.fail(error);
      if (error instanceof Missing) return this.#setGpu('unbuilt');
      this.#setGpu('absent');
      if (asked === 'webgpu') postProblem('device', error, 'The run stays on the CPU.');
    } finally {
      this.#trying = false;
    }
  }

  /** Times the GPU in turn with the run on the CPU, and moves the run where it is faster. @param {Wasm} wasm
   * @param {ExperimentInfo} info */
  async #try(wasm, info) {
    const { queue, pace } = this.loop;
    await this.#withPlayground(
      () => wasm.Playground.open(info.hash, 'webgpu', this.loop.run?.files),
      async warmup => {
        // The first slices compile pipelines: fusion reaches across steps, so that a slice of several has kernels of
        // its own.
        for (const n of [1, 2, 2]) await queue.turn(() => train(warmup, n));
        await this.#time(warmup, WARMUP_MS);
      },
    );
    const cpu = pace.measured(),
      run = this.loop.run;
    if (!run || this.choice !== 'auto' || run.info.hash !== info.hash || !cpu) return this.consider();
    // From the run's own state: some steps cost more than others (critic_warmup), and both rates are to be of the same
    // ones.
    const open = async () => wasm.Playground.load(await run.playground.save(), 'webgpu', run.files);
    const webgpu = await this.#withPlayground(open, trial => this.#time(trial, TRIAL_MS));
    this.#measured.set(costKey(info.settings), { cpu, webgpu });
    const chosen = webgpu > cpu ? 'webgpu' : 'cpu';
    post({ type: 'measured', cpu, webgpu, chosen });
    if (chosen === 'webgpu') this.loop.queue.add(() => (this.choice === 'auto' ? this.move('webgpu') : undefined));
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
    postProblem('device', 'The GPU was lost', 'The run continues on the CPU.', true);
  }
}

/** Trains to the end; resolves to the milliseconds. @param {Playground} playground @param {number} n */
async function train(playground, n) {
  const start = performance.now();
  playground.step(n);
  await playground.sync();
  return performance.now() - start;
}
