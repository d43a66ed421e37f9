// What the tests of the latent space share: its images as the visitor sees them.
import assert from 'node:assert/strict';
import { PATIENCE, trainTo, visit } from './helpers.mjs';

export const digits = site => `${site}#preset=digits-mlp&examples_per_class=20&batch_size=16`;
export const SIZE = 28;

/** The grey pixels of the canvas in this place, once it shows something; of a sheet, of all its tiles. */
export const pixels = (page, place) =>
  page.evaluate(place => {
    const canvas = document.querySelector(`${place} canvas`),
      { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, i) => data[4 * i]);
  }, place);
export const sheet = page => pixels(page, '.sheet');
/** Waits until this holds: what was asked for is drawn some frames later. */
export async function eventually(holds) {
  for (const start = Date.now(); ; await new Promise(done => setTimeout(done, 30))) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() - start > PATIENCE) throw error;
    }
  }
}
/** Clicks, and waits until the page has been drawn anew. */
export async function press(page, place) {
  await page.click(place);
  await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}
export const isDrawn = async (page, place) =>
  assert.equal(await page.$eval(`${place} canvas`, canvas => canvas.width), SIZE);

/** One tile out of a sheet's pixels. */
export function tile(all, index, columns) {
  const width = columns * SIZE,
    left = (index % columns) * SIZE,
    top = Math.floor(index / columns) * SIZE;
  return Array.from({ length: SIZE * SIZE }, (_, i) => all[(top + Math.floor(i / SIZE)) * width + left + (i % SIZE)]);
}
export const columns = page => page.evaluate(size => document.querySelector('.sheet canvas').width / size, SIZE);
export async function tiles(page) {
  const all = await sheet(page),
    across = await columns(page);
  return Array.from({ length: all.length / SIZE ** 2 }, (_, i) => tile(all, i, across));
}
export async function choose(page, ...indices) {
  for (const i of indices) await press(page, `.tile >> nth=${i}`);
}
/** Opens a page that stands still after some steps, with the latent space open. */
export const explorer =
  (browser, digits) =>
  async (steps = 3, link = digits, how = {}) => {
    const page = await visit(browser, link, how);
    await trainTo(page, steps);
    await press(page, '#latent');
    await page.waitForSelector('.tile');
    return page;
  };
/** The same images, but for how a batch of another size is rounded. */
export const alike = (a, b, message) =>
  assert.ok(a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= 1), message ?? 'the same image');
/** The numbers of a projection. */
export const hunted = page =>
  page.evaluate(() => {
    const [, error, start] =
      /Error ([\d.]+), from ([\d.]+)/.exec(document.querySelector('.acts-on p').textContent) ?? [];
    return {
      error: Number(error),
      start: Number(start),
      share: document.querySelector('.projecting progress').value,
      act: document.querySelector('.projecting button').textContent,
    };
  });
export const finished = page =>
  page.waitForFunction(
    () =>
      document.querySelector('.projecting progress').value === 1 &&
      document.querySelector('.projecting button').textContent === 'Project',
  );
