// A tab that nobody sees does not train for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, step, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** The page's timers of a minute and more wait in `window.late` until the test runs them. */
const before = page =>
  page.addInitScript(() => {
    const plain = window.setTimeout;
    window.late = new Map();
    let ids = 1e9;
    window.setTimeout = (act, ms = 0, ...values) => {
      if (ms < 60_000) return plain(act, ms, ...values);
      window.late.set(++ids, { act, ms });
      return ids;
    };
    const clear = window.clearTimeout;
    window.clearTimeout = id => {
      if (!window.late.delete(id)) clear(id);
    };
  });
/** @param {'hidden' | 'visible'} state */
const turn = (page, state) =>
  page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
/** Lets the waiting timers run; resolves to their milliseconds. */
const later = page =>
  page.evaluate(() => {
    const waiting = [...window.late.values()];
    window.late.clear();
    for (const { act } of waiting) act();
    return waiting.map(({ ms }) => ms);
  });

test('after five minutes in a hidden tab the run waits, and says so on return', async () => {
  const page = await visit(browser, site, { before });
  await until(page, 'running');
  await trainsOn(page, 50);
  await turn(page, 'hidden');
  await trainsOn(page, 50);
  assert.deepEqual(await later(page), [300_000]);
  await until(page, 'paused');
  const at = await step(page),
    sentence = `Paused at step ${at.toLocaleString('en')} after five minutes in a hidden tab.`;
  assert.notEqual(await page.innerText('#announce'), sentence, 'nobody would hear it yet');
  await turn(page, 'visible');
  await page.waitForSelector('#away:not([hidden])');
  assert.equal(await page.innerText('#away-text'), sentence);
  assert.equal(await page.innerText('#announce'), sentence);
  assert.equal(await page.locator('[role=status] #away').count(), 0, 'once');
  await page.click('#continue');
  await until(page, 'running');
  await page.waitForSelector('#away', { state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'play');
  assert.ok((await step(page)) >= at);
  await trainsOn(page, 50);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a tab that is seen again in time trains on', async () => {
  const page = await visit(browser, site, { before });
  await until(page, 'running');
  await turn(page, 'hidden');
  await turn(page, 'visible');
  assert.deepEqual(await later(page), []);
  await trainsOn(page, 50);
  assert.ok(await page.isHidden('#away'));
  await page.context().close();
});

test('a run that the visitor paused is not said to have been paused by the page', async () => {
  const page = await visit(browser, site, { before });
  await until(page, 'running');
  await page.click('#play');
  await until(page, 'paused');
  await turn(page, 'hidden');
  await later(page);
  await turn(page, 'visible');
  await page.click('#step');
  await page.waitForFunction(() => window.counterfeit.report().step > 0);
  assert.ok(await page.isHidden('#away'));
  await page.context().close();
});

test('the sentence goes with another experiment, and with a step', async () => {
  const page = await visit(browser, site, { before });
  for (const act of [
    () => page.selectOption('#preset', 'ring'),
    () => page.click('#step'),
    () => page.click('#reset'),
  ]) {
    await page.evaluate(() => window.counterfeit.play());
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running');
    await turn(page, 'hidden');
    await later(page);
    await turn(page, 'visible');
    await page.waitForSelector('#away:not([hidden])');
    await act();
    await page.waitForSelector('#away', { state: 'hidden' });
  }
  await page.context().close();
});
