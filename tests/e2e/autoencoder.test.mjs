// The adversarial autoencoder's discriminator compares codes, and the page says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, trainTo, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

test('the status and the chart name the prior and the codes', async () => {
  const page = await visit(browser, `${site}#preset=digits-autoencoder&batch_size=8`);
  await trainTo(page, 2);
  await page.waitForFunction(() => document.querySelector('#outputs-figure b')?.textContent === 'D(z) and D(E(x))');
  const keys = await page.$$eval('#outputs-figure .key', keys => keys.map(key => key.textContent));
  assert.match(keys.join(), /D\(z\).*D\(E\(x\)\)/);
  assert.match(await page.innerText('.status'), /z: a sample of the prior \(real\); E\(x\): the code of an image/);
  assert.doesNotMatch(await page.innerText('#evidence'), /D\(x\)|D\(G\(z\)\)/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
