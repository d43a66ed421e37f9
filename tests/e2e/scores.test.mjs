// A classifier of the run's own images counts the classes of generated ones, and scores them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit } from './audit.mjs';
import { browse, serve, step, trainTo, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const heights = (page, side) =>
  page.$$eval(`.share .bar.${side}`, bars => bars.map(bar => parseFloat(bar.style.height)));
const scoredStep = page =>
  page.$eval('#class-scores .explained', words =>
    Number(/of step ([\d,]+)/.exec(words.textContent)?.[1].replace(',', '')),
  );
const scored = page => page.waitForFunction(() => /of step/.test(document.querySelector('#class-scores').textContent));

test('images are classified while the run trains; scores follow it, and end with a switch', async () => {
  const page = await visit(
    browser,
    `${site}#preset=digits-mlp&classes=[1,7]&examples_per_class=60&batch_size=16&generator_hidden=[32]`,
  );
  await trainTo(page, 5);
  assert.ok(await page.isHidden('.shares'));
  await page.click('#class-scores button');
  // Paused, the classifier learns, and scores this step.
  await scored(page);
  assert.equal(await scoredStep(page), 5);
  const real = await heights(page, 'real');
  // Nine and eleven of the twenty images held out.
  assert.ok(real[1] > 44 && real[7] > 44 && real[1] + real[7] > 99, `${real}`);
  assert.ok(
    real.filter((_, i) => i !== 1 && i !== 7).every(height => height < 20),
    `${real}`,
  );
  assert.match(await page.getAttribute('.shares', 'aria-label'), /1: real \d+%, generated \d+%/);
  const accuracy = /from 80 training images; on 40 others its accuracy is ([\d.]+)%/.exec(
    await page.innerText('#class-scores .explained'),
  )?.[1];
  assert.ok(Number(accuracy) >= 80, accuracy);
  assert.deepEqual(await page.$$eval('.metric-rows .term', terms => terms.map(term => term.dataset.term)), [
    'floor',
    'class_kl',
    'confidence',
    'classifier_frechet',
  ]);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await audit(page);
  }
  // While the run trains, so do the scores.
  await page.evaluate(() => window.counterfeit.play());
  await until(page, 'running');
  await trainsOn(page, 20);
  await page.waitForFunction(() => !/of step 5,/.test(document.querySelector('#class-scores').textContent));
  assert.ok((await scoredStep(page)) <= (await step(page)));
  await page.evaluate(() => window.counterfeit.pause());
  await until(page, 'paused');
  // In the end they are of the newest step.
  await page.waitForFunction(() => {
    const [, at] = /of step ([\d,]+)/.exec(document.querySelector('#class-scores').textContent) ?? [];
    return Number(at?.replace(',', '')) === Number(document.documentElement.dataset.step);
  });
  // Another run has a classifier of its own.
  await page.click('[data-at=class-3]');
  await page.waitForFunction(() => window.counterfeit.experiment().classes.length === 3);
  await page.waitForFunction(() => document.querySelector('#class-scores progress').value > 0.05);
  assert.ok(await page.isHidden('.shares'));
  await page.click('#class-scores button');
  await page.waitForSelector('#class-scores progress', { state: 'hidden' });
  assert.deepEqual(page.errors, []);
  // Points have no classes.
  await page.selectOption('#preset', 'ring');
  await page.waitForSelector('#class-scores', { state: 'hidden' });
  await page.context().close();
});

test('too few images are an error that says so', async () => {
  const page = await visit(browser, `${site}#preset=digits-mlp&classes=[1]&examples_per_class=4&batch_size=4`);
  await until(page, 'running');
  await page.click('#class-scores button');
  await page.waitForFunction(() => /at least 12 images/.test(document.querySelector('#class-scores').textContent));
  await trainsOn(page, 5);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
