// The scale of D's output in a picture: 0 to 1 for a probability, the range in the picture for a critic's scores.

import { label, ticks } from './scale.js';

/** @import { DiscriminatorOutput } from '../messages.js' */
/** `place`: the position of a value, 0 to 1. `marks`: the labels of the axis.
 * @typedef {{ place: (value: number) => number, marks: [value: number, text: string][] }} OutputScale */

/** The range of the axis, kept while it fits, so that the axis seldom moves.
 * @type {{ low: number, high: number }} */
let held = { low: 0, high: 0 };

/** @param {DiscriminatorOutput} output @param {boolean} small @param {DiscriminatorOutput | null} [peer] Another
 * output, for a scale that fits both. @returns {OutputScale} */
export function outputScale({ probability, discriminator }, small, peer) {
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
  for (const values of peer && !peer.probability ? [discriminator, peer.discriminator] : [discriminator]) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
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
