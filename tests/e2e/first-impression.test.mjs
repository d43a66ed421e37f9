// What is read of the page first, and where it is shared.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browse, root, serve, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** Pairs of the header's parts that overlap, and parts that are out of the window or narrower than what is in them. */
const overlaps = page =>
  page.evaluate(() => {
    const parts = [...document.querySelectorAll('header > *')].filter(
      part => part.checkVisibility() && !(innerWidth < 1000 && part.matches('.transport')),
    );
    const name = part => part.id || part.className || part.tagName;
    const found = [];
    parts.forEach((one, i) => {
      const a = one.getBoundingClientRect();
      if (a.left < 0 || a.right > innerWidth || one.scrollWidth > Math.ceil(a.width)) found.push(name(one));
      for (const other of parts.slice(i + 1)) {
        const b = other.getBoundingClientRect();
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          found.push(`${name(one)} and ${name(other)}`);
      }
    });
    return found;
  });

test('the title of the document is the run’s name, and follows it', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  assert.equal(await page.title(), 'Three Gaussians · Counterfeit');
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => document.title === 'Ring of eight · Counterfeit');
  await page.context().close();
});

test('a tagline in plain words, which leaves the header one row', async () => {
  for (const width of [360, 1000, 1280, 1440, 2560]) {
    const page = await visit(browser, site, { width });
    assert.ok(await page.isVisible('#tagline'), `${width} px`);
    assert.match(await page.innerText('#tagline'), /^One (neural )?network makes fakes, another detects them\.$/);
    await until(page, 'running');
    assert.deepEqual(await overlaps(page), [], `${width} px`);
    const [row, control] = await page.evaluate(() =>
      ['header', '#play'].map(of => document.querySelector(of).getBoundingClientRect().height),
    );
    if (width >= 1280) assert.ok(row < 2 * control, `${width} px: ${row} px for buttons of ${control} px`);
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
