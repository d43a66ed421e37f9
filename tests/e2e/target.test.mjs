// The visitor changes the target and the settings while the run trains, by mouse, keys and fingers; the run follows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WEBGPU, browse, inSettings, report, select, serve, step, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const mixture = page => page.evaluate(() => window.counterfeit.experiment().mixture);
const changed = (page, before) =>
  page.waitForFunction(
    before => JSON.stringify(window.counterfeit.experiment().mixture) !== before,
    JSON.stringify(before),
  );
/** The middle of an element. */
const middle = async (page, selector) => {
  const { x, y, width, height } = await page.locator(selector).boundingBox();
  return [x + width / 2, y + height / 2];
};
const handle = i => `.gaussian:nth-child(${i + 1}) .handle`;
const grip = i => `.gaussian:nth-child(${i + 1}) .grip`;

async function open(hash = '', options = {}) {
  const page = await visit(browser, site + hash, options);
  await until(page, 'running');
  await page.waitForSelector('.handle');
  return page;
}

/** Drags in twenty moves. */
async function drag(page, from, [dx, dy]) {
  await page.mouse.move(...from);
  await page.mouse.down();
  for (let i = 1; i <= 20; i++) {
    await page.mouse.move(from[0] + (i * dx) / 20, from[1] + (i * dy) / 20);
    await page.waitForTimeout(20);
  }
  await page.mouse.up();
}

test('the run follows a Gaussian that is dragged, and one undo brings it back', async () => {
  const page = await open();
  await page.waitForFunction(() => (window.counterfeit.report()?.w1 ?? 9) < 0.1);
  const [before, at] = [await mixture(page), await step(page)];
  // A twelfth of the picture, however wide it is.
  const { width } = await page.locator('#picture').boundingBox();
  await drag(page, await middle(page, handle(0)), [width / 12, 0]);
  await changed(page, before);
  const after = await mixture(page);
  assert.ok(after[0].mean[0] > before[0].mean[0] + 0.5, JSON.stringify(after));
  assert.deepEqual([after[0].std, after[1], after[2]], [before[0].std, before[1], before[2]]);
  assert.ok((await step(page)) > at, 'the run goes on');
  // It was far from the new target, and comes to it.
  await page.waitForFunction(() => window.counterfeit.report().w1 < 0.1);
  assert.ok((await step(page)) > at);
  await page.keyboard.press('Control+z');
  await page.waitForFunction(
    before => JSON.stringify(window.counterfeit.experiment().mixture) === before,
    JSON.stringify(before),
  );
  assert.ok((await step(page)) > at, 'and on');
  assert.ok(await page.isDisabled('#undo'), 'one act, one undo');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('width, weight, adding and removing have their gestures', async () => {
  const page = await open('#preset=ring');
  let before = await mixture(page);
  await page.hover(handle(0));
  await drag(page, await middle(page, grip(0)), [40, 0]);
  // The trainer answers for each place that the hand was at.
  await page.waitForFunction(least => window.counterfeit.experiment().mixture[0].std > least, 2 * before[0].std);
  before = await mixture(page);
  await page.hover(handle(1));
  await page.mouse.wheel(0, -100);
  await page.waitForFunction(
    was => Math.abs(window.counterfeit.experiment().mixture[1].weight / was - 1.1) < 1e-3,
    before[1].weight,
  );
  before = await mixture(page);
  const opposite = await Promise.all([2, 6].map(i => middle(page, handle(i))));
  const [x, y] = [0, 1].map(axis => (opposite[0][axis] + opposite[1][axis]) / 2);
  await page.mouse.dblclick(x, y);
  await changed(page, before);
  const more = await mixture(page);
  assert.equal(more.length, 9);
  assert.ok(Math.hypot(...more[8].mean) < 0.2, 'where it was clicked');
  await page.focus(handle(8));
  await page.keyboard.press('Delete');
  await changed(page, more);
  assert.deepEqual(await mixture(page), before);
  await trainsOn(page);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('the keys do what the mouse does', async () => {
  const page = await open();
  const at = await step(page);
  await page.focus(handle(1));
  for (const [key, expect] of [
    ['ArrowRight', (now, was) => now[1].mean[0] > was[1].mean[0]],
    ['Shift+ArrowLeft', (now, was) => now[1].mean[0] < was[1].mean[0]],
    [']', (now, was) => now[1].std > was[1].std],
    ['-', (now, was) => now[1].weight < was[1].weight],
    ['a', (now, was) => now.length === was.length + 1],
    ['Delete', (now, was) => now.length === was.length - 1],
  ]) {
    const was = await mixture(page);
    await page.keyboard.press(key);
    await changed(page, was);
    const now = await mixture(page);
    assert.ok(expect(now, was), `${key}: ${JSON.stringify(now)}`);
  }
  assert.equal(await page.evaluate(() => document.activeElement.className), 'handle');
  assert.ok((await step(page)) > at);
  await until(page, 'running');
  await page.context().close();
});

test('a finger drags, and a second one pinches the weight', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await page.goto(site);
  await until(page, 'running');
  await page.locator(handle(0)).scrollIntoViewIfNeeded();
  const before = await mixture(page);
  const [x, y] = await middle(page, handle(0));
  const device = await context.newCDPSession(page);
  const touch = (type, ...points) =>
    device.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  await touch('touchStart', [x, y]);
  await touch('touchMove', [x + 30, y]);
  await changed(page, before);
  const moved = await mixture(page);
  await touch('touchStart', [x + 30, y], [x + 30, y - 50]);
  await touch('touchMove', [x + 30, y], [x + 30, y - 100]);
  await touch('touchEnd');
  await changed(page, moved);
  const now = await mixture(page);
  assert.ok(now[0].mean[0] > before[0].mean[0]);
  assert.ok(Math.abs(now[0].weight - 2 * before[0].weight) < 0.1, JSON.stringify(now[0]));
  await context.close();
});

test('settings apply to the run as it trains, unless the lock starts it again', async () => {
  const page = await open();
  await page.waitForFunction(() => Number(document.documentElement.dataset.step) > 300);
  await page.click('#play');
  await until(page, 'paused');
  const at = await step(page),
    { w1 } = await report(page);
  await select(page, 'objective', 'least-squares');
  await page.waitForFunction(() => window.counterfeit.experiment().objective === 'least-squares');
  assert.deepEqual([await step(page), (await report(page)).w1], [at, w1], 'the same networks');
  assert.match(await page.innerText('#changed'), new RegExp(`Changed at step ${at.toLocaleString('en')}: Objective`));
  await page.click('#step');
  await page.waitForFunction(at => Number(document.documentElement.dataset.step) === at + 1, at);
  await inSettings(page, () => page.check('#lock'));
  await select(page, 'objective', 'hinge');
  await page.waitForFunction(() => window.counterfeit.experiment().objective === 'hinge');
  await page.waitForFunction(() => document.documentElement.dataset.step === '0');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a target is drawn, on a line and in the plane', async () => {
  const page = await open();
  const at = await step(page);
  await page.click('#pen');
  const { x, y, width, height } = await page.locator('#picture').boundingBox();
  const path = async points => {
    await page.mouse.move(...points[0]);
    await page.mouse.down();
    for (const point of points) await page.mouse.move(...point);
    await page.mouse.up();
  };
  let before = await mixture(page);
  // A triangle over the middle of the axis, twice as high on its right.
  const on = (across, up) => [x + width * across, y + height * (0.9 - up)];
  await path([on(0.4, 0), on(0.4, 0.3), on(0.5, 0.3), on(0.5, 0.6), on(0.6, 0.6), on(0.6, 0)]);
  await changed(page, before);
  const drawn = await mixture(page);
  /** The middle one of the weights: at an edge a Gaussian has a part of one. */
  const weight = (from, to) => {
    const weights = drawn.filter(({ mean: [at] }) => at > from && at < to).map(({ weight }) => weight);
    return weights.toSorted((a, b) => a - b)[Math.floor(weights.length / 2)];
  };
  const [low, high] = [drawn[0].mean[0], drawn.at(-1).mean[0]],
    middleOf = (low + high) / 2;
  assert.ok(drawn.length > 8 && high - low < 2.5, JSON.stringify(drawn));
  const ratio = weight(middleOf, 9) / weight(-9, middleOf);
  assert.ok(ratio > 1.6 && ratio < 2.4, `${ratio}`);
  await page.keyboard.press('Escape');
  assert.equal(await page.getAttribute('#pen', 'aria-pressed'), 'false');
  assert.ok((await step(page)) > at, 'the run goes on');
  await page.context().close();

  const plane = await open('#preset=ring');
  before = await mixture(plane);
  await plane.click('#pen');
  const [from, to] = await Promise.all([4, 0].map(i => middle(plane, handle(i))));
  await plane.mouse.move(...from);
  await plane.mouse.down();
  for (let i = 1; i <= 10; i++) await plane.mouse.move(from[0] + (i * (to[0] - from[0])) / 10, from[1]);
  await plane.mouse.up();
  await changed(plane, before);
  const line = await mixture(plane);
  assert.ok(line.length > 10 && line.every(({ mean: [, height] }) => Math.abs(height) < 0.1), JSON.stringify(line));
  assert.deepEqual([...page.errors, ...plane.errors], []);
  await plane.context().close();
});

test('shapes by name, and samples from the clipboard and from a file', async () => {
  const page = await open('#preset=ring');
  let before = await mixture(page);
  const at = await step(page);
  await page.selectOption('#shape', 'Two moons');
  await changed(page, before);
  before = await mixture(page);
  assert.equal(before.length, 60);
  assert.ok((await step(page)) > at);
  const paste = text =>
    page.evaluate(text => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  await paste('x;y\n1;1\n1.1;1\n-1;-1\n-1.1;-1\n');
  await changed(page, before);
  before = await mixture(page);
  const nearest = point => Math.min(...before.map(({ mean }) => Math.hypot(mean[0] - point[0], mean[1] - point[1])));
  assert.ok(before.length <= 4 && nearest([1.05, 1]) < 0.1 && nearest([-1.05, -1]) < 0.1, JSON.stringify(before));
  await paste('1,2\n3,four');
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /Line 2 is not two numbers: 3,four/);
  assert.deepEqual(await mixture(page), before);
  // One column: another dimension, and so another run.
  await page.setInputFiles('#file', {
    name: 'a.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('100\n200\n201\n99\n'),
  });
  await changed(page, before);
  await page.waitForFunction(() => window.counterfeit.picture()?.kind === 'line');
  await trainsOn(page);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a run on WebGPU follows too', async () => {
  const gpu = await browse(WEBGPU);
  const page = await visit(gpu, `${site}#preset=mixture-1d&batch_size=32`);
  await until(page, 'running');
  await page.click('#device summary');
  await page.check('input[value=webgpu]');
  await page.waitForFunction(() => /WebGPU/.test(document.querySelector('#device-now').textContent));
  await trainsOn(page, 30);
  const before = await mixture(page),
    at = await step(page);
  await page.focus(handle(0));
  await page.keyboard.press('Shift+ArrowLeft');
  await changed(page, before);
  await trainsOn(page, 30);
  assert.ok((await step(page)) > at + 20);
  assert.match(await page.innerText('#device-now'), /WebGPU/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
