// Earlier runs stay in the charts for comparison: the run before a change, and one that is pinned.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../www/history.js';
import { differences, keptRun, summary } from '../../www/kept-runs.js';
import { browse, inSettings, select, serve, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** Counts the lines that charts draw behind their series: those with less than full opacity. */
const countFaint = page =>
  page.addInitScript(() => {
    const stroke = CanvasRenderingContext2D.prototype.stroke;
    window.faint = {};
    CanvasRenderingContext2D.prototype.stroke = function (...path) {
      const id = this.canvas.closest?.('.chart')?.id;
      if (id && this.globalAlpha < 1) (window.faint[id] ??= new Set()).add(this.globalAlpha);
      stroke.apply(this, path);
    };
  });
/** The opacities of the lines behind the series in one drawing of all charts. */
async function faint(page) {
  await page.evaluate(() => {
    window.faint = {};
  });
  await page.evaluate(() => window.counterfeit.step(1));
  await page.waitForTimeout(500);
  return page.evaluate(() => Object.fromEntries(Object.entries(window.faint).map(([id, found]) => [id, [...found]])));
}
/** A change that starts the run again. */
async function change(page, key, value) {
  await inSettings(page, () => page.check('#lock'));
  await select(page, key, value);
  await page.waitForFunction(([key, value]) => window.counterfeit.experiment()[key] === value, [key, value]);
  await until(page, 'running', 'ready', 'paused');
}
const shows = (page, pattern) =>
  page.waitForFunction(
    source => new RegExp(source).test(document.querySelector('.kept-runs')?.innerText ?? ''),
    pattern.source,
  );

test('differences are named as the settings are, and a few points are no run', () => {
  const run = { objective: 'hinge', batch_size: 64, generator_lr: 0.0010000000474974513, mixture: [], seed: 0 };
  assert.deepEqual(differences(run, run), []);
  assert.equal(summary([]), 'the same settings');
  const now = { ...run, objective: 'non-saturating', generator_lr: 0.002, batch_size: 128 };
  const found = differences(run, now);
  assert.deepEqual(found, [
    'Objective Hinge → Non-saturating',
    'Generator learning rate 0.001 → 0.002',
    'Batch size 64 → 128',
  ]);
  assert.equal(summary(found), 'Objective Hinge → Non-saturating, Generator learning rate 0.001 → 0.002 and 1 more');
  const digits = { ...run, data: 'digits', architecture: 'mlp', classes: [0, 1], generator_hidden: [64, 32] };
  assert.deepEqual(differences(digits, { ...digits, classes: [7], generator_hidden: [64] }), [
    'Classes 0, 1 → 7',
    'Generator hidden layers 64, 32 → 64',
  ]);
  const history = new History();
  const info = /** @type {any} */ ({ settings: run });
  for (let step = 0; step < 30; step++) {
    assert.equal(keptRun({ info, history }) !== null, step >= 8, `${step} points`);
    history.add({ step, metrics: [], terms: [], picture: null });
  }
});

test('the run before a change stays in the charts until it is dismissed', async () => {
  // In a higher window more charts are open.
  const page = await visit(browser, site, { width: 1280, height: 800, before: countFaint });
  await trainTo(page, 400, 20);
  assert.deepEqual(await faint(page), {});
  await change(page, 'gradient_penalty', 'r1');
  await shows(page, /previous: Gradient penalty None → R1/);
  assert.deepEqual(await faint(page), { losses: [0.5], distance: [0.5] });
  for (let i = 0; i < 20; i++) await page.evaluate(() => window.counterfeit.step(20));
  // A reset is the same experiment: it is compared with the same run.
  await page.evaluate(() => window.counterfeit.reset());
  await page.waitForFunction(() => document.documentElement.dataset.step === '0');
  await page.waitForTimeout(300);
  await shows(page, /previous: Gradient penalty/);
  await page.click('.kept.previous button');
  await page.waitForSelector('.kept.previous', { state: 'detached' });
  assert.deepEqual(await faint(page), {});
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a loss of another objective is no comparison, and neither is a run of another kind', async () => {
  // In a higher window more charts are open.
  const page = await visit(browser, site, { width: 1280, height: 800, before: countFaint });
  await trainTo(page, 400, 20);
  await change(page, 'objective', 'hinge');
  await shows(page, /previous: Objective/);
  assert.deepEqual(await faint(page), { distance: [0.5] });
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
  await page.waitForFunction(() => document.querySelector('.kept-runs').hidden);
  assert.deepEqual(await faint(page), {});
  await page.context().close();
});

test('a pinned run is the baseline over any number of changes, until it is unpinned', async () => {
  // In a higher window more charts are open.
  const page = await visit(browser, site, { width: 1280, height: 800, before: countFaint });
  await trainTo(page, 400, 20);
  await page.waitForSelector('#pin');
  await page.click('#pin');
  await page.waitForSelector('#pin[aria-pressed=true]');
  assert.deepEqual(await faint(page), {}, 'it is the run itself');
  await change(page, 'gradient_penalty', 'r1');
  await shows(page, /baseline: Gradient penalty None → R1/);
  assert.equal(await page.locator('.kept').count(), 1, 'the baseline and the previous run are one');
  for (let i = 0; i < 20; i++) await page.evaluate(() => window.counterfeit.step(20));
  await change(page, 'gradient_penalty', 'r2');
  await shows(page, /baseline: Gradient penalty None → R2/);
  await shows(page, /previous: Gradient penalty R1 .*→ R2/);
  const both = await faint(page);
  assert.deepEqual(both.distance.sort(), [0.25, 0.5], JSON.stringify(both));
  await page.click('#pin');
  await page.waitForSelector('.kept.baseline', { state: 'detached' });
  assert.equal(await page.getAttribute('#pin', 'aria-pressed'), 'false');
  assert.deepEqual((await faint(page)).distance, [0.5]);
  await page.context().close();
});
