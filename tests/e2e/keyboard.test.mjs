// The page by keyboard alone: everything is reached, is seen to have the focus, and does not lose it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, inSettings, serve, trainTo, until, visit } from './helpers.mjs';

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
    await focusOn(page, '#slow-open');
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
  // It closes behind a focus that leaves it.
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await focusOn(page, '#device input');
  await page.keyboard.press('Tab');
  await focusOn(page, '#share');
  assert.ok(await page.isHidden('#device .panel'));
  await page.focus('#device summary');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await focusOn(page, '#speed');
  assert.ok(await page.isHidden('#device .panel'));
  await page.context().close();
});

test('the focus survives undo and redo', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
  await inSettings(page, async () => {
    await page.focus('#undo');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.counterfeit.experiment().name === 'mixture-1d');
    await focusOn(page, '#redo');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
    await focusOn(page, '#undo');
  });
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

test('the drawer takes the focus, keeps it, and gives it back', async () => {
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
  // Round in the drawer, both ways, in each of its states.
  const isIn = () => page.evaluate(() => document.activeElement.matches('#settings *'));
  for (const key of ['Shift+Tab', 'Tab']) {
    const seen = new Set();
    await page.focus('#close-drawer');
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press(key);
      assert.ok(await isIn(), `${key} leads to ${await focused(page)}`);
      const now = await page.evaluate(() => {
        window.places ??= new WeakMap();
        const at = document.activeElement;
        if (!window.places.has(at)) window.places.set(at, (window.count = (window.count ?? 0) + 1));
        return window.places.get(at);
      });
      if (seen.has(now)) break;
      seen.add(now);
    }
    assert.ok(seen.size > 10, `${key} goes round ${seen.size} controls`);
  }
  await page.keyboard.press('Escape');
  await focusOn(page, '#drawer');
  await page.context().close();
});

test('the focus survives the removal of what had it', async () => {
  const page = await visit(browser, site);
  await settled(page);
  await inSettings(page, async () => {
    await page.focus('[data-at=mode-2-less]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.gaussians tbody tr').length === 2);
    await focusOn(page, '.gaussians input');
  });
  await page.context().close();
});

test('the bar at the bottom of a phone does not cover the control that has the focus', async () => {
  const page = await visit(browser, site, { width: 360, height: 640 });
  await settled(page);
  const covered = [];
  for (const key of ['Tab', 'Shift+Tab'])
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(key);
      const found = await page.evaluate(() => {
        const at = document.activeElement,
          bar = document.querySelector('.transport');
        if (at === document.body || at.closest('.transport, #skips')) return null;
        const { top, bottom, height } = at.getBoundingClientRect();
        if (height > innerHeight / 2) return null;
        const free = bar.getBoundingClientRect().top;
        return bottom > free || top < -1 ? `${at.id || at.className}: ${top} to ${bottom} of ${free}` : null;
      });
      if (found) covered.push(found);
    }
  assert.deepEqual(covered, []);
  await page.context().close();
});

test('keys that mean nothing to the focused control are the page’s', async () => {
  // Where all controls are in sight.
  const page = await visit(browser, site, { width: 1280, height: 800 });
  await settled(page);
  const at = () => page.evaluate(() => Number(document.documentElement.dataset.step));
  const isHelp = () => page.evaluate(() => document.querySelector('#help-dialog')?.open ?? false);
  /** Presses ? where the focus is. */
  async function asksForHelp() {
    await page.keyboard.press('?');
    await page.waitForSelector('#help-dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help-dialog[open]', { state: 'detached' });
  }
  for (const control of ['#scrub', '#lock', '#preset', '#play', '#smoothing']) {
    await page.focus(control);
    await asksForHelp();
  }
  // → is the slider's, and a step where a box has no use for it; space is the box's, and the run's on a slider.
  await page.focus('#smoothing');
  await page.keyboard.press('ArrowRight');
  assert.ok(Number(await page.inputValue('#smoothing')) > 0);
  assert.equal(await at(), 20);
  await page.focus('#lock');
  await page.keyboard.press('Space');
  assert.ok(await page.isChecked('#lock'));
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.documentElement.dataset.step === '21');
  await page.focus('#smoothing');
  await page.keyboard.press('Space');
  await until(page, 'running');
  await page.keyboard.press('Space');
  await until(page, 'paused');
  // Letters of a field, and of the options of a list, are theirs.
  const stands = await at();
  await page.focus('.gaussians input');
  for (const key of ['r', '?', ' ', 'ArrowRight']) await page.keyboard.press(key);
  await page.focus('#preset');
  await page.keyboard.press('r');
  await page.waitForFunction(() => window.counterfeit.experiment().name.startsWith('r'));
  assert.ok(!(await isHelp()));
  await page.keyboard.press('Control+z');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'mixture-1d');
  assert.ok(stands > 21);
  await page.focus('#scrub');
  await page.keyboard.press('r');
  await page.waitForFunction(() => document.documentElement.dataset.step === '0');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
