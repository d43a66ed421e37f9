// The latent pad: a point over the plane of three samples, pins, and a walk, as the visitor sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alike, choose, digits, eventually, explorer, isDrawn, pixels, press, tiles } from './explore.mjs';
import { browse, serve, step } from './helpers.mjs';

const site = await serve(),
  browser = await browse();
const explore = explorer(browser, digits(site));

const PAD = '.pad .board',
  IMAGE = '.pad figure';
/** Where A, B and C are, as shares of the pad's side. */
const [A, B, C] = [
  [0.2, 0.76],
  [0.8, 0.76],
  [0.5, 0.24],
];
async function open(page) {
  await press(page, '[data-tool=pad]');
  await eventually(() => isDrawn(page, IMAGE));
}
/** The pointer over the pad, without a press. */
async function over(page, [u, v]) {
  await page.locator(PAD).scrollIntoViewIfNeeded();
  const box = await page.locator(PAD).boundingBox();
  await page.mouse.move(box.x + u * box.width, box.y + v * box.height);
}
const pressAt = async (page, place) => {
  await over(page, place);
  await page.mouse.down();
  await page.mouse.up();
};
/** The place of the point, as shares of the pad's side. */
const point = page =>
  page.$eval('.pad .point', ({ style }) => [style.left, style.top].map(share => parseFloat(share) / 100));
const near = (got, wanted) =>
  assert.ok(
    got.every((value, i) => Math.abs(value - wanted[i]) < 0.02),
    `${got} is not ${wanted}`,
  );
const letters = page =>
  page.$$eval('.tile', found =>
    found.flatMap((tile, i) => (tile.dataset.letters ? [`${i}${tile.dataset.letters}`] : [])),
  );

test('the pad has its samples at its corners, follows pointer and keys, and takes pins', async () => {
  const page = await explore();
  await open(page);
  assert.deepEqual(await letters(page), ['0A', '1B', '2C'], 'it needs no choice');
  await choose(page, 12, 30);
  assert.deepEqual(await letters(page), ['0C', '12A', '30B']);
  const all = await tiles(page);
  for (const [corner, sample] of [
    [A, 12],
    [B, 30],
    [C, 0],
  ]) {
    await over(page, corner);
    // A pixel is a small step on the plane.
    await eventually(async () => {
      const shown = await pixels(page, IMAGE);
      const off = shown.reduce((sum, value, i) => sum + Math.abs(value - all[sample][i]), 0) / shown.length;
      assert.ok(off < 4, `${off}`);
    });
  }
  assert.match(await page.innerText('#pad-at'), /^−?0\.0\d A\s[+−] 0\.0\d B\s\+ (0\.9|1\.0)\d C$/);
  // A press sets a pin, whose image is that of the point; the keys move on from there, and set another.
  await pressAt(page, B);
  await eventually(async () => alike(await pixels(page, '.pin'), await pixels(page, IMAGE)));
  await page.mouse.move(0, 0);
  await page.focus(PAD);
  const before = await point(page);
  for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
  await eventually(async () => near(await point(page), [before[0] - 0.04, before[1] - 0.08]));
  assert.equal(await step(page), 3, 'the keys moved the point, and trained nothing');
  await page.keyboard.press('Enter');
  await eventually(async () => assert.equal(await page.locator('.pin').count(), 2));
  const [first, second] = await page.$$eval('.pin', found => found.map(pin => pin.ariaLabel));
  assert.deepEqual([first, second], ['Pin 1: remove', 'Pin 2: remove']);
  // The focus goes on from the pad to its pins, and out of it.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await eventually(async () => assert.equal(await page.locator('.pin').count(), 1));
  near(
    await page.$eval('.pin', ({ style }) => [style.left, style.top].map(share => parseFloat(share) / 100)),
    await point(page),
  );
  await press(page, '.saying >> text=Undo');
  await eventually(async () => assert.equal(await page.locator('.pin').count(), 2));
  assert.deepEqual(await letters(page), ['0C', '12A', '30B'], 'the samples stay');
  await press(page, '.saying >> text=Clear');
  await eventually(async () => assert.equal(await page.locator('.pin').count(), 0));
  assert.ok(await page.isDisabled('.pad >> text=Walk'));
  // The image learns with the generator.
  const young = await pixels(page, IMAGE);
  await page.evaluate(() => window.counterfeit.step(20));
  await eventually(async () => assert.notDeepEqual(await pixels(page, IMAGE), young));
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a walk goes round the pins and stops; with reduced motion it goes in steps', async () => {
  for (const reducedMotion of ['no-preference', 'reduce']) {
    const page = await explore(3, undefined, {
      before: page => page.emulateMedia({ reducedMotion }),
    });
    await open(page);
    for (const place of [A, B, C]) await pressAt(page, place);
    await eventually(async () => assert.equal(await page.locator('.pin').count(), 3));
    await page.mouse.move(0, 0);
    // Every place and image that is seen from here on.
    await page.evaluate(() => {
      window.seen = [];
      const { style } = document.querySelector('.pad .point');
      requestAnimationFrame(function look() {
        const [u, v] = [style.left, style.top].map(share => parseFloat(share) / 100);
        if (String(window.seen.at(-1)) !== String([u, v])) window.seen.push([u, v]);
        requestAnimationFrame(look);
      });
    });
    const still = await pixels(page, IMAGE);
    await press(page, '.pad >> text=Walk');
    const wanted = reducedMotion === 'reduce' ? 4 : 20;
    await page.waitForFunction(wanted => window.seen.length > wanted, wanted);
    await eventually(async () => assert.notDeepEqual(await pixels(page, IMAGE), still));
    // From A to B, where all have the height of both.
    const seen = await page.evaluate(() => window.seen.slice(2, 5));
    for (const [u, v] of seen) assert.ok(Math.abs(v - A[1]) < 0.01 && u > A[0] - 0.01 && u < B[0] + 0.01, `${seen}`);
    const strides = seen.slice(1).map(([u], i) => u - seen[i][0]);
    if (reducedMotion === 'reduce') assert.ok(Math.min(...strides) > 0.08, `a quarter of a leg each: ${strides}`);
    else assert.ok(Math.min(...strides) > 0, `it goes on: ${strides}`);
    await press(page, '.pad >> text=Stop');
    await eventually(async () => assert.equal(await page.innerText('.pad .primary'), 'Walk'));
    const stood = await point(page);
    await page.evaluate(() => window.counterfeit.step(5));
    assert.deepEqual(await point(page), stood);
    // Another tool ends a walk too.
    await press(page, '.pad >> text=Walk');
    await press(page, '[data-tool=interpolation]');
    await press(page, '[data-tool=pad]');
    assert.equal(await page.innerText('.pad .primary'), 'Walk');
    assert.deepEqual(page.errors, []);
    await page.context().close();
  }
});
