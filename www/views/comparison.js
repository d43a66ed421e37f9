// Two runs that are compared: the button that starts it, the differences, the heading of each picture, the picture of run
// B, and the end.

import { announce } from '../announce.js';
import { differences } from '../kept-runs.js';
import { inFormat } from '../readings.js';
import { otherOf } from '../both-runs.js';
import { byId, element } from './element.js';
import { largePicture } from './picture.js';
import { statusOf } from './status.js';

/** @import { Letter } from '../comparison.js' */
/** @import { Model, Store } from '../state.js' */

/** Digits that change thirty times a second cannot be read. */
const EVERY_MS = 120;

/** @param {Store} store @param {{ start: () => void, end: (run: Letter) => void }} acts */
export function comparisonView(store, { start, end }) {
  const compare = /** @type {HTMLButtonElement} */ (byId('compare'));
  const place = byId('comparison'),
    switcher = byId('edits'),
    frame = /** @type {HTMLElement} */ (byId('side-b').querySelector('.frame'));
  const heads = { A: byId('head-a'), B: byId('head-b') };
  const editing = { A: byId('edit-a'), B: byId('edit-b') };
  let isAsked = false;
  compare.onclick = () => {
    isAsked = true;
    start();
  };
  for (const run of /** @type {Letter[]} */ (['A', 'B'])) {
    editing[run].onclick = () => store.dispatch({ type: 'edits', run });
    byId(`keep-${run.toLowerCase()}`).onclick = () => {
      end(run);
      announce(`The comparison has ended. Run ${run} goes on.`);
    };
  }
  /** @type {ReturnType<typeof largePicture> | null} */
  let picture = null;
  /** @type {unknown[]} */
  let shown = [];
  let headed = 0;

  /** @param {boolean} on */
  function turn(on) {
    // The buttons that go leave the focus to those that come.
    const isLeft = place.contains(document.activeElement) || switcher.contains(document.activeElement);
    document.body.classList.toggle('comparing', on);
    for (const part of [place, switcher, heads.A, byId('side-b')]) part.hidden = !on;
    picture?.end();
    picture = null;
    if (on) {
      const canvas = element('canvas');
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-labelledby', 'head-b caption');
      frame.replaceChildren(canvas);
      picture = largePicture(canvas, store);
      announce('Comparison of two runs from one seed. Changes of settings go to run B.');
    } else frame.replaceChildren();
    if (on && isAsked && document.activeElement === document.body) byId('stage').focus({ preventScroll: true });
    isAsked = false;
    compare.hidden = on;
    if (!on && isLeft) compare.focus({ preventScroll: true });
  }

  /** The name of a run, its step, its first metric and its state. @param {Letter} run @param {Model} model */
  function head(run, model) {
    const snapshot = model.viewing ?? model.live;
    if (!snapshot) return say(run, run, 'The networks are being built');
    const { step, metrics } = snapshot;
    const metric = metrics[0] ? ` · ${metrics[0].label} ${inFormat(metrics[0], metrics[0].value)}` : '';
    const { title } = statusOf(snapshot, model);
    say(run, `${run} · step ${step.toLocaleString('en')}${metric}`, title);
  }

  /** @param {Letter} run @param {...string} lines */
  const say = (run, ...lines) =>
    heads[run].replaceChildren(...lines.map(text => element('span', { title: text }, text)));

  /** @param {Model} model @param {Model} other */
  function describe(model, other) {
    const { edits } = /** @type {NonNullable<Model['comparison']>} */ (model.comparison);
    const differing = differences(model.info?.settings ?? {}, other.info?.settings ?? {});
    const since = other.history.marks.findLast(({ step }) => step > 0)?.step;
    byId('differences').textContent = differing.length
      ? `B: ${differing.join(', ')}.` +
        (since ? ` Changed at step ${since.toLocaleString('en')}; Reset starts both again from step 0.` : '')
      : 'Both runs have the same settings. Change one for B, then play.';
    byId('edits-text').textContent = `Changes go to run ${edits}`;
    for (const run of /** @type {Letter[]} */ (['A', 'B'])) {
      editing[run].setAttribute('aria-pressed', String(run === edits));
      editing[run].ariaLabel = `Settings of run ${run}`;
    }
    // A refused setting has its reason next to its control.
    const problem = other.problem?.kind === 'setting' ? null : other.problem;
    byId('other-problem').hidden = !problem;
    byId('other-problem').textContent = problem
      ? `Run B: ${problem.what}. ${problem.kind === 'diverged' ? 'Play starts both again.' : problem.remedy}`
      : '';
  }

  return {
    redraw: () => picture?.redraw(),
    /** @param {Model} model */
    draw(model) {
      const other = otherOf(model);
      compare.disabled = !model.live || model.comparison !== null;
      const label = model.comparison ? 'Preparing…' : 'Compare';
      if (compare.textContent !== label) compare.textContent = label;
      if ((other !== null) === place.hidden) turn(other !== null);
      if (!other) return;
      picture?.draw(other.viewing ?? other.live, model.viewing ?? model.live, model.hidden);
      const still = model.state !== 'running' || model.viewing !== null;
      if (still || performance.now() - headed > EVERY_MS) {
        headed = performance.now();
        head('A', model);
        head('B', other);
      }
      const now = [model.info, other.info, other.problem, other.history, model.comparison?.edits];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      describe(model, other);
    },
  };
}
