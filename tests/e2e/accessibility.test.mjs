// axe-core finds nothing serious on any view of the page, in light, dark and forced colours; the scores of images have
// theirs in scores.test.mjs, for their classifier takes long to learn.
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { audit } from './audit.mjs';
import { PATIENCE, browse, output, serve, trainTo } from './helpers.mjs';

const site = await serve(),
  browser = await browse();
mkdirSync(output, { recursive: true });

const SCHEMES = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  forced: { colorScheme: 'dark', forcedColors: 'active' },
};

/** Trained a little, and paused, with all settings there. */
async function settled(page) {
  await trainTo(page, 20);
  await page.waitForSelector('#setting-objective', { state: 'attached' });
  await page.waitForSelector('.chart canvas', { state: 'attached' });
}

/** Name, address, size of the window, and what is done before the audit. */
const VIEWS = [
  ['line', '', [1280, 800], settled],
  ['plane', '#preset=ring', [1280, 800], settled],
  ['gallery', '#preset=digits-mlp', [1280, 800], settled],
  ['Dirac', '#preset=dirac', [1280, 800], settled],
  [
    'slow-motion',
    '#preset=ring',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#slow-open');
      for (const part of ['draw', 'generate', 'discriminate']) {
        await page.click('#slow-next');
        await page.waitForFunction(part => document.querySelector('#slow-title').textContent.includes(part), part);
      }
    },
  ],
  [
    'comparison',
    '',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#compare');
      await page.waitForSelector('#comparison:not([hidden])');
      await page.selectOption('#setting-objective', 'wasserstein');
      await page.waitForFunction(() => /Wasserstein/.test(document.querySelector('#differences').textContent));
    },
  ],
  [
    'latent-space',
    '#preset=digits-mlp',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#latent');
      await page.waitForSelector('.tile');
      await page.locator('.tile').first().click();
      await page.waitForSelector('.badge');
    },
  ],
  [
    'pad',
    '#preset=digits-mlp',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#latent');
      await page.click('[data-tool=pad]');
      await page.focus('.pad .board:visible');
      for (const key of ['Enter', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
      await page.waitForFunction(() => document.querySelectorAll('.pin').length === 2);
    },
  ],
  [
    'drawing',
    '#preset=digits-mlp',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#latent');
      await page.click('[data-tool=projection]');
      await page.click('[data-source=drawn]');
      await page.focus('.drawn .board:visible');
      await page.keyboard.press('Space');
    },
  ],
  [
    'drawer',
    '',
    [800, 800],
    async page => {
      await settled(page);
      await page.click('#drawer');
      await page.waitForFunction(() => getComputedStyle(document.querySelector('#settings')).visibility === 'visible');
    },
  ],
  [
    'devices',
    '',
    [1280, 800],
    async page => {
      await settled(page);
      await page.click('#device summary');
    },
  ],
  [
    'problem',
    '',
    [1280, 800],
    async page => {
      await settled(page);
      await page.evaluate(() => {
        location.hash = 'batch_size=banana';
      });
      await page.waitForSelector('#problem:not([hidden])');
    },
  ],
  // All that is in a low window scrolls.
  ['low', '', [1280, 500], settled],
  ['phone', '', [360, 800], settled],
  ['bench', 'www/bench.html', [1280, 800], page => page.waitForSelector('#results td')],
];

for (const [scheme, options] of Object.entries(SCHEMES))
  for (const [name, address, [width, height], prepare] of VIEWS)
    test(`${name}, ${scheme}`, async () => {
      const context = await browser.newContext({
        viewport: { width, height },
        reducedMotion: 'reduce',
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(site + address);
      await prepare(page);
      await page.screenshot({ path: `${output}access-${name}-${scheme}.png` });
      await audit(page);
      await context.close();
    });
