// Prints, as a Markdown table, which device `auto` chooses for networks of many sizes, beside the speed of the run on each:
// node tests/e2e/auto.mjs [instant|software], in a built checkout.
//
// On a machine whose GPU is software, `auto` would not try it. With `software` the page takes it for a real one; with
// `instant` its kernels, too, are left out, and the GPU is as fast as the host can ask it.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, REAL_ADAPTER, WEBGPU, root } from './helpers.mjs';

const [WIDTHS, BATCHES, DEPTHS] = [
  [16, 128, 1024],
  [32, 512, 4096],
  [1, 2, 4],
];
/** A cell is given up after so long: a step of the largest takes an emulated GPU minutes. */
const PATIENCE_MS = 90_000;
/** Training that is timed on each device, and that goes before it. */
const [SETTLE_MS, TIMED_MS] = [1500, 3000];

const mode = process.argv[2] ?? 'real';
const NO_KERNELS =
  'Object.assign(GPUComputePassEncoder.prototype, { dispatchWorkgroups() {}, dispatchWorkgroupsIndirect() {} });\n';
const before = { real: '', software: REAL_ADAPTER, instant: REAL_ADAPTER + NO_KERNELS }[mode];
if (before === undefined) throw new Error(`"${mode}" should be instant or software, or left out`);

const files = sirv(root, { dev: true, etag: true });
const server = createServer((request, response) => {
  if (!request.url.startsWith('/www/worker/main.js')) return files(request, response);
  const script = readFileSync(`${root}www/worker/main.js`, 'utf8');
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(before + script);
});
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [...FLAGS, WEBGPU],
});

const steps = page => page.evaluate(() => [performance.now(), Number(document.documentElement.dataset.step)]);

/** Steps per second of the run, pictures included. */
async function speed(page) {
  await page.waitForTimeout(SETTLE_MS);
  const [start, from] = await steps(page);
  await page.waitForTimeout(TIMED_MS);
  // To the next picture at least: a step may take longer than all this.
  await page.waitForFunction(from => Number(document.documentElement.dataset.step) > from, from);
  const [end, to] = await steps(page);
  return ((to - from) / (end - start)) * 1e3;
}

/** What `auto` chooses, and the speeds on the CPU and on WebGPU. */
async function cell(width, batch, depth) {
  const hidden = encodeURIComponent(JSON.stringify(Array(depth).fill(width)));
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const link = `#preset=mixture-1d&batch_size=${batch}&generator_hidden=${hidden}&discriminator_hidden=${hidden}`;
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/${link}`);
    const chosen = await page
      .waitForFunction(() => document.querySelector('#about-auto').textContent.match(/steps\/s → (.+)$/)?.[1])
      .then(handle => handle.jsonValue());
    const speeds = {};
    await page.click('#device summary');
    for (const [device, name] of Object.entries({ cpu: 'CPU', webgpu: 'WebGPU' })) {
      await page.check(`#device input[value=${device}]`);
      await page.waitForFunction(name => document.querySelector('#device-now').innerText === name, name);
      speeds[name] = await speed(page);
    }
    return { chosen, speeds };
  } finally {
    await page.close();
  }
}

const digits = value => (value >= 100 ? String(Math.round(value)) : String(+value.toPrecision(2)));
console.log('| hidden width | batch | depth | CPU, steps/s | WebGPU, steps/s | `auto` | of the better |');
console.log('|---|---|---|---|---|---|---|');
for (const width of WIDTHS)
  for (const batch of BATCHES)
    for (const depth of DEPTHS) {
      const found = await cell(width, batch, depth).catch(() => null);
      const { CPU, WebGPU } = found?.speeds ?? {};
      const figures = found
        ? [digits(CPU), digits(WebGPU), found.chosen, digits(found.speeds[found.chosen] / Math.max(CPU, WebGPU))]
        : ['–', '–', `none after ${PATIENCE_MS / 1e3} s`, '–'];
      console.log(`| ${[width, batch, depth, ...figures].join(' | ')} |`);
    }
await browser.close();
server.close();
