// The way into the latent space, and how far from its middle samples may be drawn.

import { byId } from './element.js';

/** @import { Latent } from '../latent.js' */
/** @import { Model, Store } from '../state.js' */

/** Where the slider ends, so far out that nothing is truncated: beyond it a normal number falls but once in 370
 * times, a uniform one never. */
const ENDS = { normal: 3, uniform: 1 };
const NOTCH = 0.05;

/** @param {Store} store */
export function truncation(store) {
  const button = byId('latent'),
    row = byId('truncation'),
    slider = /** @type {HTMLInputElement} */ (byId('threshold'));
  slider.min = '0';
  slider.step = String(NOTCH);
  /** @param {Partial<Latent>} changes */
  const update = changes => store.dispatch({ type: 'latent', latent: { ...store.model.latent, ...changes } });
  button.onclick = () => update({ open: !store.model.latent.open });
  slider.oninput = () => update({ truncation: slider.value === slider.max ? null : Number(slider.value) });
  /** @type {unknown[]} */
  let shown = [];

  return {
    /** @param {Model} model */
    draw({ latent: { open, tool, truncation }, info }) {
      const now = [open, tool, truncation, info];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      const prior = /** @type {keyof typeof ENDS} */ (info?.settings.prior ?? 'normal');
      button.hidden = !info || info.kind === 'phase';
      button.setAttribute('aria-pressed', String(open));
      // A search takes latents from wherever it finds them.
      row.hidden = button.hidden || !open || (info?.kind === 'gallery' && tool === 'projection');
      slider.max = String(ENDS[prior]);
      slider.value = truncation === null ? slider.max : String(truncation);
      const said = truncation === null ? 'off' : `±${truncation.toFixed(2)}`;
      byId('bound').textContent = said;
      slider.setAttribute('aria-valuetext', said);
    },
  };
}
