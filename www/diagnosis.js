// Faults of a run, recognised in the history of its scalars: one small rule each, over a window, and silent where the
// numbers leave it open. docs/diagnosis.md has the rules' precision; fixes.js has the remedies.

import { equilibrium } from './equilibrium.js';
import { fixesOf } from './fixes.js';
import { inputsOf } from './views/discriminator-inputs.js';
import { fixed } from './views/scale.js';

/** @import { Fix } from './fixes.js' */
/** @import { Settings } from './settings.js' */
/** @typedef {'divergence' | 'vanishing-gradient' | 'overpowering-discriminator' | 'mode-collapse' | 'oscillation'} Fault */
/** An interval of a chart: `chart` is its id in chart-list.js. @typedef {{ chart: string, series: string[], from: number,
 * to: number }} Evidence */
/** @typedef {{ fault: Fault, title: string, text: string, evidence: Evidence[], fixes: Fix[] }} Finding */
/** `series`: scalars by name, as long as `step`; `marks`: changes of settings.
 * @typedef {{ series: { step: number[] } & Record<string, (number | null)[]>, marks: { step: number }[], settings:
 * Settings }} Run */

/** A run is young up to so many steps, counted from the last change of its settings. */
export const EARLY = 200;
/** With a smaller share of samples of high quality the samples are between the modes, and not on some of them. */
export const ON_MODES = 0.5;
/** A distance that has fallen below this share of what it was gets better. */
export const FALLEN = 0.85;

/** Whether the samples are on half of the modes or fewer. @param {number} modes @param {number} total
 * @param {number} quality */
export const isCollapsed = (modes, total, quality) =>
  total > 1 && modes > 0 && modes <= total / 2 && quality >= ON_MODES;

/** A window has so many points at least. */
const LEAST = 12;
/** The part of a separating discriminator's advantage over an undecided one that it has to have. */
const SEPARATED = 0.95;
/** Up to this D(G(z)) the saturating generator has at most a fiftieth of an undecided discriminator's gradient. */
const SATURATED = 0.01;
/** A smaller norm of the generator's gradient hardly changes its weights. */
const VANISHED = 0.01;
/** A discriminator's loss of so many times that of a constant output is not a matter of a game that it is losing. */
const ABSURD = 3;
/** The part of the largest distance since the start that the swings have to reach: smaller ones are noise about a
 * solution. */
const LARGE = 1 / 3;
/** Half periods of an oscillation, at least. */
const SWINGS = 6;

/** The numbers since a step. */
class Window {
  /** @param {Run} run @param {number} share The last share of the steps. @param {number} start The first step. */
  constructor({ series }, share, start) {
    const { step } = series;
    this.to = step.at(-1) ?? 0;
    const wanted = this.to - (this.to - start) * share;
    this.first = step.findIndex(other => other >= wanted);
    this.from = step[this.first] ?? this.to;
    this.series = series;
  }

  /** The values of a series that are there. @param {string} name */
  of(name) {
    const values = (this.series[name] ?? []).slice(this.first);
    return /** @type {number[]} */ (values.filter(value => value != null && Number.isFinite(value)));
  }

  /** @param {string} name @param {number} share */
  quantile(name, share) {
    return quantile(this.of(name), share);
  }

  /** Null where there are too few values. @param {string} name */
  median(name) {
    return this.of(name).length < LEAST ? null : this.quantile(name, 0.5);
  }

  /** @param {string} chart @param {...string} series @returns {Evidence} */
  on(chart, ...series) {
    return { chart, series, from: this.from, to: this.to };
  }
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)];
}

/** The faults of a run at its newest step, the most serious first. @param {Run} run @returns {Finding[]} */
export function diagnose(run) {
  const { series, marks, settings } = run;
  const start = Math.max(series.step[0] ?? 0, marks.at(-1)?.step ?? 0);
  const last = new Window(run, 1 / 4, start);
  if (last.to - start < EARLY || last.first < 0) return [];
  const half = new Window(run, 1 / 2, start),
    whole = new Window(run, 1, start);
  const rules = [divergence, vanishingGradient, overpoweringDiscriminator, modeCollapse, oscillation];
  return rules.flatMap(rule => {
    const found = rule(last, settings, half, whole);
    return found ? [{ ...found, fixes: fixesOf(found.fault, settings) }] : [];
  });
}

/** @typedef {Omit<Finding, 'fixes'>} Found */
/** @typedef {(window: Window, settings: Settings, half: Window, whole: Window) => Found | null} Rule */

/** Gradient steps that are too large leave a network worse than a constant output, further and further (Mescheder,
 * Geiger & Nowozin 2018: simultaneous gradient descent converges only with small enough learning rates).
 * @type {Rule} */
function divergence(window, settings) {
  const undecided = equilibrium(settings)?.d,
    losses = window.of('d_loss');
  if (undecided === undefined || losses.length < LEAST) return null;
  // The mean, since the overshoot comes in bursts.
  const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  if (loss < ABSURD * undecided) return null;
  return {
    fault: 'divergence',
    title: 'Diverging',
    text:
      `${during(window)} the discriminator’s mean loss was ${fixed(loss)}; a constant output scores ` +
      `${fixed(undecided)}. Steps of the learning rates overshoot.`,
    evidence: [window.on('losses', 'd_loss'), window.on('gradients', 'd_gradient_norm', 'g_gradient_norm')],
  };
}

/** Arjovsky & Bottou 2017 (theorem 2.4): under the saturating objective the generator's gradient goes to 0 as D becomes
 * optimal, since it is proportional to D(G(z)). @type {Rule} */
function vanishingGradient(window, settings) {
  if (settings.objective !== 'saturating' || settings.architecture === 'dirac') return null;
  const output = window.median('d_fake'),
    norm = window.median('g_gradient_norm');
  if (output === null || norm === null || norm > VANISHED) return null;
  // Once D(G(z)) rises, the gradient is back.
  if (window.quantile('d_fake', 0.9) > SATURATED) return null;
  const { outputs } = inputsOf(settings);
  return {
    fault: 'vanishing-gradient',
    title: 'Vanishing generator gradient',
    text:
      `${during(window)} the norm of the generator’s gradient was ${small(norm)} and ${outputs[1]} ${small(output)} ` +
      '(medians). Under the saturating objective the gradient is proportional to the latter.',
    evidence: [window.on('gradients', 'g_gradient_norm'), window.on('outputs', 'd_fake')],
  };
}

/** Arjovsky & Bottou 2017: a discriminator that separates both distributions perfectly gives the generator no useful
 * direction. Only where a distance says that the samples get no better; a WGAN's critic should be ahead (Arjovsky et
 * al. 2017). @type {Rule} */
function overpoweringDiscriminator(window, settings, half) {
  const bounds = equilibrium(settings),
    name = window.median('w1') === null ? 'js' : 'w1';
  if (!bounds || settings.objective === 'saturating' || settings.architecture === 'dirac') return null;
  if (window.median(name) === null) return null;
  const worst = bounds.separated + (1 - SEPARATED) * (bounds.d - bounds.separated);
  if (half.quantile('d_loss', 0.75) > worst || half.quantile('d_loss', 1) > ABSURD * bounds.d) return null;
  const [before, now] = ends(half.of(name));
  if (now < FALLEN * before) return null;
  return {
    fault: 'overpowering-discriminator',
    title: 'Overpowering discriminator',
    text:
      `${during(half)} the discriminator’s median loss was ${small(half.quantile('d_loss', 0.5))} (undecided: ` +
      `${fixed(bounds.d)}), and ${LABELS[name]} did not fall: ${fixed(before)}, then ${fixed(now)}.`,
    evidence: [half.on('losses', 'd_loss'), ...(name === 'w1' ? [half.on('distance', 'w1')] : [])],
  };
}

/** The measure of VEEGAN (Srivastava et al. 2017) and PacGAN (Lin et al. 2018): modes with a sample within 3σ, and the
 * share of such samples. @type {Rule} */
function modeCollapse(window, settings) {
  const modes = window.median('modes'),
    quality = window.median('high_quality'),
    total = settings.mixture?.length ?? 0;
  if (modes === null || quality === null || !isCollapsed(modes, total, quality)) return null;
  // Modes that come and go are another matter.
  if (window.quantile('modes', 0.9) > total / 2) return null;
  return {
    fault: 'mode-collapse',
    title: 'Mode collapse',
    text:
      `${during(window)} the generator covered ${Math.round(modes)} of the ${total} modes, with ` +
      `${Math.round(quality * 100)}% of its samples within 3σ of a mode (medians).`,
    evidence: [window.on('coverage', 'modes')],
  };
}

/** Mescheder, Geiger & Nowozin 2018: without regularisation gradient descent circles the equilibrium. Seen in the
 * distance, which then rises and falls by turns and does not get smaller. @type {Rule} */
function oscillation(_, settings, window, whole) {
  const values = window.of('w1'),
    floor = window.median('w1_floor');
  if (values.length < 2 * LEAST || floor === null) return null;
  const low = quantile(values, 0.25),
    high = quantile(values, 0.75);
  if (high < 2 * low || high < 5 * floor || high < LARGE * whole.quantile('w1', 1)) return null;
  const [before, now] = ends(values);
  if (now < FALLEN * before) return null;
  const count = swings(values, low, high);
  if (count < SWINGS) return null;
  return {
    fault: 'oscillation',
    title: 'Oscillation',
    text:
      `${during(window)} W1 rose above ${fixed(high)} and fell below ${fixed(low)} by turns, ${count} times, ` +
      'without getting smaller.',
    evidence: [window.on('distance', 'w1')],
  };
}

/** @type {Record<string, string>} */
const LABELS = { w1: 'W1', js: 'the Jensen–Shannon divergence' };

/** How often values cross from one threshold to the other. @param {number[]} values @param {number} low
 * @param {number} high */
function swings(values, low, high) {
  let side = 0,
    count = 0;
  for (const value of values) {
    const now = value >= high ? 1 : value <= low ? -1 : side;
    if (side && now !== side) count++;
    side = now;
  }
  return count;
}

/** The medians of the first and the last third. @param {number[]} values */
function ends(values) {
  const third = Math.ceil(values.length / 3);
  return [quantile(values.slice(0, third), 0.5), quantile(values.slice(-third), 0.5)];
}

/** @param {Window} window */
const during = ({ from, to }) => `From step ${from.toLocaleString('en')} to ${to.toLocaleString('en')}`;

/** @param {number} value */
const small = value =>
  value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(0).replaceAll('-', '−') : fixed(value, 3);
