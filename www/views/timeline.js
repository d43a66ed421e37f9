// The run so far as a strip of pictures. Moving along it shows earlier pictures while training continues.

import { theme } from '../theme.js';
import { byId } from './element.js';
import { paint } from './paint.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Model, Store } from '../state.js' */

/** CSS pixels that one picture takes at least. */
const TILE = 72;

/** @param {Store} store */
export function timeline(store) {
  const strip = /** @type {HTMLCanvasElement} */ (byId('strip'));
  const slider = /** @type {HTMLInputElement} */ (byId('scrub'));
  const live = /** @type {HTMLButtonElement} */ (byId('live'));
  /** Each picture is drawn once, whatever the strip does with it. @type {WeakMap<Snapshot, HTMLCanvasElement>} */
  const tiles = new WeakMap();
  let width = 0,
    height = 0,
    drawn = '';
  let at = 0;
  new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    drawn = '';
    store.draw();
  }).observe(/** @type {HTMLElement} */ (strip.parentElement));

  slider.oninput = () => {
    const { frames } = store.model.history;
    const index = Number(slider.value);
    store.dispatch({ type: 'view', snapshot: index >= frames.length ? null : frames[index] });
  };
  live.onclick = () => store.dispatch({ type: 'view', snapshot: null });

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

  return {
    redraw() {
      for (const frame of store.model.history.frames) tiles.delete(frame);
      drawn = '';
    },
    /** @param {Model} model */
    draw({ history, viewing, live: newest }) {
      if (!newest && drawn) {
        drawn = '';
        strip.width = 0;
        slider.max = '0';
      }
      if (!width || !newest) return;
      live.setAttribute('aria-pressed', String(!viewing));
      byId('branch').hidden = !viewing;
      const { frames } = history;
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
      const count = Math.max(1, Math.floor(width / TILE));
      const each = width / count;
      const ratio = devicePixelRatio;
      [strip.width, strip.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      const c = /** @type {CanvasRenderingContext2D} */ (strip.getContext('2d'));
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      const shown = Math.min(count, frames.length);
      for (let i = 0; i < shown; i++) {
        const frame = frames[shown === 1 ? 0 : Math.round((i / (shown - 1)) * (frames.length - 1))];
        c.drawImage(tile(frame, each - 6), i * each + 3, 0, each - 6, height);
        c.strokeStyle = theme.line;
        c.lineWidth = 1;
        c.strokeRect(i * each + 3.5, 0.5, each - 7, height - 1);
      }
      if (viewing && frames.length > 1) {
        const x = 3 + (index / (frames.length - 1)) * (shown * each - 6);
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
