// The metrics and terms of the snapshot that is shown, each with its noise floor, and a sentence on the state of the
// run.

import { announce } from '../announce.js';
import { inFormat } from '../readings.js';
import { otherOf } from '../both-runs.js';
import { byId, element } from './element.js';
import { CHARTED } from './chart-list.js';
import { statusOf, statusOfOpening } from './status.js';

/** @import { Reading, Snapshot } from '../messages.js' */
/** @import { Model } from '../state.js' */
/** @import { Standing } from '../standing.js' */

/** The share of a gauge that a value fills: of 1, of an ideal sampler's count, or of the largest value seen.
 * @param {Reading} reading @param {number | null} value @param {Map<string, number>} largest */
function share({ name, format, floor }, value, largest) {
  if (value === null) return 0;
  if (format === 'percent') return clamp(value);
  if (format === 'count') return clamp(value / (floor || 1));
  return clamp(value / (largest.get(name) || 1));
}

const FLOOR = { name: 'floor', label: 'ideal sampler' };
/** A name that opens the help at its entry. @param {Pick<Reading, 'name' | 'label'>} reading */
const termButton = ({ name, label }) =>
  element('button', { type: 'button', className: 'term', dataset: { term: name } }, label);

/** A metric: its value, a gauge, and what an ideal sampler scores. @param {Reading} metric */
export function metricRow(metric) {
  const value = element('span', { className: 'value tabular' }),
    ofOther = element('span', { className: 'other tabular', hidden: true }),
    floor = element('span', { className: 'floor-text' });
  const fill = element('span', { className: 'fill' }),
    mark = element('span', { className: 'floor-mark' });
  const gauge = element('span', { className: 'gauge', ariaHidden: 'true' }, fill, mark);
  const name = termButton(metric);
  const row = element('div', { className: 'metric', title: metric.help }, name, value, ofOther, gauge, floor);
  /** @param {Reading} reading @param {Map<string, number>} largest @param {number | null | undefined} other */
  function draw(reading, largest, other) {
    const { format, floor: best } = reading;
    const text = (/** @type {number | null} */ value) =>
      inFormat(reading, value) + (format === 'count' && best !== null ? `/${inFormat(reading, best)}` : '');
    value.textContent = text(reading.value);
    ofOther.hidden = other === undefined;
    if (other !== undefined) ofOther.textContent = text(other);
    fill.style.transform = `scaleX(${share(reading, reading.value, largest)})`;
    mark.hidden = best === null;
    mark.style.left = `${share(reading, best, largest) * 100}%`;
    floor.textContent = best === null ? '' : inFormat(reading, best);
  }
  return { row, draw };
}

/** A term of the losses: its name and value. @param {Reading} term */
function termRow(term) {
  const value = element('dd', { className: 'tabular' });
  const row = element('div', { title: term.help }, element('dt', {}, termButton(term)), value);
  /** @param {Reading} reading @param {unknown} _ @param {number | null | undefined} other */
  const draw = (reading, _, other) => {
    value.textContent =
      inFormat(reading, reading.value) + (other === undefined ? '' : ` · B ${inFormat(reading, other)}`);
  };
  return { row, draw };
}

/** Rows of readings, made anew where the readings are of other quantities. @param {HTMLElement} place
 * @param {HTMLElement[]} head
 * @param {(reading: Reading) => { row: HTMLElement, draw: (reading: Reading, largest: Map<string, number>, other:
 * number | null | undefined) => void }} make */
export function rows(place, head, make) {
  let names = '';
  /** @type {ReturnType<typeof make>[]} */
  let made = [];
  /** @param {Reading[]} own @param {Map<string, number>} largest @param {Reading[] | null} others Those of run B. */
  return (own, largest, others) => {
    const missing = (others ?? []).filter(({ name }) => !own.some(other => other.name === name));
    const readings = [...own, ...missing.map(reading => ({ ...reading, value: null }))];
    const now = readings.map(({ name }) => name).join();
    if (now !== names) {
      names = now;
      made = readings.map(make);
      place.replaceChildren(...head, ...made.map(({ row }) => row));
    }
    place.hidden = !readings.length;
    readings.forEach((reading, i) => {
      const other = others?.find(({ name }) => name === reading.name)?.value ?? null;
      made[i].draw(reading, largest, others ? other : undefined);
    });
  };
}

/** The head of the floors' column. @param {string} help */
export const floorHead = help => element('small', { className: 'perfect', title: help }, termButton(FLOOR));

/** @param {Pick<Snapshot, 'terms'>} snapshot */
const uncharted = ({ terms }) => terms.filter(({ name }) => !CHARTED.includes(name));

/** @param {Standing} standing */
export function metricsPanel(standing) {
  const help = 'The noise floor: the mean score of an ideal sampler of as many samples';
  const letters = element(
    'div',
    { className: 'letters', hidden: true },
    element('small', { className: 'of-a' }, 'A'),
    element('small', {}, 'B'),
  );
  const drawMetrics = rows(byId('metrics'), [floorHead(help), letters], metricRow);
  const drawTerms = rows(byId('terms'), [], termRow);
  /** The largest values seen, by name. @type {Map<string, number>} */
  let largest = new Map();
  /** @type {unknown} */
  let drawn = null;
  /** @type {unknown} */
  let drawnHistory = null;
  /** @type {unknown} */
  let drawnOther = null;
  /** The experiment whose run is being built. @type {unknown} */
  let opening = null;
  let textAt = 0,
    state = '';
  /** @type {Model['problem']} */
  let problem = null;
  /** @type {unknown} */
  let found = null;

  return {
    /** @param {Model} model */
    draw(model) {
      const snapshot = model.viewing ?? model.live,
        compared = otherOf(model),
        other = compared && (compared.viewing ?? compared.live);
      if (!snapshot && model.state === 'error') say({ title: 'Not training', text: 'See the message above.' }, true);
      if (!snapshot && model.state === 'loading' && model.info !== opening) {
        opening = model.info;
        drawn = null;
        drawMetrics([], largest, null);
        drawTerms([], largest, null);
        byId('step-count').textContent = '0';
        say(statusOfOpening(model), true);
      }
      if (
        !snapshot ||
        (snapshot === drawn &&
          other === drawnOther &&
          model.state === state &&
          model.problem === problem &&
          found === standing.finding)
      )
        return;
      const isNew = drawnHistory !== model.history;
      // Digits that change thirty times a second cannot be read.
      if (model.state === 'running' && !model.viewing && !isNew && performance.now() - textAt < 120) return;
      if (isNew) largest = new Map();
      // A finding comes with its buttons.
      const isOther = found !== standing.finding;
      const still = model.state !== 'running' || model.viewing !== null || isNew || isOther;
      opening = null;
      [drawn, drawnOther, drawnHistory, textAt] = [snapshot, other, model.history, performance.now()];
      ({ state, problem } = model);
      found = standing.finding;
      for (const { name, value } of snapshot.metrics) largest.set(name, Math.max(largest.get(name) ?? 0, value ?? 0));
      letters.hidden = !other;
      drawMetrics(snapshot.metrics, largest, other && other.metrics);
      drawTerms(uncharted(snapshot), largest, other && uncharted(other));
      byId('step-count').textContent = snapshot.step.toLocaleString('en');
      const change = model.history.marks.findLast(({ step }) => step <= snapshot.step);
      byId('changed').hidden = !change;
      if (change) byId('changed').textContent = `Changed at step ${change.step.toLocaleString('en')}: ${change.what}`;
      // A finding takes the place of the state of the newest picture.
      const status = (!model.viewing && standing.shown(model)) || statusOf(snapshot, model);
      say(compared ? { ...status, title: `A: ${status.title}` } : status, still);
    },
  };
}

/** Between two titles that a screen reader is to say. */
const ANNOUNCE_MS = 5000;
let said = '',
  saidAt = 0,
  announced = '',
  announcedAt = -Infinity;
/** A sentence stands long enough to be read. @param {{ title: string, text: string }} status @param {boolean} atOnce */
function say({ title, text }, atOnce) {
  if (title !== said && !atOnce && performance.now() - saidAt < 1500) return;
  if (title !== said) [said, saidAt] = [title, performance.now()];
  byId('status-title').textContent = title;
  byId('status-text').textContent = text;
  const now = performance.now();
  if (title === announced || now - announcedAt < ANNOUNCE_MS) return;
  [announced, announcedAt] = [title, now];
  announce(`${title}. ${text}`);
}

/** @param {number} x */
const clamp = x => Math.max(0, Math.min(1, x || 0));
