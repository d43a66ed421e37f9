// Timing for bench.html.

import { loadModule } from './assets.js';
import { post, postProgress, sentence } from './replies.js';

/** @import { BenchConfig } from '../messages.js' */

/** @param {BenchConfig} config */
function benchHash({ latent, hidden, data, batch }) {
  const mixture = `[{mean=[${Array(data).fill('0.5')}],std=0.1}]`;
  const layers = `[${hidden},${hidden}]`;
  return Object.entries({
    data: 'mixture',
    mixture,
    latent_dim: latent,
    generator_hidden: layers,
    discriminator_hidden: layers,
    generator_activation: 'relu',
    discriminator_activation: 'leaky-relu',
    objective: 'non-saturating',
    optimizer: 'adam',
    generator_lr: 0.001,
    discriminator_lr: 0.001,
    beta1: 0.5,
    beta2: 0.999,
    n_critic: 1,
    dropout: '0.0',
    batch_size: batch,
    ema_decay: '0.0',
    seed: 0,
  })
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');
}

/** @param {number} id @param {BenchConfig} config */
export async function bench(id, config) {
  try {
    const { wasm } = await loadModule(config.backend, postProgress);
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
    post({ type: 'benched', id, steps_per_s: (config.steps / (end - warm)) * 1e3, warmup_ms: warm - start });
  } catch (error) {
    post({ type: 'failed', id, what: sentence(error) });
  }
}
