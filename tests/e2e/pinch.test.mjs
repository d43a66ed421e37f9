// The charts' zoom from two fingers, on a screen or on a trackpad.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, trainTo, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** The first and last step that a chart has under its ends, from its keys. */
async function rangeOf(page, id) {
  await page.focus(`#${id}`);
  const ends = [];
  for (const key of ['Home', 'End']) {
    await page.keyboard.press(key);
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    ends.push(Number(await page.getAttribute(`#${id}`, 'aria-valuenow')));
  }
  await page.keyboard.press('Escape');
  return ends;
}

/** The same once it has at most so many steps: the last of several moves may be drawn later. */
async function settledRange(page, id, most) {
  let range = await rangeOf(page, id);
  for (let i = 0; i < 20 && range[1] - range[0] > most; i++) range = await rangeOf(page, id);
  return range;
}

test('two fingers zoom all charts, and so does the wheel with Ctrl', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 1000, 50);
  await page.waitForFunction(() => document.querySelector('#losses')?.ariaValueMax === '1000');
  // A narrow window scrolls between the charts.
  const places = async (...shares) => {
    const chart = page.locator('#losses .u-over');
    await chart.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await chart.boundingBox();
    return shares.map((share, id) => ({ x: x + Math.min(share * width, width - 1), y: y + height / 2, id }));
  };
  const client = await page.context().newCDPSession(page);
  const touch = async (type, ...shares) =>
    client.send('Input.dispatchTouchEvent', { type, touchPoints: await places(...shares) });
  await touch('touchStart', 0.4);
  await touch('touchStart', 0.4, 0.6);
  await touch('touchMove', 0.35, 0.65);
  await touch('touchMove', 0.1, 0.9);
  await touch('touchEnd');
  await page.waitForSelector('#reset-zoom:not([hidden])');
  // What was under the fingers is under them still: 400 to 600 over 80% of the width.
  const [from, to] = await settledRange(page, 'distance', 300);
  assert.ok(from >= 350 && from <= 450 && to >= 550 && to <= 650, `${from} to ${to}`);
  await page.click('#reset-zoom');
  await page.waitForSelector('#reset-zoom', { state: 'hidden' });
  const turn = async (share, deltaY) => {
    const [{ x, y }] = await places(share);
    await page.mouse.move(x, y);
    await page.keyboard.down('Control');
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, deltaY);
    await page.keyboard.up('Control');
  };
  await turn(1, -100);
  await page.waitForSelector('#reset-zoom:not([hidden])');
  const near = await settledRange(page, 'distance', 290);
  assert.ok(near[0] > 700 && near[1] > 900, `${near}`);
  assert.equal(await page.evaluate(() => visualViewport.scale), 1, 'the page does not zoom');
  await turn(1, 100);
  await page.waitForSelector('#reset-zoom', { state: 'hidden' });
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
