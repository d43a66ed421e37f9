// window.bench: times a small GAN in the playground's own worker.

import { Trainer } from './trainer.js';

/** @import { BenchConfig, Reply } from './messages.js' */

/** @type {string | null} */
let died = null;
const trainer = new Trainer(
  /** @param {Reply} reply */ reply => {
    if (reply.type === 'problem' && reply.fatal) {
      died = reply.what;
      trainer.replace();
    }
  },
);

/** @param {BenchConfig} config @returns {Promise<{ steps_per_s: number, warmup_ms: number }>} */
async function bench(config) {
  const { steps_per_s, warmup_ms } = await trainer.request({ type: 'bench', config }).catch(error => {
    throw new Error(died ?? error.message);
  });
  return { steps_per_s, warmup_ms };
}
Object.assign(window, { bench });

const result = /** @type {HTMLElement} */ (document.getElementById('result'));
for (const backend of /** @type {const} */ (['cpu', 'webgpu'])) {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById(backend));
  button.onclick = async () => {
    result.textContent = 'Training…';
    try {
      const { steps_per_s, warmup_ms } = await bench({
        backend,
        latent: 1,
        hidden: 16,
        data: 1,
        batch: 256,
        warmup: 20,
        steps: 300,
      });
      result.textContent =
        `${backend}: ${steps_per_s.toFixed(0)} steps/s after a warm-up of ` + `${warmup_ms.toFixed(0)} ms`;
    } catch (error) {
      result.textContent = `${backend}: ${/** @type {Error} */ (error).message}`;
    }
  };
}
