// The charts over the steps of a run: one row of a table each. chart.js draws them.

import { scalarsOf } from '../readings.js';
import { chart } from './chart.js';
import { byId, element } from './element.js';
import { fixed } from './scale.js';

/** @import { Model } from '../state.js' */
/** @import { Settings } from '../settings.js' */
/** @import { Snapshot } from '../messages.js' */
/** @import { Colour, Reference, Scale } from './chart.js' */

/** `series`: the name of a scalar of the snapshots, drawn with the other sign where `negated`; `name`: its words in the
 * key, none for a line that is not there; `now`: whether the key gives the newest value.
 * @typedef {{
 *   series: string,
 *   negated?: boolean,
 *   name: string,
 *   colour: Colour,
 *   style: 'solid' | 'dashed' | 'dotted',
 *   now?: boolean,
 * }} Line */
/** What a chart shows of a run; null where it has nothing to show.
 * @typedef {{ title: string, help?: string, lines: Line[], references: Reference[], scale: Scale, explained?:
 * string }} View */
/** `lines`: as many as any of its views has.
 * @typedef {{ id: string, lines: number, view: (model: Model, now: Snapshot | null) => View | null }} Chart */

/** The interval between draws of a chart. */
const EVERY_MS = 200;
/** V of an undecided discriminator, D = ½ everywhere. */
const UNDECIDED = -2 * Math.LN2;

/** The losses at the equilibrium, for a target α of real samples: D = α/2 everywhere (½ without smoothing), and a
 * hinge critic's score is 0. BEGAN has none.
 * @param {Settings} settings @returns {Reference[]} */
function undecided(settings) {
  const alpha = settings.label_smoothing ?? 1,
    half = alpha / 2,
    plain = alpha === 1;
  const d = {
    at: -(alpha * Math.log(half) + (2 - alpha) * Math.log(1 - half)),
    label: plain ? '2 ln 2' : 'D undecided',
  };
  switch (settings.objective) {
    case 'non-saturating':
      return [d, { at: -Math.log(half), label: plain ? 'ln 2' : 'G then' }];
    case 'saturating':
      return [d, { at: Math.log(1 - half), label: plain ? '−ln 2' : 'G then' }];
    case 'least-squares':
      return [
        { at: half ** 2, label: plain ? '¼' : 'D undecided' },
        { at: (half - 1) ** 2 / 2, label: plain ? '⅛' : 'G then', below: true },
      ];
    case 'hinge':
      return [{ at: 2, label: '2' }];
    case 'wasserstein':
      return [{ at: 0, label: 'no distance' }];
    default:
      return [];
  }
}

/** The title of the chart of D's outputs, and the output of an undecided D, where there is one: half the target of real
 * samples, which label smoothing lowers. @param {Model['info']} info @returns {{ title: string, at: number | null }} */
function outputs(info) {
  const half = Number(info?.settings.label_smoothing ?? 1) / 2;
  if (info?.outputs_probability !== false) return { title: 'D(x) and D(G(z))', at: half };
  switch (info?.settings.objective) {
    case 'least-squares':
      return { title: 'Discriminator output', at: half };
    case 'hinge':
      return { title: 'Critic scores', at: 0 };
    case 'wasserstein':
      return { title: 'Critic scores', at: null };
    default:
      return { title: 'Reconstruction error of D, negated', at: null };
  }
}

/** @type {Chart[]} */
const CHARTS = [
  {
    id: 'losses',
    lines: 2,
    view: ({ info }) => ({
      title: 'Losses',
      lines: [
        { series: 'd_loss', name: 'discriminator', colour: 'discriminator', style: 'solid', now: true },
        { series: 'g_loss', name: 'generator', colour: 'generated', style: 'dashed', now: true },
      ],
      references: undecided(info?.settings ?? {}),
      scale: { shows: [0] },
    }),
  },
  {
    id: 'values',
    lines: 2,
    view: (_, now) => {
      if (now?.value == null) return null;
      const ceiling = now.value_ceiling;
      const lowest = { at: UNDECIDED, label: '−2 ln 2', below: true };
      return {
        title: 'Value of the game, V(D, G)',
        help:
          'V(D, G) = E log D(x) + E log(1 − D(G(z))), over the densities in the picture where there are any, ' +
          'else of the last batch',
        lines: [
          { series: 'value', name: 'reached', colour: 'discriminator', style: 'solid', now: true },
          {
            series: 'value_ceiling',
            name: ceiling === null ? '' : 'optimal D',
            colour: 'muted',
            style: 'dashed',
            now: true,
          },
        ],
        references: ceiling === null ? [lowest] : [lowest, { at: ceiling, label: '2 JS − 2 ln 2', bare: true }],
        // Room under the reference for its words; what lies far below it is not worth the room.
        scale: { shows: [0, -1.75], least: -3 },
        explained:
          ceiling === null
            ? 'D maximises it, G minimises it; an undecided D gives −2 ln 2.'
            : 'The optimal D reaches 2 JS − 2 ln 2, which is −2 ln 2 where the densities are equal.',
      };
    },
  },
  {
    id: 'outputs',
    lines: 2,
    view: ({ info }) => {
      const scores = info?.outputs_probability === false;
      const { title, at } = outputs(info);
      return {
        title,
        lines: [
          {
            series: scores ? 'score_real' : 'd_real',
            name: scores ? 'real' : 'D(x)',
            colour: 'real',
            style: 'solid',
            now: true,
          },
          {
            series: scores ? 'score_fake' : 'd_fake',
            name: scores ? 'generated' : 'D(G(z))',
            colour: 'generated',
            style: 'dashed',
            now: true,
          },
        ],
        references: at === null ? [] : [{ at, label: 'undecided' }],
        scale: scores ? { shows: [] } : { low: 0, high: 1 },
      };
    },
  },
  {
    id: 'distance',
    lines: 3,
    view: ({ info }, now) => {
      const measured = now !== null && 'w1' in scalarsOf(now);
      const estimated = info?.settings.objective === 'wasserstein';
      if (!measured && !estimated) return null;
      return {
        title: measured ? 'W1 distance' : 'W1 distance, estimated by the critic',
        lines: [
          { series: 'w1', name: measured ? 'generated' : '', colour: 'generated', style: 'solid' },
          { series: 'w1_floor', name: measured ? 'perfect sampler' : '', colour: 'muted', style: 'dotted' },
          {
            series: 'd_loss',
            negated: true,
            name: estimated ? 'critic’s estimate' : '',
            colour: 'discriminator',
            style: 'dashed',
            now: true,
          },
        ],
        references: [],
        scale: { shows: [0] },
        explained: estimated
          ? 'The critic’s estimate is its mean score of real samples less that of generated ones, in units of W1 ' +
            'where its gradient norm is held at 1.'
          : '',
      };
    },
  },
];

const DASHES = { solid: undefined, dashed: [6, 3], dotted: [2, 3] };

const frame = () => new Promise(requestAnimationFrame);

/** The figure of a chart. @param {Chart} row */
function figure({ id, lines: count, view }) {
  const title = element('b');
  const keys = Array.from({ length: count }, () => {
    const mark = element('i'),
      name = element('span'),
      value = element('span', { className: 'value tabular' });
    return { key: element('span', {}, mark, name, ' ', value), mark, name, value };
  });
  const place = element('div', { className: 'chart', id });
  const explained = element('p', { className: 'explained' });
  const box = element(
    'figure',
    { id: `${id}-figure`, hidden: true },
    element('figcaption', {}, title, ...keys.map(({ key }) => key)),
    place,
    explained,
  );
  byId('charts').append(box);
  /** @type {ReturnType<typeof chart> | null} */
  let making = null;

  return {
    redraw: () => making?.then(plot => plot.redraw()),
    /** @param {Model} model */
    async draw(model) {
      const now = model.viewing ?? model.live;
      const shown = view(model, now);
      box.hidden = !shown;
      if (!shown) return;
      const { history } = model;
      setText(title, shown.title);
      title.title = shown.help ?? '';
      setText(explained, shown.explained ?? '');
      explained.hidden = !shown.explained;
      const scalars = now ? scalarsOf(now) : {};
      shown.lines.forEach(({ name, colour, style, series, negated, now: newest }, i) => {
        const { key, mark, name: words, value } = keys[i];
        key.hidden = !name;
        key.className = `key ${colour}`;
        mark.className = `mark ${style}`;
        setText(words, name);
        value.hidden = !newest;
        setText(value, newest && now ? number(signed(scalars[series] ?? null, negated)) : '');
      });
      const lines = shown.lines.map(({ name, colour, style }) => ({ label: name, colour, dash: DASHES[style] }));
      // One plot, however often it is to be drawn before it is there.
      const plot = await (making ??= chart(place, { lines, scale: shown.scale, format }));
      plot.draw(
        [
          history.series.step,
          // A line without a name is not of this run.
          ...shown.lines.map(({ name, series, negated }) =>
            history.of(series).map(value => (name ? signed(value, negated) : null)),
          ),
        ],
        shown.references,
        model.viewing?.step ?? null,
        shown.scale,
        lines.map(({ label }) => label),
      );
    },
  };
}

export function charts() {
  const figures = CHARTS.map(figure);
  /** To be drawn: one a frame, so that no frame has to draw them all. @type {Set<(typeof figures)[number]>} */
  const due = new Set();
  /** @type {Model} */
  let latest;
  let drawing = false;
  async function drawDue() {
    if (drawing) return;
    drawing = true;
    for (const one of due) {
      due.delete(one);
      await one.draw(latest);
      await frame();
    }
    drawing = false;
  }
  let turn = 0,
    at = 0;
  /** @type {unknown[]} */
  let drawn = [];
  return {
    redraw() {
      for (const one of figures) one.redraw();
    },
    /** @param {Model} model */
    draw(model) {
      latest = model;
      const now = [model.history, model.viewing, model.state, model.state === 'running' ? 0 : model.live];
      if (now.some((value, i) => value !== drawn[i])) {
        drawn = now;
        for (const one of figures) due.add(one);
      } else if (model.state === 'running' && performance.now() - at > EVERY_MS / figures.length) {
        at = performance.now();
        due.add(figures[turn++ % figures.length]);
      }
      drawDue();
    },
  };
}

/** @param {number | null} value @param {boolean | undefined} negated */
const signed = (value, negated) => (value !== null && negated ? -value : value);

/** Leaves a text that is the same alone. @param {HTMLElement} place @param {string} text */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** On the axis. @param {number} value */
const format = value => (value === 0.5 ? '½' : String(+value.toPrecision(3)).replace('-', '−'));

/** In the key. @param {number | null} value */
function number(value) {
  if (value === null) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(0).replaceAll('-', '−');
  return fixed(value, Math.abs(value) < 0.1 ? 3 : 2);
}
