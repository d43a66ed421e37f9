// What the page shows of theory is right, and every variant is a few controls away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, inSettings, report, says, select, serve, trainTo, trainsOn, until, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

const experiment = page => page.evaluate(() => window.counterfeit.experiment());
const picture = page =>
  page.evaluate(() => {
    const plain = value => (ArrayBuffer.isView(value) ? [...value] : value);
    return Object.fromEntries(Object.entries(window.counterfeit.picture()).map(([key, value]) => [key, plain(value)]));
  });
/** Sets a control, and waits until the run is that of the setting. */
async function choose(page, key, value) {
  await select(page, key, value);
  await page.waitForFunction(([key, value]) => window.counterfeit.experiment()[key] === value, [key, value]);
}

test('a Wasserstein critic with a gradient penalty is two controls away, and is shown as what it is', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d`);
  await until(page, 'running');
  await choose(page, 'objective', 'wasserstein');
  await choose(page, 'gradient_penalty', 'wgan-gp');
  await trainsOn(page, 100);
  await page.evaluate(() => window.counterfeit.step(20));
  const { penalty, value, score_real, score_fake, d_loss } = await report(page);
  assert.ok(penalty >= 0 && Number.isFinite(penalty), `a penalty: ${penalty}`);
  assert.ok(Number.isFinite(value), 'what its critic maximises');
  assert.ok(Math.abs(score_fake - score_real - d_loss) < 1e-4, 'its loss is the difference of its scores');
  const { probability, undecided_output, discriminator } = await picture(page);
  assert.deepEqual([probability, undecided_output], [false, null]);
  assert.ok(Math.max(...discriminator) > 1 || Math.min(...discriminator) < 0, 'scores, not probabilities');
  await says(page, /Critic scores/);
  await says(page, /critic’s estimate/);
  assert.match(await page.innerText('#terms'), /Gradient penalty/);
  assert.match(await page.innerText('#values-figure'), /Value of the critic/);
  // Its weight is of use now, and was not before.
  await inSettings(page, async () => assert.ok(await page.isVisible('#setting-gp_weight')));
  await choose(page, 'gradient_penalty', 'none');
  assert.equal(await page.locator('#setting-gp_weight').count(), 0);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('the optimal critic has slope 1 and reaches W1; where no slope is known there is none', async t => {
  const wgan = 'preset=mixture-1d&objective=wasserstein&gradient_penalty=wgan-gp&n_critic=5&generator_lr=1e-4';
  const page = await visit(browser, `${site}#${wgan}`);
  await trainTo(page, 50);
  for (const steps of [0, 150, 400]) {
    if (steps) await page.evaluate(n => window.counterfeit.step(n), steps);
    const { value, value_ceiling, w1, step } = await report(page);
    t.diagnostic(`step ${step}: ${value.toFixed(3)} of ${value_ceiling.toFixed(3)}, W1 of samples ${w1.toFixed(3)}`);
    // The metric is of samples, the ceiling of densities blurred alike.
    assert.ok(Math.abs(value_ceiling - w1) < 0.05 + 0.1 * w1, `${value_ceiling} is W1, ${w1}`);
    const { discriminator, optimal, low, high } = await picture(page);
    assert.equal(optimal.length, discriminator.length);
    const width = (high - low) / (optimal.length - 1);
    const slopes = optimal.slice(1).map((f, i) => Math.abs(f - optimal[i]) / width);
    assert.ok(
      Math.min(...slopes) > 0.99 && Math.max(...slopes) < 1.01,
      `${Math.min(...slopes)} ${Math.max(...slopes)}`,
    );
  }
  await choose(page, 'gradient_penalty', 'none');
  await page.evaluate(() => window.counterfeit.step(5));
  assert.deepEqual([(await picture(page)).optimal.length, (await report(page)).value_ceiling], [0, null]);
  await page.context().close();
});

test('the value of the game stays between −2 ln 2 and what the best discriminator would reach', async t => {
  const page = await visit(browser, `${site}#preset=mixture-1d&seed=2`);
  await trainTo(page, 20);
  for (let at = 0; at < 10; at++) {
    await page.evaluate(() => window.counterfeit.step(200));
    const { value, value_ceiling, step } = await report(page);
    t.diagnostic(`step ${step}: V ${value.toFixed(4)}, at most ${value_ceiling.toFixed(4)}`);
    assert.ok(value <= value_ceiling + 1e-6);
    // The densities are cut off at the picture's ends, where a thousandth of the mass may lie.
    assert.ok(value_ceiling >= -2 * Math.LN2 - 5e-3 && value_ceiling <= 0);
  }
  // The same from the numbers that are drawn: 2 JS − 2 ln 2 of the two densities, the target's seen through the kernel of
  // the samples' estimate.
  const { generated, low, high } = await picture(page);
  const { mixture } = await page.evaluate(() => window.counterfeit.experiment());
  const whole = mixture.reduce((sum, { weight }) => sum + weight, 0);
  const density = x =>
    mixture.reduce((sum, { weight, mean, std }) => {
      const deviation = Math.hypot(std, 0.01 * (high - low));
      const height = weight / whole / deviation / Math.sqrt(2 * Math.PI);
      return sum + height * Math.exp(-(((x - mean[0]) / deviation) ** 2) / 2);
    }, 0);
  const real = Array.from(generated, (_, i) => density(low + ((high - low) * i) / (generated.length - 1)));
  const part = (p, sum) => (p > 0 ? p * Math.log(p / sum) : 0);
  const ceiling =
    (real.reduce((sum, p, i) => sum + part(p, p + generated[i]) + part(generated[i], p + generated[i]), 0) *
      (high - low)) /
    (real.length - 1);
  assert.ok(Math.abs(ceiling - (await report(page)).value_ceiling) < 1e-4);
  // Once the chart has the last step.
  const last = `2 JS − 2 ln 2 at −${(-ceiling).toFixed(3)}`;
  await page.waitForFunction(last => document.querySelector('#values')?.ariaLabel?.includes(last), last);
  const chart = await page.getAttribute('#values', 'aria-label');
  assert.ok(chart.includes('−2 ln 2 at −1.386'), chart);
  await page.context().close();
});

test('losses stand beside what an undecided discriminator would score', async () => {
  for (const [settings, marks] of [
    ['', ['2 ln 2 at 1.386', '; ln 2 at 0.693']],
    // D says .45 of everything: −(.9 ln .45 + 1.1 ln .55).
    ['&label_smoothing=0.9', ['D undecided at 1.376', 'G then at 0.799']],
    ['&objective=least-squares', ['¼ at 0.250', '⅛ at 0.125']],
    ['&objective=hinge', ['2 at 2.000']],
  ]) {
    const page = await visit(browser, `${site}#preset=mixture-1d${settings}`);
    await until(page, 'running');
    await page.waitForFunction(() => document.querySelector('#losses')?.ariaLabel?.includes(' at '));
    const chart = await page.getAttribute('#losses', 'aria-label');
    for (const mark of marks) assert.ok(chart.includes(mark), `${settings}: ${chart}`);
    await page.waitForSelector('#losses canvas');
    await page.context().close();
  }
});

test('arrows point up the slope of D', async t => {
  const page = await visit(
    browser,
    `${site}#preset=mixture-1d&objective=wasserstein&gradient_penalty=wgan-gp&discriminator_activation=tanh`,
  );
  await trainTo(page, 200);
  const { samples, gradients, discriminator: d, low, high } = await picture(page);
  assert.equal(gradients.length, 80);
  const width = (high - low) / (d.length - 1);
  // The critic's scores are drawn at points; between two of them its slope is their difference.
  const pairs = gradients.flatMap((pull, i) => {
    const at = Math.floor((samples[i] - low) / width);
    return at > 0 && at + 2 < d.length ? [[pull, (d[at + 1] - d[at]) / width]] : [];
  });
  const off = pairs.filter(([pull, slope]) => Math.abs(pull - slope) > 0.05 + 0.1 * Math.abs(slope));
  t.diagnostic(
    `${pairs.length} samples in the picture, ${off.length} off; the first: ` +
      `${pairs.slice(0, 3).map(pair => pair.map(x => x.toFixed(3)).join(' for '))}`,
  );
  assert.ok(pairs.length > 40 && off.length <= pairs.length / 10);
  await page.context().close();
});

test('a square fits its canvas with its numbers, has up above, and lets nothing out', async () => {
  const page = await visit(browser, site);
  for (const small of [false, true]) {
    for (const [width, height] of [
      [300, 200],
      [200, 300],
    ]) {
      const seen = await page.evaluate(
        async ([width, height, small]) => {
          const { square } = await import('/www/views/square.js');
          const { theme } = await import('/www/theme.js');
          const canvas = Object.assign(document.createElement('canvas'), { width, height }),
            c = canvas.getContext('2d');
          const written = [],
            fillText = c.fillText.bind(c);
          c.fillText = (text, x, y) => {
            written.push([text, x, y, c.measureText(text).width]);
            fillText(text, x, y);
          };
          const { left, top, side, x, y } = square(c, -2, 6, {
            width,
            height,
            ratio: 1,
            theme,
            hidden: new Set(),
            small,
          });
          c.fillStyle = '#f00';
          c.fillRect(0, 0, width, height);
          const isRed = (x, y) => String(c.getImageData(Math.round(x), Math.round(y), 1, 1).data) === '255,0,0,255';
          const inside = [
            [0.5, 0.1],
            [0.5, 0.9],
            [0.1, 0.5],
            [0.9, 0.5],
          ].map(([i, j]) => isRed(left + i * side, top + j * side));
          const beyond = width > height ? isRed(width - 1, height / 2) : isRed(width / 2, height - 1);
          return {
            left,
            top,
            side,
            corners: [x(-2), x(6), y(-2), y(6)],
            middle: [x(2), y(2)],
            written,
            inside,
            beyond,
          };
        },
        [width, height, small],
      );
      const { left, top, side, corners, middle, written, inside, beyond } = seen;
      assert.ok(
        left >= 0 && top >= 0 && left + side <= width && top + side <= height && side > 100,
        JSON.stringify(seen),
      );
      const near = (got, wanted) =>
        got.forEach((at, i) => assert.ok(Math.abs(at - wanted[i]) < 1e-9, `${got} for ${wanted}`));
      near(corners, [left, left + side, top + side, top]);
      near(middle, [left + side / 2, top + side / 2]);
      assert.deepEqual([inside, beyond], [[true, true, true, true], false]);
      const across = written.filter(([, , y]) => y > top + side),
        upwards = written.filter(([, x]) => x < left);
      assert.deepEqual(
        across.map(([text]) => text),
        small ? [] : ['−2', '0', '2', '4', '6'],
      );
      assert.deepEqual(
        upwards.map(([text]) => text),
        small ? [] : ['−2', '0', '2', '4', '6'],
      );
      for (const [text, x, , wide] of across)
        assert.ok(x - wide / 2 >= 0 && x + wide / 2 <= width, `${text} is cut off`);
      for (const [text, x, , wide] of upwards) assert.ok(x - wide >= 0, `${text} is cut off`);
      if (!small) near([across[1][1], upwards[1][2]], [left + side / 4, top + (side * 3) / 4]);
    }
  }
  await page.context().close();
});

test('what cannot stand together is said beside the control, with a way out, and the run goes on', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d&discriminator_norm=batch`);
  await until(page, 'running');
  await select(page, 'gradient_penalty', 'wgan-gp');
  const refused = page.locator('.setting:has(#setting-gradient_penalty) .refused');
  await refused.waitFor();
  assert.match(await refused.innerText(), /discriminator_norm/);
  assert.equal(await page.inputValue('#setting-gradient_penalty'), 'none', 'it stays as it was');
  assert.ok(await page.isHidden('#problem'), 'said once');
  await until(page, 'running');
  await trainsOn(page);
  await inSettings(page, () => refused.locator('button').click());
  await page.waitForFunction(() => window.counterfeit.experiment().gradient_penalty === 'wgan-gp');
  assert.equal((await experiment(page)).discriminator_norm, 'layer');
  await page.waitForFunction(() => !document.querySelector('.refused'));
  await trainsOn(page);
  await page.context().close();
});

test('a setting that no longer applies gives way by itself', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d&label_smoothing=0.9&gradient_penalty=r1`);
  await until(page, 'running');
  await choose(page, 'objective', 'began');
  const { label_smoothing, gradient_penalty } = await experiment(page);
  assert.deepEqual([label_smoothing, gradient_penalty], [1, 'none']);
  await trainsOn(page);
  await page.context().close();
});

test('BEGAN shows its balance and its measure', async () => {
  const page = await visit(browser, `${site}#preset=mixture-1d&objective=began&began_lambda=0.1`);
  await trainTo(page, 200);
  const { k, convergence, score_real } = await report(page);
  assert.ok(
    k >= 0 && k <= 1 && convergence >= -score_real - 1e-5 && convergence > 0,
    JSON.stringify({ k, convergence, score_real }),
  );
  assert.match(await page.innerText('#terms'), /Balance k[^]*BEGAN’s measure M/);
  assert.match(await page.innerText('#outputs-figure b'), /Reconstruction/);
  await page.context().close();
});

test('only the W1 chart of a Wasserstein critic has the critic’s estimate', async () => {
  for (const [preset, estimated] of [
    ['mixture-1d', false],
    ['mixture-1d-wgan', true],
  ]) {
    const page = await visit(browser, `${site}#preset=${preset}`);
    await trainTo(page, 60, 20);
    await page.waitForSelector('#distance canvas');
    // Drawn at most some frames later: a line in the discriminator's colour, or another.
    const drawn = colour =>
      page.waitForFunction(name => {
        const context = document.querySelector('#distance canvas').getContext('2d');
        const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
        const probe = document.createElement('canvas').getContext('2d');
        probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
        probe.fillRect(0, 0, 1, 1);
        const wanted = probe.getImageData(0, 0, 1, 1).data;
        let alike = 0;
        for (let i = 0; i < data.length; i += 4)
          alike += data[i + 3] > 200 && [0, 1, 2].every(c => Math.abs(data[i + c] - wanted[c]) < 12);
        window.alike = { ...window.alike, [name]: alike };
        return alike > 10;
      }, colour);
    await drawn('generated');
    if (estimated) await drawn('discriminator');
    else {
      await page.evaluate(() => window.counterfeit.step(1));
      await page.waitForTimeout(500);
      await Promise.race([drawn('discriminator').catch(() => {}), page.waitForTimeout(500)]);
      assert.equal((await page.evaluate(() => window.alike)).discriminator, 0, preset);
    }
    await page.context().close();
  }
});

test('a Dirac-GAN circles, and a penalty brings it in', async () => {
  for (const [preset, title] of [
    ['dirac', /circles/],
    ['dirac-r1', /equilibrium/],
  ]) {
    const page = await visit(browser, `${site}#preset=${preset}`);
    await trainTo(page, 250, 50);
    const { kind, theta, psi, trail, start, reach } = await picture(page);
    assert.deepEqual([kind, trail.length, start.slice(0, 2)], ['phase', 2 * 251, [1, 0]], 'every step is on the path');
    assert.deepEqual(trail.slice(-2), [theta, psi]);
    assert.ok(Math.hypot(theta, psi) < reach);
    await page.waitForFunction(
      source => new RegExp(source).test(document.querySelector('#status-title').textContent),
      title.source,
    );
    await page.context().close();
  }
});

test('images of one class stand in rows of their own', async () => {
  const page = await visit(
    browser,
    `${site}#preset=digits-mlp&conditional=label&classes=[3,7]&examples_per_class=4&batch_size=8`,
  );
  await trainTo(page, 2);
  const { classes, count } = await picture(page);
  assert.equal(count, 64);
  assert.deepEqual(classes, [...Array(32).fill(3), ...Array(32).fill(7)]);
  await page.context().close();
});

test('the menu of experiments is in groups, and each opens', async () => {
  const page = await visit(browser, site, { width: 360, height: 740 });
  await until(page, 'running');
  await page.waitForSelector('#preset optgroup', { state: 'attached' });
  const groups = await page.$$eval('#preset optgroup', found =>
    found.map(({ label, children }) => [label, [...children].map(({ value }) => value)]),
  );
  assert.ok(groups.length >= 4 && groups.every(([, presets]) => presets.length > 0), JSON.stringify(groups));
  assert.ok(groups.some(([label, presets]) => label === 'Theory' && presets.includes('dirac')));
  const all = groups.flatMap(([, presets]) => presets);
  assert.equal(new Set(all).size, all.length, 'each stands once');
  await page.selectOption('#preset', 'dirac-r1');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'dirac-r1');
  await trainsOn(page);
  await page.context().close();
});
