// The diagnosis of a run: each fault in a history that has it, silence where nothing is known, and the card on the page.
// tests/diagnosis measures it on real runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../www/diagnosis.js';
import { Standing } from '../../www/standing.js';
import { browse, report, serve, trainTo, trainsOn, until, visit } from './helpers.mjs';

const RING = Array.from({ length: 8 }, (_, i) => ({ mean: [i, 0], std: 0.1, weight: 1 }));
const SETTINGS = {
  objective: 'non-saturating',
  architecture: 'mlp',
  label_smoothing: 1,
  generator_lr: 1e-3,
  discriminator_lr: 1e-3,
  n_critic: 1,
  pack: 1,
  mixture: RING,
};
/** A run in balance. */
const BALANCED = {
  d_loss: () => 1.386,
  g_loss: () => 0.693,
  d_fake: () => 0.5,
  d_gradient_norm: () => 0.3,
  g_gradient_norm: () => 0.3,
};

/** The history of `numbers`, functions of the step. */
function history(numbers, { to = 2000, every = 10, ...more } = {}) {
  const step = Array.from({ length: Math.floor(to / every) + 1 }, (_, i) => i * every);
  const series = Object.entries({ ...BALANCED, ...numbers }).map(([name, value]) => [name, step.map(value)]);
  return { series: { step, ...Object.fromEntries(series) }, marks: [], ...more };
}
const found = (numbers, settings = {}, options = {}) =>
  diagnose({ ...history(numbers, options), settings: { ...SETTINGS, ...settings } });
const faults = (...run) => found(...run).map(({ fault }) => fault);

const COLLAPSED = { modes: () => 2, modes_floor: () => 8, high_quality: () => 0.9 };
const VANISHED = { d_fake: () => 1e-5, g_gradient_norm: () => 1e-6, d_loss: () => 1e-5, w1: () => 8 };
const OVERPOWERED = { d_loss: () => 0.001, d_fake: () => 0.001, w1: () => 8, w1_floor: () => 0.1 };
const SWINGING = { w1: step => 1 + Math.sin(step / 30), w1_floor: () => 0.01 };

test('each fault is found where it is, and nowhere else', () => {
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults(COLLAPSED), ['mode-collapse']);
  assert.deepEqual(faults({ ...COLLAPSED, modes: () => 5 }), []);
  assert.deepEqual(faults({ ...COLLAPSED, high_quality: () => 0.1 }), [], 'between the modes');
  assert.deepEqual(faults({ ...COLLAPSED, modes: step => (step > 1500 && step % 50 < 20 ? 7 : 2) }), [], 'they return');

  const saturating = { objective: 'saturating' };
  assert.deepEqual(faults(VANISHED, saturating), ['vanishing-gradient']);
  assert.deepEqual(faults({ ...VANISHED, g_gradient_norm: () => 0.2 }, saturating), []);
  assert.deepEqual(faults({ ...VANISHED, d_fake: () => 0.5 }, saturating), [], 'an equilibrium has no gradient either');

  assert.deepEqual(faults(OVERPOWERED), ['overpowering-discriminator']);
  assert.deepEqual(faults({ ...OVERPOWERED, w1: step => 8 - step / 400 }), [], 'the samples get better');
  assert.deepEqual(faults({ ...OVERPOWERED, w1: () => null }), [], 'nothing says whether they get better');
  assert.deepEqual(
    faults({ ...OVERPOWERED, d_loss: () => -5 }, { objective: 'wasserstein' }),
    [],
    'a critic should be',
  );
  // The loss of a certain discriminator is the entropy of the smoothed label.
  assert.deepEqual(faults({ ...OVERPOWERED, d_loss: () => 0.33 }, { label_smoothing: 0.9 }), [
    'overpowering-discriminator',
  ]);

  assert.deepEqual(faults(SWINGING), ['oscillation']);
  assert.deepEqual(faults({ ...SWINGING, w1: step => 1 + Math.sin(step / 100 + 1) }), [], 'it has swung thrice');
  const damped = step => 0.1 + Math.exp(-step / 400) * (1 + Math.sin(step / 30));
  assert.deepEqual(faults({ ...SWINGING, w1: damped }), [], 'it gets smaller');
  assert.deepEqual(faults({ ...SWINGING, w1: step => (step > 50 ? 0.05 * SWINGING.w1(step) : 2) }), [], 'noise');

  assert.deepEqual(faults({ d_loss: () => 20 }), ['divergence']);
  assert.deepEqual(faults({ d_loss: () => 20 }, { objective: 'wasserstein' }), []);
  assert.deepEqual(faults({ ...COLLAPSED, d_loss: () => 20 }), ['divergence', 'mode-collapse'], 'the worst first');
});

test('a run that is young, or whose settings have just changed, or that has few points, is left alone', () => {
  assert.deepEqual(faults(COLLAPSED, {}, { to: 190, every: 1 }), []);
  assert.deepEqual(faults(COLLAPSED, {}, { marks: [{ step: 1900 }] }), []);
  assert.deepEqual(faults(COLLAPSED, {}, { marks: [{ step: 1000 }] }), ['mode-collapse']);
  assert.deepEqual(faults(COLLAPSED, {}, { every: 100 }), []);
  assert.deepEqual(diagnose({ series: { step: [] }, marks: [], settings: SETTINGS }), []);
});

test('a finding has its numbers, its evidence, and fixes that change something', () => {
  const [{ text, evidence, fixes }] = found(COLLAPSED);
  assert.match(text, /^From step 1,\d+ to 2,000 the generator covered 2 of the 8 modes, with 90% of its samples/);
  assert.deepEqual(
    evidence.map(({ chart, to }) => [chart, to]),
    [['coverage', 2000]],
  );
  assert.deepEqual(fixes, [{ label: 'packing', changes: [['pack', '2']] }]);
  const [{ fixes: left }] = found(COLLAPSED, { pack: 2 });
  assert.deepEqual(left, []);
  const weight = settings => found(SWINGING, settings)[0].fixes[0].changes[1];
  assert.deepEqual(weight({}), ['gp_weight', '0.01'], 'of narrow modes');
  assert.deepEqual(weight({ architecture: 'dirac' }), ['gp_weight', '1']);
});

test('a finding stays until it has been absent for a while, and is not shown again once dismissed', () => {
  const standing = new Standing();
  const same = {};
  /** The fault that is shown at a step where the generator covers so many modes, and has done so for long. */
  const at = (step, modes, run = same, marks = []) => {
    Object.assign(run, history({ ...COLLAPSED, modes: () => modes }, { to: step, marks }));
    standing.update({ history: run, info: { settings: SETTINGS }, live: { step }, state: 'paused' });
    return standing.finding?.fault;
  };
  assert.equal(at(1000, 2), 'mode-collapse');
  assert.equal(at(1050, 8), 'mode-collapse', 'absent for 50 steps of 1,050');
  assert.equal(at(1200, 8), undefined, 'absent for 200 steps of 1,200');
  assert.equal(at(1300, 2), 'mode-collapse');
  standing.dismiss();
  assert.equal(at(1400, 2), undefined);
  const another = {};
  assert.equal(at(1000, 2, another), 'mode-collapse');
  assert.equal(at(1010, 2, another, [{ step: 1005 }]), undefined, 'of other settings');
});

const GAPS = '{mean=[0.0],std=0.3},{mean=[12.0],std=0.3},{mean=[-12.0],std=0.3},{mean=[24.0],std=0.3}';
const COLLAPSING = `#${encodeURI(`preset=mixture-1d&ema_decay=0&mixture=[${GAPS}]`)}`;

test('a collapsed run has a card with its evidence and fixes; a fix starts a comparison; a healthy run has none', async () => {
  const site = await serve(),
    browser = await browse();
  const page = await visit(browser, site + COLLAPSING);
  const card = page.locator('#finding');
  await card.waitFor();
  await page.click('#play');
  await until(page, 'paused');
  assert.equal(await page.innerText('#status-title'), 'Mode collapse');
  await page.waitForFunction(() =>
    /the generator covered 1 of the 4 modes/.test(document.querySelector('#status-text').innerText),
  );

  await page.click('#show-evidence');
  await page.waitForFunction(() =>
    /marked: steps [\d,]+ to [\d,]+/.test(document.querySelector('#coverage-body').innerText),
  );
  assert.equal(await page.getAttribute('#show-evidence', 'aria-pressed'), 'true');
  // An earlier picture has its own status.
  await page.locator('#scrub').fill('1');
  await page.waitForFunction(() => document.querySelector('#status-title').textContent !== 'Mode collapse');
  assert.ok(!(await page.isVisible('#show-evidence')));
  await page.click('#live');
  await page.waitForFunction(() => document.querySelector('#status-title').textContent === 'Mode collapse');

  await page.click('#finding button:has-text("Try: packing")');
  await page.waitForSelector('.comparing #side-b canvas');
  await trainsOn(page, 20);
  assert.match(await page.innerText('#differences'), /^B: Packing \(PacGAN\) 1 → 2\.$/);
  assert.ok(!(await card.isVisible()));
  await page.click('#keep-a');
  await card.waitFor();
  await page.click('#dismiss-finding');
  await card.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'play', 'the focus is not lost');
  await trainsOn(page, 100);
  assert.ok(!(await card.isVisible()), 'dismissed for this run');
  assert.deepEqual(page.errors, []);
  await page.context().close();

  const diverging = await visit(
    browser,
    `${site}#preset=mixture-1d&objective=least-squares&optimizer=sgd&generator_lr=1&discriminator_lr=1`,
  );
  await diverging.click('#problem button:has-text("Reset with smaller learning rates")');
  // It is in the state of the error until then.
  await diverging.waitForSelector('[data-state=running]');
  await trainsOn(diverging, 50);
  const { generator_lr, discriminator_lr } = await diverging.evaluate(() => window.counterfeit.experiment());
  assert.deepEqual(
    [generator_lr, discriminator_lr].map(rate => +rate.toPrecision(6)),
    [0.001, 0.001],
  );
  await diverging.context().close();

  const healthy = await visit(browser, site);
  await healthy.evaluate(() => {
    const card = document.querySelector('#finding');
    new MutationObserver(() => card.hidden || (window.wasShown = true)).observe(card, { attributes: true });
  });
  await trainTo(healthy, 1500, 10);
  assert.equal((await report(healthy)).modes, 3);
  assert.ok(!(await healthy.evaluate(() => window.wasShown)));
  await healthy.context().close();
});
