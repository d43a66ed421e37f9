// The tools of all charts, and the key of the runs that are kept in them.

import { MOST_SMOOTHING } from '../chart-options.js';
import { comparable, differences, keptRun, summary } from '../kept-runs.js';
import { otherOf } from '../both-runs.js';
import { byId, element } from './element.js';

/** @import { ChartOptions } from '../chart-options.js' */
/** @import { KeptRun } from '../kept-runs.js' */
/** @import { Model, Store } from '../state.js' */

/** @param {Store} store @param {(changes: Partial<ChartOptions>) => void} set */
export function chartToolbar(store, set) {
  let isLog = false;
  const log = element(
    'button',
    { type: 'button', id: 'log-scale', title: 'Logarithmic y axes, of values above 0' },
    'log y',
  );
  log.onclick = () => set({ log: !isLog });
  const amount = element('span', { className: 'tabular' });
  const slider = element('input', {
    type: 'range',
    id: 'smoothing',
    min: '0',
    max: String(MOST_SMOOTHING),
    step: '0.01',
  });
  slider.oninput = () => set({ smoothing: Number(slider.value) });
  const smoothing = element(
    'label',
    { title: 'Exponential moving average: the weight of the past points' },
    'Smoothing ',
    slider,
    amount,
  );
  const pin = element(
    'button',
    { type: 'button', id: 'pin', title: 'Pin as baseline: this run’s curves stay in the charts' },
    'Pin',
  );
  pin.onclick = () => store.dispatch({ type: 'pin', on: !store.model.baseline });
  pin.ariaLabel = 'Pin as baseline';
  const whole = element(
    'button',
    { type: 'button', id: 'reset-zoom', title: 'All steps (double click)' },
    'Reset zoom',
  );
  whole.onclick = () => store.dispatch({ type: 'zoom', range: null });
  const bar = element('div', { className: 'chart-tools', ariaLabel: 'Charts' }, log, smoothing, pin, whole);
  bar.setAttribute('role', 'group');
  byId('charts').append(bar);

  /** @param {Model} model @param {ChartOptions} options */
  return (model, options) => {
    isLog = options.log;
    log.setAttribute('aria-pressed', String(isLog));
    slider.value = String(options.smoothing);
    amount.textContent = options.smoothing.toFixed(2);
    pin.setAttribute('aria-pressed', String(model.baseline !== null));
    pin.disabled = !model.baseline && !keptRun(model);
    whole.hidden = !model.zoom;
  };
}

/** A line for each run that is kept: how it is drawn, what differs, and a button that lets it go.
 * @param {Store} store */
export function comparisons(store) {
  const place = element('div', { className: 'kept-runs', hidden: true });
  byId('charts').append(place);
  /** @type {unknown[]} */
  let shown = [];

  /** @param {string} name @param {KeptRun} run @param {Model} model @param {string} label @param {() => void} dismiss */
  function row(name, run, { info }, label, dismiss) {
    const differing = differences(run.info.settings, info?.settings ?? {});
    const words = element('span', { title: differing.join('\n') }, `${name}: ${summary(differing)}`);
    const button = element('button', { type: 'button', title: label, ariaLabel: label, onclick: dismiss }, '×');
    return element('p', { className: `kept ${name}` }, element('i', { className: 'mark' }), words, button);
  }

  /** @param {Model} model */
  return model => {
    const { info, previous, baseline, history } = model,
      other = otherOf(model);
    const now = [info, previous, baseline, history, other?.info];
    if (now.every((value, i) => value === shown[i])) return;
    shown = now;
    const kept = comparable(model);
    place.replaceChildren(
      ...(other
        ? [element('p', { className: 'kept other' }, element('i', { className: 'mark' }), element('span', {}, 'run B'))]
        : []),
      ...(kept.previous
        ? [row('previous', kept.previous, model, 'Dismiss the previous run', () => store.dispatch({ type: 'forget' }))]
        : []),
      ...(kept.baseline
        ? [
            row('baseline', kept.baseline, model, 'Unpin the baseline', () =>
              store.dispatch({ type: 'pin', on: false }),
            ),
          ]
        : []),
    );
    place.hidden = !place.childElementCount;
  };
}
