// A step in slow motion: its updates one by one, their stages, and the latent space as a layer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, report, serve, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const titled = (page, pattern) =>
  page.waitForFunction(
    source => new RegExp(source).test(document.querySelector('#slow-title').textContent),
    pattern.source,
  );
const line = page => page.innerText('#slow-lines [aria-current]');
const numbers = async page =>
  Object.fromEntries(
    await page.$$eval('#slow-numbers div', rows =>
      rows.map(row => [row.querySelector('dt').textContent, row.querySelector('dd').textContent]),
    ),
  );
const settled = page => page.waitForSelector('#slow[aria-busy=false]');

test('the updates of a step, stage by stage, are the step', async () => {
  const whole = await visit(browser, site);
  const wanted = await trainTo(whole, 21);
  await whole.context().close();

  const page = await visit(browser, site);
  const before = await trainTo(page, 20);
  await page.click('#slow-open');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'slow-next');
  await page.keyboard.press('Enter');
  await titled(page, /discriminator: draw \(1 of 4\)/);
  assert.match(await line(page), /Draw 256 latents z ~ N\(0, I\) and 256 real samples/);
  assert.match(JSON.stringify(await numbers(page)), /"Batch":"256"/);
  await page.keyboard.press('Enter');
  await titled(page, /generate/);
  assert.match(await line(page), /Generate/);
  // The networks are as they were until the last stage.
  assert.deepEqual(await report(page), before);
  await page.keyboard.press('Enter');
  await titled(page, /discriminate/);
  const { 'Mean D(x)': real, 'Mean D(x̃)': fake } = await numbers(page);
  await page.keyboard.press('Enter');
  await titled(page, /discriminator: update/);
  assert.match(await line(page), /Update D against the gradient of −mean ln D\(x\) − mean ln\(1 − D\(x̃\)\)/);
  const ofD = await report(page);
  assert.equal(ofD.step, 20, 'a step ends with the generator');
  assert.notEqual(ofD.value, before.value);
  assert.equal(ofD.w1, before.w1, 'the generator is as it was');
  assert.ok(Math.abs(ofD.d_real - Number(real)) < 6e-4 && Math.abs(ofD.d_fake - Number(fake)) < 6e-4);
  assert.ok(Math.abs(Number((await numbers(page))['Gradient norm']) / ofD.d_gradient_norm - 1) < 0.01);
  // Back to the picture before the update, and forward again.
  await page.click('#slow-back');
  await titled(page, /discriminate/);
  assert.equal((await report(page)).value, before.value);
  await page.click('#slow-next');
  await page.click('#slow-next');
  await titled(page, /generator: draw/);
  // The arrow key goes on, too.
  for (const stage of [/generate/, /discriminate/, /generator: update/]) {
    await page.keyboard.press('ArrowRight');
    await titled(page, stage);
  }
  assert.deepEqual(await report(page), wanted);
  assert.equal(await page.innerText('#step-count'), '21');
  // The run goes on from there.
  await page.click('#slow-next');
  await titled(page, /discriminator: draw/);
  await page.click('#play');
  await until(page, 'running');
  await page.waitForSelector('#slow', { state: 'hidden' });
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('one network is updated alone, as often as one likes', async () => {
  const page = await visit(browser, site);
  const before = await trainTo(page, 5);
  await page.click('#slow-open');
  for (const [button, times] of /** @type {[string, number][]} */ ([
    ['#slow-d', 3],
    ['#slow-g', 2],
  ]))
    for (let i = 0; i < times; i++) {
      await page.click(button);
      await titled(page, button === '#slow-d' ? /discriminator: update/ : /generator: update/);
      await settled(page);
    }
  const after = await report(page);
  assert.equal(after.step, 7);
  assert.notEqual(after.w1, before.w1);
  // By itself, and Escape closes.
  await page.click('#slow-auto');
  await titled(page, /discriminator: draw/);
  await titled(page, /discriminator: discriminate/);
  await page.focus('#slow-back');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#slow', { state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'slow-open');
  // The update that was begun is done.
  assert.notEqual((await report(page)).value, after.value);
  await page.context().close();
});

test('images, the plane and a Dirac-GAN have their stages, also in a narrow window', async () => {
  for (const [preset, width] of /** @type {[string, number][]} */ ([
    ['digits-mlp', 390],
    ['ring', 768],
    ['dirac', 1280],
    ['digits-autoencoder', 1280],
  ])) {
    const page = await visit(browser, `${site}#preset=${preset}`, { width, height: 800 });
    await trainTo(page, 3);
    const tops = await page.$$eval('.views button:not([hidden])', buttons => buttons.map(({ offsetTop }) => offsetTop));
    assert.equal(new Set(tops).size, 1, `${preset}: the buttons are one row`);
    await page.click('#slow-open');
    const pictures = new Set();
    for (const stage of [/draw/, /generate/, /discriminate/, /discriminator: update/]) {
      await page.click('#slow-next');
      await titled(page, stage);
      await page.waitForTimeout(150);
      pictures.add((await page.locator('#picture').screenshot()).toString('base64'));
    }
    const inView = await page.evaluate(() => {
      const [picture, sentence, bar] = ['#picture', '#slow-sentence', '.transport'].map(part =>
        document.querySelector(part).getBoundingClientRect(),
      );
      const end = bar.top > innerHeight / 2 ? bar.top : innerHeight;
      return picture.top >= 0 && picture.bottom <= sentence.top && sentence.bottom <= end;
    });
    assert.ok(inView, `${preset}: the picture and the sentence are in view together`);
    // A Dirac-GAN has nothing to draw but the change; codes are no images.
    assert.ok(
      pictures.size >= (preset === 'dirac' || preset === 'digits-autoencoder' ? 1 : 4),
      `${preset}: ${pictures.size}`,
    );
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), preset);
    assert.deepEqual(page.errors, [], preset);
    await page.context().close();
  }
});

test('the latent space is a layer: lines on a line, a grid in the plane', async () => {
  for (const [preset, points, words] of /** @type {[string, number, RegExp][]} */ ([
    ['mixture-1d', 48, /Lines: latents z/],
    ['ring', 2 * 17 * 65, /a grid of latents/],
    ['mixture-1d-5', 48, /All other coordinates of z, 3 of them, are 0/],
  ])) {
    const page = await visit(browser, `${site}#preset=${preset}`);
    await trainTo(page, 50);
    const map = () => page.evaluate(() => window.counterfeit.picture().map);
    assert.equal(await map(), null, 'it costs nothing where it is not shown');
    await page.click('[data-layer=map]');
    await page.waitForFunction(() => window.counterfeit.picture().map);
    const { latents, samples, varied } = await map();
    assert.equal(Object.keys(latents).length / varied, points);
    assert.equal(Object.keys(samples).length / points, preset === 'ring' ? 2 : 1);
    assert.match(await page.innerText('#caption'), words);
    await page.click('[data-layer=map]');
    await page.waitForFunction(() => !window.counterfeit.picture().map);
    await page.context().close();
  }
});
