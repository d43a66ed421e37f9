// The numbers of the picture that is shown, each beside what perfection would score, and what they amount to.

import { byId, element } from './element.js';
import { fixed } from './scale.js';
import { statusOf } from './status.js';

/** @import { Model } from '../state.js' */

/** @typedef {{ key: string, name: string, help: string, format: (value: number, model: Model) => string, share: (value: number, model: Model) => number }} Metric */

/** Distances are drawn against the largest seen, shares against one. */
let farthest = { w1: 0, js: 0 };

/** @type {Metric[]} */
const METRICS = [
  {
    key: 'w1',
    name: 'W1',
    help: 'Wasserstein distance: how far the generated mass has to be moved to become the real one. Lower is better, down to the floor.',
    format: value => fixed(value, 3),
    share: value => value / (farthest.w1 = Math.max(farthest.w1, value)),
  },
  {
    key: 'js',
    name: 'JS',
    help: 'Jensen–Shannon divergence between the two histograms. Lower is better, down to the floor.',
    format: value => fixed(value, 3),
    share: value => value / (farthest.js = Math.max(farthest.js, value)),
  },
  {
    key: 'modes',
    name: 'Modes',
    help: 'How many of the real bumps the generator reaches.',
    format: (value, model) => `${Math.round(value)}/${modes(model)}`,
    share: (value, model) => value / modes(model),
  },
  {
    key: 'high_quality',
    name: 'High quality',
    help: 'Share of generated samples that lie within three deviations of a mode.',
    format: value => `${Math.round(value * 100)}%`,
    share: value => value,
  },
];

/** @param {Model} model */
const modes = model => /** @type {unknown[]} */ (model.info?.settings.mixture ?? []).length || 1;

/** What regularisers measure, in words for people. @type {Record<string, [name: string, help: string]>} */
const EXTRAS = {
  penalty: [
    'Slope penalty',
    'What the discriminator’s slope would cost it, before its weight: 0 is what the penalty asks for.',
  ],
  k: [
    'Balance k',
    'How much BEGAN’s discriminator minds copying generated samples well: it rises while they are copied too well.',
  ],
  convergence: ['BEGAN’s measure M', 'Error on real samples, and how far the balance is off: lower is better.'],
  reconstruction: ['Copying error', 'Mean square between an image and its copy, over pixels.'],
  path_length: ['Path length', 'How far a sample moves for a small move of its latent, in the mean.'],
  feature_distance: ['Feature distance', 'Between the mean features of real and generated samples.'],
  virtual_adversarial: ['VAT divergence', 'How much D(x) changes under the small perturbation that changes it most.'],
  inconsistency: ['Inconsistency', 'How much scores change when images are augmented.'],
};

export function metricsPanel() {
  const rows = new Map(
    METRICS.map(metric => {
      const value = element('output', { className: 'value' }),
        floor = element('span', { className: 'floor-text' });
      const fill = element('span', { className: 'fill' }),
        mark = element('span', { className: 'floor-mark' });
      const row = element(
        'div',
        { className: 'metric', title: metric.help },
        element('span', { className: 'name' }, metric.name),
        value,
        element('span', { className: 'gauge', ariaHidden: 'true' }, fill, mark),
        floor,
      );
      return [metric, { row, value, floor, fill, mark }];
    }),
  );
  byId('metrics').replaceChildren(
    element(
      'small',
      { className: 'perfect', title: 'The noise floor: what a perfect sampler of as many samples would score' },
      'perfect',
    ),
    ...[...rows.values()].map(({ row }) => row),
  );
  const numbers = new Map(
    ['d_loss', 'g_loss', 'd_real', 'd_fake', 'value', 'value_ceiling', 'estimate'].map(key => [key, byId(key)]),
  );
  let extras = '';
  /** @type {unknown} */
  let drawn = null;
  /** @type {unknown} */
  let drawnHistory = null;
  let textAt = 0,
    state = '';

  return {
    /** @param {Model} model */
    draw(model) {
      const snapshot = model.viewing ?? model.live;
      if (!snapshot && model.state === 'error') say({ title: 'Not training', text: 'See the message above.' }, true);
      if (!snapshot || (snapshot === drawn && model.state === state)) return;
      // Digits that change thirty times a second cannot be read.
      if (
        model.state === 'running' &&
        !model.viewing &&
        drawnHistory === model.history &&
        performance.now() - textAt < 120
      )
        return;
      if (drawnHistory !== model.history) farthest = { w1: 0, js: 0 };
      const still = model.state !== 'running' || model.viewing !== null || drawnHistory !== model.history;
      [drawn, drawnHistory, state, textAt] = [snapshot, model.history, model.state, performance.now()];
      byId('metrics').hidden = snapshot.metrics.modes === undefined && snapshot.metrics.w1 === undefined;
      for (const [metric, { row, value, floor, fill, mark }] of rows) {
        const now = snapshot.metrics[metric.key],
          best = snapshot.metrics[`${metric.key}_floor`];
        row.hidden = now === undefined;
        if (now === undefined) continue;
        value.textContent = now === null ? '–' : metric.format(now, model);
        fill.style.transform = `scaleX(${now === null ? 0 : clamp(metric.share(now, model))})`;
        mark.hidden = best === null || best === undefined;
        if (best === null || best === undefined) continue;
        floor.textContent = metric.format(best, model);
        mark.style.left = `${clamp(metric.share(best, model)) * 100}%`;
      }
      const shown = model.info?.outputs_probability
        ? snapshot
        : { ...snapshot, d_real: snapshot.score_real, d_fake: snapshot.score_fake };
      const all = /** @type {Record<string, any>} */ ({
        ...shown,
        estimate: snapshot.d_loss === null ? null : -snapshot.d_loss,
      });
      for (const [key, output] of numbers) output.textContent = number(all[key]);
      const names = Object.keys(snapshot.extras);
      if (names.join() !== extras) {
        extras = names.join();
        byId('extras').hidden = !names.length;
        byId('extras').replaceChildren(
          ...names.map(name =>
            element(
              'div',
              { title: EXTRAS[name]?.[1] ?? '' },
              element('dt', {}, EXTRAS[name]?.[0] ?? name.replaceAll('_', ' ')),
              element('dd', { className: 'tabular', id: `extra-${name}` }),
            ),
          ),
        );
      }
      for (const name of names) byId(`extra-${name}`).textContent = number(snapshot.extras[name], 3);
      byId('step-count').textContent = snapshot.step.toLocaleString('en');
      say(statusOf(snapshot, model), still);
    },
  };
}

let said = '',
  saidAt = 0;
/** A sentence stands long enough to be read. @param {{ title: string, text: string }} status @param {boolean} atOnce */
function say({ title, text }, atOnce) {
  if (title !== said && !atOnce && performance.now() - saidAt < 1500) return;
  if (title !== said) [said, saidAt] = [title, performance.now()];
  byId('status-title').textContent = title;
  byId('status-text').textContent = text;
}

/** @param {number | null} value @param {number} [digits] */
const number = (value, digits) =>
  value === null
    ? '–'
    : Math.abs(value) < 0.001 && value !== 0
      ? value.toExponential(0).replaceAll('-', '−')
      : fixed(value, digits ?? (Math.abs(value) < 0.1 ? 3 : 2));
/** @param {number} share */
const clamp = share => Math.max(0, Math.min(1, share || 0));
