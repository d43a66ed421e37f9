// A small chart of series over steps: a uPlot with the page's colours, a crosshair, and marks of its own.

import { theme } from '../theme.js';
import { chartInput } from './chart-input.js';
import { paintBehind, paintMarks } from './chart-marks.js';
import { extent, fit } from './chart-scale.js';
import { logTicks, stepLabels, tickLabel, ticks } from './scale.js';

/** @import { Range, Scale } from './chart-scale.js' */
/** @import { Input } from './chart-input.js' */
/** @typedef {'real' | 'generated' | 'discriminator' | 'muted'} Colour */
/** @typedef {{ colour: Colour, dash?: number[] }} Style */
/** `short`: the label beside the plot, which has less room; none where it is ''.
 * @typedef {{ at: number, label: string, short?: string, bare?: boolean }} Reference `bare`: without a line of its own,
 * for a value that has a series. */
/** A line behind the series, with steps of its own.
 * @typedef {Style & { steps: number[], values: (number | null)[], width: number, alpha: number }} Behind */
/** `lines`: one for each series of the chart; `zoom`: the steps in view, null for all; `looking`: the step of the
 * picture that the visitor looks back at; `log`: whether a logarithmic axis is wanted;
 * `changes`: the steps at which settings were changed; `marked`: an interval of steps to look at.
 * @typedef {{
 *   steps: number[],
 *   lines: (number | null)[][],
 *   behind: Behind[],
 *   references: Reference[],
 *   scale: Scale,
 *   log: boolean,
 *   zoom: readonly [number, number] | null,
 *   looking: number | null,
 *   changes: number[],
 *   marked: readonly [number, number] | null,
 * }} Drawing */

/** CSS pixels between labels. */
const X_SPACE = 52,
  Y_SPACE = 26;

/** @type {Promise<any> | null} */
let library = null;
const load = () =>
  (library ??= import(new URL('../vendor/uPlot.esm.js', import.meta.url).href).then(module => module.default));

/** @param {HTMLElement} place @param {Style[]} styles @param {Input} on */
export async function chart(place, styles, on) {
  const uPlot = await load().catch(() => null);
  if (!uPlot) {
    place.textContent = 'The chart library could not be fetched; training is not affected.';
    return null;
  }
  /** @type {Drawing} */
  let drawing = {
    steps: [],
    lines: [],
    behind: [],
    references: [],
    scale: { shows: [] },
    log: false,
    zoom: null,
    looking: null,
    changes: [],
    marked: null,
  };
  /** @type {Range} */
  let range = { low: 0, high: 1, log: false, under: false, over: false };
  /** @type {readonly [number, number]} */
  let inView = [0, 1];

  const axis = {
    stroke: () => theme.muted,
    // The library reads whole pixels only.
    font: `${Math.round(theme.em * 0.92)}px ${theme.family}`,
    grid: { stroke: () => theme.line, width: 1 },
    ticks: { show: false },
    filter: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits,
  };
  const ignore = () => null;
  const box = () => ({ width: Math.max(place.clientWidth, 120), height: place.clientHeight });
  const plot = new uPlot(
    {
      ...box(),
      // On the right the labels of the references, beyond the ends of the curves; as wide in every chart, so that the
      // same step is at the same place in all.
      padding: [8, theme.em * 3.4, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        // chart-input.js also knows fingers and keys.
        bind: {
          mousedown: ignore,
          mouseup: ignore,
          click: ignore,
          dblclick: ignore,
          mousemove: ignore,
          mouseleave: ignore,
          mouseenter: ignore,
        },
        points: {
          size: 7,
          width: 1,
          fill: (/** @type {unknown} */ _, /** @type {number} */ i) => theme[styles[i - 1].colour],
          stroke: () => theme.surface,
        },
      },
      scales: {
        x: { time: false, range: () => inView },
        y: {
          range: () => [range.low, range.high],
          distr: 100,
          fwd: (/** @type {number} */ value) => (range.log ? Math.log10(Math.max(value, range.low / 10)) : value),
          bwd: (/** @type {number} */ value) => (range.log ? 10 ** value : value),
        },
      },
      axes: [
        {
          ...axis,
          size: theme.em * 2,
          gap: 4,
          // The plot has its new size before its elements have.
          splits: (/** @type {any} */ u) => wholeTicks(inView, u.bbox.width / devicePixelRatio / X_SPACE),
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => stepLabels(splits),
        },
        {
          ...axis,
          size: (/** @type {unknown} */ _, /** @type {string[] | null} */ labels) =>
            Math.max(theme.em * 2.8, longest(labels) * theme.em * 0.58 + 6),
          gap: 6,
          splits: (/** @type {any} */ u) => {
            const count = Math.max(2, u.bbox.height / devicePixelRatio / Y_SPACE);
            return severalTicks(range.log ? logTicks : ticks, range, count);
          },
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits.map(tickLabel),
        },
      ],
      series: [
        {},
        ...styles.map(({ colour, dash }) => ({
          stroke: () => theme[colour],
          width: 1.5,
          dash,
          points: { show: false },
          spanGaps: true,
        })),
      ],
      hooks: {
        drawAxes: [(/** @type {any} */ u) => paintBehind(u, drawing)],
        draw: [(/** @type {any} */ u) => paintMarks(u, drawing, range)],
      },
    },
    [[], ...styles.map(() => [])],
    place,
  );
  new ResizeObserver(() => {
    // A folded chart has no size.
    if (place.clientHeight) plot.setSize(box());
  }).observe(place);
  const input = chartInput(place, plot, () => drawing.steps, on);

  return {
    redraw: () => plot.redraw(),
    /** Gives the range that is drawn. @param {Drawing} next */
    draw(next) {
      drawing = next;
      const { steps, lines, behind, references, scale, log, zoom } = next;
      const first = steps[0] ?? 0;
      inView = zoom ?? [first, Math.max(steps.at(-1) ?? 0, first + 1)];
      const extents = [
        ...lines.map(values => extent(steps, values, inView)),
        ...behind.map(line => extent(line.steps, line.values, inView)),
      ];
      range = fit(
        [Math.min(...extents.map(([low]) => low)), Math.max(...extents.map(([, high]) => high))],
        references.map(({ at }) => at),
        scale,
        log,
      );
      plot.setData([steps, ...lines]);
      input.follow();
      return range;
    },
    /** Moves the crosshair. @param {number | null} step */
    point(step) {
      const left = step === null || step < inView[0] || step > inView[1] ? -10 : plot.valToPos(step, 'x');
      plot.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
    },
  };
}

/** Round steps: there is nothing between two of them. @param {readonly [number, number]} range
 * @param {number} count */
const wholeTicks = ([low, high], count) =>
  ticks(low, high, Math.max(1, Math.min(count, high - low))).filter(Number.isInteger);

/** At least two ticks: one alone gives no scale. @param {typeof ticks} make @param {Range} range
 * @param {number} count */
function severalTicks(make, { low, high }, count) {
  let found = make(low, high, count);
  for (let more = count; found.length < 2 && more < 4 * count; more++) found = make(low, high, more);
  return found;
}

/** @param {string[] | null} labels */
const longest = labels => Math.max(0, ...(labels ?? []).map(label => label.length));
