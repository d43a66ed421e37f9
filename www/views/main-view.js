// The one large picture and the toggles of its layers.

import { STAGES } from '../slow-motion.js';
import { theme } from '../theme.js';
import { byId, element } from './element.js';
import { VIEWS, paint } from './paint.js';

/** @import { Model, Store } from '../state.js' */
/** @import { Frame } from './paint.js' */
/** @import { Snapshot } from '../messages.js' */
/** @typedef {{ caption: (picture: any) => string, layers: (picture: any) => { key: string, label: string, mark:
 * string }[] }} View */

/** Away from this thread where the browser can and the script for it can be fetched. @param {HTMLCanvasElement} canvas
 * @returns {(picture: Snapshot['picture'], frame: Frame) => void} */
function painter(canvas) {
  if (!canvas.transferControlToOffscreen) return (picture, frame) => paint(canvas, picture, frame);
  const worker = new Worker(new URL('../painter.js', import.meta.url), { type: 'module', name: 'painter' });
  const offscreen = canvas.transferControlToOffscreen();
  worker.postMessage(offscreen, [offscreen]);
  /** @type {Parameters<typeof show> | null} */
  let newest = null;
  /** @param {Snapshot['picture']} picture @param {Frame} frame */
  let show = (picture, frame) => {
    newest = [picture, frame];
    worker.postMessage({ picture, frame });
  };
  worker.onerror = event => {
    // An error in the script has a message; a script that could not be fetched has none.
    if (event.message) return;
    // A canvas that was given away does not come back: another one takes its place.
    const own = /** @type {HTMLCanvasElement} */ (canvas.cloneNode());
    canvas.replaceWith(own);
    show = (picture, frame) => paint(own, picture, frame);
    if (newest) show(...newest);
  };
  return (picture, frame) => show(picture, frame);
}

/** The caption of a picture, and its layers. @param {Snapshot['picture']} picture */
function wordsOf(picture) {
  const view = picture ? /** @type {View} */ (VIEWS[picture.kind]) : null;
  return view
    ? { caption: view.caption(picture), layers: view.layers(picture) }
    : { caption: 'Mixtures of more than two dimensions have no picture, only metrics.', layers: [] };
}

/** The update that is drawn with the picture. @param {Model['slow']} slow @param {Model['info']} info
 * @returns {Frame['slow']} */
const frameOf = (slow, info) =>
  slow?.update && info
    ? {
        update: slow.update,
        stage: STAGES[slow.stage],
        before: slow.before?.picture ?? null,
        width: info.generator_widths[0],
      }
    : null;

/** @param {Store} store */
export function mainView(store) {
  const canvas = /** @type {HTMLCanvasElement} */ (byId('picture'));
  const place = /** @type {HTMLElement} */ (canvas.parentElement);
  const toggles = byId('layers');
  const caption = byId('caption');
  const show = painter(canvas);
  let width = 0,
    height = 0,
    chosen = '';
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

  /** @param {string} kind @param {ReturnType<typeof wordsOf>} words */
  function choose(kind, words) {
    place.dataset.kind = kind;
    caption.textContent = words.caption;
    const focused = /** @type {HTMLElement | null} */ (toggles.querySelector(':focus'))?.dataset.layer;
    toggles.replaceChildren(
      ...words.layers.map(({ key, label, mark }) =>
        element(
          'button',
          {
            type: 'button',
            className: `layer ${key}`,
            onclick: () => store.dispatch({ type: 'layer', layer: key }),
            dataset: { layer: key },
          },
          element('span', { className: `mark ${mark}`, ariaHidden: 'true' }),
          label,
        ),
      ),
    );
    // The buttons are others; the focus stays where it was, or with the picture.
    if (!focused) return;
    const buttons = /** @type {HTMLElement[]} */ ([...toggles.children]);
    (buttons.find(({ dataset }) => dataset.layer === focused) ?? byId('stage')).focus({ preventScroll: true });
  }

  return {
    redraw() {
      shown = [];
    },
    /** @param {Model} model */
    draw({ viewing, live, hidden, latent, slow, info }) {
      const snapshot = viewing ?? live;
      // The latent space of images takes the picture's place.
      byId('stage').classList.toggle('exploring', latent.open && snapshot?.picture?.kind === 'gallery');
      if (!snapshot && width && shown.length) {
        shown = [];
        chosen = '';
        choose('', { caption: '', layers: [] });
        show(null, { width, height, ratio: devicePixelRatio, theme, hidden });
      }
      if (!snapshot || !width) return;
      const now = [snapshot, hidden, slow];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      const { picture } = snapshot;
      const kind = picture?.kind ?? '',
        words = wordsOf(picture),
        text = JSON.stringify([kind, words]);
      if (text !== chosen) choose(kind, words);
      chosen = text;
      for (const button of /** @type {HTMLCollectionOf<HTMLElement>} */ (toggles.children)) {
        button.setAttribute('aria-pressed', String(!hidden.has(button.dataset.layer ?? '')));
      }
      show(snapshot.picture, { width, height, ratio: devicePixelRatio, theme, hidden, slow: frameOf(slow, info) });
    },
  };
}
