// Two dimensions: real and generated points over what the discriminator believes of every place.

import { font, rgb } from './ink.js';
import { label, ticks } from './line.js';

/** @import { Plane } from '../messages.js' */
/** @import { Frame } from './paint.js' */

export const layers = [
  { key: 'real', label: 'real', mark: 'dot' },
  { key: 'generated', label: 'generated', mark: 'cross' },
  { key: 'discriminator', label: 'D(x)', mark: 'field' },
];

export const caption = 'The generator should put its crosses where the real dots are, in the same share. The deeper the green, '
  + 'the surer the discriminator is that a point there is real; on the green line it cannot tell, D = ½.';

const field = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);

/** @param {CanvasRenderingContext2D} c @param {Plane} picture @param {Frame} frame */
export function draw(c, picture, { width, height, theme, hidden, small = false }) {
  const { em } = theme;
  const side = small ? Math.min(width, height) : Math.min(width - em * 3, height - em * 3);
  const left = small ? (width - side) / 2 : Math.max(em * 3, (width - side) / 2), top = small ? (height - side) / 2 : em * 0.8;
  const scale = side / (picture.high - picture.low);
  const x = (/** @type {number} */ v) => left + (v - picture.low) * scale;
  const y = (/** @type {number} */ v) => top + side - (v - picture.low) * scale;

  if (!small) {
    c.font = font(theme);
    c.fillStyle = theme.muted;
    c.textAlign = 'center';
    c.textBaseline = 'top';
    for (const v of ticks(picture.low, picture.high, 6)) c.fillText(label(v), x(v), top + side + em * 0.6);
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (const v of ticks(picture.low, picture.high, 6)) c.fillText(label(v), left - em * 0.6, y(v));
  }
  c.save();
  c.beginPath();
  c.roundRect(left, top, side, side, small ? 2 : 4);
  c.clip();
  c.fillStyle = theme['field-low'];
  c.fillRect(left, top, side, side);
  if (!hidden.has('discriminator')) {
    paint(picture, theme);
    c.imageSmoothingEnabled = true;
    // Lattice points are pixel centres: the outermost half pixels lie outside the square.
    const pad = side / (picture.cells - 1) / 2;
    c.drawImage(field, left - pad, top - pad, side + 2 * pad, side + 2 * pad);
    if (!small) contour(c, picture, i => left + i / (picture.cells - 1) * side, j => top + side - j / (picture.cells - 1) * side, theme);
  }
  const size = small ? 0.9 : Math.max(2, side / 260);
  if (!hidden.has('real')) {
    c.beginPath();
    for (let i = 0; i < picture.real.length; i += 2) {
      const px = x(picture.real[i]), py = y(picture.real[i + 1]);
      c.moveTo(px + size, py);
      c.arc(px, py, size, 0, 7);
    }
    c.fillStyle = theme.real;
    c.globalAlpha = 0.75;
    c.fill();
    c.globalAlpha = 1;
  }
  if (!hidden.has('generated')) {
    c.beginPath();
    for (let i = 0; i < picture.generated.length; i += 2) {
      const px = x(picture.generated[i]), py = y(picture.generated[i + 1]);
      c.moveTo(px - size, py - size);
      c.lineTo(px + size, py + size);
      c.moveTo(px - size, py + size);
      c.lineTo(px + size, py - size);
    }
    c.strokeStyle = theme.generated;
    c.lineWidth = small ? 0.8 : size / 1.6;
    c.stroke();
  }
  c.restore();
}

/** @param {Plane} picture @param {import('../theme.js').Theme} theme */
function paint({ cells, discriminator }, theme) {
  if (field.width !== cells) field.width = field.height = cells;
  const context = /** @type {CanvasRenderingContext2D} */ (field.getContext('2d'));
  const image = context.createImageData(cells, cells);
  const low = rgb(theme['field-low']), high = rgb(theme['field-high']);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const d = discriminator[row * cells + column];
      // Rows come bottom up; a canvas is top down.
      const at = ((cells - 1 - row) * cells + column) * 4;
      for (let i = 0; i < 3; i++) image.data[at + i] = low[i] + (high[i] - low[i]) * d;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Where D crosses ½: a line across each cell whose corners disagree, found by interpolation along its edges.
 * @param {CanvasRenderingContext2D} c @param {Plane} picture @param {(i: number) => number} x @param {(j: number) => number} y
 * @param {import('../theme.js').Theme} theme */
function contour(c, { cells, discriminator: d }, x, y, theme) {
  c.beginPath();
  for (let j = 0; j + 1 < cells; j++) {
    for (let i = 0; i + 1 < cells; i++) {
      const at = j * cells + i;
      const a = d[at] - 0.5, b = d[at + 1] - 0.5, e = d[at + cells + 1] - 0.5, f = d[at + cells] - 0.5;
      if (a > 0 === b > 0 && b > 0 === e > 0 && e > 0 === f > 0) continue;
      let started = false;
      /** @param {number} px @param {number} py */
      const cross = (px, py) => {
        if (started) c.lineTo(x(px), y(py)); else c.moveTo(x(px), y(py));
        started = !started;
      };
      if (a > 0 !== b > 0) cross(i + a / (a - b), j);
      if (b > 0 !== e > 0) cross(i + 1, j + b / (b - e));
      if (f > 0 !== e > 0) cross(i + f / (f - e), j + 1);
      if (a > 0 !== f > 0) cross(i, j + a / (a - f));
    }
  }
  c.strokeStyle = theme.discriminator;
  c.lineWidth = 1.5;
  c.stroke();
}
