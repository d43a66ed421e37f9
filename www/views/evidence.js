// The numbers of the picture that is shown, each beside what perfection would score, and what they amount to.

import { byId, element } from './element.js';
import { verdict } from './verdict.js';

/** @import { Model } from '../state.js' */

/** @typedef {{ key: string, name: string, help: string, format: (value: number, model: Model) => string, share: (value: number, model: Model) => number }} Metric */

/** Distances are drawn against the largest seen, shares against one. */
let farthest = { w1: 0, js: 0 };

/** @type {Metric[]} */
const METRICS = [
  { key: 'w1', name: 'W1', help: 'Wasserstein distance: how far the generated mass has to be moved to become the real one. Lower is better, down to the floor.',
    format: value => fixed(value, 3), share: value => value / (farthest.w1 = Math.max(farthest.w1, value)) },
  { key: 'js', name: 'JS', help: 'Jensen–Shannon divergence between the two histograms. Lower is better, down to the floor.',
    format: value => fixed(value, 3), share: value => value / (farthest.js = Math.max(farthest.js, value)) },
  { key: 'modes', name: 'Modes', help: 'How many of the real bumps the generator reaches.',
    format: (value, model) => `${Math.round(value)}/${modes(model)}`, share: (value, model) => value / modes(model) },
  { key: 'high_quality', name: 'On mode', help: 'Share of generated samples that lie within three deviations of a mode.',
    format: value => `${Math.round(value * 100)}%`, share: value => value },
];

/** @param {Model} model */
const modes = model => /** @type {unknown[]} */ (model.info?.settings.mixture ?? []).length || 1;
/** A width that does not change with the value. @param {number} value @param {number} digits */
const fixed = (value, digits) => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(digits);

export function evidence() {
  const rows = new Map(METRICS.map(metric => {
    const value = element('output', { className: 'value' }), floor = element('span', { className: 'floor-text' });
    const fill = element('span', { className: 'fill' }), mark = element('span', { className: 'floor-mark' });
    const row = element('div', { className: 'metric', title: metric.help },
      element('span', { className: 'name' }, metric.name), value, element('span', { className: 'gauge', ariaHidden: 'true' }, fill, mark), floor);
    return [metric, { row, value, floor, fill, mark }];
  }));
  byId('metrics').replaceChildren(element('small', { className: 'perfect', title: 'The noise floor: what a perfect sampler of as many samples would score' }, 'perfect'), ...[...rows.values()].map(({ row }) => row));
  const numbers = new Map(['d_loss', 'g_loss', 'd_real', 'd_fake'].map(key => [key, byId(key)]));
  /** @type {unknown} */
  let drawn = null;
  /** @type {unknown} */
  let past = null;
  let textAt = 0, state = '';

  return {
    /** @param {Model} model */
    draw(model) {
      const snapshot = model.viewing ?? model.live;
      if (!snapshot && model.state === 'error') say({ title: 'Not training', text: 'See the message above.' }, true);
      if (!snapshot || (snapshot === drawn && model.state === state)) return;
      // Digits that change thirty times a second cannot be read.
      if (model.state === 'running' && !model.viewing && past === model.past && performance.now() - textAt < 120) return;
      if (past !== model.past) farthest = { w1: 0, js: 0 };
      const still = model.state !== 'running' || model.viewing !== null || past !== model.past;
      [drawn, past, state, textAt] = [snapshot, model.past, model.state, performance.now()];
      byId('metrics').hidden = snapshot.metrics.modes === undefined && snapshot.metrics.w1 === undefined;
      for (const [metric, { row, value, floor, fill, mark }] of rows) {
        const now = snapshot.metrics[metric.key], best = snapshot.metrics[`${metric.key}_floor`];
        row.hidden = now === undefined;
        if (now === undefined) continue;
        value.textContent = now === null ? '–' : metric.format(now, model);
        fill.style.transform = `scaleX(${now === null ? 0 : clamp(metric.share(now, model))})`;
        mark.hidden = best === null || best === undefined;
        if (best === null || best === undefined) continue;
        floor.textContent = metric.format(best, model);
        mark.style.left = `${clamp(metric.share(best, model)) * 100}%`;
      }
      for (const [key, output] of numbers) {
        const value = /** @type {number | null} */ (/** @type {any} */ (snapshot)[key]);
        output.textContent = value === null ? '–' : value.toFixed(2).replace('-', '−');
      }
      byId('step-count').textContent = snapshot.step.toLocaleString('en');
      say(verdict(snapshot, model), still);
    },
  };
}

let said = '', saidAt = 0;
/** A sentence stands long enough to be read. @param {{ title: string, text: string }} verdict @param {boolean} atOnce */
function say({ title, text }, atOnce) {
  if (title !== said && !atOnce && performance.now() - saidAt < 1500) return;
  if (title !== said) [said, saidAt] = [title, performance.now()];
  byId('verdict-title').textContent = title;
  byId('verdict-text').textContent = text;
}

/** @param {number} share */
const clamp = share => Math.max(0, Math.min(1, share || 0));
