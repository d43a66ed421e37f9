// What a chart shows besides its series: earlier runs and unsmoothed values behind them, reference lines with their
// labels, values beyond the axis, the steps at which settings were changed, the one that the visitor looks back at, and an
// interval that is evidence of a fault.

import { theme } from '../theme.js';

/** @import { Drawing } from './chart.js' */
/** @import { Range } from './chart-scale.js' */

/** The marks behind the series. @param {any} u @param {Drawing} drawing */
export function paintBehind(u, { behind, marked }) {
  const { ctx: c, bbox } = u,
    ratio = devicePixelRatio;
  c.save();
  c.beginPath();
  c.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  c.clip();
  if (marked) {
    const [from, to] = marked.map(step => Math.round(u.valToPos(step, 'x', true)));
    c.fillStyle = theme.ink;
    c.globalAlpha = 0.1;
    c.fillRect(from, bbox.top, to - from, bbox.height);
    c.globalAlpha = 0.6;
    for (const x of [from, to - ratio]) c.fillRect(x, bbox.top, ratio, bbox.height);
  }
  for (const { steps, values, colour, dash = [], width, alpha } of behind) {
    c.globalAlpha = alpha;
    c.strokeStyle = theme[colour];
    c.lineWidth = width * ratio;
    c.setLineDash(dash.map(length => length * ratio));
    c.beginPath();
    steps.forEach((step, i) => {
      const value = values[i];
      if (value !== null) c.lineTo(u.valToPos(step, 'x', true), u.valToPos(value, 'y', true));
    });
    c.stroke();
  }
  c.restore();
}

/** What lies over the series. @param {any} u @param {Drawing} drawing @param {Range} range */
export function paintMarks(u, { steps, lines, references, looking, changes }, range) {
  const { ctx: c, bbox } = u,
    ratio = devicePixelRatio;
  c.save();
  c.lineWidth = ratio;
  c.strokeStyle = c.fillStyle = theme.muted;
  c.setLineDash([2 * ratio, 3 * ratio]);
  for (const { at, bare } of references) {
    if (bare) continue;
    const y = Math.round(u.valToPos(at, 'y', true)) + 0.5;
    line(c, bbox.left, y, bbox.left + bbox.width, y);
  }
  c.setLineDash([]);
  c.font = `${Math.round(theme.em * 0.92) * ratio}px ${theme.family}`;
  c.textAlign = 'left';
  c.textBaseline = 'middle';
  const labelled = references.filter(({ short }) => short !== '');
  const places = apart(
    labelled.map(({ at }) => u.valToPos(at, 'y', true)),
    theme.em * 1.1 * ratio,
    [bbox.top, bbox.top + bbox.height],
  );
  labelled.forEach(({ short, label }, i) => {
    c.fillText(short ?? label, bbox.left + bbox.width + 5 * ratio, places[i]);
  });
  if (range.under || range.over) for (const values of lines) paintBeyond(u, steps, values, range);
  c.strokeStyle = theme.muted;
  c.setLineDash([4 * ratio, 2 * ratio]);
  for (const step of changes) {
    const x = Math.round(u.valToPos(step, 'x', true)) + 0.5;
    if (x >= bbox.left && x <= bbox.left + bbox.width) line(c, x, bbox.top, x, bbox.top + bbox.height);
  }
  c.setLineDash([]);
  if (looking !== null) {
    const x = Math.round(u.valToPos(looking, 'x', true)) + 0.5;
    c.strokeStyle = theme.ink;
    if (x >= bbox.left && x <= bbox.left + bbox.width) line(c, x, bbox.top, x, bbox.top + bbox.height);
  }
  c.restore();
}

/** A triangle at the edge for each stretch of a series beyond it. @param {any} u @param {number[]} steps
 * @param {(number | null)[]} values @param {Range} range */
function paintBeyond({ ctx: c, bbox, valToPos, scales }, steps, values, { low, high }) {
  const size = 4 * devicePixelRatio;
  /** The side of a value: under the axis, over it, or neither. @param {number | null} value */
  const side = value => (value === null ? 0 : value < low ? -1 : value > high ? 1 : 0);
  for (let from = 0; from < steps.length;) {
    const where = side(values[from]);
    let to = from + 1;
    while (to < steps.length && side(values[to]) === where) to++;
    const middle = (steps[from] + steps[to - 1]) / 2;
    if (where && middle >= scales.x.min && middle <= scales.x.max) {
      const x = valToPos(middle, 'x', true),
        tip = where < 0 ? bbox.top + bbox.height : bbox.top;
      c.fillStyle = theme.ink;
      c.beginPath();
      c.moveTo(x, tip);
      c.lineTo(x - size, tip + where * 1.6 * size);
      c.lineTo(x + size, tip + where * 1.6 * size);
      c.fill();
    }
    from = to;
  }
  c.fillStyle = theme.muted;
}

/** Positions as near to these as they can be `gap` apart and within the limits. @param {number[]} wanted
 * @param {number} gap @param {readonly [number, number]} limits */
export function apart(wanted, gap, [low, high]) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const placed = [...wanted];
  let free = low;
  for (const i of order) free = (placed[i] = Math.max(wanted[i], free)) + gap;
  free = high;
  for (const i of order.toReversed()) free = (placed[i] = Math.min(placed[i], free)) - gap;
  return placed;
}

/** @param {CanvasRenderingContext2D} c @param {number} x @param {number} y @param {number} toX @param {number} toY */
function line(c, x, y, toX, toY) {
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(toX, toY);
  c.stroke();
}
