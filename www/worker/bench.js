// Timing for bench.html.

import { loadModule } from './assets.js';
import { post, postProgress, sentence } from './replies.js';

/** @import { BenchConfig } from '../messages.js' */

/** @param {BenchConfig} config */
async function benchHash({ latent, hidden, data, batch }) {
  const { settings } = await (await fetch(new URL('../bench-cases.json', import.meta.url))).json();
  const sizes = {
    mixture: `[{mean=[${Array(data).fill('0.5')}],std=0.1}]`,
    latent_dim: latent,
    generator_hidden: `[${hidden},${hidden}]`,
    discriminator_hidden: `[${hidden},${hidden}]`,
    batch_size: batch,
  };
  const pairs = Object.entries({ ...settings, ...sizes });
  return pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

/** Leaves kernels out: everything else that a step asks of WebGPU is done. Returns what puts them back. */
function withoutKernels() {
  const passes = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = passes;
  Object.assign(passes, { dispatchWorkgroups() {}, dispatchWorkgroupsIndirect() {} });
  return () => Object.assign(passes, { dispatchWorkgroups, dispatchWorkgroupsIndirect });
}

/** @param {number} id @param {BenchConfig} config */
export async function bench(id, config) {
  let restore = () => {};
  try {
    const { wasm } = await loadModule(config.backend, postProgress);
    if (config.host) restore = withoutKernels();
    const playground = wasm.Playground.open(await benchHash(config), config.backend, undefined);
    // On the GPU all steps are queued at once: reading in between would time the reading.
    const start = performance.now();
    playground.step(config.warmup);
    await playground.sync();
    const warm = performance.now();
    playground.step(config.steps);
    await playground.sync();
    const end = performance.now();
    playground.free();
    const steps_per_s = (config.steps / (end - warm)) * 1e3;
    post({ type: 'benched', id, steps_per_s, warmup_ms: warm - start });
  } catch (error) {
    post({ type: 'failed', id, what: sentence(error) });
  } finally {
    restore();
  }
}
