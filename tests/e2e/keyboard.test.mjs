// The page by keyboard alone: everything is reached, is seen to have the focus, and does not lose it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** Trained a little, and paused, with all settings there. */
async function settled(page) {
  await trainTo(page, 20);
  await page.waitForSelector('#setting-objective', { state: 'attached' });
  await page.waitForSelector('.chart canvas', { state: 'attached' });
}
const focused = page =>
  page.evaluate(() => {
    const { id, className, tagName, textContent } = document.activeElement;
    return id ? `#${id}` : `${tagName.toLowerCase()}.${className} ${textContent}`.trim();
  });
/** Waits until the focus is on an element. */
const focusOn = (page, selector) =>
  page
    .waitForFunction(selector => document.activeElement.matches(selector), selector)
    .catch(async error => {
      throw new Error(`the focus is on ${await focused(page)}, not on ${selector}`, { cause: error });
    });

for (const width of [1280, 800]) {
  test(`one Tab and Enter lead to the settings at ${width} px`, async () => {
    const page = await visit(browser, site, { width });
    await settled(page);
    await page.keyboard.press('Tab');
    await focusOn(page, '#to-settings');
    const { x, y, width: wide } = await page.locator('#to-settings').boundingBox();
    assert.ok(x >= 0 && y >= 0 && wide > 100);
    await page.keyboard.press('Enter');
    await focusOn(page, width < 1200 ? '#close-drawer' : '#settings');
    await page.keyboard.press('Tab');
    await focusOn(page, '#settings input, #settings select, #settings button, #settings summary');
    if (width < 1200) {
      await page.keyboard.press('Escape');
      await focusOn(page, '#drawer');
    }
    await page.context().close();
  });

  test(`two lead to the picture at ${width} px`, async () => {
    const page = await visit(browser, site, { width });
    await settled(page);
    const hash = await page.evaluate(() => location.hash);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await focusOn(page, '#to-picture');
    await page.keyboard.press('Enter');
    await focusOn(page, '#stage');
    await page.keyboard.press('Tab');
    await focusOn(page, '#latent');
    assert.equal(await page.evaluate(() => location.hash), hash);
    await page.context().close();
  });
}

for (const dark of [false, true])
  for (const [name, address, width] of [
    ['line', '', 1280],
    ['latent space', '#preset=digits-mlp', 1280],
    ['phone', '', 360],
  ])
    test(`every control is reached by Tab, and seen to be, ${name}, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await visit(browser, site + address, { width, dark });
      await settled(page);
      if (name === 'latent space') {
        await page.click('#latent');
        await page.waitForSelector('.tile');
      }
      await page.evaluate(() => {
        document.activeElement.blur();
        // One tile stands for all of them.
        for (const tile of [...document.querySelectorAll('.tile')].slice(1)) tile.remove();
      });
      const count = await page.evaluate(() => {
        const all = [...document.querySelectorAll('button, select, input, summary, [tabindex="0"]')];
        window.expected = new Set(
          all.filter(
            element =>
              !element.disabled && element.checkVisibility({ visibilityProperty: true }) && element.type !== 'radio',
          ),
        );
        return window.expected.size;
      });
      assert.ok(count > 15);
      const unseen = [];
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        const found = await page.evaluate(() => {
          const element = document.activeElement;
          window.expected.delete(element);
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return {
            left: window.expected.size,
            body: element === document.body,
            name: element.id || element.className,
            seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
          };
        });
        if (!found.left) break;
        if (!found.body && !found.seen) unseen.push(found.name);
      }
      assert.deepEqual(unseen, []);
      assert.deepEqual(await page.evaluate(() => [...window.expected].map(({ id, className }) => id || className)), []);
      await page.context().close();
    });

test('the focus survives a banner that is dismissed', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.evaluate(() => {
    location.hash = 'batch_size=banana';
  });
  await page.focus('#problem button:text("Dismiss")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#problem', { state: 'hidden' });
  await focusOn(page, '#play');
  await page.context().close();
});

test('the focus survives Escape in the menu of devices', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.focus('#device summary');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await focusOn(page, '#device input');
  await page.keyboard.press('Escape');
  await focusOn(page, '#device summary');
  await page.context().close();
});

test('the focus survives undo and redo', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
  await page.focus('#undo');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'mixture-1d');
  await focusOn(page, '#redo');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
  await focusOn(page, '#undo');
  await page.context().close();
});

test('the focus survives another picture', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.selectOption('#preset', 'ring');
  await page.waitForSelector('.layer.gradients');
  await page.waitForFunction(() => window.counterfeit.picture()?.kind === 'plane');
  await page.waitForSelector('.layer.plane-optimal');
  await page.focus('.layer.real');
  await page.keyboard.press('Control+z');
  await page.waitForSelector('.layer.optimal');
  // A run that takes long to build leaves the picture without layers meanwhile.
  await focusOn(page, '.layer.real, #stage');
  await page.context().close();
});

test('the focus survives the tools of the latent space', async () => {
  const page = await visit(browser, `${site}#preset=digits-mlp`);
  await settled(page);
  await page.focus('#latent');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.tile');
  await focusOn(page, '#latent');
  await page.locator('.tile').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.badge');
  await focusOn(page, '.tile');
  await page.focus('.saying button:text("Clear")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sheet .badge', { state: 'detached' });
  await focusOn(page, '.saying button:first-of-type');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sheet .badge');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sheet .badge', { state: 'detached' });
  await focusOn(page, '.tool[aria-pressed=true]');
  await page.context().close();
});

test('the drawer takes the focus, and a setting in it keeps it', async () => {
  const page = await visit(browser, site, { width: 800 });
  await until(page, 'running');
  await settled(page);
  await page.focus('#drawer');
  await page.keyboard.press('Enter');
  await focusOn(page, '#close-drawer');
  await page.selectOption('#setting-objective', 'hinge');
  await page.focus('#setting-objective');
  await page.waitForFunction(() => window.counterfeit.experiment().objective === 'hinge');
  await focusOn(page, '#setting-objective');
  await page.context().close();
});

test('the focus survives the removal of what had it', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.focus('[data-at=mode-2-less]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.gaussians tbody tr').length === 2);
  await focusOn(page, '.gaussians input');
  await page.context().close();
});
