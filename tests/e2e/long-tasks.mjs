// Prints the tasks of the page's thread that take over 50 ms while a run trains, as a line of JSON for each preset, in a
// built checkout: node tests/e2e/long-tasks.mjs [PRESET…]. Exits with 1 where there is one. A task is as long as its CPU
// time: on a machine with few cores the page also waits for the trainer.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, PATIENCE, mainThread, root, until } from './helpers.mjs';

const LONG_MS = 50;
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

const presets = process.argv.slice(2);
if (!presets.length)
  presets.push(
    ...(await visit('mixture-1d', page => page.$$eval('#preset option', all => all.map(({ value }) => value)))).filter(
      name => name,
    ),
  );
let long = 0;
for (const preset of presets) {
  const tasks = await visit(preset, async page => {
    await page.waitForTimeout(SETTLE_MS);
    return mainThread(page, WATCHED_MS);
  });
  const over = tasks.filter(([, cpu]) => cpu > LONG_MS);
  long += over.length;
  console.log(
    JSON.stringify({
      preset,
      tasks: tasks.length,
      longest_ms: tasks[0]?.[0],
      longest_cpu_ms: Math.max(...tasks.map(([, cpu]) => cpu)),
      over_50_ms: over.map(([, cpu]) => cpu),
    }),
  );
}
await browser.close();
server.close();
process.exit(long ? 1 : 0);
