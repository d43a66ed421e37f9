// Whatever goes wrong, the page says so and stays of use.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  PATIENCE,
  REAL_ADAPTER,
  WEBGPU,
  browse,
  report,
  root,
  says,
  serve,
  step,
  trainsOn,
  until,
  visit,
} from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** The worker that trains; the page has another, which paints. */
const trainerOf = page => page.workers().find(worker => worker.url().endsWith('/worker/main.js'));

/** Chooses WebGPU in the open menu of devices, and waits until the run is there. */
async function moveToWebgpu(page) {
  await page.check('#device input[value=webgpu]');
  await page.waitForFunction(() => document.querySelector('#device-now').innerText === 'WebGPU');
}

test('a malformed link is explained, and the page goes on', async () => {
  for (const [link, message] of [
    ['#batch_size=banana', /batch_size/],
    ['#preset=no-such-thing', /no-such-thing/],
    ['#colour=red', /colour/],
    ['#%', /link/],
    [`#name=${'x'.repeat(70_000)}`, /link|name/],
    ['#name=<img src=x onerror=document.title="hacked">&batch_size=0', /batch_size/],
  ]) {
    const page = await visit(browser, site + link);
    await says(page, message);
    await until(page, 'running', 'paused', 'ready');
    await page.evaluate(() => window.counterfeit.play());
    await trainsOn(page);
    assert.notEqual(await page.title(), 'hacked');
    await page.context().close();
  }
});

test('a module that cannot be fetched is explained', async () => {
  const broken = await serve(
    (request, response) => /pkg\/cpu\/.*\.wasm/.test(request.url) && Boolean(response.destroy()),
  );
  const page = await visit(browser, broken);
  await says(page, /fetched/);
  await page.context().close();
});

test('a module that arrives damaged is explained', async () => {
  const broken = await serve((request, response) => {
    if (!/pkg\/cpu\/.*\.wasm/.test(request.url)) return false;
    response.writeHead(200, { 'content-type': 'application/wasm' }).end('not WebAssembly');
    return true;
  });
  const page = await visit(browser, broken);
  await page.waitForFunction(() => document.documentElement.dataset.state === 'error');
  await says(page, /wasm|WebAssembly|module/);
  await page.context().close();
});

test('a file that is no checkpoint is refused, and the run goes on', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  const junk = Buffer.from('this is no checkpoint'),
    lying = Buffer.alloc(64);
  // A safetensors header that claims to be longer than any file.
  lying.writeBigUInt64LE(2n ** 62n);
  for (const buffer of [junk, lying, Buffer.alloc(0)]) {
    await page.setInputFiles('input[type=file]', {
      name: 'broken.safetensors',
      mimeType: 'application/octet-stream',
      buffer,
    });
    await says(page, /checkpoint/);
    await trainsOn(page);
  }
  await page.context().close();
});

test('a worker that is lost is replaced, and the page says so', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await trainsOn(page, 50);
  await trainerOf(page).evaluate(() => {
    setTimeout(() => {
      throw new Error('the worker is lost');
    });
  });
  await says(page, /stopped.*(Training continues|starts again)/);
  await until(page, 'running');
  await trainsOn(page);
  await page.context().close();
});

/** What the page says of WebGPU, in its menu of devices. */
async function aboutWebgpu(page, pattern) {
  await page.click('#device summary');
  await page.waitForFunction(
    source => new RegExp(source).test(document.querySelector('#about-webgpu').innerText),
    pattern.source,
  );
}

test('without WebGPU the page says so in a line and trains on the CPU', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await aboutWebgpu(page, /no WebGPU adapter.*CPU/);
  assert.equal(await page.innerText('#device-now'), 'CPU');
  await trainsOn(page);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('WebGPU, where it is chosen, takes the run over and trains it', async t => {
  const page = await visit(await browse(WEBGPU), `${site}#preset=mixture-1d&batch_size=32`);
  // A software adapter compiles shaders at leisure.
  page.setDefaultTimeout(4 * PATIENCE);
  await until(page, 'running');
  await aboutWebgpu(page, /software adapter|Ready|not built/);
  assert.doesNotMatch(await page.innerText('#about-webgpu'), /not built/, 'www/pkg/webgpu is there');
  await moveToWebgpu(page);
  await page.evaluate(() => window.counterfeit.step(5));
  const { step, d_loss, g_loss } = await report(page);
  t.diagnostic(`step ${step}: losses ${d_loss}, ${g_loss}; ${await page.innerText('#about-webgpu')}`);
  assert.ok(Number.isFinite(d_loss) && Number.isFinite(g_loss));
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('while the GPU compiles kernels the run trains on the CPU, and no step is lost when it moves', async t => {
  const page = await visit(await browse(WEBGPU), `${site}#preset=mixture-1d&batch_size=32`);
  page.setDefaultTimeout(4 * PATIENCE);
  await until(page, 'running');
  await page.evaluate(() => {
    const text = id => document.getElementById(id).innerText,
      root = document.documentElement;
    window.log = [];
    const note = () => window.log.push([text('device-now'), text('about-webgpu'), Number(root.dataset.step)]);
    new MutationObserver(note).observe(root, { attributeFilter: ['data-step'] });
  });
  await page.click('#device summary');
  await moveToWebgpu(page);
  await trainsOn(page);
  const log = await page.evaluate(() => window.log);
  const meanwhile = log.filter(([device, about]) => device === 'CPU' && about.startsWith('Compiling'));
  t.diagnostic(`steps ${meanwhile.map(([, , step]) => step)} while it compiled`);
  // Two frames were on their way already.
  assert.ok(meanwhile.length > 5, JSON.stringify(log));
  const steps = log.map(([, , step]) => step);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
  await page.context().close();
});

/** Serves the checkout with a real adapter, and with code after the WebGPU module's. @param {string} [after] */
const serveWithGpu = (after = '') =>
  serve((request, response) => {
    const script = request.url.split('?')[0];
    const worker = script === '/www/worker/main.js',
      module = script === '/www/pkg/webgpu/counterfeit.js';
    if (!worker && !module) return false;
    const text = readFileSync(`${root}${script.slice(1)}`, 'utf8');
    response
      .writeHead(200, { 'content-type': 'text/javascript' })
      .end(worker ? REAL_ADAPTER + text : `${text}\n${after}`);
    return true;
  });

test('an error of the GPU while auto times it leaves the run on the CPU', async () => {
  const url = await serveWithGpu(
    "Playground.load = () => { throw { kind: 'device', message: 'the GPU failed', field: null }; };",
  );
  const page = await visit(await browse(WEBGPU), `${url}#preset=mixture-1d&batch_size=32`);
  page.setDefaultTimeout(4 * PATIENCE);
  await until(page, 'running');
  await aboutWebgpu(page, /no WebGPU adapter/);
  await trainsOn(page);
  assert.equal(await page.innerText('#device-now'), 'CPU');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), 'running');
  await page.context().close();
});

// Serves the page with the GPU in the worker's reach.
const serveWithHeldGpu = () =>
  serveWithGpu(`
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...values) {
      return (self.gpuDevice = await request.apply(this, values));
    };`);

for (const paused of [false, true])
  test(`a GPU that is lost while the run ${paused ? 'waits' : 'trains'} leaves it to the CPU`, async t => {
    const page = await visit(await browse(WEBGPU), `${await serveWithHeldGpu()}#preset=mixture-1d&batch_size=32`);
    page.setDefaultTimeout(4 * PATIENCE);
    await until(page, 'running');
    await page.click('#device summary');
    await moveToWebgpu(page);
    await page.evaluate(() => window.counterfeit.step(3));
    if (!paused) {
      await page.evaluate(() => window.counterfeit.play());
      await trainsOn(page);
    }
    const before = await step(page);
    await trainerOf(page).evaluate(() => self.gpuDevice.destroy());
    // The worker hears of it from a read that fails, or from the device itself, whichever comes first; a run that waits
    // may still be reading its last picture.
    await says(page, /(GPU was lost|device failed).*on the CPU/);
    await page.waitForFunction(() => document.querySelector('#device-now').innerText === 'CPU');
    await until(page, paused ? 'paused' : 'running');
    t.diagnostic(`lost at step ${before}: ${await page.innerText('[role=alert]')}`);
    await page.evaluate(() => window.counterfeit.play());
    await trainsOn(page);
    await page.context().close();
  });

test('a module is never entered while it awaits its device', async () => {
  const url = await serveWithGpu(`
    let entered = 0;
    for (const name of ['step', 'sync', 'snapshot', 'save', 'free']) {
      const plain = Playground.prototype[name];
      Playground.prototype[name] = function (...values) {
        if (entered) console.error('entered again by ' + name);
        entered++;
        const result = plain.apply(this, values);
        if (result instanceof Promise) return result.finally(() => { entered--; });
        entered--;
        return result;
      };
    }`);
  const page = await visit(await browse(WEBGPU), `${url}#preset=mixture-1d&batch_size=32`);
  page.setDefaultTimeout(4 * PATIENCE);
  await until(page, 'running');
  // By hand while auto warms the GPU up: both use the module.
  await aboutWebgpu(page, /Ready/);
  await moveToWebgpu(page);
  await page.evaluate(() => window.counterfeit.step(3));
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('where there is a GPU, auto times the run on both devices and keeps the faster one', async t => {
  const page = await visit(await browse(WEBGPU), `${await serveWithGpu()}#preset=mixture-1d&batch_size=32`);
  page.setDefaultTimeout(4 * PATIENCE);
  await until(page, 'running');
  const found = await page
    .waitForFunction(() =>
      document.querySelector('#about-auto').textContent.match(/^CPU (\S+) steps\/s · WebGPU (\S+) steps\/s → (.+)$/),
    )
    .then(handle => handle.jsonValue());
  t.diagnostic(found[0]);
  assert.ok(Number(found[1]) > 0 && Number(found[2]) > 0);
  assert.equal(found[3], Number(found[1]) >= Number(found[2]) ? 'CPU' : 'WebGPU');
  await page.waitForFunction(device => document.querySelector('#device-now').innerText === device, found[3]);
  await trainsOn(page);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('an experiment that takes long to build clears the one before it, and says how long a step is', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.waitForFunction(() => Number(document.documentElement.dataset.step) > 100);
  await page.evaluate(() => {
    const heading = document.querySelector('#name');
    window.seen = [];
    new MutationObserver(() =>
      window.seen.push([document.documentElement.dataset.state, document.querySelector('#step-count').textContent]),
    ).observe(heading, { childList: true, characterData: true, subtree: true });
    location.hash = 'preset=digits-mlp&architecture=dcgan&image_size=64&base_channels=256&batch_size=64&dropout=0';
  });
  await page.waitForFunction(() => window.counterfeit.experiment()?.base_channels === 256);
  await says(page, /(b|tr)illion multiplications/);
  // Whenever the title was the new one, nothing of the old run was under it.
  assert.ok((await page.evaluate(() => window.seen)).length > 0);
  assert.deepEqual(
    [await page.innerText('#step-count'), await page.locator('#strip').getAttribute('width')],
    ['0', '0'],
  );
  // A pause is seen at once, though the step goes on.
  await until(page, 'running');
  await page.click('#play');
  await says(page, /Pausing|Play/);
  await page.context().close();
});

test('an experiment that no page can hold is refused before it is built, and the run goes on', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await trainsOn(page, 50);
  const from = await step(page);
  await page.evaluate(() => {
    location.hash =
      'preset=digits-mlp&architecture=dcgan&image_size=64&base_channels=256&batch_size=2048&dropout=0&latent_dim=100';
  });
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /needs about \d+\.\d GB.*Lower the batch size/s);
  await trainsOn(page, 50);
  assert.ok((await step(page)) > from);
  assert.equal(await page.evaluate(() => window.counterfeit.experiment().name), 'mixture-1d');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
