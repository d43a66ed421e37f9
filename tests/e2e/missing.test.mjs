// A page that lacks one of its scripts says so, or does without it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, says, serve, trainsOn, until, visit } from './helpers.mjs';

const browser = await browse();
const running = page => page.waitForFunction(() => document.documentElement.dataset.state === 'running');
/** Serves the page without these files, until `found` is set. */
async function lacking(...files) {
  const faults = { found: false };
  const site = await serve((request, response) => {
    if (faults.found || !files.includes(request.url.split('?')[0])) return false;
    response.writeHead(404).end();
    return true;
  });
  return { site, faults };
}

for (const file of [
  '/www/main.js',
  '/www/state.js',
  '/www/views/paint.js',
  '/www/vendor/json-schema/validator.js',
  '/www/experiment.schema.json',
])
  test(`without ${file} the page says so, and opens when it is there again`, async () => {
    const { site, faults } = await lacking(file);
    const page = await visit(browser, site);
    await page.waitForSelector('#problem:not([hidden])');
    assert.match(
      await page.innerText('#problem'),
      new RegExp(`${file} \\(the server answered 404\\) could not be fetched`),
    );
    assert.equal(await page.getAttribute('html', 'data-state'), 'error');
    faults.found = true;
    await page.click('#problem button:text("Reload")');
    await running(page);
    await page.context().close();
  });

for (const file of ['/www/worker/main.js', '/www/worker/pace.js', '/www/pkg/cpu/counterfeit.js'])
  test(`without ${file} the page says so, and tries again`, async () => {
    const { site, faults } = await lacking(file);
    const page = await visit(browser, site);
    await says(page, /could not be fetched|is not on this server|Failed to fetch/);
    assert.equal(await page.getAttribute('html', 'data-state'), 'error');
    faults.found = true;
    await page.click('#problem button:text("Try again")');
    await running(page);
    await trainsOn(page);
    assert.ok(await page.isHidden('#problem'));
    await page.context().close();
  });

test('without its painter the page draws the picture itself', async () => {
  const { site } = await lacking('/www/painter.js');
  const page = await visit(browser, site);
  await until(page, 'running');
  await trainsOn(page, 50);
  await page.click('#play');
  await until(page, 'paused');
  const inked = await page.waitForFunction(() => {
    const canvas = document.querySelector('#picture');
    if (!canvas.width || !canvas.height) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some(value => value > 0);
  });
  assert.ok(await inked.jsonValue());
  assert.ok(await page.isHidden('#problem'));
  await page.context().close();
});

test('without the chart library the charts say so, and the page trains', async () => {
  const { site } = await lacking('/www/vendor/uPlot.esm.js');
  const page = await visit(browser, site);
  await says(page, /chart library could not be fetched/);
  await trainsOn(page);
  await page.context().close();
});
