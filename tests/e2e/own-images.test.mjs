// Images of the visitor's own as the data of a run: several files, a ZIP, and a folder that is dropped.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { eventually } from './explore.mjs';
import { browse, serve, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** PNGs of 40 × 30 pixels whose left or right half is red, by path; and one that is none. */
const images = await (async () => {
  const page = await browser.newPage();
  const drawn = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
    const context = canvas.getContext('2d');
    return ['left', 'right'].map((_, side) => {
      Object.assign(context, { fillStyle: '#000' }).fillRect(0, 0, 40, 30);
      Object.assign(context, { fillStyle: '#f00' }).fillRect(20 * side, 0, 20, 30);
      return canvas.toDataURL().split(',')[1];
    });
  });
  await page.close();
  const [left, right] = drawn.map(text => new Uint8Array(Buffer.from(text, 'base64')));
  const numbered = (name, image) => Array.from({ length: 9 }, (_, i) => [`photos/${name}/${i}.png`, image]);
  const broken = ['photos/left/broken.png', new TextEncoder().encode('no picture')];
  return Object.fromEntries([...numbered('left', left), ...numbered('right', right), broken]);
})();
const folder = mkdtempSync(join(tmpdir(), 'own-'));
for (const [path, bytes] of Object.entries(images)) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
writeFileSync(join(folder, 'photos.zip'), zipSync(images));
writeFileSync(join(folder, 'broken.zip'), zipSync(images).slice(0, 300));

/** The brightness of the left and the right edge of every real image that is shown. */
const edges = page =>
  page.evaluate(() => {
    const { real, count, channels = 1, size = 28 } = window.counterfeit.picture();
    const of = (i, x) => real[(i * channels * size + size / 2) * size + x];
    return Array.from({ length: count }, (_, i) => [of(i, 1), of(i, size - 2)]);
  });
const halves = [
  [54, 0],
  [0, 54],
];
async function showsHalves(page, bright = 54) {
  await eventually(async () => {
    const seen = await edges(page).catch(() => []);
    const wanted = halves.map(half => half.map(value => (value ? bright : 0)));
    const isHalf = pair => wanted.some(half => half.every((value, i) => Math.abs(value - pair[i]) <= 2));
    return (
      seen.length > 0 && seen.every(isHalf) && wanted.every(half => seen.some(pair => Math.abs(pair[0] - half[0]) <= 2))
    );
  });
}

test('several images, in place of the digits of a run', async () => {
  const page = await visit(browser, `${site}#preset=digits-mlp`);
  const files = Object.keys(images).map(path => join(folder, path));
  await page.setInputFiles('#file', files);
  await until(page, 'running');
  // Red is 54 in grey; the run trains on them, and the address has them as its data.
  await showsHalves(page);
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /1 of the images could not be read: broken\.png/);
  assert.equal((await page.evaluate(() => window.counterfeit.experiment())).data, 'folder');
  // In colour, and larger, from the same files.
  await page.evaluate(
    () => (location.hash = 'preset=digits-mlp&data=folder&examples_per_class=0&channels=3&image_size=32'),
  );
  await eventually(async () => (await page.evaluate(() => window.counterfeit.picture())).channels === 3);
  await showsHalves(page, 255);
  await page.close();
});

test('a ZIP, from an experiment that has no images', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d`);
  await until(page, 'running');
  await page.setInputFiles('#file', join(folder, 'broken.zip'));
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /broken\.zip is no whole ZIP file/);
  assert.equal((await page.evaluate(() => window.counterfeit.experiment())).data, 'mixture');
  await page.setInputFiles('#file', join(folder, 'photos.zip'));
  await showsHalves(page);
  await page.close();
});

test('a folder that is dropped; without it drawn digits stand in, and the page says so', async () => {
  const page = await visit(browser, `${site}#preset=digits-mlp&data=folder`);
  await eventually(async () => /images of this run are not here/.test(await page.innerText('body')));
  const client = await page.context().newCDPSession(page);
  const data = { items: [], files: [join(folder, 'photos')], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await client.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await showsHalves(page);
  assert.doesNotMatch(await page.innerText('body'), /images of this run are not here/);
  await page.close();
});
