// A chart's crosshair and zoom from a mouse, a finger and the keyboard.

import { nearestIndex } from '../smoothing.js';

/** `cursor`: the step under the crosshair; `zoom`: the range of steps in view, null for all; `at` and `zoomed`: both as
 * they are now.
 * @typedef {{ cursor: (step: number | null) => void, zoom: (range: readonly [number, number] | null) => void, at: () =>
 * number | null, zoomed: () => readonly [number, number] | null }} Input */

/** A drag over fewer CSS pixels is a click. */
const CLICK = 5;
/** A turn of the wheel by so many pixels zooms by a factor of e; one event turns it by so many at most. */
const TURN = 200,
  MOST_TURN = 100;
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

  /** Fingers on the plot: where each is, and the step that it holds. @type {Map<number, { x: number, step: number }>} */
  const fingers = new Map();
  /** The steps in view while two fingers hold theirs. */
  function pinch() {
    const [one, other] = [...fingers.values()].sort((a, b) => a.x - b.x);
    const perPixel = (other.step - one.step) / Math.max(other.x - one.x, 1);
    const from = one.step - one.x * perPixel;
    show(from, from + over.clientWidth * perPixel);
  }
  const lift = (/** @type {PointerEvent} */ { pointerId }) => fingers.delete(pointerId);

  over.addEventListener('pointerdown', event => {
    const x = within(event);
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, { x, step: plot.posToVal(x, 'x') });
      return on.cursor(fingers.size === 1 ? stepAt(x) : null);
    }
    if (event.button !== 0) return;
    start = x;
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener('pointermove', event => {
    const x = within(event),
      finger = fingers.get(event.pointerId);
    if (finger) finger.x = x;
    if (fingers.size > 1) return fingers.size === 2 ? pinch() : undefined;
    if (event.pointerType !== 'touch') hover = x;
    if (start !== null) select(start, x);
    on.cursor(stepAt(x));
  });
  over.addEventListener('pointerup', event => {
    lift(event);
    if (start === null) return;
    const ends = [start, within(event)].sort((a, b) => a - b);
    endDrag();
    if (ends[1] - ends[0] < CLICK) return;
    const [from, to] = ends.map(x => plot.posToVal(x, 'x'));
    on.zoom([Math.floor(from), Math.max(Math.ceil(to), Math.floor(from) + 1)]);
  });
  over.addEventListener('pointercancel', event => {
    lift(event);
    endDrag();
  });
  over.addEventListener('pointerleave', event => {
    // A finger that is lifted leaves the values there to be read.
    if (event.pointerType === 'touch') return;
    hover = null;
    on.cursor(null);
  });
  over.addEventListener('dblclick', () => on.zoom(null));
  // Two fingers on a trackpad are a turn of the wheel with Ctrl.
  over.addEventListener(
    'wheel',
    event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const [min, max] = inView(),
        factor = Math.exp(Math.max(-MOST_TURN, Math.min(event.deltaY, MOST_TURN)) / TURN);
      const { left, width } = over.getBoundingClientRect(),
        share = (event.clientX - left) / width,
        steps = Math.max(1, (max - min) * factor);
      // The step under the pointer stays there.
      const from = min + share * (max - min - steps);
      show(from, from + steps);
    },
    { passive: false },
  );
  addEventListener('pointerdown', event => {
    const isElsewhere = event.pointerType === 'touch' && !over.contains(/** @type {Node} */ (event.target));
    if (isElsewhere && on.at() !== null && !isChart(event.target)) on.cursor(null);
  });

  /** The steps in view: the plot may not be drawn since the last zoom. */
  function inView() {
    const all = steps();
    return on.zoomed() ?? /** @type {const} */ ([all[0] ?? 0, all.at(-1) ?? 0]);
  }

  /** Zooms to steps within the run: to all of them where the range is as wide. @param {number} from
   * @param {number} to */
  function show(from, to) {
    const all = steps(),
      [first, last] = [all[0] ?? 0, all.at(-1) ?? 0],
      width = Math.max(1, to - from);
    if (width >= last - first) return on.zoom(null);
    const start = Math.max(first, Math.min(from, last - width));
    on.zoom([start, start + width]);
  }

  /** Half as many steps, or twice as many, around the crosshair. @param {number} factor */
  function zoomBy(factor) {
    const [min, max] = inView();
    const middle = on.at() ?? (min + max) / 2,
      width = Math.max(1, (max - min) * factor);
    show(middle - width / 2, middle + width / 2);
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
