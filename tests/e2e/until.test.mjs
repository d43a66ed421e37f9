// A run that stops by itself: at a step, or where a quantity crosses a value.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reached, watchable } from '../../www/goal.js';
import { browse, report, serve, step, trainTo, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const note = page => page.innerText('#goal');
const noted = (page, pattern) =>
  page.waitForFunction(source => new RegExp(source).test(document.querySelector('#goal').innerText), pattern.source);

test('a value is crossed in its direction, and is said in its unit', () => {
  const snapshot = {
    step: 1200,
    d_loss: 1.4,
    g_loss: null,
    terms: [],
    metrics: [
      { name: 'w1', label: 'W1', value: 0.0498, floor: 0.04, format: 'number' },
      { name: 'high_quality', label: 'High quality', value: 0.91, floor: 1, format: 'percent' },
    ],
  };
  const of = (name, below, value) =>
    reached({ watched: watchable(snapshot).find(one => one.name === name), below, value }, snapshot);
  assert.equal(of('w1', true, 0.05), 'Stopped: W1 was 0.050 at step 1,200, below 0.05.');
  assert.equal(of('w1', true, 0.04), null);
  assert.equal(of('w1', false, 0.05), null);
  assert.match(of('w1', false, 0.04), /above 0.04/);
  assert.equal(of('high_quality', false, 0.9), 'Stopped: High quality was 91% at step 1,200, above 90%.');
  assert.match(of('d_loss', false, 1), /Discriminator loss was 1.4/);
  assert.equal(of('g_loss', true, 9), null, 'there is none yet');
});

test('a run stops at exactly the step that was asked for, from the keyboard', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.focus('#until');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#until-panel:popover-open');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'until-step');
  const goal = (await step(page)) + 2000;
  await page.keyboard.press('Control+a');
  await page.keyboard.type(String(goal));
  const pictures = page.evaluate(
    goal =>
      new Promise(done => {
        const seen = new Set();
        const look = () => {
          seen.add(document.documentElement.dataset.step);
          if (document.documentElement.dataset.step === String(goal)) done(seen.size);
          else requestAnimationFrame(look);
        };
        look();
      }),
    goal,
  );
  await page.keyboard.press('Enter');
  await page.waitForSelector('#until-panel:popover-open', { state: 'detached' });
  await noted(page, /^Stopped at step/);
  assert.equal(await note(page), `Stopped at step ${goal.toLocaleString('en')}.`);
  await until(page, 'paused');
  assert.equal((await report(page)).step, goal);
  assert.ok((await pictures) > 3, 'pictures come on the way');
  assert.equal(await page.innerText('#announce'), await note(page));
  // A step that is past is refused in the form.
  await page.click('#until');
  await page.fill('#until-step', String(goal));
  await page.click('#until-step-form button');
  assert.ok(await page.$eval('#until-step', input => !input.validity.valid));
  assert.equal((await report(page)).step, goal);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#until-panel:popover-open', { state: 'detached' });
  // The note is over once the run goes on.
  await page.click('#play');
  await page.waitForSelector('#goal', { state: 'hidden' });
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a run stops where a metric crosses a value, and says which and where', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 10);
  await page.click('#until');
  await page.selectOption('#until-metric', { label: 'W1' });
  await page.selectOption('#until-side', 'below');
  await page.fill('#until-value', '0.5');
  await page.click('#until-value-form button');
  await noted(page, /^Stopped: W1 was/);
  await until(page, 'paused');
  const [, value, at] = /was ([\d.]+) at step ([\d,]+), below 0.5/.exec(await note(page));
  assert.ok(Number(value) <= 0.5, value);
  assert.ok((await report(page)).step >= Number(at.replace(',', '')));
  assert.equal(await page.innerText('#announce'), await note(page));
  // What is there already takes no step.
  const stopped = (await report(page)).step;
  await page.click('#until');
  await page.fill('#until-value', '50');
  await page.click('#until-value-form button');
  await noted(page, /below 50/);
  await page.waitForTimeout(300);
  assert.equal((await report(page)).step, stopped);
  await page.context().close();
});

test('a goal can be cancelled, and ends with the run and with a pause', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  const ask = async () => {
    await page.click('#until');
    await page.fill('#until-step', '900000');
    await page.click('#until-step-form button');
    await noted(page, /^Runs to step 900,000/);
    await until(page, 'running');
  };
  await ask();
  await page.click('#goal button');
  await page.waitForSelector('#goal', { state: 'hidden' });
  const from = await step(page);
  await page.waitForFunction(from => Number(document.documentElement.dataset.step) > from + 50, from);
  await ask();
  await page.click('#play');
  await until(page, 'paused');
  await page.waitForSelector('#goal', { state: 'hidden' });
  await page.click('#until');
  await page.selectOption('#until-metric', { label: 'W1' });
  await page.fill('#until-value', '-1');
  await page.click('#until-value-form button');
  await noted(page, /^Runs until W1/);
  await until(page, 'running');
  await page.selectOption('#preset', 'ring');
  await noted(page, /started again/);
  await trainsOn(page, 50);
  assert.match(await note(page), /started again/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a run to a step keeps to the speed of the menu', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 100);
  await page.selectOption('#speed', '3');
  await page.click('#until');
  await page.fill('#until-step', '108');
  await page.click('#until-step-form button');
  await until(page, 'running');
  const rates = await page.evaluate(
    () =>
      new Promise(done => {
        const seen = [];
        const look = () => {
          const { step, state } = document.documentElement.dataset;
          if (Number(step) > 103) seen.push(document.querySelector('#rate').innerText);
          if (state === 'paused') done(seen.filter(rate => rate));
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await noted(page, /^Stopped at step 108/);
  assert.ok(rates.length > 0);
  for (const rate of rates) assert.match(rate, /^[1-4](\.\d)?( steps)?\//);
  // One step more is there at once, and a script's steps are.
  await page.evaluate(() => window.counterfeit.step(1000));
  assert.equal((await report(page)).step, 1108);
  await page.context().close();
});

for (const width of [360, 768, 1280])
  test(`the form is in sight at ${width} px`, async () => {
    const page = await visit(browser, site, { width, height: 740 });
    await until(page, 'running');
    await page.click('#until');
    const box = await page.locator('#until-panel').boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= 740, JSON.stringify(box));
    await page.click('#until-side');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.context().close();
  });
