// Whole targets at once: shapes by name, a drawing by hand, samples from a file or the clipboard.

import { read } from '../csv.js';
import { SHAPES, ofDensity, ofSamples, ofStrokes } from '../shapes.js';
import { theme } from '../theme.js';
import { byId, element } from './element.js';
import { editable, plotOf } from './plot.js';

/** @import { Gaussian } from '../mixture.js' */
/** @import { Drawn } from './plot.js' */
/** @import { Model, Store } from '../state.js' */

/** Gaussians across the axis of a drawn density. */
const BINS = 64;

/** @param {Store} store @param {(mixture: Gaussian[], said: string) => void} replace */
export function targetTools(store, replace) {
  const place = byId('target-tools');
  const shape = element('select', { id: 'shape', ariaLabel: 'Shape of the target' });
  const pen = element('button', { type: 'button', id: 'pen', title: 'Draw the target on the picture' }, 'Draw');
  const csv = element(
    'button',
    { type: 'button', id: 'csv', title: 'Samples from a file of one or two columns; or paste them (Ctrl+V)' },
    'CSV…',
  );
  csv.onclick = () => byId('open').click();
  place.append(shape, pen, csv);

  let offered = 0;
  /** @param {number} dim */
  function offer(dim) {
    if (dim === offered) return;
    offered = dim;
    const names = Object.keys(SHAPES[dim] ?? {});
    shape.replaceChildren(
      element('option', { value: '', textContent: 'Shape…' }),
      ...names.map(name => element('option', { value: name, textContent: name })),
    );
  }
  shape.onchange = () => {
    const made = SHAPES[offered][shape.value];
    if (made) replace(made(), `Target: ${shape.value}`);
    shape.value = '';
  };

  const sheet = element('canvas', { id: 'sheet', hidden: true });
  const frame = /** @type {HTMLElement} */ (byId('picture').parentElement);
  frame.append(sheet);
  const picture = () => /** @type {Drawn | null} */ (store.model.live?.picture ?? null);
  const size = () => ({ width: frame.clientWidth, height: frame.clientHeight, theme });
  /** What has been drawn: heights on a line, strokes in the plane. */
  let heights = Array(BINS).fill(0);
  /** @type {number[][][]} */
  let strokes = [];
  /** The stroke in progress, in pixels. @type {[number, number][] | null} */
  let stroke = null;
  let drawing = false;
  /** @param {boolean} on */
  function draw(on) {
    drawing = on;
    [heights, strokes, stroke] = [Array(BINS).fill(0), [], null];
    pen.setAttribute('aria-pressed', String(on));
    sheet.hidden = !on;
    paint();
  }
  draw(false);
  pen.onclick = () => draw(!drawing);
  addEventListener('keydown', event => {
    if (event.key === 'Escape' && drawing) draw(false);
  });

  sheet.onpointerdown = event => {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    stroke = [];
    trace(event);
  };
  sheet.onpointermove = trace;
  /** @param {PointerEvent} event */
  function trace(event) {
    if (!stroke) return;
    const { left, top } = frame.getBoundingClientRect();
    stroke.push([event.clientX - left, event.clientY - top]);
    paint();
  }
  sheet.onpointerup = () => {
    const shown = picture();
    if (!stroke || !shown) return;
    const plot = plotOf(shown, size());
    const { low, high } = shown;
    let made;
    if (shown.kind === 'line') {
      raise(stroke, px => ((plot.mean(px, 0)[0] - low) / (high - low)) * BINS, plot.y(0));
      made = ofDensity(low, high, heights);
    } else {
      strokes.push(stroke.map(([px, py]) => plot.mean(px, py)));
      made = ofStrokes(strokes, (high - low) / 60);
    }
    stroke = null;
    paint();
    if (made) replace(made, `Target drawn: ${made.length} Gaussians`);
  };
  sheet.onpointercancel = () => {
    stroke = null;
    paint();
  };

  /** Sets the heights under a stroke. @param {[number, number][]} points @param {(px: number) => number} bin
   * @param {number} bottom */
  function raise(points, bin, bottom) {
    points.forEach(([px, py], i) => {
      const [beforeX, beforeY] = points[Math.max(i - 1, 0)];
      const [from, to] = [bin(beforeX), bin(px)];
      const steps = Math.max(1, Math.ceil(Math.abs(to - from) * 2));
      for (let step = 0; step <= steps; step++) {
        const at = Math.floor(from + ((to - from) * step) / steps);
        const y = beforeY + ((py - beforeY) * step) / steps;
        if (at >= 0 && at < BINS) heights[at] = Math.max(0, bottom - y);
      }
    });
  }

  function paint() {
    const { width, height } = size();
    if (sheet.width !== width || sheet.height !== height) [sheet.width, sheet.height] = [width, height];
    const c = /** @type {CanvasRenderingContext2D} */ (sheet.getContext('2d'));
    c.clearRect(0, 0, width, height);
    if (!stroke) return;
    c.strokeStyle = theme.real;
    c.lineWidth = 3;
    c.lineJoin = c.lineCap = 'round';
    c.beginPath();
    for (const [x, y] of stroke) c.lineTo(x, y);
    c.stroke();
  }

  /** Samples as text. @param {string} text */
  function fromText(text) {
    const found = read(text);
    if (typeof found === 'string') {
      return store.dispatch({
        type: 'problem',
        kind: 'setting',
        what: found,
        remedy: 'The target stays as it was. One or two numbers a line are a sample.',
        fatal: false,
      });
    }
    const { samples, scaled } = found,
      made = ofSamples(samples);
    const how = scaled ? ', centred and scaled to a standard deviation of 1' : '';
    replace(made, `Target: ${samples.length} samples as ${made.length} Gaussians${how}`);
  }
  addEventListener('paste', event => {
    const at = /** @type {HTMLElement} */ (event.target);
    const text = event.clipboardData?.getData('text') ?? '';
    if (place.hidden || !text.trim() || at.closest?.('input, textarea, dialog')) return;
    event.preventDefault();
    fromText(text);
  });

  return {
    fromText,
    /** @param {Model} model */
    draw(model) {
      const shown = editable(model),
        usable = shown !== null && !model.latent.open;
      if (place.hidden === usable) place.hidden = !usable;
      if (!usable && drawing) draw(false);
      if (usable) offer(shown.kind === 'line' ? 1 : 2);
    },
  };
}
