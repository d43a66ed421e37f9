// The range of a chart's y axis.

/** Fits the data, but always shows the values of `shows`, and nothing under `least`.
 * @typedef {{ low: number, high: number } | { shows: number[], least?: number }} Scale */
/** `log`: whether the axis is logarithmic; `under`, `over`: whether values lie beyond its ends.
 * @typedef {{ low: number, high: number, log: boolean, under: boolean, over: boolean }} Range */

/** The smallest and largest of these values within a range of steps. @param {number[]} steps
 * @param {(number | null)[]} values @param {readonly [number, number]} range @returns {[number, number]} */
export function extent(steps, values, [from, to]) {
  let low = Infinity,
    high = -Infinity;
  for (let i = 0; i < steps.length; i++) {
    const value = values[i];
    if (value === null || steps[i] < from || steps[i] > to) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** @param {[number, number]} data The extent of what is drawn. @param {number[]} references @param {Scale} scale
 * @param {boolean} log Whether a logarithmic axis is wanted: only positive values have one. @returns {Range} */
export function fit([min, max], references, scale, log) {
  const isEmpty = min > max;
  const all = [...references, ...(isEmpty ? [] : [min, max])];
  const range = log && !isEmpty && all.every(value => value > 0) ? logarithmic(all) : linear(all, scale);
  return { ...range, under: min < range.low, over: max > range.high };
}

/** @param {number[]} values */
function logarithmic(values) {
  const low = Math.min(...values),
    high = Math.max(...values);
  const margin = (high / low) ** 0.08 * 1.02;
  return { low: low / margin, high: high * margin, log: true };
}

/** @param {number[]} values @param {Scale} scale */
function linear(values, scale) {
  if ('low' in scale) return { ...scale, log: false };
  const all = [...values, ...scale.shows];
  if (!all.length) return { low: 0, high: 1, log: false };
  const bottom = Math.max(Math.min(...all), scale.least ?? -Infinity),
    top = Math.max(...all);
  const margin = 0.08 * (top - bottom) || 1;
  // At zero the axis itself is margin enough.
  return { low: bottom === 0 ? 0 : bottom - margin, high: top === 0 ? 0 : top + margin, log: false };
}
