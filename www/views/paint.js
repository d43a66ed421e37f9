// Any picture, on any canvas.

import * as gallery from './gallery.js';
import * as line from './line.js';
import * as phase from './phase.js';
import * as plane from './plane.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Theme } from '../theme.js' */

export const VIEWS = { line, plane, gallery, phase };

/** `width` and `height` in CSS pixels, of which the canvas has `ratio` device pixels each; `small` leaves out what a
 * thumbnail has no room for.
 * @typedef {{ width: number, height: number, ratio: number, theme: Theme, hidden: ReadonlySet<string>, small?:
 * boolean }} Frame */

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {Snapshot['picture']} picture @param {Frame} frame */
export function paint(canvas, picture, frame) {
  const { width, height, ratio } = frame;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (picture) VIEWS[picture.kind].draw(context, /** @type {any} */ (picture), frame);
}
