// In forced colours nothing that only a colour tells vanishes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATIENCE, browse, serve, trainTo } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** The page in forced colours, trained a little. */
async function forced(address, colorScheme = 'dark') {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    forcedColors: 'active',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(site + address);
  await trainTo(page, 20);
  await page.waitForSelector('.chart canvas');
  return page;
}

/** The saturated colours that an element is seen in, as hues in steps of 30°. */
async function hues(page, selector) {
  const image = (await page.locator(selector).first().screenshot()).toString('base64');
  return page.evaluate(async image => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${image}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height),
      context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = data.subarray(i, i + 3),
        most = Math.max(r, g, b),
        range = most - Math.min(r, g, b);
      if (range < 100) continue;
      const hue = most === r ? (g - b) / range : most === g ? 2 + (b - r) / range : 4 + (r - g) / range;
      seen.add(((Math.round(hue * 2) + 12) % 12) * 30);
    }
    return [...seen];
  }, image);
}

const BLUE = 210,
  ORANGE = 30;

for (const scheme of ['light', 'dark'])
  test(`keys, layers and handles keep the colours of the picture, ${scheme}`, async () => {
    const page = await forced('', scheme);
    for (const [selector, hue] of [
      ['.layer.real .mark', BLUE],
      ['.layer.generated .mark', ORANGE],
      ['.key.generated .mark', ORANGE],
      ['.gauge', ORANGE],
      ['.handle', BLUE],
    ])
      assert.ok((await hues(page, selector)).includes(hue), `${selector}: ${await hues(page, selector)}`);
    await page.context().close();
  });

test('the line of the algorithm is told from others', async () => {
  const page = await forced('');
  await page.click('#slow-open');
  await page.click('#slow-next');
  await page.waitForSelector('#slow-lines [aria-current]');
  // As it is seen: computed styles are those of before.
  const edge = async selector => {
    const { x, y } = await page.locator(selector).first().boundingBox();
    return (await page.screenshot({ clip: { x, y: y + 4, width: 3, height: 4 } })).toString('base64');
  };
  assert.notEqual(await edge('#slow-lines [aria-current]'), await edge('#slow-lines li:not([aria-current])'));
  await page.context().close();
});

test('pressed buttons are told from others', async () => {
  const page = await forced('#preset=digits-mlp');
  await page.click('#latent');
  await page.waitForSelector('.tile');
  const look = selector =>
    page.$eval(selector, element => {
      const { backgroundColor, color } = getComputedStyle(element);
      return `${color} on ${backgroundColor}`;
    });
  assert.notEqual(await look('.tool[aria-pressed=true]'), await look('.tool[aria-pressed=false]'));
  assert.notEqual(await look('.ways [aria-pressed=true]'), await look('.ways [aria-pressed=false]'));
  assert.equal(await look('#latent'), await look('.tool[aria-pressed=true]'));
  // A chosen image has a frame in addition to its letter.
  await page.locator('.tile').first().click();
  await page.mouse.move(0, 0);
  await page.addStyleTag({ content: '.badge { visibility: hidden; }' });
  assert.ok((await hues(page, '.tile:has(.badge)')).includes(ORANGE), 'the frame of a chosen image');
  await page.context().close();
});
