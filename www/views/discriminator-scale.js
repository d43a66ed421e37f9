// What D says of places, as shares of a picture's range: a probability as it is, a critic's scores between the least
// and the most that the picture holds.

import { label, ticks } from './scale.js';

/** @import { Opinion } from '../messages.js' */
/** `place`: from 0, the least, to 1. `marks`: what an axis says where.
 * @typedef {{ place: (value: number) => number, marks: [value: number, text: string][] }} Reading */

/** The range that is shown moves only when it must, or the axis would never stand still.
 * @type {{ low: number, high: number }} */
let held = { low: 0, high: 0 };

/** @param {Opinion} opinion @param {boolean} small @returns {Reading} */
export function reading({ probability, discriminator }, small) {
  if (probability)
    return {
      place: value => value,
      marks: [
        [0, '0'],
        [0.5, '½'],
        [1, '1'],
      ],
    };
  let low = Infinity,
    high = -Infinity;
  for (const value of discriminator) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) [low, high] = [(low || 0) - 0.5, (low || 0) + 0.5];
  if (!small) {
    const room = held.high - held.low;
    if (low < held.low || high > held.high || high - low < 0.6 * room) {
      const margin = 0.15 * (high - low);
      held = { low: low - margin, high: high + margin };
    }
    ({ low, high } = held);
  }
  const spread = high - low;
  return {
    place: value => (value - low) / spread,
    marks: ticks(low + 0.02 * spread, high - 0.02 * spread, 4).map(value => [value, label(value)]),
  };
}
