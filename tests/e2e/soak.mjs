// Prints the memory of the page and of its worker over a long run and over many experiments, as JSON Lines, in a built
// checkout: node tests/e2e/soak.mjs [STEPS] [CHANGES]. Exits with 1 where one of them grows by more than a tenth after
// the warm-up.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { FLAGS, PATIENCE, root, until } from './helpers.mjs';

const [STEPS, CHANGES] = [Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? 40)];
/** The share after which the history of the charts, and caches of code, are nearly full. */
const WARM_UP = 1 / 5;
const READINGS = 10;
/** Growth over the warm-up: in all, and what is noise of a small heap. */
const [MOST, NOISE_BYTES] = [1.1, 2 ** 20];
/** One after another: other networks, pictures, layers and charts. As many as changes between two readings, which are then
 * of the same one. */
const EXPERIMENTS = ['ring', 'dirac', 'digits-mlp', 'mixture-1d'];

const server = createServer(sirv(root, { dev: true, etag: true }));
await new Promise(listening => server.listen(0, '127.0.0.1', listening));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
const page = await browser.newPage();
page.setDefaultTimeout(10 * PATIENCE);
const client = await page.context().newCDPSession(page);

/** Sends commands to a worker, through the page's session. @type {Map<string, (method: string) => Promise<any>>} */
const workers = new Map();
client.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  client.on('Target.receivedMessageFromTarget', event => {
    if (event.sessionId !== sessionId) return;
    const { id, result } = JSON.parse(event.message);
    waiting.get(id)?.(result);
  });
  let ids = 0;
  workers.set(targetInfo.url, method => {
    const id = ++ids;
    const answer = new Promise(done => waiting.set(id, done));
    client.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  });
});
await client.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
await page.goto(`http://127.0.0.1:${server.address().port}/#preset=mixture-1d`);
await until(page, 'running');

/** Bytes of a JavaScript heap after a collection. @param {(method: string) => Promise<any>} send */
async function heap(send) {
  await send('HeapProfiler.collectGarbage');
  return (await send('Runtime.getHeapUsage')).usedSize;
}
const trainer = () => page.workers().find(worker => worker.url().endsWith('/worker/main.js'));
async function memory() {
  const send = [...workers].findLast(([url]) => url.endsWith('/worker/main.js'))[1];
  return {
    page_heap: await heap(method => client.send(method)),
    worker_heap: await heap(send),
    wasm: await trainer().evaluate(async () => {
      const { default: load } = await import(new URL('../pkg/cpu/counterfeit.js', self.location.href).href);
      return (await load()).memory.buffer.byteLength;
    }),
  };
}

/** Reads the memory while `act` goes on; whether any of it grew. @param {string} what @param {number} count
 * @param {(n: number) => Promise<void>} act */
async function grows(what, count, act) {
  const readings = [];
  for (let i = 0; i <= READINGS; i++) {
    const done = Math.round((count * i) / READINGS);
    await act(done);
    readings.push({ done, ...(await memory()) });
    console.log(JSON.stringify({ [what]: done, ...readings.at(-1), done: undefined }));
  }
  const warm = readings.find(({ done }) => done >= WARM_UP * count),
    end = readings.at(-1);
  const grown = ['page_heap', 'worker_heap', 'wasm'].filter(
    of => end[of] > Math.max(MOST * warm[of], warm[of] + NOISE_BYTES),
  );
  console.log(
    JSON.stringify({
      [`${what}_growth`]: Object.fromEntries(
        ['page_heap', 'worker_heap', 'wasm'].map(of => [of, +(end[of] / warm[of]).toFixed(3)]),
      ),
    }),
  );
  return grown.length > 0;
}

const stepGrows = await grows('steps', STEPS, goal =>
  page
    .waitForFunction(goal => Number(document.documentElement.dataset.step) >= goal, goal, { polling: 500 })
    .then(() => {}),
);
let changes = 0;
const changeGrows = await grows('changes', CHANGES, async goal => {
  for (; changes < goal; changes++) {
    const name = EXPERIMENTS[changes % EXPERIMENTS.length];
    await page.selectOption('#preset', name);
    await page.waitForFunction(
      name => window.counterfeit.experiment()?.name === name && Number(document.documentElement.dataset.step) > 20,
      name,
    );
  }
});
await browser.close();
server.close();
process.exit(stepGrows || changeGrows ? 1 : 0);
