// Prints how many steps per second the page's own trainer does, as JSON Lines: node tests/e2e/bench.mjs, in a built
// checkout. A software adapter (a machine without a GPU) runs kernels on the CPU's cores, and its times are mostly
// theirs.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, WEBGPU, root } from './helpers.mjs';

const server = createServer(sirv(root, { dev: true, etag: true }));
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [...FLAGS, WEBGPU],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/www/bench.html`);
await page.waitForFunction(() => typeof window.measure === 'function');
const { machine, figures } = await page.evaluate(() => window.measure());
for (const line of [{ machine }, ...figures]) console.log(JSON.stringify(line));
await browser.close();
server.close();
