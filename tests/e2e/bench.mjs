// Prints how many steps per second the page's own trainer does, as JSON Lines: node tests/e2e/bench.mjs, in a built
// checkout. The adapter is printed: a software adapter (a machine without a GPU) runs kernels on the CPU's cores, and
// its times are mostly theirs.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, WEBGPU, root } from './helpers.mjs';

const CASES = {
  'mixture, CPU': { backend: 'cpu', latent: 1, hidden: 16, data: 1, batch: 256, warmup: 50, steps: 1000 },
  'images, CPU': { backend: 'cpu', latent: 64, hidden: 256, data: 784, batch: 64, warmup: 5, steps: 50 },
  'mixture, WebGPU': { backend: 'webgpu', latent: 1, hidden: 16, data: 1, batch: 256, warmup: 10, steps: 30 },
  'images, WebGPU': { backend: 'webgpu', latent: 64, hidden: 256, data: 784, batch: 64, warmup: 5, steps: 15 },
};
const ROUNDS = 3;

const server = createServer(sirv(root, { dev: true, etag: true }));
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [...FLAGS, WEBGPU],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/www/bench.html`);
await page.waitForFunction(() => typeof window.bench === 'function');
console.log(
  JSON.stringify({
    adapter: await page.evaluate(async () => {
      const found = await navigator.gpu?.requestAdapter();
      return found
        ? `${found.info.vendor} ${found.info.architecture}${found.info.isFallbackAdapter ? ' (software)' : ''}`
        : 'none';
    }),
  }),
);
for (const [name, config] of Object.entries(CASES)) {
  const rounds = [];
  try {
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await page.evaluate(config => window.bench(config), config));
    const rates = rounds.map(({ steps_per_s }) => steps_per_s).sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        case: name,
        steps_per_s: +rates[1].toPrecision(3),
        slowest: +rates[0].toPrecision(3),
        fastest: +rates[2].toPrecision(3),
        first_warmup_ms: Math.round(rounds[0].warmup_ms),
      }),
    );
  } catch (error) {
    console.log(JSON.stringify({ case: name, failure: String(error).split('\n')[0] }));
    process.exitCode = 1;
  }
}
await browser.close();
server.close();
