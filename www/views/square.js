// A square plot whose two axes have one scale, with numbers at the axes and drawing clipped to it.

import { font } from './ink.js';
import { label, ticks } from './scale.js';

/** @import { Frame } from './paint.js' */

/** Where the square is, and the places of values on its axes. @param {number} low @param {number} high
 * @param {Pick<Frame, 'width' | 'height' | 'theme' | 'small'>} frame */
export function geometry(low, high, { width, height, theme: { em }, small = false }) {
  const side = Math.min(width, height) - (small ? 0 : em * 4);
  const left = Math.max(small ? 0 : em * 3.4, (width - side) / 2),
    top = small ? (height - side) / 2 : em * 0.8;
  const x = (/** @type {number} */ v) => left + ((v - low) / (high - low)) * side;
  const y = (/** @type {number} */ v) => top + ((high - v) / (high - low)) * side;
  return { left, top, side, x, y };
}

/** Draws the numbers and the ground, and clips to it until the caller's `restore`. `x` and `y` place values from
 * `low` to `high`. @param {CanvasRenderingContext2D} c @param {number} low @param {number} high
 * @param {Frame} frame */
export function square(c, low, high, frame) {
  const { theme, small = false } = frame,
    { em } = theme;
  const { left, top, side, x, y } = geometry(low, high, frame);
  if (!small) {
    const marks = ticks(low, high, 6);
    c.font = font(theme);
    c.fillStyle = theme.muted;
    c.textAlign = 'center';
    c.textBaseline = 'top';
    for (const v of marks) c.fillText(label(v), x(v), top + side + em * 0.6);
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (const v of marks) c.fillText(label(v), left - em * 0.6, y(v));
  }
  c.save();
  c.beginPath();
  c.roundRect(left, top, side, side, small ? 2 : 4);
  c.clip();
  c.fillStyle = theme.field;
  c.fillRect(left, top, side, side);
  return { left, top, side, x, y };
}
