// The latent space from the page: truncation, walks, arithmetic, projection and inpainting, as the visitor sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SIZE,
  alike,
  choose,
  columns,
  digits,
  eventually,
  explorer,
  finished,
  hunted,
  isDrawn,
  pixels,
  press,
  sheet,
  tile,
  tiles,
} from './explore.mjs';
import { browse, serve, step, trainsOn, trainTo, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();
const DIGITS = digits(site),
  explore = explorer(browser, DIGITS);
const said = page => page.innerText('.saying p');
const letters = page =>
  page.$$eval('.tile', found =>
    found.flatMap((tile, i) => (tile.dataset.letters ? [`${i}${tile.dataset.letters}`] : [])),
  );

test('truncation redraws the samples at once, down to a single one, and back', async () => {
  const page = await explore();
  const whole = await tiles(page);
  assert.equal(await page.innerText('#bound'), 'off');
  await page.fill('#threshold', '0.5');
  await eventually(async () => assert.notDeepEqual(await tiles(page), whole));
  const some = await tiles(page);
  assert.equal(await page.innerText('#bound'), '±0.50');
  assert.notDeepEqual(some[0], some[1]);
  await page.fill('#threshold', '0');
  await eventually(async () => {
    const [first, ...rest] = await tiles(page);
    assert.equal(rest.length, 63);
    for (const one of rest) alike(one, first, 'where all latents are 0 all samples are one');
  });
  await page.fill('#threshold', '3');
  await eventually(async () => assert.deepEqual(await tiles(page), whole, 'at its end it is off'));
  // Closed, it leaves nothing behind; opened again, it is as it was left.
  await page.fill('#threshold', '0');
  /** How many samples are not the first. */
  const others = () =>
    page.evaluate(size => {
      const { generated } = window.counterfeit.picture(),
        each = size * size;
      return Array.from({ length: 64 }, (_, i) =>
        generated.slice(i * each, (i + 1) * each).some((value, at) => Math.abs(value - generated[at]) > 1),
      ).filter(Boolean).length;
    }, SIZE);
  await eventually(async () => assert.equal(await others(), 0));
  await press(page, '#latent');
  await eventually(async () => assert.equal(await others(), 63));
  await press(page, '#latent');
  await eventually(async () => assert.equal(await others(), 0));
  assert.equal(await page.innerText('#bound'), '±0.00');
  assert.equal(await step(page), 3, 'nothing was trained');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('truncation of points draws them together', async () => {
  const page = await visit(browser, `${site}#preset=ring`);
  await trainTo(page, 50);
  await press(page, '#latent');
  assert.ok(await page.isVisible('#picture'), 'the picture stays');
  assert.ok(await page.isHidden('#tools'), 'only images have tools');
  await page.fill('#threshold', '0');
  await page.waitForFunction(() => {
    const {
      generated: [x, y, ...rest],
    } = window.counterfeit.picture();
    return rest.every((value, i) => value === (i % 2 ? y : x));
  });
  await page.context().close();
});

test('a walk goes from one chosen sample to another, by the pointer or by keys', async () => {
  const page = await explore();
  assert.match(await said(page), /A\.$/);
  await choose(page, 5);
  assert.match(await said(page), /B\.$/);
  // From tile 5 two to the right and one row down.
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  const to = 7 + (await columns(page)),
    all = await tiles(page);
  const strip = () =>
    Promise.all(Array.from({ length: 8 }, (_, i) => pixels(page, `.interpolation .slot:nth-child(${i + 1})`)));
  await eventually(() => isDrawn(page, '.interpolation .slot:nth-child(2)'));
  const circle = await strip();
  alike(circle[0], all[5]);
  alike(circle[7], all[to]);
  assert.equal(new Set(circle.map(String)).size, 8, 'every step is another image');
  assert.deepEqual(await letters(page), ['5A', `${to}B`]);
  await press(page, '[data-path=lerp]');
  await eventually(async () => assert.notDeepEqual((await strip())[3], circle[3]));
  const line = await strip();
  assert.deepEqual([line[0], line[7]], [circle[0], circle[7]]);
  assert.equal(await step(page), 3, 'the arrows moved among tiles, and trained nothing');
  // It learns with the generator.
  await page.evaluate(() => window.counterfeit.step(5));
  const learnt = await strip();
  assert.notDeepEqual(learnt[3], line[3]);
  alike(learnt[0], (await tiles(page))[5]);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('A − A + C is C, and what was chosen can be undone and cleared', async () => {
  const page = await explore();
  await press(page, '[data-tool=arithmetic]');
  await choose(page, 5, 5, 12);
  const all = await tiles(page);
  await eventually(async () => alike(await pixels(page, '.arithmetic .result'), all[12]));
  alike(await pixels(page, '.arithmetic .slot'), all[5]);
  assert.deepEqual(await letters(page), ['5AB', '12C']);
  // The next is A again.
  await choose(page, 30);
  assert.deepEqual(await letters(page), ['5B', '12C', '30A']);
  await eventually(async () => {
    const sum = await pixels(page, '.arithmetic .result');
    assert.throws(() => alike(sum, all[12]));
  });
  await press(page, '.saying >> text=Undo');
  assert.deepEqual(await letters(page), ['5AB', '12C']);
  await press(page, '.saying >> text=Clear');
  assert.equal(await page.locator('.arithmetic .slot.empty').count(), 4);
  assert.match(await said(page), /first is A/);
  await press(page, '.saying >> text=Undo');
  await eventually(async () => alike(await pixels(page, '.arithmetic .result'), all[12]));
  // What was chosen for a projection is no matter of a sum, nor the other way.
  await press(page, '[data-tool=projection]');
  assert.ok(await page.isDisabled('.saying >> text=Undo'));
  await choose(page, 4);
  await press(page, '[data-tool=arithmetic]');
  await press(page, '.saying >> text=Undo');
  assert.deepEqual(await letters(page), ['5AB']);
  await press(page, '[data-tool=projection]');
  assert.deepEqual(await letters(page), ['4✓']);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a projection comes closer while training and painting go on, and can be cancelled', async t => {
  // Wide enough for a search to be watched.
  const page = await explore(300, `${DIGITS}&generator_hidden=[512,512]`);
  await press(page, '[data-tool=projection]');
  assert.ok(await page.isDisabled('.projecting button'));
  await choose(page, 3);
  await page.evaluate(() => window.counterfeit.play());
  await until(page, 'running');
  // Every frame of the search, with the step that the page shows in it.
  await page.evaluate(() => {
    window.frames = [];
    requestAnimationFrame(function look() {
      const { value } = document.querySelector('.projecting progress');
      if (value > 0 && value < 1) window.frames.push(document.documentElement.dataset.step);
      requestAnimationFrame(look);
    });
  });
  await press(page, '.projecting button');
  await page.waitForFunction(() => document.querySelector('.projecting progress').value > 0.1);
  const early = await hunted(page);
  assert.equal(early.act, 'Cancel');
  await finished(page);
  const late = await hunted(page),
    frames = await page.evaluate(() => window.frames),
    steps = new Set(frames).size;
  t.diagnostic(
    `error ${late.start} → ${early.error} at ${Math.round(early.share * 100)}% → ${late.error}; ${frames.length} ` +
      `frames meanwhile, of ${steps} steps`,
  );
  // Besides the error the search minds how likely the latent is: the last bit may go up again.
  assert.ok(late.error < 0.9 * late.start && late.error < early.error + 0.01, JSON.stringify([early, late]));
  assert.ok(steps > 3, 'it is trained and painted meanwhile');
  const found = await pixels(page, '.projection .generated');
  assert.ok(found.length === SIZE ** 2 && new Set(found).size > 10);

  await press(page, '.projecting button');
  // At once, for a search is soon over.
  await page.waitForFunction(() => {
    const { value } = document.querySelector('.projecting progress'),
      under = value > 0 && value < 1;
    if (under) document.querySelector('.projecting button').click();
    return under;
  });
  await trainsOn(page, 20);
  const { share, act } = await hunted(page);
  await trainsOn(page, 20);
  assert.deepEqual([act, (await hunted(page)).share], ['Project', share], 'it stands still');
  assert.ok(share < 1);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('inpainting keeps what is known, and fills the rest as the generator has it', async () => {
  const page = await explore(100);
  await press(page, '[data-tool=projection]');
  await choose(page, 7);
  const real = tile(await sheet(page), 7, await columns(page));
  const fills = async hidden => {
    await press(page, '.projecting button');
    await finished(page);
    const filled = await pixels(page, '.projection .mixed'),
      found = await pixels(page, '.projection .generated');
    for (let i = 0; i < SIZE ** 2; i++) assert.equal(filled[i], hidden(i) ? found[i] : real[i], `pixel ${i}`);
    assert.notDeepEqual(filled, real);
  };
  await press(page, '[data-hole=Left]');
  await fills(i => i % SIZE < SIZE / 2);
  // Rubbed out with the pointer, it is what is hatched.
  await press(page, '[data-hole=Nothing]');
  assert.ok(await page.locator('.projection .mixed.empty').count(), 'nothing is hidden, nothing filled in');
  const box = await page.locator('.projection .target canvas').boundingBox();
  await page.mouse.move(box.x + 0.3 * box.width, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.7 * box.width, box.y + box.height / 2, { steps: 12 });
  await page.mouse.up();
  const veiled = await pixels(page, '.projection .target');
  const hidden = veiled.map((value, i) => value !== real[i]);
  assert.ok(hidden[14 * SIZE + 14] && !hidden[0] && !hidden[27 * SIZE + 14]);
  await fills(i => hidden[i]);
  await press(page, '.saying >> text=Undo');
  assert.equal(await page.getAttribute('[data-hole=Nothing]', 'aria-pressed'), 'true');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a reset keeps what was chosen, not what was found; another experiment has neither', async () => {
  const page = await explore(20);
  await choose(page, 2, 9);
  await page.fill('#threshold', '1');
  await press(page, '[data-tool=projection]');
  await choose(page, 4);
  await press(page, '.projecting button');
  await finished(page);
  await page.evaluate(() => window.counterfeit.reset());
  await page.waitForFunction(() => document.querySelector('.projection .generated.empty'));
  assert.deepEqual(await letters(page), ['4✓']);
  await press(page, '[data-tool=interpolation]');
  await eventually(() => isDrawn(page, '.interpolation .slot:nth-child(2)'));
  alike(await pixels(page, '.interpolation .slot'), (await tiles(page))[2]);
  assert.equal(await page.innerText('#bound'), '±1.00');
  await page.evaluate(() => window.counterfeit.reset());
  await page.evaluate(() => window.counterfeit.step(1));
  await eventually(async () =>
    assert.ok(
      await page.evaluate(() => window.counterfeit.picture().interpolation.length > 0),
      'the walk is there again',
    ),
  );
  await page.evaluate(() => {
    location.hash = 'preset=digits-mlp&examples_per_class=20&batch_size=16&latent_dim=8';
  });
  await page.waitForFunction(
    () =>
      window.counterfeit.experiment().latent_dim === 8 &&
      document.querySelectorAll('.interpolation .slot.empty').length === 8,
  );
  assert.equal(await page.innerText('#bound'), 'off');
  await page.evaluate(() => window.counterfeit.step(2));
  assert.equal(await step(page), 2);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('pairs are walked among as pairs, and have no projection', async () => {
  const page = await explore(2, `${site}#preset=digits-coupled&examples_per_class=4&batch_size=8`);
  assert.equal(await page.locator('.tile').count(), 32);
  assert.ok(await page.isHidden('[data-tool=projection]'));
  await choose(page, 1, 6);
  await eventually(() => isDrawn(page, '.interpolation .slot:nth-child(2)'));
  const [top, bottom] = [0, 1].map(half => all => all.slice(half * SIZE ** 2, (half + 1) * SIZE ** 2));
  const first = await pixels(page, '.interpolation .slot'),
    all = await tiles(page);
  alike(top(first), all[2], 'a digit');
  alike(bottom(first), all[3], 'over its edges');
  await page.context().close();
});

test('where the generator is told a class, tiles and walks say which', async () => {
  const page = await explore(
    2,
    `${site}#preset=digits-mlp&conditional=label&classes=[3,8]&examples_per_class=4&batch_size=8`,
  );
  assert.deepEqual(
    await page.$$eval('.tile', found =>
      found.flatMap((tile, i) => (tile.dataset.caption ? [[i, tile.dataset.caption]] : [])),
    ),
    [
      [0, '3'],
      [32, '8'],
    ],
  );
  await choose(page, 40, 0);
  assert.match(await said(page), /each of class 8/);
  await page.context().close();
});

for (const dark of [false, true]) {
  for (const width of [360, 1280, 2560]) {
    test(`the latent space fits ${width} px, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await visit(browser, DIGITS, { width, height: { 360: 740, 1280: 800, 2560: 1440 }[width], dark });
      await trainTo(page, 5);
      await press(page, '#latent');
      for (const tool of ['interpolation', 'arithmetic', 'pad', 'projection']) {
        await press(page, `[data-tool=${tool}]`);
        await choose(page, 3, 8, 30);
        const { across, content, room, bottom, end } = await page.evaluate(() => {
          const [explorer, stage] = ['#explorer', '#stage'].map(id =>
            document.querySelector(id).getBoundingClientRect(),
          );
          const inside = [...document.querySelectorAll('#explorer *')]
            .map(one => one.getBoundingClientRect())
            .filter(box => box.width);
          return {
            across: document.documentElement.scrollWidth,
            content: Math.max(...inside.map(box => box.right)),
            room: stage.right,
            bottom: Math.max(...inside.map(box => box.bottom)),
            end: stage.bottom,
            explorer,
          };
        });
        assert.ok(
          across <= width && content <= room && bottom <= end,
          `${tool}: ${JSON.stringify({ across, content, room, bottom, end })}`,
        );
      }
      assert.deepEqual(page.errors, []);
      await page.context().close();
    });
  }
}
