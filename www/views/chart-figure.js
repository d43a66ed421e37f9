// The figure of a chart: its title, which folds it, its key, and the plot.

import { comparable } from '../kept-runs.js';
import { nearestIndex, smooth } from '../smoothing.js';
import { otherOf } from '../both-runs.js';
import { chart } from './chart.js';
import { byId, element } from './element.js';
import { fixed } from './scale.js';

/** @import { ChartOptions } from '../chart-options.js' */
/** @import { Evidence } from '../diagnosis.js' */
/** @import { KeptRun } from '../kept-runs.js' */
/** @import { Model } from '../state.js' */
/** @import { Behind } from './chart.js' */
/** @import { Input } from './chart-input.js' */
/** @import { Chart, Line, View } from './chart-list.js' */

const DASHES = { solid: undefined, dashed: [6, 3], dotted: [2, 3] };
/** How the curves behind the series look: unsmoothed values, and runs that are kept. */
const RAW = { width: 1, alpha: 0.28 },
  PREVIOUS = { width: 1.25, alpha: 0.5 },
  BASELINE = { width: 4, alpha: 0.25 };
/** Run B of a comparison, whose curves are as plain as those of run A. */
const OTHER = { width: 1.5, alpha: 1 },
  OTHER_DASHES = { solid: [8, 2, 2, 2], dashed: [8, 2, 2, 2, 2, 2], dotted: [2, 2, 2, 5] };

/** @typedef {{ input: Input, fold: (id: string, open: boolean) => void, hide: (series: string) => void }} Acts */

/** The figure of a chart. @param {Chart} row @param {Acts} acts */
export function chartFigure({ id, lines: count, view }, { input, fold, hide }) {
  const title = element('b'),
    at = element('small', { className: 'at tabular' });
  const toggle = element('button', { type: 'button', className: 'fold' }, title);
  toggle.setAttribute('aria-controls', `${id}-body`);
  let open = true;
  toggle.onclick = () => fold(id, !open);
  const keys = Array.from({ length: count }, (_, i) => {
    const mark = element('i', { className: 'mark' }),
      name = element('span'),
      value = element('span', { className: 'value tabular' });
    const button = element('button', { type: 'button', onclick: () => hide(`${id}.${shown?.lines[i].series}`) });
    button.append(mark, name);
    return { key: element('span', {}, button, value), button, mark, name, value };
  });
  const reference = element('span', {}),
    clipped = element('span', { className: 'key clipped' });
  const references = element('span', { className: 'key' }, element('i', { className: 'mark dotted' }), reference);
  const place = element('div', { className: 'chart', id, tabIndex: 0 });
  place.setAttribute('role', 'slider');
  const explained = element('p', { className: 'explained' });
  const body = element(
    'figure',
    { id: `${id}-body` },
    element('figcaption', {}, ...keys.map(({ key }) => key), references, clipped),
    place,
    explained,
  );
  const box = element(
    'section',
    { id: `${id}-figure`, className: 'foldable', hidden: true },
    element('h3', {}, toggle, at),
    body,
  );
  byId('charts').append(box);
  /** @type {ReturnType<typeof chart> | null} */
  let making = null;
  /** @type {Awaited<ReturnType<typeof chart>>} */
  let plot = null;
  /** @type {View | null} */
  let shown = null;
  /** What is drawn of each line, smoothed and raw. @type {{ steps: number[], lines: (number | null)[][], raw: (number |
   * null)[][] }} */
  let drawn = { steps: [], lines: [], raw: [] };

  /** The lines that another run has too, where they mean the same. @param {KeptRun} run @param {View} now */
  function shared(run, now) {
    const then = view({ info: run.info }, run.history.frames.at(-1) ?? null);
    if (then?.title !== now.title || then.unit !== now.unit) return [];
    return now.lines.filter(({ series, name }) => name && then.lines.some(line => line.series === series && line.name));
  }

  /** The curves of another run. @param {KeptRun | null} run @param {View} now @param {ChartOptions} options
   * @param {{ width: number, alpha: number }} look @param {Record<Line['style'], number[] | undefined>} [dashes]
   * @returns {Behind[]} */
  function kept(run, now, { hidden, smoothing }, look, dashes = DASHES) {
    if (!run) return [];
    return shared(run, now)
      .filter(({ series }) => !hidden.includes(`${id}.${series}`))
      .map(line => ({
        colour: line.colour,
        dash: dashes[line.style],
        ...look,
        steps: run.history.series.step,
        values: smooth(valuesOf(run, line), smoothing),
      }));
  }

  /** The words of the key and the title. @param {Model} model @param {ChartOptions} options */
  function write(model, { hidden, smoothing }) {
    const { cursor } = model;
    const now = model.viewing ?? model.live;
    if (!shown) return;
    const { counts = false } = shown;
    const number = (/** @type {number | null} */ value) => inKey(value, counts);
    const index = cursor ?? now?.step ?? null;
    const point = index === null ? -1 : nearestIndex(drawn.steps, index);
    const other = otherRun(model),
      also = other && index !== null ? shared(other, shown) : [];
    /** Next to the value, that of run B. @param {Line} line */
    const ofOther = line =>
      other && index !== null && also.includes(line)
        ? ` · B ${number(valuesOf(other, line)[nearestIndex(other.history.series.step, index)] ?? null)}`
        : '';
    shown.lines.forEach((line, i) => {
      const { name, colour, style, series } = line;
      const { key, button, mark, name: title, value } = keys[i];
      const isHidden = hidden.includes(`${id}.${series}`);
      key.hidden = !name;
      key.className = `key ${colour}`;
      mark.className = `mark ${style}`;
      setText(title, name);
      button.title = isHidden ? 'Show this series' : 'Hide this series';
      button.setAttribute('aria-pressed', String(!isHidden));
      value.hidden = isHidden;
      const raw = drawn.raw[i]?.[point] ?? null,
        smoothed = drawn.lines[i]?.[point] ?? null;
      const words = smoothing && smoothed !== null ? `${number(smoothed)} (${number(raw)})` : number(raw);
      setText(value, words + ofOther(line));
      value.title = smoothing ? 'Smoothed, and in parentheses as it was' : '';
    });
    const values = shown.lines
      .map(({ name }, i) => ({ name, value: drawn.raw[i]?.[point] ?? null }))
      .filter(({ name }) => name);
    // The values themselves where there is no key.
    const step = cursor === null ? '' : `step ${cursor.toLocaleString('en')}`;
    setText(at, open ? step : values.map(({ value }) => number(value)).join(' · '));
    at.title = open ? '' : values.map(({ name }) => name).join(', ');
    const said = cursor === null ? [] : values.map(({ name, value }) => `${name} ${number(value)}`);
    place.setAttribute('aria-valuetext', said.length ? `${step}: ${said.join(', ')}` : 'no step chosen');
    // Not the newest step: a value that changes all the time is read out all the time.
    place.setAttribute('aria-valuenow', String(cursor ?? drawn.steps[0] ?? 0));
    plot?.point(cursor);
  }

  /** For screen readers. */
  function describe() {
    if (!shown) return;
    const names = shown.lines.map(({ name }) => name).filter(Boolean);
    const marks = shown.references.map(({ at, label }) => `${label} at ${at.toFixed(3).replace('-', '−')}`);
    const words = [`Over the steps: ${names.join(', ')}`, ...marks].join('; ');
    if (place.ariaLabel !== words) place.ariaLabel = words;
    place.setAttribute('aria-valuemin', String(drawn.steps[0] ?? 0));
    place.setAttribute('aria-valuemax', String(drawn.steps.at(-1) ?? 0));
  }

  return {
    redraw: () => plot?.redraw(),
    write,
    /** @param {Model} model @param {ChartOptions} options @param {Evidence[]} evidence */
    async draw(model, options, evidence) {
      shown = view(model, model.viewing ?? model.live);
      box.hidden = !shown;
      if (!shown) return;
      open = options.open[id] ?? !shown.folded;
      body.hidden = !open;
      toggle.setAttribute('aria-expanded', String(open));
      setText(title, shown.title);
      title.title = shown.help ?? '';
      setText(explained, shown.explained ?? '');
      explained.hidden = !shown.explained;
      references.hidden = !shown.references.length;
      setText(reference, shown.undecided ?? '');

      const { history } = model,
        { hidden, smoothing, log } = options;
      const raw = shown.lines.map(line =>
        // A line without a name is not of this run.
        line.name ? valuesOf(model, line) : history.series.step.map(() => null),
      );
      drawn = { steps: history.series.step, raw, lines: raw.map(values => smooth(values, smoothing)) };
      describe();
      write(model, options);
      if (!open) return;
      const visible = shown.lines.map(({ series }) => !hidden.includes(`${id}.${series}`));
      // One plot, however often it is to be drawn before it is there.
      plot = await (making ??= chart(place, shown.lines.map(styleOf), input));
      if (!plot) return;
      const { previous, baseline } = comparable(model);
      const runs = [
        ...kept(baseline, shown, options, BASELINE),
        ...kept(previous, shown, options, PREVIOUS),
        ...kept(otherRun(model), shown, options, OTHER, OTHER_DASHES),
      ];
      const marked = evidence.find(({ chart }) => chart === id);
      const unsmoothed = smoothing
        ? shown.lines
            .map((line, i) => ({ ...styleOf(line), ...RAW, steps: drawn.steps, values: raw[i] }))
            .filter((_, i) => visible[i])
        : [];
      const {
        low,
        high,
        under,
        over,
        log: isLog,
      } = plot.draw({
        ...drawn,
        lines: drawn.lines.map((values, i) => (visible[i] ? values : values.map(() => null))),
        behind: [...runs, ...unsmoothed],
        references: shown.references,
        scale: shown.scale,
        log,
        zoom: model.zoom,
        looking: model.viewing?.step ?? null,
        changes: history.marks.map(({ step }) => step),
        marked: marked ? [marked.from, marked.to] : null,
      });
      const notes = [
        marked ? `marked: steps ${[marked.from, marked.to].map(step => step.toLocaleString('en')).join(' to ')}` : '',
        under ? `▾ below ${inKey(low)}` : '',
        over ? `▴ above ${inKey(high)}` : '',
        log && !isLog ? 'linear: values ≤ 0' : '',
      ];
      setText(clipped, notes.filter(Boolean).join(', '));
      plot.point(model.cursor);
    },
  };
}

/** Run B of a comparison. @param {Model} model @returns {KeptRun | null} */
function otherRun(model) {
  const other = otherOf(model);
  return other?.info ? { info: other.info, history: other.history } : null;
}

/** @param {Pick<Model, 'history'>} run @param {Line} line @returns {(number | null)[]} */
const valuesOf = ({ history }, { series, negated }) =>
  negated ? history.of(series).map(value => value && -value) : history.of(series);

/** @param {Line} line */
const styleOf = ({ colour, style }) => ({ colour, dash: DASHES[style] });

/** Leaves a text that is the same alone. @param {HTMLElement} place @param {string} text */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** In the key. @param {number | null} value @param {boolean} [count] */
function inKey(value, count = false) {
  if (value === null) return '–';
  if (count && Number.isInteger(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(0).replaceAll('-', '−');
  return fixed(value, Math.abs(value) < 0.1 ? 3 : 2);
}
