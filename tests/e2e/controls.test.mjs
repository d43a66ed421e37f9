// The page's controls: each answers, says what else it did, and can be undone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, inSettings, report, select, serve, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const setting = (page, key) => page.evaluate(key => window.counterfeit.experiment()?.[key], key);
const settled = (page, key, value) =>
  page.waitForFunction(([key, value]) => String(window.counterfeit.experiment()?.[key]) === value, [key, value]);
const opened = page => page.waitForFunction(() => document.querySelector('#setting-objective'));

for (const width of [390, 768])
  test(`the menu of devices takes its own taps at ${width} px`, async () => {
    const page = await visit(browser, site, { width });
    await until(page, 'running');
    // The charts come later, over what has no place in the stack.
    await page.waitForSelector('.chart canvas');
    await page.click('#device summary');
    const hit = await page.$$eval('#device label', labels =>
      labels.map(label => {
        const { left, top, width, height } = label.getBoundingClientRect();
        return label.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }),
    );
    assert.deepEqual(hit, [true, true, true]);
    await page.context().close();
  });

test('undo and redo go through the changes, and never leave the page', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await opened(page);
  assert.deepEqual([await page.isDisabled('#undo'), await page.isDisabled('#redo')], [true, true]);
  await select(page, 'objective', 'hinge');
  await settled(page, 'objective', 'hinge');
  await page.selectOption('#preset', 'ring');
  await settled(page, 'name', 'ring');
  await inSettings(page, () => page.click('#undo'));
  await settled(page, 'objective', 'hinge');
  await page.keyboard.press('Control+z');
  await settled(page, 'objective', 'non-saturating');
  await page.waitForFunction(() => document.querySelector('#undo').disabled);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Shift+z');
  await settled(page, 'objective', 'hinge');
  await inSettings(page, () => page.click('#redo'));
  await settled(page, 'name', 'ring');
  await page.waitForFunction(() => document.querySelector('#redo').disabled);
  assert.equal(new URL(page.url()).pathname, '/');
  // Another change ends what could be redone.
  await inSettings(page, () => page.click('#undo'));
  await settled(page, 'objective', 'hinge');
  await select(page, 'objective', 'least-squares');
  await settled(page, 'objective', 'least-squares');
  assert.ok(await page.isDisabled('#redo'));
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a reset can be undone', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 300);
  const before = await report(page);
  await page.keyboard.press('r');
  await page.waitForFunction(() => document.documentElement.dataset.step === '0');
  await page.keyboard.press('Control+z');
  await page.waitForFunction(() => document.documentElement.dataset.step === '300');
  assert.equal((await report(page)).w1, before.w1);
  await inSettings(page, () => page.click('#redo'));
  await page.waitForFunction(() => document.documentElement.dataset.step === '0');
  await page.context().close();
});

test('an experiment that is chosen while the page waits waits too', async () => {
  const page = await visit(browser, site);
  await trainTo(page, 10);
  await page.selectOption('#preset', 'ring');
  await settled(page, 'name', 'ring');
  await until(page, 'ready', 'paused');
  assert.equal((await report(page)).step, 0);
  await page.context().close();
});

test('what a choice sets aside is said, and comes back', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d&gradient_penalty=r1&gp_weight=2`);
  await until(page, 'running');
  await opened(page);
  await select(page, 'objective', 'began');
  await settled(page, 'objective', 'began');
  assert.equal(await setting(page, 'gradient_penalty'), 'none');
  assert.match(await page.innerText('.aside'), /Gradient penalty: None/);
  await select(page, 'objective', 'hinge');
  await settled(page, 'objective', 'hinge');
  assert.equal(await setting(page, 'gradient_penalty'), 'r1');
  assert.match(await page.innerText('.aside'), /Gradient penalty: .*again/);
  await page.context().close();
});

test('the arrow keys on a slider start the run again once', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await opened(page);
  const slider = page.locator('#setting-batch_size');
  const entries = await page.evaluate(() => history.length);
  await page.evaluate(() => {
    for (const group of document.querySelectorAll('details.group')) group.open = true;
  });
  await inSettings(page, async () => {
    await slider.focus();
    const before = await slider.inputValue();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await page.waitForFunction(from => history.length > from, entries);
    assert.equal(Number(await slider.inputValue()), Number(before) + 3);
  });
  await page.waitForTimeout(1000);
  assert.equal(await page.evaluate(() => history.length), entries + 1);
  await page.context().close();
});

test('a screen reader hears the state of the run and not its numbers', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.waitForSelector('.chart canvas');
  const said = await page.evaluate(async () => {
    const live = [...document.querySelectorAll('output, [role=status], [role=alert], [aria-live]')];
    const said = [];
    const observer = new MutationObserver(() => said.push(document.querySelector('#announce').textContent));
    for (const region of live) observer.observe(region, { childList: true, characterData: true, subtree: true });
    document.querySelector('#announce').textContent = '';
    await new Promise(done => setTimeout(done, 12_000));
    return said;
  });
  assert.ok(said.length <= 4, JSON.stringify(said));
  assert.ok(
    said.some(text => /^[A-Z].+\. .+\.$/.test(text)),
    JSON.stringify(said),
  );
  await page.context().close();
});

test('the caption is that of the picture', async () => {
  const page = await visit(browser, `${site}#preset=digits-coupled&batch_size=4&examples_per_class=2`);
  await page.waitForFunction(() => document.querySelector('#caption').innerText.includes('pairs'));
  await page.selectOption('#preset', 'digits-mlp');
  await settled(page, 'name', 'digits-mlp');
  await page.waitForFunction(() => /^Generated images/.test(document.querySelector('#caption').innerText));
  await page.context().close();
});

test('a device that was chosen stays chosen until the trainer answers', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  const checked = await page.evaluate(() => {
    const root = document.documentElement,
      cpu = document.querySelector('#device input[value=cpu]');
    return new Promise(done => {
      // The trainer pauses first, and then answers to the choice.
      new MutationObserver(() => root.dataset.state === 'paused' && done(cpu.checked)).observe(root, {
        attributeFilter: ['data-state'],
      });
      window.counterfeit.pause();
      cpu.click();
    });
  });
  assert.ok(checked);
  await page.context().close();
});

test('the class picker takes all digits, or only one, by pointer and by keys', async () => {
  const page = await visit(browser, `${site}#preset=digits-mlp&examples_per_class=4&batch_size=8&classes=[3,8]`);
  await until(page, 'running');
  await page.waitForSelector('[data-at=class-all]');
  const on = () =>
    page.$$eval('#classes .class:not(.word)', found =>
      found.filter(digit => digit.ariaPressed === 'true').map(digit => digit.textContent),
    );
  await page.click('[data-at=class-5]');
  await settled(page, 'classes', '3,5,8');
  await page.click('[data-at=class-only]');
  assert.deepEqual(
    [await setting(page, 'classes'), await on()],
    [
      [3, 5, 8],
      ['3', '5', '8'],
    ],
    'nothing changes yet',
  );
  // The keyboard goes on from the digit that has the focus.
  await page.focus('[data-at=class-5]');
  await page.keyboard.press('Enter');
  await settled(page, 'classes', '5');
  await page.waitForFunction(() => document.activeElement?.dataset.at === 'class-5');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await settled(page, 'classes', '6');
  assert.deepEqual(await on(), ['6']);
  await page.click('[data-at=class-all]');
  await settled(page, 'classes', '0,1,2,3,4,5,6,7,8,9');
  // All ends Only: a digit is left out again.
  await page.click('[data-at=class-0]');
  await settled(page, 'classes', '1,2,3,4,5,6,7,8,9');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
