// The classes of generated images next to those of real ones, and metrics, by a classifier of the run's own images.

import { byId, element } from './element.js';
import { floorHead, metricRow, rows } from './metrics-panel.js';

/** @import { ClassScores } from '../messages.js' */
/** @import { Model, Store } from '../state.js' */

/** @param {number} share */
const percent = share => `${Math.round(100 * share)}%`;

/** @param {Store} store */
export function classScores(store) {
  const place = byId('class-scores');
  const toggle = element(
    'button',
    {
      type: 'button',
      title: 'Trains a small classifier on the training images, then counts the classes of generated images',
      onclick: () => store.dispatch({ type: 'scoring-on', on: !store.model.scoring.on }),
    },
    'Classify images',
  );
  const bar = element('progress', { max: 1, value: 0, ariaLabel: 'Training of the classifier' });
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const [real, generated] = ['real', 'generated'].map(side => element('span', { className: `bar ${side}` }));
    return {
      column: element('div', { className: 'share' }, real, generated, element('b', {}, String(digit))),
      real,
      generated,
    };
  });
  const histogram = element('div', { className: 'shares' }, ...bars.map(({ column }) => column));
  histogram.setAttribute('role', 'img');
  const key = element(
    'p',
    { className: 'share-key', ariaHidden: 'true' },
    element('span', { className: 'bar real' }),
    'real',
    element('span', { className: 'bar generated' }),
    'generated',
  );
  const metrics = element('div', { className: 'metric-rows' }),
    drawMetrics = rows(metrics, [floorHead('The noise floor: the score of as many real images')], metricRow);
  const words = element('p', { className: 'explained' });
  place.append(element('div', { className: 'scoring' }, toggle, bar), key, histogram, metrics, words);
  /** @type {unknown[]} */
  let shown = [];
  /** The largest values seen, by name. @type {Map<string, number>} */
  let largest = new Map();

  /** @param {ClassScores} scores */
  function show({ step, samples, classes, real, metrics, trained_on, tested_on, accuracy }) {
    const most = Math.max(...classes, ...real);
    bars.forEach(({ column, real: ofReal, generated }, i) => {
      ofReal.style.height = `${(100 * real[i]) / most}%`;
      generated.style.height = `${(100 * classes[i]) / most}%`;
      column.title = `${i}: ${percent(real[i])} of real images, ${percent(classes[i])} of generated ones`;
    });
    histogram.ariaLabel =
      'Shares of the predicted classes. ' +
      bars.map((_, i) => `${i}: real ${percent(real[i])}, generated ${percent(classes[i])}`).join('; ');
    for (const { name, value } of metrics) largest.set(name, Math.max(largest.get(name) ?? 0, value ?? 0));
    drawMetrics(metrics, largest, null);
    words.textContent =
      `${samples} generated images of step ${step.toLocaleString('en')} next to as many real ones. The classifier has learned ` +
      `from ${trained_on.toLocaleString('en')} training images; on ${tested_on} others its accuracy is ${(100 * accuracy).toFixed(1)}%.`;
  }

  return {
    /** @param {Model} model */
    draw({ scoring, live, info }) {
      const picture = live?.picture;
      // Several images at once have a class each.
      const able =
        info?.kind === 'gallery' &&
        (!picture || (picture.kind === 'gallery' && picture.views * picture.channels === 1));
      const now = [scoring, able, info];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      place.hidden = !able;
      place.classList.toggle('on', scoring.on);
      const { on, done, of, scores, problem } = scoring;
      toggle.setAttribute('aria-pressed', String(on));
      bar.hidden = !on || scores !== null || problem !== '';
      bar.value = of ? done / of : 0;
      key.hidden = histogram.hidden = metrics.hidden = !on || !scores;
      words.hidden = !on;
      if (!scores) largest = new Map();
      if (scores && on) show(scores);
      else words.textContent = problem || 'A small classifier learns from the training images.';
    },
  };
}
