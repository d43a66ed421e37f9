// A large picture on a canvas of the page, or two that are compared, painted away from the page's thread where the browser
// can and the script for it can be fetched.

import { theme } from '../theme.js';
import { paint } from './paint.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Store } from '../state.js' */
/** @import { Frame } from './paint.js' */
/** @typedef {{ picture: Snapshot['picture'], frame: Frame }} Painting */

/** Paints all canvases, so that two pictures have one scale. @type {Worker | null} */
let painter = null;
/** The paintings of the canvases that the painter has, by number. @type {Map<number, { onMissing: () => void }>} */
const canvases = new Map();
let count = 0;

function startPainter() {
  const worker = new Worker(new URL('../painter.js', import.meta.url), { type: 'module', name: 'painter' });
  worker.onerror = event => {
    // An error in the script has a message; a script that could not be fetched has none.
    if (event.message) return;
    isMissing = true;
    for (const { onMissing } of canvases.values()) onMissing();
  };
  return worker;
}
let isMissing = false;

/** @param {HTMLCanvasElement} canvas @returns {{ show: (painting: Painting) => void, end: () => void }} */
function painting(canvas) {
  if (isMissing || !canvas.transferControlToOffscreen) {
    return { show: ({ picture, frame }) => paint(canvas, picture, frame), end() {} };
  }
  const worker = (painter ??= startPainter());
  const id = count++;
  const offscreen = canvas.transferControlToOffscreen();
  worker.postMessage({ id, canvas: offscreen }, [offscreen]);
  /** @type {Painting | null} */
  let newest = null;
  /** @param {Painting} next */
  let show = next => {
    newest = next;
    worker.postMessage({ id, ...next });
  };
  canvases.set(id, {
    onMissing() {
      // A canvas that was given away does not come back: another one takes its place.
      const own = /** @type {HTMLCanvasElement} */ (canvas.cloneNode());
      canvas.replaceWith(own);
      show = ({ picture, frame }) => paint(own, picture, frame);
      if (newest) show(newest);
    },
  });
  return {
    show: next => show(next),
    end() {
      canvases.delete(id);
      worker.postMessage({ id });
    },
  };
}

/** A picture that fills the canvas's parent. @param {HTMLCanvasElement} canvas @param {Store} store */
export function largePicture(canvas, store) {
  const place = /** @type {HTMLElement} */ (canvas.parentElement);
  const { show, end } = painting(canvas);
  let width = 0,
    height = 0;
  /** @type {unknown[]} */
  let shown = [];
  const resized = new ResizeObserver(([{ contentRect, devicePixelContentBoxSize: exact }]) => {
    ({ width, height } = contentRect);
    // A canvas that is stretched by a part of a pixel is blurred.
    if (exact) [width, height] = [exact[0].inlineSize, exact[0].blockSize].map(pixels => pixels / devicePixelRatio);
    shown = [];
    store.draw();
  });
  try {
    resized.observe(place, { box: 'device-pixel-content-box' });
  } catch {
    // Not in every browser.
    resized.observe(place);
  }

  return {
    redraw() {
      shown = [];
    },
    /** @param {Snapshot | null} snapshot @param {Snapshot | null} other The one that it is compared with, for a common
     * scale. @param {ReadonlySet<string>} hidden The layers that are off. @param {Frame['slow']} [slow] */
    draw(snapshot, other, hidden, slow = null) {
      if (!width) return;
      const now = [snapshot, other, hidden, slow?.update, slow?.stage];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      const picture = snapshot?.picture ?? null;
      // Images have no scale.
      const peer =
        picture && picture.kind !== 'gallery' && other?.picture?.kind === picture.kind ? other.picture : null;
      show({ picture, frame: { width, height, ratio: devicePixelRatio, theme, hidden, peer, slow } });
    },
    end() {
      resized.disconnect();
      end();
    },
  };
}
