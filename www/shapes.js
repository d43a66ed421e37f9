// Targets by name, from a drawing, and from samples: each as a mixture of Gaussians.

import { MOST } from './mixture.js';

/** @import { Gaussian } from './mixture.js' */

/** @param {number[]} mean @param {number} std @param {number} [weight] @returns {Gaussian} */
const gaussian = (mean, std, weight = 1) => ({ mean: mean.map(rounded), std: rounded(std), weight: rounded(weight) });
/** @param {number} value */
const rounded = value => +value.toPrecision(4);
/** @template T @param {number} count @param {(i: number) => T} make */
const list = (count, make) => Array.from({ length: count }, (_, i) => make(i));
/** @param {number} count @param {(share: number) => number[]} at From 0 to 1. @param {number} std */
const along = (count, at, std) => list(count, i => gaussian(at(i / (count - 1)), std));
/** @param {number} radius @param {number} turn In turns. */
const polar = (radius, turn) => [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];

/** By the dimension of the samples. @type {Record<number, Record<string, () => Gaussian[]>>} */
export const SHAPES = {
  1: {
    'One Gaussian': () => [gaussian([0], 0.5)],
    'Two, far apart': () => [gaussian([-3], 0.3), gaussian([3], 0.3)],
    'Narrow and wide': () => [gaussian([-1.5], 0.1), gaussian([1], 0.8)],
    'Uneven weights': () => [gaussian([-2], 0.25, 1), gaussian([0], 0.25, 4), gaussian([2], 0.25, 0.5)],
    Uniform: () => along(25, t => [4 * t - 2], 0.14),
    Triangle: () => list(24, i => gaussian([i / 6 - 2], 0.14, i + 1)),
  },
  2: {
    'Ring of eight': () => list(8, i => gaussian(polar(1, i / 8), 0.05)),
    'Grid of twenty-five': () => list(25, i => gaussian([(i % 5) - 2, Math.floor(i / 5) - 2], 0.05)),
    'Two moons': () => [
      ...along(30, t => [Math.cos(Math.PI * t) - 0.5, Math.sin(Math.PI * t) - 0.25], 0.07),
      ...along(30, t => [0.5 - Math.cos(Math.PI * t), 0.25 - Math.sin(Math.PI * t)], 0.07),
    ],
    Spiral: () => along(80, t => polar(0.15 + 1.5 * t, 2 * t), 0.06),
    Checkerboard: () =>
      list(8, square => {
        const [row, column] = [Math.floor(square / 2), 2 * (square % 2)];
        return list(9, i =>
          gaussian([column + (row % 2) - 2 + ((i % 3) + 0.5) / 3, row - 2 + (Math.floor(i / 3) + 0.5) / 3], 0.13),
        );
      }).flat(),
    Circle: () => list(48, i => gaussian(polar(1.2, i / 48), 0.07)),
  },
};

/** A density that was drawn, from its heights at equally spaced points; null where it is 0 everywhere.
 * @param {number} low @param {number} high @param {number[]} heights @returns {Gaussian[] | null} */
export function ofDensity(low, high, heights) {
  const each = (high - low) / heights.length;
  const highest = Math.max(...heights);
  const drawn = heights.flatMap((height, i) =>
    height > 0.01 * highest && highest > 0
      ? [gaussian([low + (i + 0.5) * each], 0.7 * each, Math.max(height / highest, 0.001))]
      : [],
  );
  return drawn.length ? drawn : null;
}

/** Strokes in the plane: Gaussians along them, as wide as they are apart. @param {number[][][]} strokes
 * @param {number} least The least distance of two. @returns {Gaussian[] | null} */
export function ofStrokes(strokes, least) {
  const lengths = strokes.map(points =>
    points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0),
  );
  const total = lengths.reduce((a, b) => a + b, 0);
  const apart = Math.max(least, total / (MOST - strokes.length));
  const found = strokes.flatMap(points => spaced(points, apart)).slice(0, MOST);
  return found.length ? found.map(point => gaussian(point, 0.6 * apart)) : null;
}

/** Points of a stroke that are `apart` from one another, from its start. @param {number[][]} points
 * @param {number} apart */
function spaced(points, apart) {
  const found = points.slice(0, 1);
  for (const point of points) {
    for (let last = /** @type {number[]} */ (found.at(-1)); ; last = /** @type {number[]} */ (found.at(-1))) {
      const far = Math.hypot(point[0] - last[0], point[1] - last[1]);
      if (far < apart) break;
      found.push(last.map((value, axis) => value + ((point[axis] - value) * apart) / far));
    }
  }
  return found;
}

/** Samples of which no more are looked at. */
const LOOKED_AT = 2000;
const ROUNDS = 12;

/** Samples as a mixture: their clusters by k-means, each with its own spread and as heavy as it is full.
 * @param {number[][]} samples One or two numbers each. @returns {Gaussian[]} */
export function ofSamples(samples) {
  const every = Math.ceil(samples.length / LOOKED_AT);
  const points = samples.filter((_, i) => i % every === 0);
  const dim = points[0].length;
  // By rank along the first axis: the same file gives the same target.
  const sorted = points.toSorted((a, b) => a[0] - b[0]);
  const count = Math.min(MOST, Math.ceil(Math.sqrt(points.length) * 2), points.length);
  let centres = list(count, i => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]);
  /** @type {number[][][]} */
  let clusters = [];
  for (let round = 0; round < ROUNDS; round++) {
    clusters = centres.map(() => []);
    for (const point of points) clusters[nearest(centres, point)].push(point);
    clusters = clusters.filter(cluster => cluster.length);
    centres = clusters.map(cluster => list(dim, axis => mean(cluster.map(point => point[axis]))));
  }
  // A cluster of one has the spread of a typical one.
  const spreads = clusters.map((cluster, i) => Math.sqrt(mean(cluster.map(point => squared(point, centres[i]) / dim))));
  const typical = spreads.toSorted((a, b) => a - b)[Math.floor(spreads.length / 2)] || 0.05;
  return centres.map((centre, i) =>
    gaussian(centre, Math.max(spreads[i], typical / 2), Math.max(clusters[i].length / points.length, 0.001)),
  );
}

/** @param {number[]} values */
const mean = values => values.reduce((a, b) => a + b, 0) / values.length;
/** @param {number[]} a @param {number[]} b */
const squared = (a, b) => a.reduce((sum, x, axis) => sum + (x - b[axis]) ** 2, 0);
/** @param {number[][]} centres @param {number[]} point */
function nearest(centres, point) {
  let best = 0,
    least = Infinity;
  centres.forEach((centre, i) => {
    const far = squared(centre, point);
    if (far < least) [best, least] = [i, far];
  });
  return best;
}
