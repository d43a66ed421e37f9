// What is drawn of D: colours around its undecided output, and the optimal D where there are samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, until, visit } from './helpers.mjs';

/** The last image that was painted on an offscreen canvas. */
let painted = null;
globalThis.OffscreenCanvas = class {
  getContext() {
    return {
      createImageData: (width, height) => ({ width, data: new Uint8ClampedArray(width * height * 4) }),
      putImageData: image => (painted = image),
    };
  }
};
const plane = await import('../../www/views/plane.js');
const line = await import('../../www/views/line.js');

const theme = { em: 10, field: '#ffffff', 'field-real': '#0000ff', 'field-generated': '#ff8800', surface: '#ffffff' };
/** A context that records the fill of its gradients and the points of every stroked path, by colour. */
function recorder() {
  const stops = [],
    strokes = {};
  let path = [];
  const gradient = { addColorStop: (at, colour) => stops.push([at, colour]) };
  const c = new Proxy(
    {
      createLinearGradient: () => gradient,
      beginPath: () => (path = []),
      moveTo: (x, y) => path.push(['move', x, y]),
      lineTo: (x, y) => path.push(['line', x, y]),
      stroke: () => (strokes[c.strokeStyle] ??= []).push(path),
      measureText: () => ({ width: 1 }),
    },
    { get: (own, name) => own[name] ?? (() => {}), set: (own, name, value) => ((own[name] = value), true) },
  );
  return { c, stops, strokes };
}
/** The colours of a plane's lattice, row by row from below. */
function field(discriminator, scale) {
  const cells = Math.sqrt(discriminator.length);
  const { c, stops } = recorder();
  const empty = new Float32Array();
  const picture = { kind: 'plane', low: -1, high: 1, cells, discriminator: Float32Array.from(discriminator) };
  const points = { real: empty, generated: empty, gradients: empty, optimal: empty };
  plane.draw(c, { ...picture, ...points, ...scale }, { width: 900, height: 400, ratio: 1, theme, hidden: new Set() });
  const pixel = i => {
    const at = ((cells - 1 - Math.floor(i / cells)) * cells + (i % cells)) * 4;
    return [...painted.data.slice(at, at + 3)];
  };
  return { colours: discriminator.map((_, i) => pixel(i)), stops };
}
const near = (a, b) => a.every((value, i) => Math.abs(value - b[i]) <= 2);
const [WHITE, BLUE, ORANGE] = [
  [255, 255, 255],
  [0, 0, 255],
  [255, 136, 0],
];

test('no colour where D is undecided, blue above, orange below, equally deep', () => {
  const { colours, stops } = field([0.5, 1, 0, 0.75], { probability: true, undecided_output: 0.5 });
  assert.ok(near(colours[0], WHITE) && near(colours[1], BLUE) && near(colours[2], ORANGE), JSON.stringify(colours));
  assert.ok(near(colours[3], [128, 128, 255]), JSON.stringify(colours[3]));
  // The colour bar has the same three.
  assert.deepEqual(
    stops.map(([at]) => at),
    [0, 0.5, 1],
  );
  assert.deepEqual(
    stops.map(([, colour]) => colour),
    [ORANGE, WHITE, BLUE].map(rgb => `rgb(${rgb})`),
  );
});

test('label smoothing moves the output that has no colour', () => {
  const { colours } = field([0.35, 1, 0, 0.5], { probability: true, undecided_output: 0.35 });
  assert.ok(near(colours[0], WHITE) && near(colours[1], BLUE), JSON.stringify(colours));
  // As far below as .35 of the .65 above.
  assert.ok(near(colours[2], [255, 255 - (119 * 0.35) / 0.65, 255 - (255 * 0.35) / 0.65]), JSON.stringify(colours[2]));
});

test('a Wasserstein critic has higher scores bluer, around the middle of its scale', () => {
  const { colours } = field([-4, -5, -3, -4], { probability: false, undecided_output: null });
  const [middle, low, high] = colours;
  assert.ok(near(middle, WHITE), JSON.stringify(middle));
  assert.ok(high[2] === 255 && high[0] < 100 && low[0] === 255 && low[2] < 100, JSON.stringify(colours));
  assert.match(plane.caption({ probability: false, undecided_output: null, optimal: [] }), /higher where it is bluer/);
  assert.match(plane.caption({ probability: true, undecided_output: 0.5, optimal: [] }), /blue above ½/);
  assert.match(plane.caption({ probability: true, undecided_output: 0.45, optimal: [] }), /blue above 0.45/);
});

test('the optimal D is drawn where the densities are above 1% of their peak, in separate lines', () => {
  const cells = 101;
  const bump = (i, at) => Math.exp(-0.5 * ((i - at) / 4) ** 2);
  const over = f => Float32Array.from({ length: cells }, (_, i) => f(i));
  const picture = {
    ...{ kind: 'line', low: 0, high: 100, probability: true, undecided_output: 0.5 },
    ...{ real: over(i => bump(i, 20)), generated: over(i => bump(i, 80)), discriminator: over(() => 0.5) },
    ...{ optimal: over(i => bump(i, 20) / (bump(i, 20) + bump(i, 80))), samples: [], gradients: [] },
  };
  const { c, strokes } = recorder();
  const frame = { width: 400, height: 300, ratio: 1, theme: { ...theme, optimal: 'grey' }, hidden: new Set() };
  line.draw(c, picture, frame);
  const { x } = line.geometry(picture, frame);
  const points = strokes.grey[0].filter(([, , y]) => !Number.isNaN(y));
  assert.equal(strokes.grey.length, 1);
  const drawn = at => points.some(([, px]) => Math.abs(px - x(at)) < 0.01);
  assert.ok(drawn(20) && drawn(80) && drawn(30));
  for (const at of [0, 50, 100]) assert.ok(!drawn(at), `drawn at ${at}, where there are no samples`);
  // The first point after a gap starts a line.
  const start = points.findIndex(([, px]) => px > x(50));
  assert.equal(points[start][0], 'move');
});

test('the picture has a whole number of pixels, wherever the layout puts it', async () => {
  const page = await visit(await browse(), await serve(), {
    before: page =>
      page.addInitScript(() => {
        const { postMessage } = Worker.prototype;
        Worker.prototype.postMessage = function (message, ...rest) {
          if (message.frame) window.lastFrame = message.frame;
          return postMessage.call(this, message, ...rest);
        };
      }),
  });
  await until(page, 'running');
  await page.waitForFunction(() => window.lastFrame);
  for (const height of [410.3, 387.6]) {
    await page.evaluate(height => {
      window.lastFrame = undefined;
      document.querySelector('.frame').style.cssText = `flex: none; height: ${height}px`;
    }, height);
    await page.waitForFunction(height => Math.abs((window.lastFrame?.height ?? 0) - height) < 1, height);
    const { width, height: drawn, ratio } = await page.evaluate(() => window.lastFrame);
    for (const pixels of [width * ratio, drawn * ratio])
      assert.ok(Math.abs(pixels - Math.round(pixels)) < 1e-6, `${width} × ${drawn}`);
  }
  await page.context().close();
});
