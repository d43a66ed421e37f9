// A page that lacks one of its scripts says so, or does without it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browse, root, says, serve, trainsOn, until, visit } from './helpers.mjs';

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

for (const [file, remedy] of [
  // A browser does not fetch a script of a worker again in the same page.
  ['/www/worker/main.js', 'Reload'],
  ['/www/worker/pace.js', 'Reload'],
  ['/www/worker/loop.js', 'Reload'],
  ['/www/pkg/cpu/counterfeit.js', 'Try again'],
])
  test(`without ${file} the page says so, and offers: ${remedy}`, async () => {
    const { site, faults } = await lacking(file);
    const page = await visit(browser, `${site}#preset=ring`);
    await says(page, /could not be fetched|is not on this server|Failed to fetch/);
    assert.equal(await page.getAttribute('html', 'data-state'), 'error');
    assert.deepEqual(await page.locator('#problem button').allInnerTexts(), [remedy], 'nothing else helps');
    faults.found = true;
    await page.click('#problem button');
    await running(page);
    assert.equal(await page.evaluate(() => window.counterfeit.experiment().name), 'ring');
    await trainsOn(page);
    assert.ok(await page.isHidden('#problem'));
    await page.context().close();
  });

/** Serves the page with one file changed, until `mended` is set. */
async function damaged(file, damage) {
  const faults = { mended: false };
  const site = await serve((request, response) => {
    if (faults.mended || request.url.split('?')[0] !== file) return false;
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(damage(readFileSync(root + file, 'utf8')));
    return true;
  });
  return { site, faults };
}

for (const [file, damage, error] of [
  ['/www/views/paint.js', code => `${code}\nconst = 1;`, 'SyntaxError'],
  ['/www/theme.js', code => code.replace('export let theme', 'let theme'), 'SyntaxError.*theme'],
])
  test(`a page whose ${file} is damaged names the file, and the error`, async () => {
    const { site, faults } = await damaged(file, damage);
    const page = await visit(browser, site);
    await page.waitForSelector('#problem:not([hidden])');
    const says = await page.innerText('#problem');
    assert.match(
      says,
      new RegExp(`/www/.*\\.js, line \\d+, has an error .*${error}.*Reload.*build the page again`, 's'),
    );
    if (!error.includes('theme')) assert.ok(says.includes(`${file}, line`), says);
    assert.equal(await page.getAttribute('html', 'data-state'), 'error');
    assert.match(await page.innerText('.status'), /Not training\s+See the message above/);
    faults.mended = true;
    await page.click('#problem button:text("Reload")');
    await running(page);
    await page.context().close();
  });

test('a trainer whose script is damaged offers a reload', async () => {
  const { site } = await damaged('/www/worker/pace.js', code => `${code}\nconst = 1;`);
  const page = await visit(browser, site);
  await says(page, /script of the trainer.*damaged.*reload.*build it again/);
  assert.deepEqual(await page.locator('#problem button').allInnerTexts(), ['Reload']);
  await page.context().close();
});

test('without a stylesheet the page says which, and trains', async () => {
  const { site, faults } = await lacking('/www/charts.css');
  const page = await visit(browser, site);
  await running(page);
  await trainsOn(page);
  assert.match(await page.innerText('#problem'), /\/www\/charts\.css could not be fetched/);
  faults.found = true;
  await page.click('#problem button:text("Reload")');
  await running(page);
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
