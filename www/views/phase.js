// A Dirac-GAN: the generator's number across, the discriminator's upwards, and where the two push each other.

import { arrows } from './arrows.js';
import { font } from './ink.js';
import { square } from './square.js';

/** @import { Phase } from '../messages.js' */
/** @import { Frame } from './paint.js' */

export const layers = () => [
  { key: 'trail', label: 'path', mark: 'solid' },
  { key: 'flow', label: 'flow', mark: 'arrow' },
];

export const caption = () =>
  'A Dirac-GAN (Mescheder et al. 2018): all real samples are one number, all generated samples the number θ, and the ' +
  'discriminator’s logit is ψ x. Cross: the equilibrium. Arrows: the gradient step from each pair (θ, ψ). Line: the ' +
  'path of the run, faint at its beginning.';

/** @param {CanvasRenderingContext2D} c @param {Phase} picture @param {Frame} frame */
export function draw(c, picture, frame) {
  const { theme, hidden, small = false } = frame;
  const { em } = theme;
  const reach = Math.max(picture.reach, frame.peer?.kind === 'phase' ? frame.peer.reach : 0);
  const { left, top, side, x, y } = square(c, -reach, reach, frame);
  c.strokeStyle = theme.line;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(left, y(0));
  c.lineTo(left + side, y(0));
  c.moveTo(x(picture.truth), top);
  c.lineTo(x(picture.truth), top + side);
  c.stroke();
  if (!small && !hidden.has('flow')) flow(c, picture, x, y, theme);
  if (!hidden.has('trail')) {
    for (const [points, colour, alpha, thick] of /** @type {[Float32Array, string, number, number][]} */ ([
      [picture.start, theme.muted, 0.5, em / 14],
      [picture.trail, theme.generated, 1, em / 7],
    ])) {
      c.beginPath();
      for (let i = 0; i < points.length; i += 2) c.lineTo(x(points[i]), y(points[i + 1]));
      c.strokeStyle = colour;
      c.globalAlpha = alpha;
      c.lineWidth = small ? 0.8 : thick;
      c.stroke();
    }
    c.globalAlpha = 1;
  }
  const size = small ? 2 : em * 0.5;
  c.strokeStyle = theme.real;
  c.lineWidth = small ? 1 : em / 6;
  c.beginPath();
  c.moveTo(x(picture.truth) - size, y(0));
  c.lineTo(x(picture.truth) + size, y(0));
  c.moveTo(x(picture.truth), y(0) - size);
  c.lineTo(x(picture.truth), y(0) + size);
  c.stroke();
  c.beginPath();
  c.arc(x(picture.theta), y(picture.psi), size, 0, 7);
  c.fillStyle = theme.generated;
  c.fill();
  if (!small) {
    c.strokeStyle = theme.surface;
    c.lineWidth = 2;
    c.stroke();
  }
  c.restore();
  if (small) return;
  c.font = font(theme);
  c.textBaseline = 'top';
  // A halo keeps the words legible over the arrows.
  c.strokeStyle = theme.field;
  c.lineWidth = em / 3;
  c.lineJoin = 'round';
  for (const [words, align, at, down, colour] of /** @type {[string, CanvasTextAlign, number, number, string][]} */ ([
    ['θ, the generator →', 'right', left + side - em * 0.6, top + side - em * 1.6, theme.generated],
    ['↑ ψ, the discriminator', 'left', left + em * 0.6, top + em * 0.6, theme.discriminator],
  ])) {
    c.textAlign = align;
    c.fillStyle = colour;
    c.strokeText(words, at, down);
    c.fillText(words, at, down);
  }
}

/** @param {CanvasRenderingContext2D} c @param {Phase} picture @param {(theta: number) => number} x
 * @param {(psi: number) => number} y @param {import('../theme.js').Theme} theme */
function flow(c, { cells, flow, reach }, x, y, theme) {
  const at = (/** @type {number} */ i) => reach * ((2 * i) / (cells - 1) - 1);
  const list = Array.from({ length: cells * cells }, (_, i) => ({
    x: x(at(i % cells)),
    y: y(at(Math.floor(i / cells))),
    dx: flow[2 * i],
    dy: -flow[2 * i + 1],
  }));
  c.globalAlpha = 0.6;
  arrows(c, list, (x(at(1)) - x(at(0))) * 0.8, { colour: theme.muted, width: 1 });
  c.globalAlpha = 1;
}
