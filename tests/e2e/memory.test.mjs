// The memory of a large run goes with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, inSettings, report, serve, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const LARGE = 'preset=digits-mlp&architecture=dcgan&image_size=64&base_channels=128&batch_size=2&dropout=0';
/** The bytes that the trainer's module holds. */
const memory = page =>
  page
    .workers()
    .find(worker => worker.url().endsWith('/worker/main.js'))
    .evaluate(async () => {
      const { default: load } = await import(new URL('../pkg/cpu/counterfeit.js', self.location.href).href);
      return (await load()).memory.buffer.byteLength;
    });
const settled = (page, name) => page.waitForFunction(name => window.counterfeit.experiment()?.name === name, name);

test('another experiment after a large one has memory of its own; speed, device and undo stay', async t => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.click('#play');
  await until(page, 'paused');
  const { step: saved } = await report(page);
  const downloading = page.waitForEvent('download');
  await page.click('#save');
  const file = await (await downloading).path();
  await page.evaluate(hash => {
    location.hash = hash;
  }, LARGE);
  await settled(page, 'digits-mlp');
  await until(page, 'ready');
  await page.selectOption('#speed', '3');
  await page.click('#device summary');
  await page.check('#device input[value=cpu]');
  await page.click('#device summary');
  const before = await memory(page);
  await page.setInputFiles('#file', file);
  await settled(page, 'mixture-1d');
  await until(page, 'paused');
  const loaded = await memory(page);
  assert.equal((await report(page)).step, saved);
  assert.ok(await page.isChecked('#device input[value=cpu]'));
  await inSettings(page, () => page.click('#undo'));
  await settled(page, 'digits-mlp');
  await until(page, 'ready');
  await page.selectOption('#preset', 'mixture-1d');
  await settled(page, 'mixture-1d');
  await until(page, 'ready', 'paused');
  const after = await memory(page);
  t.diagnostic(`MB: ${[before, loaded, after].map(bytes => Math.round(bytes / 2 ** 20))}`);
  assert.ok(before > 256 * 2 ** 20 && after < before / 4);
  assert.ok(loaded < before / 4, 'so has a checkpoint');
  assert.ok(await page.isChecked('#device input[value=cpu]'));
  // At 3 steps a second the rate is never measured as more.
  await page.click('#play');
  await until(page, 'running');
  await trainsOn(page, 4);
  assert.match(await page.innerText('#rate'), /^[1-4](\.\d)?( steps)?\//);
  await inSettings(page, () => page.click('#undo'));
  await settled(page, 'digits-mlp');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('small experiments follow one another in one worker', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.evaluate(() => {
    window.started = 0;
    window.Worker = class extends Worker {
      constructor(...values) {
        super(...values);
        window.started++;
      }
    };
  });
  await page.selectOption('#preset', 'ring');
  await settled(page, 'ring');
  await until(page, 'running');
  assert.equal(await page.evaluate(() => window.started), 0);
  await page.context().close();
});
