// The files of the worker: the wasm modules and the data. Each is fetched once and kept.

/** @import { DataFiles, Device, ExperimentInfo, Wasm } from '../messages.js' */
/** @typedef {(what: string, done: number, total: number | null) => void} Progress */

/** The server answered that it has no such file: a fact about the server, where any other failure is worth another
 * try. */
export class Missing extends Error {}

/** @type {Map<string, Promise<any>>} */
const kept = new Map();

/** Keeps what was fetched, but not a failure, which may be over by the next time.
 * @template T
 * @param {string} key
 * @param {() => Promise<T>} get
 * @returns {Promise<T>} */
export function once(key, get) {
  let found = kept.get(key);
  if (!found) {
    found = get();
    kept.set(key, found);
    found.catch(() => kept.delete(key));
  }
  return found;
}

/** @param {URL} url */
export async function get(url) {
  const response = await fetch(url).catch(() => {
    throw new Error(`${url.pathname} could not be fetched: the server does not answer`);
  });
  if (response.status === 404) throw new Missing(`${url.pathname} is not on this server`);
  if (!response.ok) throw new Error(`${url.pathname} could not be fetched: the server answered ${response.status}`);
  return response;
}

/** The bytes of a response as they arrive, which is reported. `total` is its length, where the server does not say it: the
 * length that it says of a compressed response is not that of what arrives here.
 * @param {Response} response @param {string} what @param {Progress} progress @param {number | null} [total] */
export async function* arriving(response, what, progress, total = null) {
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  if (length) total = Number(length);
  let done = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  try {
    for (let last = 0; ;) {
      const { value, done: ended } = await reader.read();
      if (ended) return progress(what, done, done);
      done += value.length;
      if (performance.now() - last > 100) progress(what, done, total);
      last = performance.now();
      yield value;
    }
  } finally {
    // Without effect where all of it has arrived, or where its arrival has failed.
    reader.cancel().catch(() => {});
  }
}

/** Reports a response's arrival from a copy of it, so that the original still goes through the browser's own streaming
 * compiler and its cache of compiled modules. @param {Parameters<typeof arriving>} copy */
async function watch(...copy) {
  const bytes = arriving(...copy);
  while (!(await bytes.next()).done);
}

let onLoss = () => {};
/** Sets what follows the loss of the GPU. @param {() => void} act */
export const whenLost = act => void (onLoss = act);

/** The memory of each module that has been loaded. @type {WebAssembly.Memory[]} */
const memories = [];
/** Memory that is not worth another worker. */
const EXCESSIVE_BYTES = 128 * 2 ** 20;
/** Whether the modules hold far more memory than an experiment needs: a module's memory grows, and never shrinks.
 * @param {ExperimentInfo} info */
export function holdExcessiveMemory(info) {
  const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return bytes > EXCESSIVE_BYTES && bytes > 4 * info.step_bytes;
}

/** @param {Device} device @param {Progress} progress @returns {Promise<{ wasm: Wasm, name: string }>} */
export const loadModule = (device, progress) =>
  once(device, async () => {
    const script = new URL(`../pkg/${device}/counterfeit.js`, import.meta.url);
    const [code, binary] = await Promise.all([
      // A failed import does not say why; the fetch of its companion does.
      import(script.href).catch(error => error),
      get(new URL(`../pkg/${device}/counterfeit_bg.wasm`, import.meta.url)),
    ]);
    if (code instanceof Error) throw code;
    const what = device === 'webgpu' ? 'the WebGPU module' : 'the trainer';
    watch(binary.clone(), what, progress, code.module_bytes).catch(() => {});
    const wasm = /** @type {Wasm} */ (code);
    const { memory } = await wasm.default({ module_or_path: binary });
    memories.push(memory);
    return { wasm, name: await wasm.open_device(device, () => onLoss()) };
  });

/** @param {string} file Relative to the folder of all data. @param {Progress} progress */
async function unzipped(file, progress) {
  const response = await get(new URL(`../data/${file}`, import.meta.url));
  watch(response.clone(), 'the images', progress).catch(() => {});
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers send the data unzipped. Others' is unzipped here, once, not in every run that is opened.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The contents of an experiment's data files; undefined where it needs none, or the server lacks one. The progress
 * is that of the first, which holds the images. @param {string[]} files @param {Progress} progress
 * @returns {Promise<DataFiles | undefined>} */
export async function loadData(files, progress) {
  if (!files.length) return undefined;
  return once(files.join(), async () => {
    try {
      return await Promise.all(files.map((file, i) => unzipped(file, i ? () => {} : progress)));
    } catch (error) {
      if (error instanceof Missing) return undefined;
      throw error;
    }
  });
}
