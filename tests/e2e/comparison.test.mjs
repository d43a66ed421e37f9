// Two runs of one seed, compared: trained, shown and looked back at together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, inSettings, report, says, select, serve, step, trainsOn, until, visit } from './helpers.mjs';

let isFaulty = false;
const site = await serve((request, response) => {
  const isRefused = isFaulty && request.url.startsWith('/www/worker/main.js');
  if (isRefused) response.writeHead(404).end();
  return isRefused;
});
const browser = await browse();

const other = page => page.evaluate(() => window.counterfeit.report('B'));
const train = (page, n) => page.evaluate(n => window.counterfeit.step(n), n);
/** Waits until the page has so many trainers. */
async function trainers(page, count) {
  const isTrainer = worker => worker.url().endsWith('/worker/main.js');
  while (page.workers().filter(isTrainer).length !== count) await page.waitForTimeout(50);
}
const begun = page => page.waitForSelector('.comparing #side-b canvas');
/** The steps in the headings of the two pictures. */
const steps = page =>
  page
    .locator('#pictures h3')
    .allInnerTexts()
    .then(heads => heads.map(head => Number(/step ([\d,]+)/.exec(head)?.[1].replaceAll(',', ''))));
/** Waits until the settings panel shows this value. */
const shows = (page, key, value) =>
  page.waitForFunction(([key, value]) => document.querySelector(`#setting-${key}`).value === value, [key, value]);
const choose = async (page, key, value) => {
  await select(page, key, value);
  await page.waitForFunction(() => /→/.test(document.querySelector('#differences').textContent));
};

test('both train together, a change goes to B, and B becomes the run', async () => {
  const page = await visit(browser, site);
  await trainsOn(page, 20);
  await page.click('#compare');
  await begun(page);
  await until(page, 'ready');
  await says(page, /Both runs have the same settings/);
  await trainers(page, 2);

  await train(page, 40);
  const same = await report(page);
  assert.equal(same.step, 40);
  assert.deepEqual(await other(page), same, 'one seed and the same settings: the same numbers');

  await choose(page, 'gradient_penalty', 'r1');
  assert.match(await page.innerText('#differences'), /^B: Gradient penalty None → R1 .*Changed at step 40/);
  assert.equal(await page.evaluate(() => window.counterfeit.experiment().gradient_penalty), 'none');
  await inSettings(page, () => page.click('#edit-a'));
  await shows(page, 'gradient_penalty', 'none');
  await inSettings(page, () => page.click('#edit-b'));
  await shows(page, 'gradient_penalty', 'r1');
  await train(page, 40);
  const [a, b] = [await report(page), await other(page)];
  assert.deepEqual([a.step, b.step], [80, 80]);
  assert.notEqual(a.d_loss, b.d_loss);
  const row = page.locator('.metric').first();
  assert.equal(await row.locator('.value').innerText(), a.w1.toFixed(3));
  assert.equal(await row.locator('.other').innerText(), b.w1.toFixed(3));

  await page.click('#play');
  await trainsOn(page, 60);
  await page.click('#play');
  await until(page, 'paused');
  const end = await step(page);
  await page.waitForTimeout(300);
  assert.deepEqual([(await report(page)).step, (await other(page)).step], [end, end], 'neither goes on');
  await page.locator('#scrub').fill('3');
  await page.waitForFunction(end => Number(document.documentElement.dataset.step) < end, end);
  const at = await step(page);
  assert.deepEqual(await steps(page), [at, at]);
  await page.click('#live');

  await page.click('#reset');
  await until(page, 'ready');
  assert.deepEqual(await steps(page), [0, 0]);
  assert.equal(await page.innerText('#differences'), 'B: Gradient penalty None → R1 (real samples).');
  await train(page, 30);
  const kept = await other(page);
  await page.click('#keep-b');
  await page.waitForSelector('#side-b', { state: 'hidden' });
  assert.deepEqual(await report(page), kept);
  assert.equal(await page.evaluate(() => window.counterfeit.experiment().gradient_penalty), 'r1');
  await page.waitForFunction(() => location.hash.includes('gradient_penalty=r1'));
  assert.ok(Number(await page.getAttribute('#scrub', 'max')) > 1, 'its history is there');
  await trainers(page, 1);
  await page.click('#play');
  await trainsOn(page, 20);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('run A goes on where B fails, and undo leads back to the run before the comparison', async () => {
  const page = await visit(browser, site);
  await trainsOn(page, 20);
  isFaulty = true;
  await page.click('#compare');
  await says(page, /Run B: A script of the trainer could not be fetched.*Run A goes on/s);
  await page.waitForSelector('#compare:enabled');
  isFaulty = false;
  await until(page, 'running');
  await trainsOn(page, 20);
  const before = await step(page);
  assert.ok(before >= 40, 'it has not started again');

  await page.evaluate(() => window.counterfeit.compare.start([['batch_size', '64']]));
  await begun(page);
  await trainsOn(page, 20);
  assert.match(await page.innerText('#differences'), /^B: Batch size \d+ → 64\.$/);
  await page.click('#keep-a');
  await page.waitForSelector('#side-b', { state: 'hidden' });
  await trainers(page, 1);
  await trainsOn(page, 20);
  await page.keyboard.press('Control+z');
  await until(page, 'paused');
  assert.ok((await step(page)) >= before);
  await page.context().close();
});
