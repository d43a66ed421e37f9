// An update of one network, drawn over the picture: the batch, its samples, their outputs, and the change.

import { magnified } from '../slow-motion.js';
import { arrow } from './arrows.js';
import { outputScale } from './discriminator-scale.js';
import { font } from './ink.js';
import { LATENTS_AXIS, geometry as ofLine } from './line.js';
import { contour } from './plane.js';
import { label, ticks } from './scale.js';
import { geometry as ofPlane } from './square.js';

/** @import { Line, Phase, Plane, Snapshot, UpdateView } from '../messages.js' */
/** @import { Theme } from '../theme.js' */
/** @import { Frame } from './paint.js' */
/** @typedef {{ update: UpdateView, stage: 'sample' | 'generate' | 'discriminate' | 'update', before:
 * Snapshot['picture'], width: number }} SlowFrame `width`: numbers of a latent. */

/** Samples on a line, and in the plane, where lines to all would hide one another. */
const SHOWN = 40;

/** The first coordinate of the latents that are shown. @param {SlowFrame} slow */
const firstOf = ({ update: { latents }, width }) =>
  Array.from({ length: Math.min(SHOWN, latents.length / width) }, (_, i) => latents[i * width]);

/** @param {CanvasRenderingContext2D} c @param {number} x @param {number} y @param {number} r */
function dot(c, x, y, r) {
  c.moveTo(x + r, y);
  c.arc(x, y, r, 0, 7);
}

/** @param {CanvasRenderingContext2D} c @param {number} x @param {number} y @param {number} r */
function cross(c, x, y, r) {
  c.moveTo(x - r, y - r);
  c.lineTo(x + r, y + r);
  c.moveTo(x - r, y + r);
  c.lineTo(x + r, y - r);
}

/** A stroke with a halo, so that it is seen on any ground. @param {CanvasRenderingContext2D} c @param {Theme} theme
 * @param {string} colour @param {number} width @param {() => void} path */
function stroke(c, theme, colour, width, path) {
  c.beginPath();
  path();
  c.strokeStyle = theme.surface;
  c.lineWidth = width * 2.6;
  c.stroke();
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.stroke();
}

/** @param {CanvasRenderingContext2D} c @param {Snapshot['picture']} picture @param {Frame} frame
 * @param {SlowFrame} slow */
export function drawOver(c, picture, frame, slow) {
  c.save();
  c.lineCap = 'round';
  if (picture?.kind === 'line') line(c, picture, frame, slow);
  if (picture?.kind === 'plane') plane(c, picture, frame, slow);
  if (picture?.kind === 'phase') phase(c, picture, frame, slow);
  c.restore();
}

/** @param {CanvasRenderingContext2D} c @param {Line} picture @param {Frame} frame @param {SlowFrame} slow */
function line(c, picture, frame, slow) {
  const { theme } = frame,
    { em } = theme,
    { update, stage, before } = slow;
  const { left, right, top, bottom, x } = ofLine(picture, frame);
  const latents = firstOf(slow),
    n = latents.length;
  const reach = Math.max(1, ...latents.map(Math.abs)) * 1.05;
  const zx = (/** @type {number} */ z) => (left + right) / 2 + (z / reach) * ((right - left) / 2);
  const axis = top - em * 0.7,
    r = em * 0.28;
  // Samples beyond the axis have no place.
  c.beginPath();
  c.rect(left - r, 0, right - left + 2 * r, bottom + r);
  c.clip();
  const real = update.real.subarray(0, n),
    fake = update.fake.subarray(0, n);
  if (stage === 'sample' || stage === 'generate') {
    c.font = font(theme);
    c.fillStyle = theme.muted;
    c.textAlign = 'center';
    c.textBaseline = 'bottom';
    for (const z of ticks(-reach, reach, 6)) c.fillText(z === 0 ? 'z = 0' : label(z), zx(z), axis - em * 0.4);
    stroke(c, theme, theme.ink, em / 8, () => {
      for (const z of latents) {
        c.moveTo(zx(z), axis - em * 0.3);
        c.lineTo(zx(z), axis + em * 0.3);
      }
    });
  }
  if (stage === 'generate') {
    c.globalAlpha = 0.75;
    c.beginPath();
    latents.forEach((z, i) => {
      c.moveTo(zx(z), axis + em * 0.3);
      c.lineTo(x(fake[i]), bottom - r);
    });
    c.strokeStyle = theme.generated;
    c.lineWidth = 1;
    c.stroke();
    c.globalAlpha = 1;
  }
  const { place } = outputScale(picture, false);
  const dY = (/** @type {number} */ d) => bottom - place(d) * (bottom - top);
  const withOutput = stage === 'discriminate' || (stage === 'update' && update.network === 'discriminator');
  /** @param {Float32Array} values @param {number} i The height at which a sample is drawn. */
  const height = (values, i) => (withOutput ? dY(values[Math.floor(i / update.pack)]) : bottom - r);
  if (stage === 'discriminate')
    stroke(c, theme, theme.discriminator, em / 10, () => {
      real.forEach((value, i) => {
        c.moveTo(x(value), bottom);
        c.lineTo(x(value), height(update.real_outputs, i));
      });
      fake.forEach((value, i) => {
        c.moveTo(x(value), bottom);
        c.lineTo(x(value), height(update.fake_outputs, i));
      });
    });
  if (stage === 'update' && update.network === 'discriminator' && before?.kind === 'line') {
    // The scale is that of the picture of after.
    c.beginPath();
    before.discriminator.forEach((d, i) => {
      c.lineTo(left + (i / (before.discriminator.length - 1)) * (right - left), dY(d));
    });
    c.strokeStyle = theme.ink;
    c.lineWidth = em / 10;
    c.stroke();
    /** The output of now. @param {number} value */
    const now = value => {
      const at = ((value - picture.low) / (picture.high - picture.low)) * (picture.discriminator.length - 1);
      const i = Math.min(Math.max(Math.floor(at), 0), picture.discriminator.length - 2);
      const [a, b] = [picture.discriminator[i], picture.discriminator[i + 1]];
      return dY(a + (b - a) * (at - i));
    };
    for (const [values, outputs, colour] of /** @type {[Float32Array, Float32Array, string][]} */ ([
      [real, update.real_outputs, theme.real],
      [fake, update.fake_outputs, theme.generated],
    ]))
      stroke(c, theme, colour, em / 8, () =>
        values.forEach((value, i) => arrow(c, x(value), height(outputs, i), x(value), now(value), em * 0.5)),
      );
  }
  if (stage === 'update' && update.network === 'generator') {
    const moves = Array.from(fake, (value, i) => x(update.moved[i]) - x(value));
    const factor = magnified(moves.map(Math.abs), (right - left) / 16);
    stroke(c, theme, theme.generated, em / 8, () =>
      fake.forEach((value, i) => {
        // In rows, or each would lie on the next.
        const y = bottom - r - ((i % 12) + 1) * em * 0.9;
        c.moveTo(x(value), bottom - r);
        arrow(c, x(value), y, x(value) + moves[i] * factor, y, em * 0.5);
      }),
    );
    note(c, theme, factor, right, top - em * LATENTS_AXIS);
    return;
  }
  if (real.length)
    stroke(c, theme, theme.real, em / 8, () =>
      real.forEach((value, i) => dot(c, x(value), height(update.real_outputs, i), r)),
    );
  if (stage !== 'sample')
    stroke(c, theme, theme.generated, em / 8, () =>
      fake.forEach((value, i) => cross(c, x(value), height(update.fake_outputs, i), r)),
    );
}

/** The factor by which the moves are magnified. @param {CanvasRenderingContext2D} c @param {Theme} theme @param {number} factor
 * @param {number} right @param {number} top */
function note(c, theme, factor, right, top) {
  if (factor === 1) return;
  const text = `moves drawn ${factor.toLocaleString('en')} times as long`;
  c.font = font(theme);
  c.textAlign = 'right';
  c.textBaseline = 'top';
  const { width } = c.measureText(text);
  c.fillStyle = theme.surface;
  c.fillRect(right - width - theme.em, top, width + theme.em, theme.em * 1.6);
  c.fillStyle = theme.ink;
  c.fillText(text, right - theme.em * 0.5, top + theme.em * 0.2);
}

/** @param {CanvasRenderingContext2D} c @param {Plane} picture @param {Frame} frame @param {SlowFrame} slow */
function plane(c, picture, frame, slow) {
  const { theme } = frame,
    { em } = theme,
    { update, stage, before, width } = slow;
  const { left, top, side, x, y } = ofPlane(picture.low, picture.high, frame);
  const n = Math.min(SHOWN, update.fake.length / 2),
    r = em * 0.4;
  /** @param {Float32Array} values @param {number} i @returns {[number, number]} */
  const at = (values, i) => [x(values[2 * i]), y(values[2 * i + 1])];
  const isReal = update.real.length > 0;
  // The latents in a square of their own, next to the plot where there is room: their first two coordinates.
  const room = left - em * 4,
    isApart = room > side * 0.3;
  // Else in a corner, where there are few samples.
  const inset = isApart ? Math.min(room, side * 0.6) : side / 5;
  const corner = isApart ? [(room - inset) / 2, top + (side - inset) / 2] : [left, top + side - inset];
  const latents = Array.from({ length: n }, (_, i) => [
    update.latents[i * width],
    width > 1 ? update.latents[i * width + 1] : 0,
  ]);
  const reach = Math.max(1, ...latents.flat().map(Math.abs)) * 1.05;
  const z = (/** @type {number[]} */ [a, b]) => [
    corner[0] + (inset / 2) * (1 + a / reach),
    corner[1] + (inset / 2) * (1 - b / reach),
  ];
  if (stage === 'sample' || stage === 'generate') {
    c.fillStyle = theme.surface;
    c.strokeStyle = theme.muted;
    c.lineWidth = 1;
    c.fillRect(corner[0], corner[1], inset, inset);
    c.strokeRect(corner[0], corner[1], inset, inset);
    c.font = font(theme);
    c.fillStyle = theme.muted;
    c.textAlign = 'left';
    c.textBaseline = 'top';
    c.fillText(width > 2 ? `z, 2 of ${width} coordinates` : 'z', corner[0] + em * 0.4, corner[1] + em * 0.2);
  }
  const from = Math.min(left, corner[0] - 1);
  c.beginPath();
  c.rect(from, top, left + side - from, side);
  c.clip();
  if (stage === 'generate')
    stroke(c, theme, theme.generated, 0.8, () =>
      latents.forEach((latent, i) => {
        const [zx, zy] = z(latent);
        c.moveTo(zx, zy);
        c.lineTo(...at(update.fake, i));
      }),
    );
  if (stage === 'sample' || stage === 'generate')
    stroke(c, theme, theme.ink, 1.6, () =>
      latents.forEach(latent => {
        const [zx, zy] = z(latent);
        dot(c, zx, zy, 1);
      }),
    );
  c.beginPath();
  c.rect(left, top, side, side);
  c.clip();
  if (stage === 'update' && update.network === 'generator') {
    const moves = Array.from({ length: n }, (_, i) => {
      const [[x0, y0], [x1, y1]] = [at(update.fake, i), at(update.moved, i)];
      return { x0, y0, dx: x1 - x0, dy: y1 - y0 };
    });
    const factor = magnified(
      moves.map(({ dx, dy }) => Math.hypot(dx, dy)),
      side / 14,
    );
    stroke(c, theme, theme.generated, em / 7, () =>
      moves.forEach(({ x0, y0, dx, dy }) => arrow(c, x0, y0, x0 + dx * factor, y0 + dy * factor, em * 0.5)),
    );
    return note(c, theme, factor, left + side, top);
  }
  if (stage === 'update' && before?.kind === 'plane' && picture.undecided_output !== null) {
    const cells = before.cells - 1;
    contour(
      c,
      before.discriminator,
      before.cells,
      picture.undecided_output,
      i => left + (i / cells) * side,
      j => top + side - (j / cells) * side,
    );
    c.strokeStyle = theme.ink;
    c.lineWidth = 1.5;
    c.setLineDash([4, 4]);
    c.stroke();
    c.setLineDash([]);
  }
  const outputs = stage === 'discriminate';
  /** Where outputs are written. @type {{ from: number, end: number, y: number }[]} */
  const written = [];
  c.font = font(theme, 0.9);
  c.textBaseline = 'middle';
  c.textAlign = 'left';
  /** @param {Float32Array} values @param {Float32Array} scores @param {string} colour
   * @param {typeof dot} shape */
  const points = (values, scores, colour, shape) => {
    stroke(c, theme, colour, em / 7, () => {
      for (let i = 0; i < n; i++) shape(c, ...at(values, i), r);
    });
    for (let i = 0; outputs && i < n; i++) {
      const text = label(+scores[Math.floor(i / update.pack)].toPrecision(2));
      const [px, py] = at(values, i);
      if (px < left || px > left + side || py < top || py > top + side) continue;
      const across = c.measureText(text).width;
      const from = px + r * 1.6 + across < left + side ? px + r * 1.6 : px - r * 1.6 - across;
      // Only outputs that can be read: none lies on another.
      if (written.some(box => Math.abs(py - box.y) < em * 1.3 && from < box.end && box.from < from + across)) continue;
      written.push({ from, end: from + across + em * 0.5, y: py });
      c.lineWidth = 3;
      c.strokeStyle = theme.surface;
      c.strokeText(text, from, py);
      c.fillStyle = theme.ink;
      c.fillText(text, from, py);
    }
  };
  if (isReal) points(update.real, update.real_outputs, theme.real, dot);
  if (stage !== 'sample') points(update.fake, update.fake_outputs, theme.generated, cross);
}

/** @param {CanvasRenderingContext2D} c @param {Phase} picture @param {Frame} frame @param {SlowFrame} slow */
function phase(c, picture, frame, { stage, before }) {
  if (stage !== 'update' || before?.kind !== 'phase') return;
  const { x, y } = ofPlane(-picture.reach, picture.reach, frame);
  const [x0, y0, dx, dy] = [
    x(before.theta),
    y(before.psi),
    x(picture.theta) - x(before.theta),
    y(picture.psi) - y(before.psi),
  ];
  const factor = magnified([Math.hypot(dx, dy)], frame.theme.em * 5);
  stroke(c, frame.theme, frame.theme.ink, frame.theme.em / 6, () =>
    arrow(c, x0, y0, x0 + dx * factor, y0 + dy * factor, frame.theme.em * 0.6),
  );
  const { left, top, side } = ofPlane(-picture.reach, picture.reach, frame);
  note(c, frame.theme, factor, left + side, top);
}
