// The training image nearest to a generated one, in the picture and in the latent space.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE, digits, eventually, pixels, press } from './explore.mjs';
import { browse, serve, trainTo, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** The image that the card is of, as its number in the gallery; −1 for none. */
const shownImage = (page, side = 'generated') =>
  page.evaluate(
    ([size, side]) => {
      const canvas = document.querySelector(`#nearest .${side} canvas`);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const { [side]: all, count } = window.counterfeit.picture(),
        area = size * size;
      return Array.from({ length: count }, (_, i) => i).findIndex(i =>
        all.slice(i * area, (i + 1) * area).every((value, at) => value === data[4 * at]),
      );
    },
    [SIZE, side],
  );
const distance = async page => Number(/Distance ([\d.]+)/.exec(await page.innerText('#nearest'))?.[1]);

test('a generated image under the pointer or the focus has its nearest training image', async () => {
  // In a wide window; the next test is of a narrow one.
  const page = await visit(browser, digits(site), { width: 1280, height: 800 });
  await trainTo(page, 30);
  const frame = await page.locator('.frame').first().boundingBox();
  // Somewhere among the generated images, which are on the left.
  await page.mouse.move(frame.x + 0.3 * frame.width, frame.y + 0.45 * frame.height);
  await page.waitForSelector('#nearest:not([hidden])');
  assert.match(await page.innerText('#nearest'), /nearest of\s+200\s+training images/, '20 of each of ten classes');
  const at = await shownImage(page);
  assert.ok(at >= 0, 'an image of the gallery');
  // The distance is that of the two images shown.
  const [own, other] = [await pixels(page, '#nearest .generated'), await pixels(page, '#nearest .real')];
  const squares = own.reduce((sum, value, i) => sum + ((value - other[i]) / 127.5) ** 2, 0);
  assert.ok(Math.abs((await distance(page)) - Math.sqrt(squares)) < 0.006);
  // No image that the page knows of is nearer: all real ones of the gallery are training images.
  const nearer = await page.evaluate(
    ([size, own]) => {
      const { real, count } = window.counterfeit.picture(),
        area = size * size;
      const distances = Array.from({ length: count }, (_, i) =>
        Math.sqrt(own.reduce((sum, value, at) => sum + ((value - real[i * area + at]) / 127.5) ** 2, 0)),
      );
      return Math.min(...distances);
    },
    [SIZE, own],
  );
  assert.ok((await distance(page)) <= nearer + 0.006);
  // Over a real image, and with Escape, it goes.
  await page.mouse.move(frame.x + 0.75 * frame.width, frame.y + 0.45 * frame.height);
  await page.waitForSelector('#nearest', { state: 'hidden' });
  // While the run trains the card follows it.
  await page.mouse.move(frame.x + 0.3 * frame.width, frame.y + 0.45 * frame.height);
  await page.waitForSelector('#nearest:not([hidden])');
  await page.evaluate(() => window.counterfeit.play());
  await until(page, 'running');
  await trainsOn(page, 50);
  await eventually(async () => assert.notDeepEqual(await pixels(page, '#nearest .generated'), own));
  await page.evaluate(() => window.counterfeit.pause());
  await until(page, 'paused');
  await eventually(async () => assert.equal(await shownImage(page), at, 'of the newest picture'));
  await page.mouse.move(0, 0);
  await page.waitForSelector('#nearest', { state: 'hidden' });

  // In the latent space the keyboard gets there too.
  await press(page, '#latent');
  await page.focus('.tile');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('#nearest:not([hidden])');
  assert.equal(await shownImage(page), 1);
  assert.match(await page.innerText('#announce'), /^Nearest of 200 training images/);
  await page.keyboard.press('Escape');
  assert.ok(await page.isHidden('#nearest'));
  await page.hover('.tile >> nth=12');
  await page.waitForSelector('#nearest:not([hidden])');
  assert.equal(await shownImage(page), 12);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a tap shows it on a narrow screen, within the window; pairs have none', async () => {
  const page = await visit(browser, digits(site), { width: 360, height: 740, touch: true });
  await trainTo(page, 3);
  const frame = await page.locator('.frame').first().boundingBox();
  await page.touchscreen.tap(frame.x + 0.8 * frame.width, frame.y + 0.2 * frame.height);
  await page.waitForSelector('#nearest:not([hidden])');
  const { x, y, width, height } = await page.locator('#nearest').boundingBox();
  assert.ok(x >= 0 && y >= 0 && x + width <= 360 && y + height <= 740, JSON.stringify([x, y, width, height]));
  await page.touchscreen.tap(180, 5);
  await page.waitForSelector('#nearest', { state: 'hidden' });
  await page.context().close();

  const pairs = await visit(browser, `${site}#preset=digits-coupled&examples_per_class=4&batch_size=8`);
  await trainTo(pairs, 2);
  await press(pairs, '#latent');
  await pairs.focus('.tile');
  await pairs.keyboard.press('ArrowRight');
  // An answer would have come before the steps that were asked for after it.
  await pairs.evaluate(() => window.counterfeit.step(20));
  assert.ok(await pairs.isHidden('#nearest'));
  assert.deepEqual(pairs.errors, []);
  await pairs.context().close();
});
