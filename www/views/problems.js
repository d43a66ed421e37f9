// The message of a problem, with its remedy in words and as buttons.

import { fixesOf } from '../fixes.js';
import { byId, element } from './element.js';

/** @import { Change } from '../messages.js' */
/** @import { Model } from '../state.js' */

/** @typedef {'dismiss' | 'reset' | 'retry' | 'pretrained' | 'reload' | 'first' | 'goBack'} Act */
/** @param {Record<Act, () => void> & { resetWith: (changes: Change[]) => void }} acts */
export function problems(acts) {
  const place = byId('problem');
  /** @type {unknown} */
  let shown = null;
  /** @param {Model} model */
  return function show({ problem, info, comparison, checkpoints: { newest } }) {
    if (problem === shown) return;
    shown = problem;
    // The problem of a setting is next to its control, where that is visible.
    const refused = document.querySelector('.refused');
    const elsewhere = refused !== null && getComputedStyle(refused).visibility !== 'hidden';
    // A button that goes with its banner leaves the focus to the run.
    if (place.contains(document.activeElement)) byId('play').focus();
    place.hidden = !problem || elsewhere;
    if (!problem || elsewhere) return place.replaceChildren();
    /** @type {[string, () => void][]} */
    const buttons = [];
    if (problem.kind === 'diverged') {
      buttons.push(['Reset and play', acts.reset]);
      for (const { label, changes } of comparison || !info ? [] : fixesOf('divergence', info.settings))
        buttons.push([`Reset with ${label}`, () => acts.resetWith(changes)]);
      if (newest) buttons.push([`Back to step ${newest.step.toLocaleString('en')}`, acts.goBack]);
    }
    // The address has the experiment.
    if (problem.kind === 'script') buttons.push(['Reload', acts.reload]);
    else if (problem.kind === 'fetch' || problem.fatal) buttons.push(['Try again', acts.retry]);
    if (problem.kind === 'pretrained') buttons.push(['Try again', acts.pretrained]);
    if (problem.kind === 'link') buttons.push(['Start with the first experiment', acts.first]);
    // Without the trainer there is nothing to go on to.
    if (!problem.fatal) buttons.push(['Dismiss', acts.dismiss]);
    place.replaceChildren(
      element('p', {}, element('b', {}, ended(problem.what)), ' ', problem.remedy),
      element(
        'span',
        { className: 'acts' },
        ...buttons.map(([label, onclick]) => element('button', { type: 'button', onclick }, label)),
      ),
    );
  };
}

/** @param {string} text */
const ended = text => (/[.!?…]$/.test(text) ? text : `${text}.`);
