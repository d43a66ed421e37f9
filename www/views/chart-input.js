// A chart's crosshair and zoom from a mouse, a finger and the keyboard.

import { nearestIndex } from '../smoothing.js';

/** `cursor`: the step under the crosshair; `zoom`: the range of steps in view, null for all.
 * @typedef {{ cursor: (step: number | null) => void, zoom: (range: readonly [number, number] | null) => void, at: () =>
 * number | null }} Input `at`: the step of the crosshair now. */

/** A drag over fewer CSS pixels is a click. */
const CLICK = 5;
/** Points that a key with Shift goes. */
const FAR = 10;

/** @param {HTMLElement} place @param {any} plot @param {() => number[]} steps @param {Input} on */
export function chartInput(place, plot, steps, on) {
  const over = /** @type {HTMLElement} */ (plot.over);
  /** Where the mouse is and where its drag began, in CSS pixels from the left end of the plot.
   * @type {number | null} */
  let hover = null;
  /** @type {number | null} */
  let start = null;
  const stepAt = (/** @type {number} */ x) => {
    const all = steps();
    return all[nearestIndex(all, plot.posToVal(x, 'x'))] ?? null;
  };
  const within = (/** @type {PointerEvent} */ { clientX }) => {
    const { left, width } = over.getBoundingClientRect();
    return Math.max(0, Math.min(clientX - left, width));
  };
  /** @param {number} from @param {number} to */
  const select = (from, to) => {
    const [left, width] = [Math.min(from, to), Math.abs(to - from)];
    plot.setSelect({ left, width, top: 0, height: width ? over.clientHeight : 0 }, false);
  };
  const endDrag = () => {
    start = null;
    select(0, 0);
  };

  over.addEventListener('pointerdown', event => {
    const x = within(event);
    if (event.pointerType === 'touch') return on.cursor(stepAt(x));
    if (event.button !== 0) return;
    start = x;
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener('pointermove', event => {
    const x = within(event);
    if (event.pointerType !== 'touch') hover = x;
    if (start !== null) select(start, x);
    on.cursor(stepAt(x));
  });
  over.addEventListener('pointerup', event => {
    if (start === null) return;
    const ends = [start, within(event)].sort((a, b) => a - b);
    endDrag();
    if (ends[1] - ends[0] < CLICK) return;
    const [from, to] = ends.map(x => plot.posToVal(x, 'x'));
    on.zoom([Math.floor(from), Math.max(Math.ceil(to), Math.floor(from) + 1)]);
  });
  over.addEventListener('pointercancel', endDrag);
  over.addEventListener('pointerleave', event => {
    // A finger that is lifted leaves the values there to be read.
    if (event.pointerType === 'touch') return;
    hover = null;
    on.cursor(null);
  });
  over.addEventListener('dblclick', () => on.zoom(null));
  addEventListener('pointerdown', event => {
    const isElsewhere = event.pointerType === 'touch' && !over.contains(/** @type {Node} */ (event.target));
    if (isElsewhere && on.at() !== null && !isChart(event.target)) on.cursor(null);
  });

  /** Half as many steps, or twice as many, around the crosshair. @param {number} factor */
  function zoomBy(factor) {
    const all = steps(),
      { min, max } = plot.scales.x,
      [first, last] = [all[0] ?? 0, all.at(-1) ?? 0];
    const middle = on.at() ?? (min + max) / 2,
      width = Math.max(1, (max - min) * factor);
    if (width >= last - first) return on.zoom(null);
    const from = Math.max(first, Math.min(Math.round(middle - width / 2), last - Math.ceil(width)));
    on.zoom([from, from + Math.ceil(width)]);
  }

  /** @param {number} points */
  function go(points) {
    const all = steps().filter(step => step >= plot.scales.x.min && step <= plot.scales.x.max);
    const now = on.at();
    const last = all.length - 1;
    // The first arrow puts the crosshair at the newest step.
    const index = now === null && Number.isFinite(points) ? last : nearestIndex(all, now ?? 0) + points;
    on.cursor(all[Math.max(0, Math.min(index, last))] ?? null);
  }

  /** @type {Record<string, (far: boolean) => void>} */
  const keys = {
    ArrowLeft: far => go(far ? -FAR : -1),
    ArrowRight: far => go(far ? FAR : 1),
    Home: () => go(-Infinity),
    End: () => go(Infinity),
    '+': () => zoomBy(0.5),
    '=': () => zoomBy(0.5),
    '-': () => zoomBy(2),
    0: () => on.zoom(null),
  };
  place.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && (on.at() !== null || start !== null)) {
      event.stopPropagation();
      endDrag();
      on.cursor(null);
    }
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    // The page has an action of its own for →.
    event.stopPropagation();
    act(event.shiftKey);
  });
  place.addEventListener('blur', () => {
    if (hover === null) on.cursor(null);
  });

  return {
    /** Under a mouse that rests the steps move on. */
    follow() {
      if (hover !== null) on.cursor(stepAt(hover));
    },
  };
}

/** @param {EventTarget | null} target */
const isChart = target => target instanceof Element && target.closest('.chart') !== null;
