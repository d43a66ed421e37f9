// Two dimensions: real and generated points over what the discriminator believes of every place.

import { arrows } from './arrows.js';
import { font, rgb } from './ink.js';
import { outputScale } from './discriminator-scale.js';
import { grid, mapInWords, mapLayer } from './latent-map.js';
import { label, rangeOfBoth } from './scale.js';
import { square } from './square.js';

/** @import { Plane } from '../messages.js' */
/** @import { Frame } from './paint.js' */
/** @import { OutputScale } from './discriminator-scale.js' */

/** @param {Plane} picture */
export const layers = ({ probability, optimal }) => [
  { key: 'real', label: 'real', mark: 'dot' },
  { key: 'generated', label: 'generated', mark: 'cross' },
  { key: 'discriminator', label: probability ? 'D(x)' : 'critic', mark: 'field' },
  { key: 'gradients', label: 'gradient', mark: 'arrow' },
  { key: 'target', label: 'edit target', mark: 'handle-mark' },
  ...(optimal.length ? [{ key: 'plane-optimal', label: 'optimal D', mark: 'dotted' }] : []),
  mapLayer,
];

/** @param {Plane} picture */
export const caption = ({ probability, undecided_output, optimal, map }) =>
  'Real samples are dots, generated ones crosses. Background: ' +
  (probability ? 'D(x), the probability that a sample there is real, ' : 'the critic’s score, ') +
  (undecided_output === null
    ? 'higher where it is bluer. '
    : `blue above ${undecided_output === 0.5 ? '½' : label(undecided_output)} and orange below; the green line is between. `) +
  `Arrows: the gradient of the ${probability ? 'logit' : 'score'} at generated samples.` +
  (optimal.length ? ' Layer “optimal D”: the line of equal densities.' : '') +
  mapInWords(map, 'Lines: a grid of latents as the generator maps it; dashed along the second coordinate.');

const field = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);

/** @param {CanvasRenderingContext2D} c @param {Plane} picture @param {Frame} frame */
export function draw(c, picture, frame) {
  const { width, theme, hidden, small = false } = frame;
  const { em } = theme;
  const peer = frame.peer?.kind === 'plane' ? frame.peer : null,
    range = peer ? rangeOfBoth(picture, peer) : picture;
  const { left, top, side, x, y } = square(c, range.low, range.high, frame);
  const dScale = outputScale(picture, small, peer);
  // A critic's scores are as good with any constant added: no score is its undecided one.
  const centre = picture.undecided_output === null ? 0.5 : dScale.place(picture.undecided_output);
  const [first, last] = [picture.low, picture.high].map(x),
    bottom = y(picture.low),
    cell = (last - first) / (picture.cells - 1);
  const column = (/** @type {number} */ i) => first + i * cell;
  const row = (/** @type {number} */ j) => bottom - j * cell;
  if (!hidden.has('discriminator')) {
    paint(picture, dScale, centre, theme);
    c.imageSmoothingEnabled = true;
    // Lattice points are pixel centres: the outermost half pixels lie outside the square.
    const across = picture.cells * cell;
    c.drawImage(field, first - cell / 2, y(picture.high) - cell / 2, across, across);
    if (!small && picture.undecided_output !== null) {
      contour(c, picture.discriminator, picture.cells, picture.undecided_output, column, row);
      c.strokeStyle = theme.discriminator;
      c.lineWidth = 1.5;
      c.stroke();
    }
  }
  const size = small ? 0.9 : Math.max(2, side / 260);
  if (!hidden.has('real')) {
    c.beginPath();
    for (let i = 0; i < picture.real.length; i += 2) {
      const px = x(picture.real[i]),
        py = y(picture.real[i + 1]);
      c.moveTo(px + size, py);
      c.arc(px, py, size, 0, 7);
    }
    if (!small) {
      // A halo sets them off from a field of the same hue.
      c.strokeStyle = theme.surface;
      c.lineWidth = size * 0.8;
      c.stroke();
    }
    c.fillStyle = theme.real;
    c.fill();
  }
  if (!hidden.has('generated')) {
    c.beginPath();
    for (let i = 0; i < picture.generated.length; i += 2) {
      const px = x(picture.generated[i]),
        py = y(picture.generated[i + 1]);
      c.moveTo(px - size, py - size);
      c.lineTo(px + size, py + size);
      c.moveTo(px - size, py + size);
      c.lineTo(px + size, py - size);
    }
    c.strokeStyle = theme.generated;
    c.lineWidth = small ? 0.8 : size / 1.6;
    c.stroke();
  }
  if (small) return c.restore();
  if (!hidden.has('plane-optimal') && picture.optimal.length && picture.undecided_output !== null) {
    contour(c, picture.optimal, picture.cells, picture.undecided_output, column, row);
    c.strokeStyle = theme.ink;
    c.lineWidth = em / 7;
    c.lineCap = 'round';
    c.setLineDash([1, em / 3]);
    c.stroke();
    c.setLineDash([]);
    c.lineCap = 'butt';
  }
  if (!hidden.has('map') && picture.map) grid(c, picture.map, x, y, theme);
  if (!hidden.has('gradients')) {
    const { gradients, generated } = picture,
      longest = side / 18;
    // One arrow per cell, where samples are dense.
    const taken = new Set();
    const list = Array.from({ length: gradients.length / 2 }, (_, i) => ({
      x: x(generated[2 * i]),
      y: y(generated[2 * i + 1]),
      dx: gradients[2 * i],
      dy: -gradients[2 * i + 1],
    })).filter(at => {
      const place = `${Math.round((at.x / longest) * 2)} ${Math.round((at.y / longest) * 2)}`;
      return !taken.has(place) && taken.add(place);
    });
    arrows(c, list, longest, { colour: theme.discriminator, halo: theme.surface, width: Math.max(1.2, side / 400) });
  }
  c.restore();
  if (!hidden.has('discriminator') && width - left - side > em * 5)
    bar(c, dScale, centre, left + side + em, top, side, theme);
}

/** The colour bar of D's output. @param {CanvasRenderingContext2D} c @param {OutputScale} dScale
 * @param {number} centre @param {number} left @param {number} top @param {number} tall
 * @param {import('../theme.js').Theme} theme */
function bar(c, { place, marks }, centre, left, top, tall, theme) {
  const { em } = theme;
  const colours = c.createLinearGradient(0, top + tall, 0, top);
  for (const at of [0, Math.min(Math.max(centre, 0), 1), 1])
    colours.addColorStop(at, `rgb(${shade(at, centre, theme)})`);
  c.fillStyle = colours;
  c.fillRect(left, top, em * 0.8, tall);
  c.strokeStyle = theme.line;
  c.lineWidth = 1;
  c.strokeRect(left + 0.5, top + 0.5, em * 0.8 - 1, tall - 1);
  c.font = font(theme);
  c.fillStyle = theme.muted;
  c.textAlign = 'left';
  c.textBaseline = 'middle';
  for (const [value, text] of marks) {
    const at = top + tall - place(value) * tall;
    c.fillText(text, left + em * 1.3, Math.min(Math.max(at, top + em * 0.5), top + tall - em * 0.5));
  }
}

/** Red, green and blue of an output at a place on its scale: no colour at the centre, the colour of real samples above
 * it and of generated ones below. Equal distances from the centre are equally deep.
 * @param {number} at @param {number} centre @param {import('../theme.js').Theme} theme */
function shade(at, centre, theme) {
  const depth = (at - centre) / Math.max(centre, 1 - centre);
  const from = rgb(theme.field),
    to = rgb(depth > 0 ? theme['field-real'] : theme['field-generated']);
  return from.map((value, i) => value + (to[i] - value) * Math.min(Math.abs(depth), 1));
}

/** Shades between the ends of the scale. */
const SHADES = 256;

/** @param {Plane} picture @param {OutputScale} dScale @param {number} centre
 * @param {import('../theme.js').Theme} theme */
function paint({ cells, discriminator }, { place }, centre, theme) {
  if (field.width !== cells) field.width = field.height = cells;
  const context = /** @type {CanvasRenderingContext2D} */ (field.getContext('2d'));
  const image = context.createImageData(cells, cells);
  const shades = Array.from({ length: SHADES }, (_, i) => shade(i / (SHADES - 1), centre, theme));
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const d = place(discriminator[row * cells + column]);
      // Rows come bottom up; a canvas is top down.
      const at = ((cells - 1 - row) * cells + column) * 4;
      image.data.set(shades[Math.round(Math.min(Math.max(d, 0), 1) * (SHADES - 1))] ?? shades[0], at);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** The path along which values cross `level`: a line across each cell whose corners disagree, found by interpolation
 * along its edges. Cells with a corner that is NaN have none. @param {CanvasRenderingContext2D} c
 * @param {Float32Array} values @param {number} cells @param {number} level @param {(i: number) => number} x
 * @param {(j: number) => number} y */
export function contour(c, values, cells, level, x, y) {
  c.beginPath();
  for (let j = 0; j + 1 < cells; j++) {
    for (let i = 0; i + 1 < cells; i++) {
      const at = j * cells + i;
      const a = values[at] - level,
        b = values[at + 1] - level,
        e = values[at + cells + 1] - level,
        f = values[at + cells] - level;
      if ((a > 0 === b > 0 && b > 0 === e > 0 && e > 0 === f > 0) || Number.isNaN(a + b + e + f)) continue;
      let started = false;
      /** @param {number} px @param {number} py */
      const cross = (px, py) => {
        if (started) c.lineTo(x(px), y(py));
        else c.moveTo(x(px), y(py));
        started = !started;
      };
      if (a > 0 !== b > 0) cross(i + a / (a - b), j);
      if (b > 0 !== e > 0) cross(i + 1, j + b / (b - e));
      if (f > 0 !== e > 0) cross(i + f / (f - e), j + 1);
      if (a > 0 !== f > 0) cross(i, j + a / (a - f));
    }
  }
}
