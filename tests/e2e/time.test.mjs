// The visitor goes back in time, and on from there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, report, serve, step, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

test('a run goes on from an earlier picture with the weights that it had there', async () => {
  const page = await visit(browser, `${site}#preset=ring`);
  await until(page, 'running');
  // Several checkpoints later.
  await page.waitForTimeout(4500);
  await page.click('#play');
  await until(page, 'paused');
  const end = await step(page);
  const count = Number(await page.getAttribute('#scrub', 'max'));
  for (const share of [0.3, 0.75]) {
    await page.locator('#scrub').fill(String(Math.floor(count * share)));
    await page.waitForFunction(end => Number(document.documentElement.dataset.step) < end, end);
    const [at, seen] = [await step(page), await page.evaluate(() => window.counterfeit.picture().generated)];
    if (share === 0.3) {
      await page.click('#live');
      await page.waitForFunction(end => Number(document.documentElement.dataset.step) === end, end);
      assert.ok(await page.isHidden('#branch'));
      continue;
    }
    await page.click('#branch');
    await page.waitForFunction(
      at => document.querySelector('#branch').hidden && Number(document.documentElement.dataset.step) === at,
      at,
    );
    assert.equal((await report(page)).step, at);
    assert.deepEqual(await page.evaluate(() => window.counterfeit.picture().generated), seen, 'the same samples');
  }
  const from = await step(page);
  await page.click('#play');
  await trainsOn(page, 20);
  // What came before is still there to look at; what came after is not.
  await page.locator('#scrub').fill('1');
  await page.waitForFunction(from => Number(document.documentElement.dataset.step) < from, from);
  await page.click('#live');
  await page.keyboard.press('Control+z');
  await page.waitForFunction(from => Number(document.documentElement.dataset.step) > from, from);
  assert.ok((await step(page)) <= end);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
