// The charts of a run: one row of a table each. charts.js shows them.

import { equilibrium } from '../equilibrium.js';
import { inputsOf } from './discriminator-inputs.js';
import { scalarsOf } from '../readings.js';
import { fixed } from './scale.js';

/** @import { Model } from '../state.js' */
/** @import { Settings } from '../settings.js' */
/** @import { Snapshot } from '../messages.js' */
/** @import { Colour, Reference } from './chart.js' */
/** @import { Scale } from './chart-scale.js' */

/** `series`: the name of a scalar of the snapshots, drawn with the other sign where `negated`; `name`: its words in the
 * key, none for a line that is not there.
 * @typedef {{
 *   series: string,
 *   negated?: boolean,
 *   name: string,
 *   colour: Colour,
 *   style: 'solid' | 'dashed' | 'dotted',
 * }} Line */
/** What a chart shows of a run. `folded`: unless the visitor unfolds it; `undecided`: what the references are, for the
 * key; `unit`: what sets its values apart from those of the same name in another run; `counts`: its values are whole numbers.
 * @typedef {{
 *   title: string,
 *   help?: string,
 *   lines: Line[],
 *   references: Reference[],
 *   undecided?: string,
 *   scale: Scale,
 *   folded?: boolean,
 *   unit?: string,
 *   counts?: boolean,
 *   explained?: string,
 * }} View */
/** `lines`: as many as any of its views has; `view`: null where it has nothing to show.
 * @typedef {{ id: string, lines: number, view: (model: Pick<Model, 'info'>, now: Snapshot | null) => View | null
 * }} Chart */

/** A window with room for three charts. */
const roomy = matchMedia('(min-height: 1000px)');
/** The value that the discriminator maximises: its name, and its maximum where both densities are equal, and elsewhere.
 * @typedef {{ title: string, is: string, equal: Reference & { label: string }, best: string, of?: string, at?: string }} Value */
/** @param {string} objective @param {string[]} outputs @returns {Value} */
function valueOf(objective, [real, fake]) {
  const title = 'Value −L(D)',
    is = 'minus the loss of the discriminator';
  switch (objective) {
    case 'hinge':
      return { title, is, equal: { at: -2, label: '−2' }, best: '2 TV − 2', of: 'TV: total variation distance' };
    case 'least-squares':
      return {
        title,
        is,
        equal: { at: -0.25, label: '−¼' },
        best: '¼ χ² − ¼',
        of: 'χ²: Pearson’s, of the real density from the mean of both',
      };
    case 'wasserstein':
      return {
        title: 'Value of the critic',
        is: `E ${real} − E ${fake}`,
        equal: { at: 0, label: '0' },
        best: 'W1',
        of: 'the critic’s slope being 1',
        at: 'no distance',
      };
    default:
      return {
        title: 'Value V(D, G)',
        is: `the value of the game, V(D, G) = E log ${real} + E log(1 − ${fake})`,
        equal: { at: -2 * Math.LN2, label: '−2 ln 2' },
        best: '2 JS − 2 ln 2',
      };
  }
}

/** The losses at the equilibrium, for a target α of real samples: D = α/2 everywhere (½ without smoothing), and a
 * hinge critic's score is 0. BEGAN has none.
 * @param {Settings} settings @returns {Reference[]} */
function undecided(settings) {
  const { objective, label_smoothing: alpha = 1 } = settings,
    losses = equilibrium(settings);
  if (objective === 'wasserstein') return [{ at: 0, label: 'no distance', short: '0' }];
  if (!losses) return [];
  const [d, g] = EXACT[objective];
  /** @param {number} at @param {string} exact Without smoothing. @param {string} name @returns {Reference} */
  const loss = (at, exact, name) => (alpha === 1 ? { at, label: exact } : { at, label: name, short: fixed(at) });
  return [loss(losses.d, d, 'D undecided'), ...(losses.g === null ? [] : [loss(losses.g, g, 'G then')])];
}

/** Both losses of an undecided discriminator without label smoothing. @type {Record<string, [d: string, g: string]>} */
const EXACT = {
  'non-saturating': ['2 ln 2', 'ln 2'],
  saturating: ['2 ln 2', '−ln 2'],
  'least-squares': ['¼', '⅛'],
  hinge: ['2', ''],
};

/** The title of the chart of D's outputs, and the output of an undecided D, where there is one: half the target of real
 * samples, which label smoothing lowers. @param {Model['info']} info @returns {{ title: string, at: number | null }} */
function outputs(info) {
  const half = Number(info?.settings.label_smoothing ?? 1) / 2;
  if (info?.outputs_probability !== false) return { title: inputsOf(info?.settings).outputs.join(' and '), at: half };
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

/** Terms of the losses that have a chart: they need no row of their own. */
export const CHARTED = ['d_gradient_norm', 'g_gradient_norm'];

/** @type {Chart[]} */
export const CHARTS = [
  {
    id: 'losses',
    lines: 2,
    view: ({ info }) => ({
      title: 'Losses',
      lines: [
        { series: 'd_loss', name: 'discriminator', colour: 'discriminator', style: 'solid' },
        { series: 'g_loss', name: 'generator', colour: 'generated', style: 'dashed' },
      ],
      references: undecided(info?.settings ?? {}),
      undecided: info?.settings.objective === 'wasserstein' ? 'no distance' : 'undecided D',
      scale: { shows: [0] },
      // Losses of two objectives have no common scale.
      unit: String(info?.settings.objective),
    }),
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
          { series: 'w1_floor', name: measured ? 'ideal' : '', colour: 'muted', style: 'dotted' },
          {
            series: 'd_loss',
            negated: true,
            name: estimated ? 'critic’s estimate' : '',
            colour: 'discriminator',
            style: 'dashed',
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
  {
    id: 'outputs',
    lines: 2,
    view: ({ info }, now) => {
      const scores = info?.outputs_probability === false;
      const { title, at } = outputs(info),
        inputs = inputsOf(info?.settings),
        names = scores ? inputs.keys : inputs.outputs;
      return {
        title,
        lines: [
          {
            series: scores ? 'score_real' : 'd_real',
            name: names[0],
            colour: 'real',
            style: 'solid',
          },
          {
            series: scores ? 'score_fake' : 'd_fake',
            name: names[1],
            colour: 'generated',
            style: 'dashed',
          },
        ],
        references: at === null ? [] : [{ at, label: 'undecided', short: fixed(at) }],
        undecided: 'undecided D',
        scale: scores ? { shows: [] } : { low: 0, high: 1 },
        // Where a distance is measured, a low window has two charts to show already.
        folded: now !== null && 'w1' in scalarsOf(now) && !roomy.matches,
      };
    },
  },
  {
    id: 'values',
    lines: 2,
    view: ({ info }, now) => {
      if (now?.value == null) return null;
      const { title, is, equal, best, of, at } = valueOf(
        String(info?.settings.objective),
        inputsOf(info?.settings).outputs,
      );
      const ceiling = now.value_ceiling;
      return {
        title,
        help: `${is[0].toUpperCase()}${is.slice(1)}, over the densities in the picture where there are any, else of the last batch`,
        lines: [
          { series: 'value', name: 'reached', colour: 'discriminator', style: 'solid' },
          {
            series: 'value_ceiling',
            name: ceiling === null ? '' : 'optimal D',
            colour: 'muted',
            style: 'dashed',
          },
        ],
        references: ceiling === null ? [equal] : [equal, { at: ceiling, label: best, short: '', bare: true }],
        undecided: at ?? 'undecided D',
        // What lies far below the reference is not worth the room.
        scale: { shows: [0], least: -3 },
        // V is −D loss under the minimax objective: near twins.
        folded: true,
        explained:
          ceiling === null
            ? `D maximises it; where the densities are equal it is ${equal.label} at most.`
            : `The optimal D reaches ${best}${of ? ` (${of})` : ''}, which is ${equal.label} where the densities are equal.`,
      };
    },
  },
  {
    id: 'coverage',
    lines: 2,
    view: (_, now) =>
      now !== null && 'modes' in scalarsOf(now)
        ? {
            title: 'Modes covered',
            lines: [
              { series: 'modes', name: 'generated', colour: 'generated', style: 'solid' },
              { series: 'modes_floor', name: 'ideal', colour: 'muted', style: 'dotted' },
            ],
            references: [],
            scale: { shows: [0] },
            counts: true,
            folded: true,
          }
        : null,
  },
  {
    id: 'gradients',
    lines: 2,
    view: ({ info }) => ({
      title: 'Gradient norms',
      help: 'Euclidean norms of the gradients of both losses in the networks’ parameters, in the last update of each',
      lines: [
        { series: CHARTED[0], name: 'discriminator', colour: 'discriminator', style: 'solid' },
        { series: CHARTED[1], name: 'generator', colour: 'generated', style: 'dashed' },
      ],
      references: [],
      scale: { shows: [0] },
      folded: true,
      unit: String(info?.settings.objective),
      explained: 'A generator whose gradient stays near 0 learns nothing more. “log y” shows small norms.',
    }),
  },
];
