// The target of an experiment as Gaussians, and the changes that the visitor's hands make to it.

/** @typedef {{ mean: number[], std: number, weight: number }} Gaussian */

/** The most that a mixture may have by hand: enough for a drawing, and few enough to be drawn. */
export const MOST = 100;
const FARTHEST = 1000;
const STD = { low: 1e-4, high: 1000 };
const WEIGHT = { low: 1e-3, high: 1000 };

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** The text that a link and `--set` take. @param {readonly Gaussian[]} mixture */
export const inToml = mixture =>
  `[${mixture
    .map(({ weight, mean, std }) => `{ weight = ${float(weight)}, mean = [${mean.map(float)}], std = ${float(std)} }`)
    .join(', ')}]`;

/** A TOML float: a number without a point would be an integer. @param {number} value */
const float = value => (Number.isInteger(value) ? `${value}.0` : String(+value.toPrecision(6)));

/** @param {readonly Gaussian[]} mixture @param {number} i @param {Partial<Gaussian>} changes */
const changed = (mixture, i, changes) => mixture.with(i, { ...mixture[i], ...changes });

/** The mixture with the mean of its Gaussian `i` elsewhere. @param {readonly Gaussian[]} mixture @param {number} i
 * @param {number[]} mean */
export const moved = (mixture, i, mean) => changed(mixture, i, { mean: mean.map(x => within(x, -FARTHEST, FARTHEST)) });

/** … with another width. @param {readonly Gaussian[]} mixture @param {number} i @param {number} std */
export const widened = (mixture, i, std) => changed(mixture, i, { std: within(std, STD.low, STD.high) });

/** … with another weight. @param {readonly Gaussian[]} mixture @param {number} i @param {number} weight */
export const weighted = (mixture, i, weight) =>
  changed(mixture, i, { weight: within(weight, WEIGHT.low, WEIGHT.high) });

/** … with another Gaussian at `mean`, as wide and as heavy as the median one. @param {readonly Gaussian[]} mixture
 * @param {number[]} mean */
export const added = (mixture, mean) => [
  ...mixture,
  { mean, std: median(mixture.map(({ std }) => std)), weight: median(mixture.map(({ weight }) => weight)) },
];

/** … without its Gaussian `i`. @param {readonly Gaussian[]} mixture @param {number} i */
export const removed = (mixture, i) => mixture.toSpliced(i, 1);

/** The share of its weight that the Gaussian `i` has. @param {readonly Gaussian[]} mixture @param {number} i */
export const share = (mixture, i) => mixture[i].weight / mixture.reduce((sum, { weight }) => sum + weight, 0);

/** @param {number[]} values */
const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
