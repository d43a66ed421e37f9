// What the page's tests share: a server, a Chromium, and the page's own handles (window.counterfeit, data-state,
// data-step).
import { createServer } from 'node:http';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sirv from 'sirv';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const output = `${root}tests/output/`;

// Nothing is measured against the clock: this only keeps a page that hangs from hanging the tests.
export const PATIENCE = 120_000;

export const FLAGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Chromium hands out WebGPU on a machine without a GPU (a software adapter) only under this flag. */
export const WEBGPU = '--enable-unsafe-webgpu';
/** Before the worker's code: a software adapter as a real one, which auto would not try otherwise. */
export const REAL_ADAPTER = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { value: false });\n";

/** The window of every test that names none, and whether Chromium has WebGPU: `COUNTERFEIT_WINDOW=390x844
 * COUNTERFEIT_WEBGPU=1 npm run e2e`. */
const [WIDTH, HEIGHT] = (process.env.COUNTERFEIT_WINDOW ?? '1280x800').split('x').map(Number);
const CHOSEN = process.env.COUNTERFEIT_WEBGPU ? [WEBGPU] : [];

/** Serves the checkout; resolves to its address. `faults` may answer a request itself, by returning true. */
export async function serve(faults = () => false) {
  const files = sirv(root, { dev: true, etag: true });
  const server = createServer((request, response) => {
    if (!faults(request, response)) files(request, response);
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

export async function browse(...flags) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...FLAGS, ...CHOSEN, ...flags],
  });
  after(() => browser.close());
  return browser;
}

/** A page of its own, so that no test sees another's storage. `page.errors` collects what its console called an
 * error. */
export async function visit(
  browser,
  url,
  { width = WIDTH, height = HEIGHT, dark = false, touch = false, before } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    hasTouch: touch,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.errors = [];
  page.on('console', message => {
    if (message.type() === 'error') page.errors.push(message.text());
  });
  page.on('pageerror', error => page.errors.push(String(error)));
  await before?.(page);
  await page.goto(url);
  return page;
}

/** Waits until the page is in one of these states. An unexpected `error` fails at once, with its message. */
export async function until(page, ...states) {
  const state = await page
    .waitForFunction(wanted => {
      const state = document.documentElement.dataset.state;
      return [...wanted, 'error'].includes(state) && state;
    }, states)
    .then(handle => handle.jsonValue());
  if (!states.includes(state)) throw new Error(`the page went to "${state}": ${await text(page)}`);
}

export const text = page => page.evaluate(() => document.body.innerText);
export const step = page => page.evaluate(() => Number(document.documentElement.dataset.step));
export const report = page => page.evaluate(() => window.counterfeit.report());

/** Trains a freshly opened page from step 0 to exactly this one, and resolves to its report there. */
export async function trainTo(page, target, chunk = 2000) {
  await until(page, 'running');
  await page.evaluate(() => window.counterfeit.pause());
  await until(page, 'paused');
  await page.evaluate(() => window.counterfeit.reset());
  for (let at = 0; at < target;) {
    const n = Math.min(chunk, target - at);
    await page.evaluate(n => window.counterfeit.step(n), n);
    at += n;
  }
  const found = await report(page);
  if (found.step !== target) throw new Error(`${target} steps were asked for, and the report is of step ${found.step}`);
  return found;
}

/** Acts on the settings, which are in a drawer in a narrow window. */
export async function inSettings(page, act) {
  const narrow = await page.locator('#drawer').isVisible();
  if (narrow) await page.click('#drawer');
  await act();
  if (narrow) await page.click('#close-drawer');
}
/** Chooses a value of a setting, as soon as its control is there. */
export const select = (page, key, value) => inSettings(page, () => page.selectOption(`#setting-${key}`, value));

/** Waits until the page shows `text` to its visitor. */
export const says = (page, pattern) =>
  page.waitForFunction(source => new RegExp(source, 'i').test(document.body.innerText), pattern.source);

/** Waits until the page has trained on by so many steps: proof that it is alive. */
export async function trainsOn(page, steps = 5) {
  const from = await step(page);
  await page.waitForFunction(goal => Number(document.documentElement.dataset.step) >= goal, from + steps);
}

/** Everything the page's main thread did in `ms` milliseconds: its tasks as [length, CPU time], in ms, the longest
 * first. */
export async function mainThread(page, ms) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const main = new Set(
    traceEvents.filter(event => event.name === 'thread_name' && event.args.name === 'CrRendererMain').map(thread),
  );
  return traceEvents
    .filter(event => event.name === 'RunTask' && main.has(thread(event)))
    .map(({ dur = 0, tdur = 0 }) => [dur / 1000, tdur / 1000].map(Math.round))
    .sort((a, b) => b[0] - a[0]);
}
