// The exponential moving average of a series, as TensorBoard computes it, and the point of a series next to a step.

/** Debiased, so that the first values are not drawn towards 0. Gaps stay gaps.
 * @param {(number | null)[]} values @param {number} weight Of the past, in [0, 1). @returns {(number | null)[]} */
export function smooth(values, weight) {
  if (weight === 0) return values;
  let average = 0,
    debias = 1;
  return values.map(value => {
    if (value === null || !Number.isFinite(value)) return null;
    average = weight * average + (1 - weight) * value;
    debias *= weight;
    return average / (1 - debias);
  });
}

/** The index of the step nearest to `step`; −1 of none. @param {number[]} steps ascending @param {number} step */
export function nearestIndex(steps, step) {
  let low = 0,
    high = steps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low > 0 && step - steps[low - 1] <= steps[low] - step ? low - 1 : steps.length ? low : -1;
}
