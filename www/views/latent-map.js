// The generator as a map of the latent space: where latents go.

import { font } from './ink.js';
import { label, ticks } from './scale.js';

/** @import { LatentMap } from '../messages.js' */
/** @import { Theme } from '../theme.js' */

/** Its button among the layers. */
export const mapLayer = { key: 'map', label: 'z → G(z)', mark: 'map-mark' };

/** The map in words, where it is drawn. @param {LatentMap | null} map @param {string} drawn */
export const mapInWords = (map, drawn) =>
  map
    ? ` ${drawn}${map.class === null ? '' : ` Of the class ${map.class}.`}` +
      (map.latent_dim > map.varied ? ` All other coordinates of z, ${map.latent_dim - map.varied} of them, are 0.` : '')
    : '';

/** Lines from latents, on an axis of their own at the top, to their samples at the bottom.
 * @param {CanvasRenderingContext2D} c @param {LatentMap} map
 * @param {{ left: number, right: number, top: number, bottom: number, x: (value: number) => number }} box
 * @param {Theme} theme */
export function lines(c, { latents, samples }, { left, right, top, bottom, x }, theme) {
  const { em } = theme;
  const reach = latents.reduce((most, z) => Math.max(most, Math.abs(z)), 0) * 1.05;
  const at = (/** @type {number} */ z) => (left + right) / 2 + (z / reach) * (right - left) * 0.5;
  const axis = top + em * 1.7;
  c.save();
  c.beginPath();
  c.rect(left, top, right - left, bottom - top);
  c.clip();
  c.beginPath();
  latents.forEach((z, i) => {
    c.moveTo(at(z), axis);
    c.lineTo(x(samples[i]), bottom);
  });
  c.strokeStyle = theme.generated;
  c.lineWidth = 1;
  c.globalAlpha = 0.7;
  c.stroke();
  c.globalAlpha = 1;
  c.restore();
  c.beginPath();
  c.moveTo(left, axis);
  c.lineTo(right, axis);
  for (const z of ticks(-reach, reach, 6)) {
    c.moveTo(at(z), axis - em * 0.3);
    c.lineTo(at(z), axis);
  }
  c.strokeStyle = theme.muted;
  c.stroke();
  c.font = font(theme);
  c.textAlign = 'center';
  c.textBaseline = 'bottom';
  // On a ground of their own: the names of the other axes are near.
  for (const z of ticks(-reach, reach, 6)) {
    const text = z === 0 ? 'z = 0' : label(z);
    const wide = c.measureText(text).width + 4;
    c.fillStyle = theme.surface;
    c.fillRect(at(z) - wide / 2, axis - em * 1.5, wide, em * 1.15);
    c.fillStyle = theme.muted;
    c.fillText(text, at(z), axis - em * 0.4);
  }
}

/** A grid of latents as the generator warps it: lines along the first coordinate, and dashed ones along the second.
 * @param {CanvasRenderingContext2D} c @param {LatentMap} map @param {(value: number) => number} x
 * @param {(value: number) => number} y @param {Theme} theme */
export function grid(c, { points, samples }, x, y, theme) {
  const count = samples.length / 2 / points;
  for (const [from, to, dash] of /** @type {[number, number, number[]][]} */ ([
    [0, Math.ceil(count / 2), []],
    [Math.ceil(count / 2), count, [4, 2]],
  ])) {
    c.beginPath();
    for (let line = from; line < to; line++) {
      for (let i = line * points; i < (line + 1) * points; i++) {
        const [px, py] = [x(samples[2 * i]), y(samples[2 * i + 1])];
        if (i % points) c.lineTo(px, py);
        else c.moveTo(px, py);
      }
    }
    c.lineJoin = 'round';
    c.strokeStyle = theme.surface;
    c.lineWidth = 2.4;
    c.stroke();
    c.strokeStyle = theme.generated;
    c.lineWidth = 1;
    c.setLineDash(dash);
    c.stroke();
    c.setLineDash([]);
  }
}
