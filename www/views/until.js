// The form that says where a run is to stop, and the note under the state of the run that it does, or why it did.

import { watchable } from '../goal.js';
import { byId, element } from './element.js';

/** @import { Goal, Watched } from '../goal.js' */
/** @import { Model, Store } from '../state.js' */

/** @param {Store} store @param {{ set: (goal: Goal) => void, cancel: () => void }} acts */
export function until(store, { set, cancel }) {
  const button = byId('until'),
    panel = byId('until-panel'),
    note = byId('goal');
  const [step, value] = ['until-step', 'until-value'].map(id => /** @type {HTMLInputElement} */ (byId(id)));
  const [metric, side] = ['until-metric', 'until-side'].map(id => /** @type {HTMLSelectElement} */ (byId(id)));
  const words = element('span'),
    drop = element('button', { type: 'button', onclick: cancel }, 'Cancel');
  note.append(words, ' ', drop);
  /** @type {Watched[]} */
  let offered = [];

  /** What this run measures. */
  function fill() {
    const { live } = store.model;
    const chosen = offered[Number(metric.value)]?.name;
    offered = live ? watchable(live) : [];
    metric.replaceChildren(
      ...offered.map(({ name, label, percent }, i) =>
        element('option', { value: String(i), selected: name === chosen }, percent ? `${label} (%)` : label),
      ),
    );
    step.min = String((live?.step ?? 0) + 1);
    step.value ||= String(Math.max(1000, 10 ** Math.ceil(Math.log10((live?.step ?? 0) + 1))));
  }

  panel.addEventListener('beforetoggle', event => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') fill();
  });
  function place() {
    // On a phone the button is at the bottom.
    const { left, top, bottom } = button.getBoundingClientRect();
    const isLow = top > innerHeight / 2;
    panel.style.left = `${Math.max(8, Math.min(left, innerWidth - panel.offsetWidth - 8))}px`;
    panel.style.top = `${isLow ? top - panel.offsetHeight - 8 : bottom + 8}px`;
  }
  panel.addEventListener('toggle', place);
  addEventListener('resize', place);
  // The run may have gone on since.
  step.oninput = () => step.setCustomValidity('');
  /** @param {string} id @param {() => Goal | null} goal */
  const onSubmit = (id, goal) =>
    byId(id).addEventListener('submit', event => {
      event.preventDefault();
      const wanted = goal();
      if (!wanted) return;
      panel.hidePopover();
      set(wanted);
    });
  onSubmit('until-step-form', () => {
    const now = store.model.live?.step ?? 0;
    if (step.valueAsNumber > now) return { step: step.valueAsNumber };
    step.setCustomValidity(`The run is at step ${now.toLocaleString('en')} already.`);
    step.reportValidity();
    return null;
  });
  onSubmit('until-value-form', () => {
    const watched = offered[Number(metric.value)];
    if (!watched) return null;
    return { watched, below: side.value === 'below', value: value.valueAsNumber / (watched.percent ? 100 : 1) };
  });

  /** @type {unknown[]} */
  let shown = [];
  return {
    /** @param {Model} model */
    draw({ goal, goalNote }) {
      if (goal === shown[0] && goalNote === shown[1]) return;
      shown = [goal, goalNote];
      note.hidden = !goalNote;
      words.textContent = goalNote;
      drop.hidden = !goal;
      button.classList.toggle('set', goal !== null);
    },
  };
}
