// Any picture, on any canvas.

import * as gallery from './gallery.js';
import * as line from './line.js';
import * as phase from './phase.js';
import * as plane from './plane.js';
import { areImages, drawImages } from './slow-images.js';
import { drawOver } from './slow-picture.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { SlowFrame } from './slow-picture.js' */
/** @import { Theme } from '../theme.js' */

export const VIEWS = { line, plane, gallery, phase };

/** `width` and `height` in CSS pixels, of which the canvas has `ratio` device pixels each; `small` leaves out what a
 * thumbnail has no room for; `peer`: a picture of the same kind, for a scale that fits both; `slow`: an update of one
 * network, to be drawn with the picture.
 * @typedef {{ width: number, height: number, ratio: number, theme: Theme, hidden: ReadonlySet<string>, small?:
 * boolean, peer?: Snapshot['picture'], slow?: SlowFrame | null }} Frame */

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {Snapshot['picture']} picture @param {Frame} frame */
export function paint(canvas, picture, frame) {
  const { width, height, ratio } = frame;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!picture) return;
  const { slow } = frame;
  if (slow && picture.kind === 'gallery' && areImages(picture, slow)) return drawImages(context, picture, frame, slow);
  const hidden = slow ? new Set([...frame.hidden, ...DRAWN_BY_UPDATE[picture.kind]]) : frame.hidden;
  VIEWS[picture.kind].draw(context, /** @type {any} */ (picture), { ...frame, hidden });
  if (slow) drawOver(context, picture, frame, slow);
}

/** The layers in whose place an update draws its batch. */
const DRAWN_BY_UPDATE = {
  line: ['gradients', 'samples', 'map'],
  plane: ['real', 'generated', 'gradients', 'map'],
  gallery: [],
  phase: [],
};
