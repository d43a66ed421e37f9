// Prints how responsive the page is while a run trains, as a line of JSON for each preset, in a built checkout:
// node tests/e2e/responsiveness.mjs [PRESET…]. Tasks of the page's thread that take over 50 ms, as long as their CPU time,
// for on a machine with few cores the page also waits for the trainer; and the time until the trainer has paused, of
// several times that it was asked to. Exits with 1 where a task is over 50 ms or a pause over 200 ms.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, PATIENCE, mainThread, root, until } from './helpers.mjs';

const LONG_MS = 50,
  ANSWER_MS = 200;
const PAUSES = 7;
/** The time that is watched once the run trains, after the page's own start. */
const [SETTLE_MS, WATCHED_MS] = [3000, 6000];

const server = createServer(sirv(root, { dev: true, etag: true }));
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
const site = `http://127.0.0.1:${server.address().port}/`;

/** @param {string} name @param {(page: import('playwright-core').Page) => Promise<any>} use */
async function visit(name, use) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${site}#preset=${name}`);
  await until(page, 'running');
  const found = await use(page);
  await page.close();
  return found;
}

/** Milliseconds from asking to the state, sorted; runs in the page. @param {number} times */
async function pauses(times) {
  const { counterfeit, document } = window;
  const { dataset } = document.documentElement;
  const state = wanted =>
    new Promise(done => {
      const look = () => (dataset.state === wanted ? done() : setTimeout(look, 1));
      look();
    });
  const took = [];
  for (let i = 0; i < times; i++) {
    counterfeit.play();
    await state('running');
    await new Promise(done => setTimeout(done, 300 + 100 * Math.random()));
    const start = performance.now();
    counterfeit.pause();
    await state('paused');
    took.push(Math.round(performance.now() - start));
  }
  return took.toSorted((a, b) => a - b);
}

const presets = process.argv.slice(2);
if (!presets.length)
  presets.push(
    ...(await visit('mixture-1d', page => page.$$eval('#preset option', all => all.map(({ value }) => value)))).filter(
      name => name,
    ),
  );
let long = 0;
for (const preset of presets) {
  const { tasks, answers } = await visit(preset, async page => {
    await page.waitForTimeout(SETTLE_MS);
    const tasks = await mainThread(page, WATCHED_MS);
    return { tasks, answers: await page.evaluate(pauses, PAUSES) };
  });
  const over = tasks.filter(([, cpu]) => cpu > LONG_MS);
  long += over.length + answers.filter(ms => ms > ANSWER_MS).length;
  console.log(
    JSON.stringify({
      preset,
      tasks: tasks.length,
      longest_ms: tasks[0]?.[0],
      longest_cpu_ms: Math.max(...tasks.map(([, cpu]) => cpu)),
      over_50_ms: over.map(([, cpu]) => cpu),
      pauses_ms: answers,
    }),
  );
}
await browser.close();
server.close();
process.exit(long ? 1 : 0);
