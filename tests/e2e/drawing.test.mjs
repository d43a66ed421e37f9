// A digit that the visitor draws is projected and filled in like a real image.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE, alike, digits, eventually, explorer, finished, hunted, pixels, press } from './explore.mjs';
import { browse, serve, step } from './helpers.mjs';

const site = await serve(),
  browser = await browse();
const explore = explorer(browser, digits(site));

const PAPER = '.drawn .board';
const lit = image => image.filter(value => value > 0).length;

test('a digit is drawn by pointer and keys, undone stroke by stroke, projected and completed', async () => {
  const page = await explore(100);
  await press(page, '[data-tool=projection]');
  await press(page, '[data-source=drawn]');
  assert.match(await page.innerText('.saying p'), /^Draw/);
  assert.ok(await page.isDisabled('.projecting button'));
  assert.ok(await page.isHidden('.sheet.real'));
  // A vertical stroke down the middle, by mouse.
  const box = await page.locator(`${PAPER} canvas`).boundingBox();
  const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.5, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.8), { steps: 3 });
  await page.mouse.up();
  const row = 14 * SIZE;
  await eventually(async () => assert.equal((await pixels(page, PAPER))[row + 14], 255));
  const one = await pixels(page, PAPER);
  assert.equal(one.length, SIZE ** 2, 'as large as the image');
  const across = one.slice(row, row + SIZE);
  assert.ok(lit(across) >= 3 && lit(across) <= 6, `as wide as a stroke of the data: ${across}`);
  assert.ok(
    across.some(value => value > 0 && value < 255),
    'with a soft edge',
  );
  assert.equal(lit(one.slice(0, 3 * SIZE)), 0);
  assert.deepEqual(await pixels(page, '.projection .target'), one, 'the target is what was drawn');
  assert.equal(await page.innerText('.projection figcaption >> nth=0'), 'drawn');
  // A bar to the right of it, by keys.
  await page.focus(PAPER);
  await page.keyboard.press('Space');
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  await eventually(async () => assert.ok((await pixels(page, PAPER))[row + 20] > 0));
  const seven = await pixels(page, PAPER);
  assert.deepEqual(seven.slice(17 * SIZE, 18 * SIZE), one.slice(17 * SIZE, 18 * SIZE), 'a lifted brush draws nothing');
  assert.equal(await step(page), 100, 'the arrows trained nothing');
  // Each stroke is undone by itself, with the button or the key; Tab leaves the paper.
  await page.keyboard.press('Control+z');
  await eventually(async () => assert.deepEqual(await pixels(page, PAPER), one));
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(place => document.activeElement !== document.querySelector(place), PAPER));
  await press(page, '.saying >> text=Undo');
  await eventually(async () => assert.equal(lit(await pixels(page, PAPER)), 0));
  await page.mouse.move(...at(0.5, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.8), { steps: 3 });
  await page.mouse.up();
  await eventually(async () => alike(await pixels(page, PAPER), one));
  // What is drawn is projected, and completed where it is hidden.
  await press(page, '[data-hole=Bottom]');
  await press(page, '.projecting button');
  await finished(page);
  const { error, start } = await hunted(page);
  assert.ok(error <= start && error > 0, `${error} ${start}`);
  const filled = await pixels(page, '.projection .mixed'),
    found = await pixels(page, '.projection .generated'),
    drawn = await pixels(page, PAPER);
  const half = (SIZE * SIZE) / 2;
  assert.deepEqual(filled.slice(0, half), drawn.slice(0, half));
  assert.deepEqual(filled.slice(half), found.slice(half));
  await press(page, '.saying >> text=Clear');
  await eventually(async () => assert.equal(lit(await pixels(page, PAPER)), 0));
  // Back among the real images.
  await press(page, '[data-source=real]');
  await press(page, '.tile >> nth=3');
  assert.equal(await page.innerText('.projection figcaption >> nth=0'), 'real');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a finger draws on a narrow screen', async () => {
  const page = await explore(2, undefined, { width: 360, height: 740, touch: true });
  await press(page, '[data-tool=projection]');
  await press(page, '[data-source=drawn]');
  await page.locator(`${PAPER} canvas`).scrollIntoViewIfNeeded();
  const box = await page.locator(`${PAPER} canvas`).boundingBox();
  assert.ok(box.width > 200, `room for a finger: ${box.width}`);
  const touch = await page.context().newCDPSession(page);
  const send = (type, ...points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  const at = x => ({ x: box.x + x * box.width, y: box.y + box.height / 2 });
  await send('touchStart', at(0.2));
  for (const x of [0.4, 0.6, 0.8]) await send('touchMove', at(x));
  await send('touchEnd');
  await eventually(async () => {
    const image = await pixels(page, PAPER);
    for (const column of [7, 14, 21]) assert.ok(image[14 * SIZE + column] > 200, `${column}`);
  });
  await page.context().close();
});
