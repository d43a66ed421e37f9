// What is read of the page first, and where it is shared.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browse, root, serve, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

test('the title of the document is the run’s name, and follows it', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  assert.equal(await page.title(), 'Three Gaussians · Counterfeit');
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => document.title === 'Ring of eight · Counterfeit');
  await page.context().close();
});

test('a tagline in plain words, which leaves the header one row', async () => {
  for (const width of [360, 1280, 2560]) {
    const page = await visit(browser, site, { width });
    assert.match(await page.innerText('#tagline'), /^One neural network makes fakes, another detects them\.$/);
    const [row, control] = await page.evaluate(() =>
      ['header', '#play'].map(of => document.querySelector(of).getBoundingClientRect().height),
    );
    if (width > 1000) assert.ok(row < 2 * control, `${width} px: ${row} px for buttons of ${control} px`);
    await page.context().close();
  }
});

test('a shared link has a description and a picture of the declared size', async () => {
  const html = readFileSync(`${root}index.html`, 'utf8');
  const meta = name => html.match(new RegExp(`<meta (?:name|property)="${name}" content="([^"]+)">`))?.[1];
  for (const name of ['description', 'og:title', 'og:description', 'og:image:alt']) assert.ok(meta(name), name);
  const png = readFileSync(root + meta('og:image'));
  assert.deepEqual(
    [png.readUInt32BE(16), png.readUInt32BE(20)],
    [Number(meta('og:image:width')), Number(meta('og:image:height'))],
  );
  assert.ok(png.length < 150_000, `${png.length} bytes`);
});
