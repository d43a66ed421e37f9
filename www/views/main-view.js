// The one large picture and the toggles of its layers.

import { STAGES } from '../slow-motion.js';
import { otherOf } from '../both-runs.js';
import { byId, element } from './element.js';
import { VIEWS } from './paint.js';
import { largePicture } from './picture.js';

/** @import { Frame } from './paint.js' */
/** @import { Model, Store } from '../state.js' */
/** @import { Snapshot } from '../messages.js' */
/** @typedef {{ caption: (picture: any) => string, layers: (picture: any) => { key: string, label: string, mark:
 * string }[] }} View */

/** The caption of a picture, and its layers. @param {Snapshot['picture']} picture
 * @param {Snapshot['picture']} [other] Of the run that is compared with it. */
function wordsOf(picture, other) {
  const view = picture ? /** @type {View} */ (VIEWS[picture.kind]) : null;
  return view
    ? { caption: view.caption(picture) + outputOf(picture, other), layers: view.layers(picture) }
    : { caption: 'Mixtures of more than two dimensions have no picture, only metrics.', layers: [] };
}

/** The output of run B's discriminator in words, where run A's is of the other kind. @param {Snapshot['picture']} picture
 * @param {Snapshot['picture']} [other] */
function outputOf(picture, other) {
  if (!picture || !other || !('probability' in picture && 'probability' in other)) return '';
  if (picture.probability === other.probability) return '';
  return other.probability
    ? ' Run B: D(x), the probability that a sample at x is real.'
    : ' Run B: the critic’s score, higher for more real.';
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
  const large = largePicture(canvas, store);
  let chosen = '';
  /** @type {unknown[]} */
  let shown = [];

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
    redraw: large.redraw,
    /** @param {Model} model */
    draw(model) {
      const { viewing, live, hidden, latent, slow, info } = model;
      const snapshot = viewing ?? live,
        other = otherOf(model);
      // The latent space of images takes the picture's place.
      byId('stage').classList.toggle('exploring', latent.open && snapshot?.picture?.kind === 'gallery');
      large.draw(snapshot, other && (other.viewing ?? other.live), hidden, frameOf(slow, info));
      const now = [snapshot, hidden, other];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      if (!snapshot) {
        if (chosen) choose('', { caption: '', layers: [] });
        chosen = '';
        return;
      }
      const kind = snapshot.picture?.kind ?? '',
        words = wordsOf(snapshot.picture, (other?.viewing ?? other?.live)?.picture),
        text = JSON.stringify([kind, words]);
      if (text !== chosen) choose(kind, words);
      chosen = text;
      for (const button of /** @type {HTMLCollectionOf<HTMLElement>} */ (toggles.children)) {
        button.setAttribute('aria-pressed', String(!hidden.has(button.dataset.layer ?? '')));
      }
    },
  };
}
