// The charts: they can be read, their crosshair and zoom go together, and their tools stay as they were set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../www/chart-options.js';
import { smooth } from '../../www/smoothing.js';
import { extent, fit } from '../../www/views/chart-scale.js';
import { logTicks, stepLabels, tickLabel, ticks } from '../../www/views/scale.js';
import { browse, report, serve, step, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** A page with a paused run of so many steps, and its charts. */
async function chartsAt(target, { hash = '', ...options } = {}) {
  const page = await visit(browser, `${site}${hash}`, options);
  await trainTo(page, target, Math.ceil(target / 20));
  await page.waitForSelector('#losses canvas');
  await page.waitForFunction(n => document.querySelector('#losses').ariaValueMax === String(n), target);
  return page;
}
const title = (page, id) => page.innerText(`#${id}-figure .at`);
const middleOf = async (page, selector) => {
  const found = page.locator(selector);
  // In a low window it is below the fold.
  await found.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await found.boundingBox();
  return { x: x + width / 2, y: y + height / 2, width, left: x };
};

test('no two ticks have one label', () => {
  for (const [low, high] of [
    [0, 1],
    [0, 0.004],
    [1.3861, 1.38632],
    [-1.75, 0],
    [0, 0.00001],
    [120_000, 120_010],
    [-3e7, 4e7],
    [0, 5],
  ])
    for (const count of [2, 3, 5, 9]) {
      const labels = ticks(low, high, count).map(tickLabel);
      assert.equal(new Set(labels).size, labels.length, `${low} to ${high}: ${labels}`);
      assert.ok(
        labels.every(label => label.length <= 12),
        `${labels}`,
      );
    }
  for (const [low, high] of [
    [1e-6, 1],
    [0.2, 0.7],
    [0.03, 30],
    [1, 1e9],
  ])
    for (const count of [2, 4, 8]) {
      const found = logTicks(low, high, count);
      assert.ok(found.length >= 1 && found.length <= count + 1, `${low} to ${high} at most ${count}: ${found}`);
      assert.equal(new Set(found.map(tickLabel)).size, found.length);
    }
  for (const steps of [
    [0, 500, 1000, 1500],
    [1240, 1245, 1250],
    [0, 1, 2, 3],
    [999_000, 999_500, 1_000_000],
    [1e6, 1.05e6, 1.1e6],
  ])
    assert.equal(new Set(stepLabels(steps)).size, steps.length, `${stepLabels(steps)}`);
  assert.deepEqual(stepLabels([1240, 1245]), ['1,240', '1,245']);
  assert.deepEqual(stepLabels([0, 500, 1000, 1500]), ['0', '500', '1k', '1.5k']);
});

test('an axis says what lies beyond it, and is logarithmic for positive values alone', () => {
  const free = { shows: [0] };
  assert.deepEqual((({ under, over }) => [under, over])(fit([-9, -1], [-1.386], { shows: [0], least: -3 }, false)), [
    true,
    false,
  ]);
  assert.deepEqual((({ under, over }) => [under, over])(fit([0.2, 1.4], [], { low: 0, high: 1 }, false)), [
    false,
    true,
  ]);
  assert.equal(fit([0.1, 5], [0.7], free, true).log, true);
  assert.equal(fit([0, 5], [0.7], free, true).log, false);
  assert.equal(fit([0.1, 5], [-0.7], free, true).log, false);
  const { low, high } = fit([0.1, 5], [0.7], free, true);
  assert.ok(low > 0 && low < 0.1 && high > 5, 'the curve is within');
  assert.deepEqual(extent([1, 2, 3, 4], [9, 2, null, 5], [2, 4]), [2, 5]);
});

test('smoothing is TensorBoard’s', () => {
  assert.deepEqual(
    smooth([3, 3, 3], 0.9).map(value => +value.toFixed(9)),
    [3, 3, 3],
    'debiased',
  );
  // By hand: 1; (0.5·0.5·1 + 0.5·2) / 0.75.
  assert.deepEqual(smooth([1, null, 2], 0.5), [1, null, 1.25 / 0.75]);
  const raw = [1, 2];
  assert.equal(smooth(raw, 0), raw);
});

test('stored options of any form are options', () => {
  const plain = { log: false, smoothing: 0, hidden: [], open: {} };
  for (const text of [null, '', '{', 'null', '[]', '7', '{"open":null,"hidden":"x","smoothing":"a"}'])
    assert.deepEqual(parseOptions(text), plain, String(text));
  assert.deepEqual(parseOptions('{"log":true,"smoothing":7,"hidden":["a",1],"open":{"a":true,"b":1}}'), {
    log: true,
    smoothing: 0.99,
    hidden: ['a'],
    open: { a: true },
  });
});

test('charts are tall enough to read, fold from the keyboard, and stay as they were left', async () => {
  const page = await chartsAt(200);
  const heights = () =>
    page.$$eval('.chart', charts => charts.map(({ id, clientHeight }) => [id, clientHeight]).filter(([, h]) => h));
  const before = await heights();
  // A high window has room for more.
  assert.deepEqual(before.map(([id]) => id).slice(0, 2), ['losses', 'distance']);
  assert.ok(
    before.every(([, height]) => height >= 100),
    JSON.stringify(before),
  );
  await page.focus('#values-figure .fold');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#values canvas');
  assert.equal(await page.getAttribute('#values-figure .fold', 'aria-expanded'), 'true');
  await page.click('#distance-figure .fold');
  await page.waitForSelector('#distance', { state: 'hidden' });
  await page.reload();
  await until(page, 'running');
  await page.waitForSelector('#values canvas');
  assert.ok(await page.isHidden('#distance'));
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('the crosshair is at one step in all charts and in the timeline, with the values there', async () => {
  const page = await chartsAt(1000);
  const { x, y } = await middleOf(page, '#losses .u-over');
  await page.mouse.move(x, y);
  await page.waitForFunction(() => document.querySelector('#losses-figure .at').innerText.startsWith('step'));
  const at = await title(page, 'losses');
  assert.equal(await title(page, 'distance'), at);
  const cursors = await page.$$eval('.chart .u-cursor-x', lines =>
    lines.map(line => Math.round(line.getBoundingClientRect().left)),
  );
  assert.ok(cursors.length >= 2);
  assert.equal(new Set(cursors).size, 1, `${cursors}`);
  assert.ok(await page.isVisible('.strip-cursor'));
  // The newest values are others.
  const { w1, d_loss } = await report(page);
  const value = (id, i) => page.locator(`#${id}-figure .key .value`).nth(i).innerText();
  assert.notEqual(await value('distance', 0), w1.toFixed(w1 < 0.1 ? 3 : 2));
  assert.match(await value('distance', 0), /^\d+\.\d+$/);
  await page.mouse.move(2, 2);
  await page.waitForFunction(() => document.querySelector('#losses-figure .at').innerText === '');
  assert.equal(await value('losses', 0), d_loss.toFixed(2));
  assert.ok(await page.isHidden('.strip-cursor'));
  // From the timeline to the charts.
  const strip = await middleOf(page, '#scrub');
  await page.mouse.move(strip.left + 3, strip.y);
  await page.waitForFunction(() => document.querySelector('#losses-figure .at').innerText === 'step 0');
  await page.context().close();
});

test('the arrow keys move the crosshair of a focused chart, and do not train', async () => {
  const page = await chartsAt(400);
  await page.focus('#losses');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('#losses').ariaValueNow === '400');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => Number(document.querySelector('#losses').ariaValueNow) < 400);
  assert.match(await page.getAttribute('#losses', 'aria-valuetext'), /^step \d+: discriminator \d.*, generator \d/);
  await page.keyboard.press('Home');
  await page.waitForFunction(() => document.querySelector('#distance').ariaValueNow === '0');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => Number(document.querySelector('#losses').ariaValueNow) > 0);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('#losses').ariaValueText === 'no step chosen');
  assert.equal(await step(page), 400, '→ is one step elsewhere');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.documentElement.dataset.step === '401');
  await page.context().close();
});

test('a finger moves the crosshair and leaves it there', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, hasTouch: true });
  const page = await context.newPage();
  await page.goto(site);
  await trainTo(page, 300, 20);
  await page.locator('#losses').scrollIntoViewIfNeeded();
  const { x, y } = await middleOf(page, '#losses .u-over');
  await page.touchscreen.tap(x, y);
  await page.waitForFunction(() => Number(document.querySelector('#losses').ariaValueNow) > 0);
  await page.touchscreen.tap(x, 5);
  await page.waitForFunction(() => document.querySelector('#losses').ariaValueText === 'no step chosen');
  await context.close();
});

test('a drag over a range of steps zooms all charts, until they are reset', async () => {
  const page = await chartsAt(1000);
  // What a chart has under a given place.
  const stepAt = async (id, share) => {
    const { left, width, y } = await middleOf(page, `#${id} .u-over`);
    await page.mouse.move(left + share * width, y);
    await page.waitForFunction(id => document.querySelector(`#${id}-figure .at`).innerText.startsWith('step'), id);
    // Drawn in the next frame.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    return Number((await title(page, id)).replace(/\D/g, ''));
  };
  assert.ok((await stepAt('distance', 0.9)) > 800);
  const drag = async (from, to) => {
    const { left, width, y } = await middleOf(page, '#losses .u-over');
    await page.mouse.move(left + from * width, y);
    await page.mouse.down();
    await page.mouse.move(left + ((from + to) / 2) * width, y);
    await page.mouse.move(left + to * width, y);
    await page.mouse.up();
    await page.waitForSelector('#reset-zoom:not([hidden])');
  };
  await drag(0.2, 0.4);
  const within = (step, from, to) => assert.ok(step >= from && step <= to, `step ${step}`);
  within(await stepAt('distance', 0.95), 300, 450);
  within(await stepAt('distance', 0.05), 150, 260);
  await page.click('#reset-zoom');
  await page.waitForSelector('#reset-zoom', { state: 'hidden' });
  within(await stepAt('distance', 0.9), 800, 1000);
  await drag(0.2, 0.4);
  const { x, y } = await middleOf(page, '#distance .u-over');
  await page.mouse.dblclick(x, y);
  await page.waitForSelector('#reset-zoom', { state: 'hidden' });
  // From the keyboard.
  await page.focus('#losses');
  await page.keyboard.press('+');
  await page.waitForSelector('#reset-zoom:not([hidden])');
  await page.keyboard.press('-');
  await page.waitForSelector('#reset-zoom', { state: 'hidden' });
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

/** Pixels of a theme's colour in a chart's canvas. */
const pixels = (page, id, name) =>
  page.evaluate(
    ([id, name]) => {
      const { width, height } = document.querySelector(`#${id} canvas`);
      const { data } = document.querySelector(`#${id} canvas`).getContext('2d').getImageData(0, 0, width, height);
      const probe = document.createElement('canvas').getContext('2d');
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
      probe.fillRect(0, 0, 1, 1);
      const wanted = probe.getImageData(0, 0, 1, 1).data;
      let found = 0;
      for (let i = 0; i < data.length; i += 4)
        found += data[i + 3] > 150 && [0, 1, 2].every(c => Math.abs(data[i + c] - wanted[c]) < 12);
      return found;
    },
    [id, name],
  );
const settle = page => page.waitForTimeout(400);

test('series hide, axes turn logarithmic, curves are smoothed, and all of it is kept', async () => {
  const page = await chartsAt(600);
  const generator = page.locator('#losses-figure .key button').nth(1);
  assert.ok((await pixels(page, 'losses', 'generated')) > 20);
  await generator.click();
  await settle(page);
  assert.equal(await generator.getAttribute('aria-pressed'), 'false');
  assert.equal(await pixels(page, 'losses', 'generated'), 0);
  await generator.click();
  await settle(page);
  assert.ok((await pixels(page, 'losses', 'generated')) > 20);

  const image = id => page.$eval(`#${id} canvas`, canvas => canvas.toDataURL());
  const linear = await image('distance');
  await page.click('#log-scale');
  await settle(page);
  assert.notEqual(await image('distance'), linear);
  assert.equal(await page.innerText('#distance-figure .clipped'), '');
  // V is negative.
  await page.click('#values-figure .fold');
  await page.waitForFunction(() => document.querySelector('#values-figure .clipped').innerText.startsWith('linear'));

  const raw = await image('losses');
  await page.focus('#smoothing');
  for (let i = 0; i < 90; i++) await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.notEqual(await image('losses'), raw);
  assert.match(await page.locator('#losses-figure .key .value').first().innerText(), /^\d\.\d+ \(\d\.\d+\)$/);
  assert.equal(await step(page), 600, '→ is the slider’s');
  await generator.click();

  await page.reload();
  await until(page, 'running');
  await page.waitForSelector('#values canvas');
  assert.equal(await page.inputValue('#smoothing'), '0.9');
  assert.equal(await page.getAttribute('#log-scale', 'aria-pressed'), 'true');
  assert.equal(await generator.getAttribute('aria-pressed'), 'false');
  await page.evaluate(() => localStorage.setItem('counterfeit-charts', '{"smoothing":'));
  await page.reload();
  await until(page, 'running');
  await page.waitForSelector('#losses canvas');
  assert.equal(await page.inputValue('#smoothing'), '0');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('values beyond an axis are marked and said; labels keep clear of one another and of the curves', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  const seen = await page.evaluate(async () => {
    const { chart } = await import('/www/views/chart.js');
    const { apart } = await import('/www/views/chart-marks.js');
    const place = document.createElement('div');
    place.style.cssText = 'position:fixed;left:0;top:0;width:300px;height:160px;z-index:9';
    document.body.append(place);
    const input = { cursor() {}, zoom() {}, at: () => null };
    const made = await chart(place, [{ colour: 'real' }], input);
    const canvas = place.querySelector('canvas'),
      c = canvas.getContext('2d');
    const written = [];
    const fillText = c.fillText.bind(c);
    c.fillText = (text, x, y) => {
      written.push([text, x, y, c.textAlign]);
      fillText(text, x, y);
    };
    let triangles = 0;
    const fill = c.fill.bind(c);
    c.fill = (...path) => {
      triangles++;
      fill(...path);
    };
    const steps = Array.from({ length: 21 }, (_, i) => i * 50);
    const drawing = {
      steps,
      lines: [steps.map((_, i) => (i === 3 || i === 4 || i === 9 ? -8 : -1.4))],
      behind: [],
      changes: [],
      references: [
        { at: -1.386, label: 'one' },
        { at: -1.38, label: 'two' },
      ],
      scale: { shows: [0], least: -3 },
      log: false,
      zoom: null,
      looking: null,
    };
    const range = made.draw(drawing);
    const drawn = () => new Promise(done => setTimeout(done, 100));
    // The first size of the place draws again.
    await drawn();
    written.length = triangles = 0;
    made.redraw();
    await drawn();
    const labels = written.filter(([text]) => text === 'one' || text === 'two');
    const box = place.querySelector('.u-over').getBoundingClientRect();
    return { range, triangles, labels, right: box.right, written, apart: apart([10, 11, 12], 5, [0, 14]) };
  });
  assert.equal(seen.range.under, true);
  assert.equal(seen.triangles, 2, 'one for each stretch below');
  const [[, x, one], [, , two]] = seen.labels;
  assert.ok(Math.abs(one - two) >= 10, `${one} and ${two}`);
  assert.ok(x >= seen.right, 'right of the curve’s end');
  const axis = seen.written.filter(([, , , align]) => align !== 'left').map(([text]) => text);
  assert.equal(new Set(axis).size, axis.length - (axis.filter(text => text === '0').length - 1), `${axis}`);
  assert.deepEqual(seen.apart, [4, 9, 14]);
  await page.context().close();
});
