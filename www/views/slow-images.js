// An update of one network on images: latents, images and outputs in columns, in place of the gallery.

import { magnified } from '../slow-motion.js';
import { font } from './ink.js';
import { label } from './scale.js';

/** @import { Gallery } from '../messages.js' */
/** @import { Theme } from '../theme.js' */
/** @import { Frame } from './paint.js' */
/** @import { SlowFrame } from './slow-picture.js' */

const tile = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);

/** Whether the discriminator's samples are images; codes of an autoencoder are none.
 * @param {Gallery} picture @param {SlowFrame} slow */
export const areImages = ({ size, channels }, { update: { fake, latents }, width }) =>
  (fake.length / (latents.length / width)) % (size * size * channels) === 0;

/** @param {CanvasRenderingContext2D} c @param {Gallery} picture @param {Frame} frame @param {SlowFrame} slow */
export function drawImages(c, picture, { width, height, theme }, slow) {
  const { update, stage } = slow,
    { em } = theme;
  const count = update.latents.length / slow.width,
    dim = update.fake.length / count;
  const moves = stage === 'update' && update.network === 'generator';
  const isD = update.network === 'discriminator';
  // Outputs are those of D before its update.
  const was = stage === 'update' ? ' before' : '';
  /** The rows from the top: a caption, and a column's part. @type {[string, string, (i: number, x: number, y: number,
   * side: number) => void][]} */
  const rows = [];
  /** @param {Float32Array} values @param {(value: number) => number} [scale] */
  const image =
    (values, scale) =>
    (/** @type {number} */ i, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ side) =>
      draw(c, picture, values.subarray(i * dim, (i + 1) * dim), x, y, side, scale);
  /** @param {Float32Array} outputs @param {string} colour */
  const bar =
    (outputs, colour) =>
    (/** @type {number} */ i, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ side) =>
      output(c, theme, outputs[Math.floor(i / update.pack)], colour, x, y, side);
  if (isD) {
    rows.push(['real x', theme.real, image(update.real)]);
    if (stage === 'discriminate' || stage === 'update')
      rows.push([`D(x)${was}`, theme.real, bar(update.real_outputs, theme.real)]);
  }
  rows.push(['z', theme.muted, (i, x, y, side) => latent(c, theme, update.latents, i, slow.width, x, y, side)]);
  if (stage !== 'sample') rows.push(['x̃ = G(z)', theme.generated, image(update.fake)]);
  if (stage === 'discriminate' || (stage === 'update' && isD))
    rows.push([`D(x̃)${was}`, theme.generated, bar(update.fake_outputs, theme.generated)]);
  if (moves) {
    const change = update.moved.map((value, i) => value - update.fake[i]);
    const factor = magnified(Array.from(change, Math.abs), 0.5);
    rows.push(['after', theme.generated, image(update.moved)]);
    rows.push([`change × ${factor.toLocaleString('en')}`, theme.generated, image(change, value => value * factor)]);
  }
  const room = em * 7,
    gap = em * 0.5;
  // Rather few images than tiny ones.
  const columns = Math.min(8, count, Math.max(1, Math.floor((width - room) / (em * 2.8))));
  const side = Math.min((width - room) / columns - gap, height / rows.length - gap * 2);
  const left = room + Math.max(0, (width - room - columns * (side + gap)) / 2),
    top = Math.max(0, (height - rows.length * (side + gap * 2)) / 2);
  c.textBaseline = 'middle';
  rows.forEach(([text, colour, part], row) => {
    const y = top + row * (side + gap * 2);
    c.font = font(theme);
    c.textAlign = 'right';
    c.fillStyle = colour;
    c.fillText(text, left - em * 0.6, y + side / 2);
    for (let i = 0; i < columns; i++) part(i, left + i * (side + gap), y, side);
  });
}

/** @param {CanvasRenderingContext2D} c @param {Gallery} picture @param {Float32Array} values from −1 to 1
 * @param {number} x @param {number} y @param {number} side @param {(value: number) => number} [scale] */
function draw(c, { size, channels }, values, x, y, side, scale = value => value) {
  if (tile.width !== size) tile.width = tile.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (tile.getContext('2d'));
  const image = context.createImageData(size, size),
    area = size * size;
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++)
      image.data[i * 4 + channel] = 127.5 * (1 + scale(values[i + (channels === 3 ? channel * area : 0)]));
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  c.imageSmoothingEnabled = side < size;
  c.drawImage(tile, x, y, side, side);
}

/** A latent's first coordinates as cells, blue above 0 and orange below. @param {CanvasRenderingContext2D} c
 * @param {Theme} theme @param {Float32Array} latents @param {number} i @param {number} width @param {number} x
 * @param {number} y @param {number} side */
function latent(c, theme, latents, i, width, x, y, side) {
  const columns = Math.min(8, Math.ceil(Math.sqrt(width))),
    cell = side / columns;
  for (let k = 0; k < Math.min(width, columns * columns); k++) {
    const z = latents[i * width + k];
    c.fillStyle = z > 0 ? theme.real : theme.generated;
    c.globalAlpha = Math.min(1, Math.abs(z) / 2);
    c.fillRect(x + (k % columns) * cell, y + Math.floor(k / columns) * cell, cell - 0.5, cell - 0.5);
  }
  c.globalAlpha = 1;
  c.strokeStyle = theme.line;
  c.lineWidth = 1;
  c.strokeRect(x, y, side, side);
}

/** An output as a number over a bar from 0 to 1; a score has no bar. @param {CanvasRenderingContext2D} c
 * @param {Theme} theme @param {number} value @param {string} colour @param {number} x @param {number} y
 * @param {number} side */
function output(c, theme, value, colour, x, y, side) {
  c.fillStyle = theme.ink;
  c.textAlign = 'center';
  c.font = font(theme);
  c.fillText(label(+value.toPrecision(2)), x + side / 2, y + side * 0.35);
  if (value < 0 || value > 1) return;
  c.strokeStyle = theme.muted;
  c.lineWidth = 1;
  c.strokeRect(x + 0.5, y + side * 0.6, side - 1, theme.em * 0.6);
  c.fillStyle = colour;
  c.fillRect(x + 0.5, y + side * 0.6, (side - 1) * value, theme.em * 0.6);
}
