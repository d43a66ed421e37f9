// Between the pixels and the values of a picture with axes.

import { geometry as ofLine } from './line.js';
import { geometry as ofPlane } from './square.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Model } from '../state.js' */
/** @import { Frame } from './paint.js' */
/** @typedef {Extract<Snapshot['picture'], { kind: 'line' | 'plane' }>} Drawn */
/** `x` and `y` place a value; `mean` and `length` are the way back, rounded to what a hand can tell apart.
 * @typedef {{ x: (value: number) => number, y: (value: number | undefined) => number, mean: (px: number, py: number) =>
 * number[], length: (pixels: number) => number, pixels: (length: number) => number }} Plot */

/** The newest picture, where its target can be edited.
 * @param {Pick<Model, 'live' | 'viewing' | 'hidden' | 'slow' | 'comparison'>} model @returns {Drawn | null} */
export function editable({ live, viewing, hidden, slow, comparison }) {
  const picture = live?.picture;
  const drawn = picture?.kind === 'line' || picture?.kind === 'plane' ? picture : null;
  return viewing || slow || hidden.has('target') || comparison?.begun ? null : drawn;
}

/** @param {Drawn} picture @param {Pick<Frame, 'width' | 'height' | 'theme'>} frame @returns {Plot} */
export function plotOf(picture, frame) {
  const { low, high } = picture;
  const grain = 10 ** Math.floor(Math.log10((high - low) / 200));
  const rounded = (/** @type {number} */ value) => +(Math.round(value / grain) * grain).toPrecision(6);
  const inside = (/** @type {number} */ value) => Math.min(Math.max(rounded(value), low), high);
  /** @param {number} each The length of a pixel. */
  const lengths = each => ({
    length: (/** @type {number} */ pixels) => Math.max(rounded(pixels * each), grain),
    pixels: (/** @type {number} */ length) => length / each,
  });
  if (picture.kind === 'line') {
    const { x, left, right, bottom } = ofLine(picture, frame);
    const each = (high - low) / (right - left);
    return { x, y: () => bottom, mean: px => [inside(low + (px - left) * each)], ...lengths(each) };
  }
  const { x, y, left, top, side } = ofPlane(low, high, frame);
  const each = (high - low) / side;
  return {
    x,
    y: value => y(value ?? 0),
    mean: (px, py) => [inside(low + (px - left) * each), inside(high - (py - top) * each)],
    ...lengths(each),
  };
}
