// The run so far as a strip of pictures. Moving along it shows earlier pictures while training continues.

import { theme } from '../theme.js';
import { byId, element } from './element.js';
import { paint } from './paint.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Model, Store } from '../state.js' */

/** CSS pixels that one picture takes at least. */
const TILE = 72;
/** On each side of a picture. */
const GAP = 3;

/** @param {Store} store */
export function timeline(store) {
  const strip = /** @type {HTMLCanvasElement} */ (byId('strip'));
  const slider = /** @type {HTMLInputElement} */ (byId('scrub'));
  const live = /** @type {HTMLButtonElement} */ (byId('live'));
  /** Each picture is drawn once while the strip has one size. @type {WeakMap<Snapshot, HTMLCanvasElement>} */
  const tiles = new WeakMap();
  let width = 0,
    height = 0,
    drawn = '';
  let at = 0;
  new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    drawAnew();
    store.draw();
  }).observe(/** @type {HTMLElement} */ (strip.parentElement));

  slider.oninput = () => {
    const { frames } = store.model.history;
    const index = Number(slider.value);
    store.dispatch({ type: 'view', snapshot: index >= frames.length ? null : frames[index] });
  };
  const cursor = element('div', { className: 'strip-cursor', hidden: true });
  strip.after(cursor);
  slider.addEventListener('pointermove', ({ clientX }) => {
    const { frames } = store.model.history;
    const { left } = strip.getBoundingClientRect();
    const share = (clientX - left - GAP) / (tilesWidth(frames.length) - 2 * GAP);
    point(frames[Math.round(Math.max(0, Math.min(share, 1)) * (frames.length - 1))]?.step ?? null);
  });
  slider.addEventListener('pointerleave', () => point(null));
  live.onclick = () => store.dispatch({ type: 'view', snapshot: null });

  /** The crosshair of the charts. @param {number | null} step */
  function point(step) {
    if (step !== store.model.cursor) store.dispatch({ type: 'cursor', step });
  }
  const tilesThatFit = () => Math.max(1, Math.floor(width / TILE));
  /** What so many frames take of the strip. @param {number} count */
  const tilesWidth = count => (Math.min(tilesThatFit(), count) * width) / tilesThatFit();

  /** Moves the mark of the crosshair. @param {Snapshot[]} frames @param {number | null} step */
  function drawCursor(frames, step) {
    cursor.hidden = step === null || frames.length < 2;
    if (step === null || cursor.hidden) return;
    const after = frames.findIndex(frame => frame.step >= step),
      last = frames.length - 1;
    const index = after < 0 ? last : after;
    const before = Math.max(0, index - 1);
    const gap = frames[index].step - frames[before].step;
    // Between two frames in proportion to the steps.
    const at = after < 0 ? last : index - (gap ? (frames[index].step - step) / gap : 0);
    cursor.style.transform = `translateX(${GAP + (at / last) * (tilesWidth(frames.length) - 2 * GAP)}px)`;
  }

  /** @param {Snapshot} snapshot @param {number} w */
  function tile(snapshot, w) {
    let canvas = tiles.get(snapshot);
    if (!canvas) {
      canvas = document.createElement('canvas');
      paint(canvas, snapshot.picture, {
        width: w,
        height,
        ratio: devicePixelRatio,
        theme,
        hidden: new Set(),
        small: true,
      });
      tiles.set(snapshot, canvas);
    }
    return canvas;
  }

  /** In another size or other colours; at once, for a paused run draws no second time. */
  function drawAnew() {
    for (const frame of store.model.history.frames) tiles.delete(frame);
    drawn = '';
    at = -Infinity;
  }

  return {
    redraw: drawAnew,
    /** @param {Model} model */
    draw({ history, viewing, live: newest, cursor: step }) {
      if (!newest && drawn) {
        drawn = '';
        strip.width = 0;
        slider.max = '0';
      }
      if (!width || !newest) return;
      live.setAttribute('aria-pressed', String(!viewing));
      byId('branch').hidden = !viewing;
      const { frames } = history;
      drawCursor(frames, step);
      const index = viewing ? nearest(frames, viewing) : frames.length;
      slider.max = String(frames.length);
      slider.value = String(index);
      slider.setAttribute('aria-valuetext', viewing ? `step ${viewing.step}` : `now, step ${newest.step}`);
      byId('looking').textContent = viewing ? 'steps, looking back' : 'steps';
      const key = `${history.version} ${viewing?.step} ${width}`;
      // New frames come in quickly at first; the strip need not follow each.
      if (key === drawn || (!viewing && performance.now() - at < 150 && frames.length > 2)) return;
      drawn = key;
      at = performance.now();
      const count = tilesThatFit();
      const each = width / count;
      const ratio = devicePixelRatio;
      [strip.width, strip.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      const c = /** @type {CanvasRenderingContext2D} */ (strip.getContext('2d'));
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      const shown = Math.min(count, frames.length);
      for (let i = 0; i < shown; i++) {
        const frame = frames[shown === 1 ? 0 : Math.round((i / (shown - 1)) * (frames.length - 1))];
        c.drawImage(tile(frame, each - 2 * GAP), i * each + GAP, 0, each - 2 * GAP, height);
        c.strokeStyle = theme.line;
        c.lineWidth = 1;
        c.strokeRect(i * each + GAP + 0.5, 0.5, each - 2 * GAP - 1, height - 1);
      }
      if (viewing && frames.length > 1) {
        const x = GAP + (index / (frames.length - 1)) * (shown * each - 2 * GAP);
        c.strokeStyle = theme.ink;
        c.lineWidth = 2;
        c.beginPath();
        c.moveTo(x, 0);
        c.lineTo(x, height);
        c.stroke();
      }
    },
  };
}

/** A frame may have been thinned out since it was chosen. @param {Snapshot[]} frames @param {Snapshot} wanted */
function nearest(frames, wanted) {
  const index = frames.findIndex(frame => frame.step >= wanted.step);
  return index < 0 ? frames.length - 1 : index;
}
