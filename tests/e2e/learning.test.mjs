// The default experiment learns, in the browser, from nearly every seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, trainTo, visit } from './helpers.mjs';

// What a visitor sees in half a minute.
const STEPS = 20_000;

test('mixture-1d finds every mode, and the right shape, from nine seeds of ten', async t => {
  const site = await serve(),
    browser = await browse();
  const seeds = Array.from({ length: 10 }, (_, seed) => seed),
    bad = [];
  // Two at a time: each trains on one core.
  const work = async () => {
    for (let seed; (seed = seeds.shift()) !== undefined;) {
      const page = await visit(browser, `${site}#preset=mixture-1d&seed=${seed}`);
      const { w1, w1_floor, modes, modes_floor } = await trainTo(page, STEPS);
      t.diagnostic(
        `seed ${seed}: modes ${modes} of ${modes_floor}, W1 ${w1.toFixed(4)} (floor ${w1_floor.toFixed(4)})`,
      );
      if (!(modes >= 3 && w1 <= 3 * w1_floor)) bad.push(seed);
      await page.context().close();
    }
  };
  await Promise.all([work(), work()]);
  assert.ok(bad.length <= 1, `seeds ${bad.join(', ')} fell short`);
});
