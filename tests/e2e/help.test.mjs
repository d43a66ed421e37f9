// The help: opened by a button, a key and the names of metrics; what it explains is what the page shows.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { GLOSSARY } from '../../www/glossary.js';
import { browse, root, serve, step, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();
const focused = page => page.evaluate(() => document.activeElement?.id || document.activeElement?.dataset.term);
const inSight = (page, id) =>
  page.$eval(`#help-${id}`, place => {
    const { top, bottom } = place.getBoundingClientRect();
    const body = place.closest('.help-body').getBoundingClientRect();
    return top >= body.top && bottom <= body.bottom;
  });

test('every quantity of the trainer has an entry, and every entry a definition', () => {
  const files = readdirSync(`${root}src`, { recursive: true }).filter(file => file.endsWith('.rs'));
  const names = files.flatMap(file =>
    [...readFileSync(`${root}src/${file}`, 'utf8').matchAll(/: Quantity = Quantity \{\s*name: "(\w+)"/g)].map(
      ([, name]) => name,
    ),
  );
  assert.ok(names.length > 10);
  const entries = GLOSSARY.flatMap(({ id, also }) => [id, ...(also ?? [])]);
  assert.equal(new Set(entries).size, entries.length, 'no entry twice');
  for (const name of names) assert.ok(entries.includes(name), `no entry for ${name}`);
  for (const { id, text, paper } of GLOSSARY) {
    assert.match(text, /\.$/, id);
    assert.ok(paper.length, id);
    for (const [cited, arxiv] of paper) assert.match(`${cited} ${arxiv}`, /(19|20)\d\d \d{4}\.\d{4,5}$/, id);
  }
});

test('? opens the help, Escape closes it, and the focus returns', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 20);
  const fetched = () => page.evaluate(() => performance.getEntriesByName(new URL('www/help.js', location).href).length);
  assert.equal(await fetched(), 0, 'not before it is asked for');
  await page.focus('#help');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#help-dialog[open]');
  assert.match(await page.innerText('#help-dialog'), /density of the real samples/);
  // The page's keys wait.
  const at = await step(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('r');
  await page.evaluate(() => window.counterfeit.step(1));
  assert.equal(await step(page), at + 1);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#help-dialog', { state: 'hidden' });
  assert.equal(await focused(page), 'help');
  await page.focus('#play');
  await page.keyboard.press('?');
  await page.waitForSelector('#help-dialog[open]');
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), 'play');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a metric’s name opens the help at its entry', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 20);
  // The longest name leaves room for its row.
  await page.$eval('[data-term=high_quality]', name => (name.textContent = 'Within 3σ of a mode'));
  const [content, room] = await page.$eval('#evidence', ({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
  assert.ok(content <= room, `${content} px of content in ${room} px`);
  for (const [name, entry] of [
    ['high_quality', 'high_quality'],
    ['w1', 'w1'],
    ['floor', 'floor'],
  ]) {
    await page.click(`[data-term=${name}]`);
    await page.waitForSelector('#help-dialog[open]');
    assert.equal(await focused(page), `help-${entry}`);
    assert.ok(await inSight(page, entry), name);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help-dialog', { state: 'hidden' });
    assert.equal(await focused(page), name);
  }
  await page.context().close();
});

test('the help is of the present picture, and fits a small screen', async () => {
  const page = await visit(browser, `${site}#preset=ring`, { width: 360, height: 740 });
  await until(page, 'running');
  await page.waitForFunction(() => window.counterfeit.picture());
  await page.click('#help');
  await page.waitForSelector('#help-dialog[open]');
  assert.match(await page.innerText('#help-dialog'), /Orange crosses/);
  const [content, room] = await page.$eval('.help-body', body => [body.scrollWidth, body.clientWidth]);
  assert.ok(content <= room, `${content} px of content in ${room} px`);
  await page.click('#help-dialog nav button:last-child');
  assert.ok(await inSight(page, 'glossary'));
  await page.context().close();
});
