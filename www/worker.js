// The trainer's side of the page: holds the wasm modules and the run, and trains in slices short enough that a message
// never waits long. Everything that touches the run goes through one queue, because the modules must not be re-entered
// while they await a device.

import { Missing, loadData, loadModule } from './assets.js';
import { Pace } from './pace.js';
import { costKey } from './settings.js';

/** @import { BenchConfig, Change, DataFiles, Device, DeviceChoice, ExperimentInfo, Failure, Gpu, Playground, Probe, ProblemKind, Reply, Request, Search, Snapshot, State, Wasm } from './messages.js' */

/** Pictures faster than this are not seen. */
const PICTURE_MS = 33;
/** A search for an image takes turns with training; what it found is shown this often. */
const SEARCH_MS = 8, FOUND_MS = 80;
/** What a crash or a divergence may cost. */
const RESCUE_MS = 10_000;
/** `auto` looks for a GPU only once the first pictures are out, so as not to delay them. */
const GPU_AFTER_MS = 1500;
/** A GPU is timed once the browser has optimised the module's code, which takes some hundred steps. */
const WARMUP_MS = 2000, TRIAL_MS = 500;

/** @type {{ playground: Playground, device: Device, info: ExperimentInfo, files: DataFiles | undefined } | null} */
let run = null;
let playing = false;
/** @type {{ id: number, left: number }[]} */
let goals = [];
/** Milliseconds that training has had, and a search not yet: neither is to wait long for the other, however long a step takes. */
let owed = 0;
/** @type {{ id: number, handle: Search, shownAt: number } | null} */
let searching = null;
/** @type {DeviceChoice} */
let choice = 'auto';
/** @type {Gpu} */
let gpu = 'unknown', adapterName = '', gpuReady = false;
/** Steps per second by device, by the settings that they depend on. @type {Map<string, Record<Device, number>>} */
const measured = new Map();
/** The link last asked for: a download that another link has overtaken is dropped. */
let wanted = '';
const pace = new Pace();
let pictureAt = 0, rescueAt = 0;

/** @param {Reply} reply @param {Transferable[]} [transfer] */
const post = (reply, transfer = []) => self.postMessage(reply, { transfer });
/** @param {State} state */
const become = state => post({ type: 'state', state });
/** @param {ProblemKind} kind @param {unknown} error @param {string} remedy */
const problem = (kind, error, remedy, fatal = false) => post({ type: 'problem', kind, what: sentence(error), remedy, fatal });
/** What the wasm module threw, where it did. @param {unknown} error @returns {Failure | null} */
const failure = error => typeof error === 'object' && error && 'kind' in error ? /** @type {Failure} */ (error) : null;
/** @param {unknown} error */
function sentence(error) {
  const text = failure(error)?.message ?? (error instanceof Error ? error.message : String(error));
  return text.charAt(0).toUpperCase() + text.slice(1);
}
/** @type {import('./assets.js').Progress} */
const progress = (what, done, total) => post({ type: 'progress', what, done, total });

// --- The queue -------------------------------------------------------------------------------------------------------

/** @type {(() => Promise<void> | void)[]} */
const inbox = [];
let wake = () => {};
/** @param {() => Promise<void> | void} act */
function enqueue(act) {
  inbox.push(act);
  wake();
}
/** @param {number} [ms] */
const idle = ms => new Promise(done => {
  const timer = ms === undefined ? 0 : setTimeout(done, ms);
  wake = () => { clearTimeout(timer); done(undefined); };
});
// A message to oneself lets waiting messages in, without the 4 ms that nested timeouts are held back.
const channel = new MessageChannel();
const breathe = () => new Promise(done => { channel.port1.onmessage = done; channel.port2.postMessage(0); });

async function live() {
  for (;;) {
    try {
      for (let act; (act = inbox.shift());) await act();
      const training = run && (goals.length || playing);
      if (training && owed <= 0) {
        const start = performance.now();
        await slice();
        if (searching) owed += performance.now() - start;
      }
      if (searching) await searchOn(searching);
      if (training || searching) await breathe();
      else if (!inbox.length) await idle();
    } catch (error) {
      fail(error);
    }
  }
}

/** What to make of an error that came out of training. @param {unknown} error */
function fail(error) {
  playing = false;
  for (const { id } of goals.splice(0)) post({ type: 'failed', id, what: sentence(error) });
  if (error instanceof WebAssembly.RuntimeError) {
    return problem('crash', 'The trainer stopped on an internal error', 'A fresh one takes over.', true);
  }
  if (failure(error)?.kind === 'diverged') {
    problem('diverged', error, 'Lower a learning rate, or choose another objective, and reset.');
  } else if (run?.device === 'webgpu') {
    return problem('device', error, 'The run goes on on the CPU.', true);
  } else {
    problem('crash', error, 'Reset to start the same experiment again.');
  }
  become('error');
}

// --- Training --------------------------------------------------------------------------------------------------------

async function slice() {
  if (!run) return;
  const { playground, device } = run;
  const goal = goals[0];
  const n = goal ? Math.min(goal.left, pace.stride) : Math.min(pace.stride, pace.allowed());
  if (n < 1) return searching ? undefined : void await idle(pace.wait());
  const start = performance.now();
  playground.step(n);
  // Without this a GPU's queue would grow without bound, and `pause` would wait for all of it.
  if (device === 'webgpu') await playground.sync();
  pace.trained(n, performance.now() - start);
  if (goal && (goal.left -= n) === 0) {
    goals.shift();
    const snapshot = await playground.snapshot();
    post({ type: 'stepped', id: goal.id, snapshot, state: goals.length || playing ? 'running' : 'paused' }, buffers(snapshot));
  } else if (performance.now() >= pictureAt) await show();
  if (performance.now() >= rescueAt) await rescue();
}

async function show() {
  if (!run) return;
  const start = performance.now();
  const snapshot = await run.playground.snapshot();
  post({ type: 'snapshot', snapshot, steps_per_s: pace.rate() }, buffers(snapshot));
  // Pictures take a fifth of the time at most, however much they cost.
  pictureAt = start + Math.max(PICTURE_MS, 5 * (performance.now() - start));
}

async function rescue() {
  if (!run) return;
  const start = performance.now();
  // Read first: a run that has diverged throws here, and does not overwrite a good checkpoint.
  const { step } = await run.playground.snapshot();
  const bytes = owned(await run.playground.save());
  post({ type: 'rescue', step, bytes }, [bytes]);
  rescueAt = performance.now() + Math.max(RESCUE_MS, 50 * (performance.now() - start));
}

// --- The latent space ------------------------------------------------------------------------------------------------

/** @type {Probe | null} */
let lastProbe = null;
/** @param {Probe} probe */
async function look(probe) {
  // A slider asks more often than a slow network answers: only its last place counts.
  if (!run || probe !== lastProbe) return;
  try {
    run.playground.probe(probe);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return problem('setting', error, 'It is shown as before.');
  }
  await show();
}

/** @param {number} id @param {Uint8Array} image @param {Uint8Array} known */
function search(id, image, known) {
  stopSearch();
  try {
    if (!run) throw new Error('No run is open yet');
    searching = { id, handle: run.playground.search(image, known), shownAt: -Infinity };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    post({ type: 'unfound', search: id, what: sentence(error) });
  }
}

/** @param {NonNullable<typeof searching>} now */
async function searchOn(now) {
  const { id, handle } = now, start = performance.now();
  // What it starts from is shown too.
  let more = true;
  if (now.shownAt > 0) do more = handle.step(); while (more && performance.now() - start < SEARCH_MS);
  owed = Math.max(0, owed - (performance.now() - start));
  if (more && performance.now() - now.shownAt < FOUND_MS) return;
  now.shownAt = performance.now();
  try {
    post({ type: 'found', search: id, of: handle.of, found: await handle.read(), done: !more });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    post({ type: 'unfound', search: id, what: sentence(error) });
    more = false;
  }
  if (!more) stopSearch();
}

function stopSearch() {
  searching?.handle.free();
  searching = null;
  owed = 0;
}

/** The distinct buffers of a snapshot, to hand over rather than copy. @param {Snapshot} snapshot */
const buffers = snapshot => [...new Set(
  Object.values(snapshot.picture ?? {}).flatMap(value => ArrayBuffer.isView(value) ? [/** @type {ArrayBuffer} */ (value.buffer)] : []))];
/** @param {Uint8Array} bytes @returns {ArrayBuffer} */
const owned = bytes => bytes.byteLength === bytes.buffer.byteLength
  ? /** @type {ArrayBuffer} */ (bytes.buffer) : /** @type {ArrayBuffer} */ (bytes.slice().buffer);

// --- Opening a run ---------------------------------------------------------------------------------------------------

/** @param {string} hash @param {boolean} play @returns {Promise<void>} */
async function open(hash, play) {
  wanted = hash;
  let cpu;
  try {
    cpu = (await loadModule('cpu', progress)).wasm;
  } catch (error) {
    return problem('fetch', error, 'See that the page has been built and its server is running, then try again.', true);
  }
  /** @type {ExperimentInfo} */
  let info;
  try {
    info = cpu.describe(hash);
  } catch (error) {
    const kept = run ? 'The run before it goes on.' : 'The first experiment is shown instead.';
    problem('link', error, `Correct the link in the address bar, or choose an experiment. ${kept}`);
    return run ? undefined : open('', play);
  }
  if (!info.files.length) return begin(info, undefined, play);
  if (!run) become('loading');
  // Not awaited here, so that the page can change its mind during the download.
  loadData(info.files, progress).then(files => enqueue(() => wanted === hash ? begin(info, files, play) : undefined), error => {
    problem('fetch', error, 'Drawn digits stand in until the data can be fetched; try again.');
    enqueue(() => wanted === hash ? begin(info, undefined, play) : undefined);
  });
}

/** @param {ExperimentInfo} info @param {DataFiles | undefined} files @param {boolean} play */
async function begin(info, files, play) {
  const device = deviceFor(info);
  const { wasm } = await loadModule(device, progress);
  let playground;
  try {
    playground = wasm.Playground.open(info.hash, device, files);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return problem('setting', error, 'The run before it goes on.');
  }
  await adopt(playground, device, files, true, play);
}

/** @param {Playground} playground @param {Device} device @param {DataFiles | undefined} files @param {boolean} restarted @param {boolean} play */
async function adopt(playground, device, files, restarted, play) {
  const { name } = await loadModule(device, progress);
  run?.playground.free();
  run = { playground, device, info: playground.info(), files };
  pace.restart();
  if (restarted) {
    for (const { id } of goals.splice(0)) post({ type: 'failed', id, what: 'Another run was opened' });
    playing = play;
    rescueAt = performance.now() + RESCUE_MS;
    stopSearch();
  }
  post({ type: 'opened', info: run.info, device, device_name: name, choice, restarted });
  await show();
  if (restarted) become(playing ? 'running' : 'ready');
  considerGpu();
}

/** @param {Change[]} changes */
async function set(changes) {
  if (!run) return;
  const { wasm } = await loadModule('cpu', progress);
  let hash;
  try {
    hash = wasm.revise(run.info.hash, changes.flat());
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return post({ type: 'problem', kind: 'setting', what: sentence(error), remedy: 'It stays as it was.', fatal: false, changes });
  }
  await open(hash, playing);
}

/** @param {ArrayBuffer} buffer @param {boolean} play */
async function load(buffer, play) {
  try {
    const { wasm } = await loadModule('cpu', progress);
    const bytes = new Uint8Array(buffer);
    let playground = await wasm.Playground.load(bytes, 'cpu', undefined);
    // Only a checkpoint that was read says which files it needs.
    const files = await loadData(playground.info().files, progress).catch(() => undefined);
    if (files) {
      playground.free();
      playground = await wasm.Playground.load(bytes, 'cpu', files);
    }
    wanted = playground.info().hash;
    await adopt(playground, 'cpu', files, true, play);
    if (!play) become('paused');
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    problem('checkpoint', error, 'Choose a .safetensors file that Counterfeit has saved.');
    if (!run) await open('', play);
  }
}

// --- Devices ---------------------------------------------------------------------------------------------------------

/** @param {ExperimentInfo} info @returns {Device} */
function deviceFor(info) {
  if (!gpuReady || choice === 'cpu') return 'cpu';
  if (choice === 'webgpu') return 'webgpu';
  const rates = measured.get(costKey(info.settings));
  return rates && rates.webgpu > rates.cpu ? 'webgpu' : 'cpu';
}

/** @param {Gpu} status */
function gpuIs(status) {
  gpu = status;
  post({ type: 'gpu', gpu, name: adapterName });
}

/** Whether there is an adapter, and a real one. */
async function findAdapter() {
  const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter().catch(() => null);
  if (!adapter) return gpuIs('absent');
  adapterName = [adapter.info?.vendor, adapter.info?.architecture].filter(Boolean).join(' ');
  gpuIs(adapter.info?.isFallbackAdapter ? 'software' : 'available');
}

let considering = 0, trying = false;
/** Looks in the background whether the GPU should have the run, and moves it there. */
function considerGpu() {
  clearTimeout(considering);
  if (!run || choice === 'cpu' || run.device === 'webgpu') return;
  const rates = measured.get(costKey(run.info.settings));
  if (choice === 'auto' && rates) return void post({ type: 'measured', ...rates, chosen: run.device });
  considering = setTimeout(useGpu, choice === 'auto' ? GPU_AFTER_MS : 0);
}

async function useGpu() {
  const asked = choice, info = run?.info;
  if (!info) return;
  if (gpu === 'unknown') await findAdapter();
  if (gpu === 'absent' || gpu === 'unbuilt') return;
  // A software adapter runs kernels on the cores that the CPU module has: 15 steps/s of the smallest network, against 1,400 in the CPU
  // module (docs/performance.md). A trial would only take time from the run.
  if (gpu === 'software' && asked === 'auto') return;
  // A paused run, or one that has just begun, has no speed to compare with.
  if (asked === 'auto' && !pace.measured()) return considerGpu();
  // One trial at a time; the one under way looks again at the end if the run is another by then.
  if (asked === 'auto' && trying) return;
  const before = gpu;
  try {
    if (before !== 'available' || asked === 'webgpu') gpuIs('fetching');
    const { wasm } = await loadModule('webgpu', progress);
    gpuReady = true;
    gpuIs(before === 'software' ? 'software' : 'available');
    if (asked === 'webgpu') return enqueue(() => choice === 'webgpu' ? move('webgpu') : undefined);
    // The CPU goes on training in turn; only the timing itself needs the worker for itself. The first slices compile pipelines:
    // fusion reaches across steps, so that a slice of several has kernels of its own.
    trying = true;
    const warmup = wasm.Playground.open(info.hash, 'webgpu', run?.files);
    for (const n of [1, 2, 2]) {
      warmup.step(n);
      await warmup.sync();
    }
    await time(warmup, WARMUP_MS);
    warmup.free();
    enqueue(() => compare(wasm, info));
  } catch (error) {
    trying = false;
    if (error instanceof WebAssembly.RuntimeError) return fail(error);
    if (error instanceof Missing) return gpuIs('unbuilt');
    gpuIs('absent');
    if (asked === 'webgpu') problem('device', error, 'The run stays on the CPU.');
  }
}

/** @param {Wasm} wasm @param {ExperimentInfo} info */
async function compare(wasm, info) {
  trying = false;
  const cpu = pace.measured();
  if (!run || choice !== 'auto' || run.info.hash !== info.hash || !cpu) return considerGpu();
  // From the run's own state: some steps cost more than others (critic_warmup), and both rates are to be of the same ones.
  const trial = await wasm.Playground.load(await run.playground.save(), 'webgpu', run.files);
  try {
    const webgpu = await time(trial, TRIAL_MS);
    measured.set(costKey(info.settings), { cpu, webgpu });
    const chosen = webgpu > cpu ? 'webgpu' : 'cpu';
    post({ type: 'measured', cpu, webgpu, chosen });
    if (chosen === 'webgpu') await move('webgpu');
  } finally {
    trial.free();
  }
}

/** Steps per second on a GPU in slices like a run's own, each with its sync. @param {Playground} playground @param {number} ms */
async function time(playground, ms) {
  const trial = new Pace(), end = performance.now() + ms;
  do {
    const n = trial.stride, start = performance.now();
    playground.step(n);
    await playground.sync();
    trial.trained(n, performance.now() - start);
  } while (performance.now() < end);
  return trial.measured();
}

/** The same run, on another device. @param {Device} device */
async function move(device) {
  if (!run || run.device === device) return;
  await rescue();
  const bytes = await run.playground.save();
  try {
    const { wasm } = await loadModule(device, progress);
    const playground = await wasm.Playground.load(bytes, device, run.files);
    await adopt(playground, device, run.files, false, playing);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    problem('device', error, `The run stays on the ${run.device === 'cpu' ? 'CPU' : 'GPU'}.`);
  }
}

// A lost GPU may leave a read waiting for ever, and only the device itself says so; the modules keep theirs to themselves.
const Adapter = /** @type {any} */ (globalThis).GPUAdapter;
if (Adapter) {
  const requestDevice = Adapter.prototype.requestDevice;
  /** @param {...unknown} options */
  Adapter.prototype.requestDevice = async function (...options) {
    const device = await requestDevice.apply(this, options);
    device.lost.then(/** @param {{ reason: string, message: string }} lost */ lost => {
      if (run?.device !== 'webgpu') return gpuIs('absent');
      problem('device', 'The GPU was lost', 'The run goes on on the CPU.', true);
    });
    return device;
  };
}

// --- Timing for bench.html -------------------------------------------------------------------------------------------

/** @param {BenchConfig} config */
function benchHash({ latent, hidden, data, batch }) {
  const mixture = `[{mean=[${Array(data).fill('0.5')}],std=0.1}]`;
  return Object.entries({
    data: 'mixture', mixture, latent_dim: latent, generator_hidden: `[${hidden},${hidden}]`, discriminator_hidden: `[${hidden},${hidden}]`,
    generator_activation: 'relu', discriminator_activation: 'leaky-relu', objective: 'non-saturating', optimizer: 'adam',
    generator_lr: 0.001, discriminator_lr: 0.001, beta1: 0.5, beta2: 0.999, n_critic: 1, dropout: '0.0', batch_size: batch, ema_decay: '0.0', seed: 0,
  }).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

/** @param {number} id @param {BenchConfig} config */
async function bench(id, config) {
  try {
    const { wasm } = await loadModule(config.backend, progress);
    const playground = wasm.Playground.open(benchHash(config), config.backend, undefined);
    // On the GPU all steps are queued at once: reading in between would time the reading.
    const start = performance.now();
    playground.step(config.warmup);
    await playground.sync();
    const warm = performance.now();
    playground.step(config.steps);
    await playground.sync();
    const end = performance.now();
    playground.free();
    post({ type: 'benched', id, steps_per_s: config.steps / (end - warm) * 1e3, warmup_ms: warm - start });
  } catch (error) {
    post({ type: 'failed', id, what: sentence(error) });
  }
}

// --- Messages --------------------------------------------------------------------------------------------------------

/** @param {Request} request */
async function receive(request) {
  switch (request.type) {
    case 'open':
      choice = request.device;
      return open(request.hash, request.play);
    case 'play':
      if (run && !playing) { playing = true; pace.restart(); become('running'); }
      return;
    case 'pause':
      if (!run || !(playing || goals.length)) return;
      playing = false;
      for (const { id } of goals.splice(0)) post({ type: 'failed', id, what: 'Paused before all steps were done' });
      await show();
      return become('paused');
    case 'step':
      if (!run) return post({ type: 'failed', id: request.id, what: 'No run is open yet' });
      playing = false;
      goals.push({ id: request.id, left: Math.max(1, Math.floor(request.n)) });
      // One step is over before a change of state could be seen.
      return become(request.n > 1 ? 'running' : 'paused');
    case 'reset':
      return run ? open(run.info.hash, false) : undefined;
    case 'speed':
      return pace.limit(request.limit);
    case 'set':
      return set(request.changes);
    case 'probe':
      return look(request.probe);
    case 'search':
      return search(request.search, request.image, request.known);
    case 'stop-search':
      return stopSearch();
    case 'device':
      choice = request.device;
      if (!run) return;
      if (deviceFor(run.info) !== run.device) await move(deviceFor(run.info));
      else post({ type: 'opened', info: run.info, device: run.device, device_name: (await loadModule(run.device, progress)).name, choice, restarted: false });
      return considerGpu();
    case 'save': {
      if (!run) return post({ type: 'failed', id: request.id, what: 'No run is open yet' });
      const bytes = await run.playground.save();
      return post({ type: 'saved', id: request.id, bytes }, [bytes.buffer]);
    }
    case 'load':
      choice = request.device;
      return load(request.bytes, request.play);
    case 'bench':
      return bench(request.id, request.config);
  }
}

self.onmessage = ({ data }) => {
  if (data.type === 'probe') lastProbe = data.probe;
  enqueue(() => receive(data));
};
// A panic in the middle of an await surfaces here, and whatever awaited it never hears of it.
self.addEventListener('unhandledrejection', event => fail(event.reason));
loadModule('cpu', progress).then(({ wasm }) => post({ type: 'presets', presets: wasm.presets() }), () => {});
live();
