// One dimension: both densities and the discriminator's output over the same axis.

import { arrows } from './arrows.js';
import { font } from './ink.js';
import { outputScale } from './discriminator-scale.js';
import { lines, mapInWords, mapLayer } from './latent-map.js';
import { label, rangeOfBoth, ticks } from './scale.js';

/** @import { Line } from '../messages.js' */
/** @import { Theme } from '../theme.js' */
/** @import { Frame } from './paint.js' */
/** @import { OutputScale } from './discriminator-scale.js' */

/** @param {Line} picture */
export const layers = ({ probability, optimal }) => [
  { key: 'real', label: 'real', mark: 'solid' },
  { key: 'generated', label: 'generated', mark: 'dashed' },
  { key: 'discriminator', label: probability ? 'D(x)' : 'critic', mark: 'double' },
  ...(optimal.length ? [{ key: 'optimal', label: 'optimal D', mark: 'dotted' }] : []),
  { key: 'gradients', label: 'gradient', mark: 'arrow' },
  { key: 'samples', label: 'samples', mark: 'ticks' },
  { key: 'target', label: 'edit target', mark: 'handle-mark' },
  mapLayer,
];

/** @param {Line} picture */
export const caption = ({ probability, undecided_output, optimal, map }) =>
  'Densities of real and generated samples, equal for an ideal generator. Right axis: ' +
  (probability
    ? `D(x), the discriminator’s probability that a sample at x is real${undecided_output === 0.5 ? '; ½ is undecided' : ''}. `
    : 'the critic’s score of a sample at x, higher for more real. ') +
  `Arrows: the gradient of the ${probability ? 'logit' : 'score'} at generated samples.` +
  (optimal.length ? ' Dots: the optimal D for both densities, where there are samples.' : '') +
  mapInWords(map, 'Lines: latents z that stand for equal shares of the prior, and their samples G(z).');

/** Room above the real density, in its own heights. A few sizes rather than any, so that the axis seldom moves. */
const HEADROOM = [1.3, 2, 3.2];
let headroom = HEADROOM[0];

/** Above the plot while an update is shown: the axis of its latents, in em. */
export const LATENTS_AXIS = 2.2;

/** Where the plot is, and the places of values on its axis. @param {Line} picture
 * @param {Pick<Frame, 'width' | 'height' | 'theme' | 'small' | 'slow'>} frame */
export function geometry({ low, high, probability }, { width, height, theme: { em }, small = false, slow }) {
  const left = small ? 0 : em * 3,
    right = width - (small ? 0 : em * (probability ? 2.6 : 3.6));
  const bottom = height - (small ? 1 : em * 2.4),
    top = small ? 2 : em * (1 + (slow ? LATENTS_AXIS : 0));
  const x = (/** @type {number} */ value) => left + ((value - low) / (high - low)) * (right - left);
  return { left, right, bottom, top, x };
}

/** @param {CanvasRenderingContext2D} c @param {Line} picture @param {Frame} frame */
export function draw(c, picture, frame) {
  const { theme, hidden, small = false } = frame;
  const { em } = theme;
  const peer = frame.peer?.kind === 'line' ? frame.peer : null,
    axis = peer ? { ...picture, ...rangeOfBoth(picture, peer) } : picture;
  const { left, right, bottom, top, x } = geometry(axis, frame);
  const peak = Math.max(max(picture.real), peer ? max(peer.real) : 0);
  const most = Math.max(max(picture.generated), peer ? max(peer.generated) : 0) / peak;
  const fits = HEADROOM.find(room => most < room) ?? HEADROOM[2];
  // Shrinks only when there is room to spare, or the axis would flicker between two sizes.
  if (!small && (fits > headroom || most < headroom * 0.5)) headroom = fits;
  const tall = peak * (small ? HEADROOM[0] : headroom);
  const y = (/** @type {number} */ density) => bottom - (density / tall) * (bottom - top);
  const dScale = outputScale(picture, small, peer);
  const dY = (/** @type {number} */ d) => bottom - dScale.place(d) * (bottom - top);

  const ends = [picture.low, picture.high].map(x);
  /** @param {Float32Array} values @param {(value: number) => number} place */
  const path = (values, place) => {
    c.beginPath();
    const [first, last] = ends,
      across = (last - first) / (values.length - 1);
    let broken = true;
    for (let i = 0; i < values.length; i++) {
      const [px, py] = [first + i * across, place(values[i])];
      if (broken) c.moveTo(px, py);
      else c.lineTo(px, py);
      broken = Number.isNaN(values[i]);
    }
  };
  /** @param {Float32Array} values @param {string} colour @param {number[]} dash */
  const area = (values, colour, dash) => {
    path(values, y);
    c.strokeStyle = colour;
    c.lineWidth = small ? 1.25 : em / 5.5;
    c.setLineDash(small ? [] : dash);
    c.stroke();
    c.setLineDash([]);
    c.lineTo(ends[1], bottom);
    c.lineTo(ends[0], bottom);
    c.globalAlpha = theme.dark ? 0.22 : 0.14;
    c.fillStyle = colour;
    c.fill();
    c.globalAlpha = 1;
  };

  if (!small) axes(c, axis, tall, { left, right, top, bottom }, x, y, dY, dScale, theme, hidden);
  c.save();
  c.beginPath();
  c.rect(left, top - 2, right - left, bottom - top + 3);
  c.clip();
  c.lineJoin = 'round';
  if (!hidden.has('real')) area(picture.real, theme.real, []);
  if (!hidden.has('generated')) area(picture.generated, theme.generated, [em * 0.75, em * 0.3]);
  if (!hidden.has('optimal') && !small && picture.optimal.length) {
    path(supported(picture), dY);
    c.strokeStyle = theme.optimal;
    c.lineWidth = em / 9;
    c.setLineDash([1, em / 3]);
    c.lineCap = 'round';
    c.stroke();
    c.setLineDash([]);
    c.lineCap = 'butt';
  }
  if (!hidden.has('discriminator')) {
    path(picture.discriminator, dY);
    if (!small) {
      c.strokeStyle = theme.discriminator;
      c.lineWidth = em / 3;
      c.stroke();
      // A light core makes it a double line, distinct from the densities without colour.
      c.strokeStyle = theme.surface;
      c.lineWidth = em / 11;
    } else {
      c.strokeStyle = theme.discriminator;
      c.lineWidth = 1;
    }
    c.stroke();
  }
  c.restore();
  if (!hidden.has('map') && picture.map && !small) lines(c, picture.map, { left, right, top, bottom, x }, theme);
  if (!hidden.has('gradients') && !small) gradients(c, picture, x, bottom - em * 1.5, theme);
  if (!hidden.has('samples') && !small) {
    c.beginPath();
    for (const sample of picture.samples) {
      if (sample < picture.low || sample > picture.high) continue;
      c.moveTo(x(sample), bottom - 1);
      c.lineTo(x(sample), bottom - em);
    }
    c.strokeStyle = theme.generated;
    c.globalAlpha = 0.5;
    c.lineWidth = 1.5;
    c.stroke();
    c.globalAlpha = 1;
  }
}

/** The share of the highest density below which the optimal D is the quotient of two densities that are nearly 0. */
const SUPPORT = 0.01;
/** The optimal D where there are samples; NaN elsewhere, which breaks its line.
 * @param {Pick<Line, 'real' | 'generated' | 'optimal'>} picture */
export function supported({ real, generated, optimal }) {
  const density = real.map((p, i) => p + generated[i]);
  const least = SUPPORT * max(density);
  return optimal.map((d, i) => (density[i] > least ? d : NaN));
}

/** One arrow a sample would lie on another: from left to right, each where there is room.
 * @param {CanvasRenderingContext2D} c @param {Line} picture @param {(v: number) => number} x @param {number} y
 * @param {Theme} theme */
function gradients(c, { samples, gradients, low, high }, x, y, theme) {
  const longest = theme.em * 2.2;
  const order = Array.from(gradients.keys())
    .filter(i => samples[i] > low && samples[i] < high)
    .sort((a, b) => samples[a] - samples[b]);
  let free = -Infinity;
  const shown = order.filter(i => x(samples[i]) >= free && (free = x(samples[i]) + longest * 0.8));
  const list = shown.map(i => ({ x: x(samples[i]), y, dx: gradients[i], dy: 0 }));
  arrows(c, list, longest, { colour: theme.discriminator, halo: theme.surface, width: theme.em / 8 });
}

/** @param {CanvasRenderingContext2D} c @param {Line} picture @param {number} tall
 * @param {{ left: number, right: number, top: number, bottom: number }} box @param {(v: number) => number} x
 * @param {(v: number) => number} y @param {(v: number) => number} dY @param {OutputScale} dScale
 * @param {Theme} theme @param {ReadonlySet<string>} hidden */
function axes(c, picture, tall, { left, right, top, bottom }, x, y, dY, dScale, theme, hidden) {
  const { em } = theme;
  c.font = font(theme);
  c.strokeStyle = theme.line;
  c.lineWidth = 1;
  c.beginPath();
  c.fillStyle = theme.muted;
  c.textAlign = 'center';
  c.textBaseline = 'top';
  for (const value of ticks(picture.low, picture.high, 8)) {
    const at = Math.round(x(value)) + 0.5;
    c.moveTo(at, top);
    c.lineTo(at, bottom);
    c.fillText(label(value), at, bottom + em * 0.7);
  }
  c.textAlign = 'right';
  c.textBaseline = 'middle';
  for (const value of ticks(0, tall, 5)) {
    if (value > 0) c.fillText(value.toFixed(2).replace(/0$/, ''), left - em * 0.6, y(value));
  }
  c.moveTo(left, Math.round(bottom) + 0.5);
  c.lineTo(right, Math.round(bottom) + 0.5);
  c.stroke();
  c.textAlign = 'left';
  c.textBaseline = 'top';
  c.fillText('density', left + em * 0.5, top);
  if (hidden.has('discriminator') && hidden.has('optimal')) return;
  c.fillStyle = theme.discriminator;
  c.textAlign = 'right';
  c.fillText(picture.probability ? 'D(x)' : 'score', right - em * 0.5, top);
  c.textAlign = 'left';
  c.textBaseline = 'middle';
  for (const [value, text] of dScale.marks) c.fillText(text, right + em * 0.6, dY(value));
  const { undecided_output } = picture;
  if (undecided_output === null) return;
  c.strokeStyle = theme.discriminator;
  c.globalAlpha = 0.45;
  c.setLineDash([2, 4]);
  c.beginPath();
  c.moveTo(left, Math.round(dY(undecided_output)) + 0.5);
  c.lineTo(right, Math.round(dY(undecided_output)) + 0.5);
  c.stroke();
  c.setLineDash([]);
  c.globalAlpha = 1;
}

/** @param {Float32Array} values */
function max(values) {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
