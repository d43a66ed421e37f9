// The name of the experiment, its state, and the buttons that change both.

import { announce } from '../announce.js';
import { editedOf } from '../both-runs.js';
import { byId, element, enable } from './element.js';

/** @import { PresetInfo } from '../messages.js' */
/** @import { Model, Store } from '../state.js' */
/** @import { Undo } from '../undo.js' */

/** @param {Store} store @param {() => Undo} edits */
export function heading(store, edits) {
  const preset = /** @type {HTMLSelectElement} */ (byId('preset'));
  const [undo, redo] = ['undo', 'redo'].map(id => /** @type {HTMLButtonElement} */ (byId(id)));
  let fetching = '';
  /** @type {unknown[]} */
  let shown = [];
  let playLabel = '';

  /** @param {Model} model */
  function describe(model) {
    const { info, presets } = model;
    if (preset.options.length !== presets.length + 1 && presets.length) {
      const groups = SHELVES.map(([label], shelf) =>
        element(
          'optgroup',
          { label },
          ...presets
            .filter(preset => SHELVES.findIndex(([, holds]) => holds(preset)) === shelf)
            .map(({ name }) => element('option', { value: name }, title(name))),
        ),
      );
      preset.replaceChildren(
        element('option', { value: '', hidden: true }, 'custom'),
        ...groups.filter(group => group.childElementCount),
      );
    }
    if (!info) return;
    const origin = presets.find(({ name }) => name === info.name);
    // Drawn digits that stand in for a dataset are not a change by the visitor; the note says so.
    const changed = origin?.hash !== info.hash && !(origin && info.stands_in);
    preset.value = changed ? '' : info.name;
    preset.options[0].textContent = origin ? `${title(info.name)}, changed` : title(info.name);
    const name = title(info.name) + (origin && changed ? ', changed' : '');
    byId('name').textContent = name;
    document.title = `${name} · Counterfeit`;
    // A sentence about the preset may no longer hold.
    byId('about').textContent = origin ? (changed ? 'Preset: ' : '') + origin.about : 'An experiment of your own.';
    byId('note').textContent = info.note;
    byId('note').hidden = !info.note;
    const edited = editedOf(model).info ?? info;
    byId('networks').textContent =
      `Generator ${weights(edited.generator_parameters)}, discriminator ${weights(edited.discriminator_parameters)} ` +
      `weights; seed ${edited.settings.seed}.`;
    const { canUndo, canRedo } = edits();
    enable([undo, canUndo], [redo, canRedo]);
  }

  return {
    /** @param {Model} model */
    draw(model) {
      const now = [model.info, model.presets, editedOf(model).info, model.comparison?.edits];
      if (now.some((value, i) => value !== shown[i])) {
        shown = now;
        describe(model);
      }
      const label = model.pausing ? 'Pausing…' : model.state === 'running' ? 'Pause' : 'Play';
      if (label !== playLabel) byId('play-label').textContent = playLabel = label;
      const { progress } = store.model;
      byId('progress').hidden = !progress;
      if (progress && progress.what !== fetching) announce(`Fetching ${progress.what}`);
      fetching = progress?.what ?? '';
      if (progress) {
        const megabytes = (progress.done / 1e6).toFixed(1);
        byId('progress-text').textContent =
          `Fetching ${progress.what}: ` +
          `${megabytes}${progress.total ? ` of ${(progress.total / 1e6).toFixed(1)}` : ''} MB`;
        const bar = /** @type {HTMLProgressElement} */ (byId('progress-bar'));
        if (progress.total) bar.value = progress.done / progress.total;
        else bar.removeAttribute('value');
      }
    },
  };
}

/** What a preset shows, for the menu: each is on the first shelf that takes it.
 * @type {[label: string, holds: (preset: PresetInfo) => boolean][]} */
const SHELVES = [
  ['Mixtures on a line', ({ kind }) => kind === 'line'],
  ['Mixtures in the plane', ({ kind }) => kind === 'plane'],
  ['Drawn digits', ({ kind, data }) => kind === 'gallery' && data === 'digits'],
  ['Stacked MNIST', ({ name }) => name.startsWith('stacked-')],
  ['MNIST', ({ kind, data }) => kind === 'gallery' && data === 'mnist'],
  ['Theory', ({ kind }) => kind === 'phase'],
  ['Other data', () => true],
];

const TITLES = /** @type {Record<string, string>} */ ({
  'mixture-1d': 'Three Gaussians',
  'mixture-1d-5': 'Five unequal Gaussians',
  mixture: 'Mixture',
  ring: 'Ring of eight',
  grid: 'Grid of twenty-five',
  'digits-mlp': 'Digits, fully connected',
  digits: 'Digits',
  'mnist-mlp': 'MNIST, fully connected',
  'mnist-dcgan': 'MNIST, DCGAN',
  mnist: 'MNIST',
  dirac: 'Dirac-GAN',
  'stacked-mnist': 'Stacked MNIST',
});
const METHODS = /** @type {Record<string, string>} */ ({
  'wgan-gp': 'WGAN-GP',
  wgan: 'WGAN',
  lsgan: 'LSGAN',
  hinge: 'hinge',
  began: 'BEGAN',
  dragan: 'DRAGAN',
  r1: 'R1',
  r2: 'R2',
  acgan: 'ACGAN',
  conditional: 'class-conditional',
  pacgan: 'PacGAN',
  vat: 'VAT',
  'spectral-norm': 'spectral norm',
  vanilla: 'baseline',
  minimax: 'minimax',
  stddev: 'minibatch standard deviation',
  smoothing: 'label smoothing',
  minibatch: 'minibatch discrimination',
  augmented: 'few examples, augmented',
  consistency: 'few examples, consistency',
  autoencoder: 'adversarial autoencoder',
  stacked: 'StackGAN',
  coupled: 'CoGAN',
});
/** A preset's name in words: its own title, or those of the longest beginning that has one and of what follows.
 * @param {string} name */
function title(name) {
  if (TITLES[name]) return TITLES[name];
  const stem = Object.keys(TITLES)
    .filter(key => name.startsWith(`${key}-`))
    .sort((a, b) => b.length - a.length)[0];
  if (!stem) return name;
  const rest = name.slice(stem.length + 1);
  return `${TITLES[stem]}, ${METHODS[rest] ?? rest.replaceAll('-', ' ')}`;
}
/** @param {number} count */
const weights = count =>
  count >= 1e6
    ? `${(count / 1e6).toFixed(1)}M`
    : count >= 1e4
      ? `${Math.round(count / 1e3)}k`
      : count.toLocaleString('en');
