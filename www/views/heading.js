// What is being trained, where it stands, and the buttons that say so.

import { byId, element } from './element.js';

/** @import { Model, Store } from '../state.js' */

/** @param {Store} store */
export function heading(store) {
  const preset = /** @type {HTMLSelectElement} */ (byId('preset'));
  const undo = byId('undo');
  const firstEntry = history.length;
  /** @type {unknown[]} */
  let shown = [];
  let state = '';

  /** @param {Model} model */
  function describe({ info, presets }) {
    if (preset.childElementCount !== presets.length + 1 && presets.length) {
      preset.replaceChildren(element('option', { value: '', hidden: true }, 'custom'), ...presets.map(({ name }) => element('option', { value: name }, title(name))));
    }
    if (!info) return;
    const origin = presets.find(({ name }) => name === info.name);
    // Where digits stand in for MNIST, the note says so; it was not the visitor who changed it.
    const changed = origin?.hash !== info.hash && !(origin && info.note);
    preset.value = changed ? '' : info.name;
    preset.options[0].textContent = origin ? `${title(info.name)}, changed` : title(info.name);
    byId('name').textContent = title(info.name);
    byId('about').textContent = origin?.about || 'An experiment of your own.';
    byId('note').textContent = info.note;
    byId('note').hidden = !info.note;
    byId('networks').textContent = `Generator ${weights(info.generator_parameters)}, discriminator ${weights(info.discriminator_parameters)} weights; seed ${info.settings.seed}.`;
    undo.hidden = history.length <= firstEntry;
  }

  return {
    /** @param {Model} model */
    draw(model) {
      const now = [model.info, model.presets];
      if (now.some((value, i) => value !== shown[i])) {
        shown = now;
        describe(model);
      }
      if (model.state !== state) {
        state = model.state;
        byId('play-label').textContent = state === 'running' ? 'Pause' : 'Play';
      }
      const { progress } = store.model;
      byId('progress').hidden = !progress;
      if (progress) {
        const megabytes = (progress.done / 1e6).toFixed(1);
        byId('progress-text').textContent = `Fetching ${progress.what}: ${megabytes}${progress.total ? ` of ${(progress.total / 1e6).toFixed(1)}` : ''} MB`;
        const bar = /** @type {HTMLProgressElement} */ (byId('progress-bar'));
        if (progress.total) bar.value = progress.done / progress.total; else bar.removeAttribute('value');
      }
    },
  };
}

const TITLES = /** @type {Record<string, string>} */ ({
  'mixture-1d': 'Three bumps', 'mixture-1d-5': 'Five uneven bumps', ring: 'Ring of eight', grid: 'Grid of twenty-five',
  'digits-mlp': 'Drawn digits', 'mnist-mlp': 'MNIST, fully connected', 'mnist-dcgan': 'MNIST, DCGAN',
});
/** @param {string} name */
const title = name => TITLES[name] ?? name;
/** @param {number} count */
const weights = count => count >= 1e6 ? `${(count / 1e6).toFixed(1)}M` : count >= 1e4 ? `${Math.round(count / 1e3)}k` : count.toLocaleString('en');
