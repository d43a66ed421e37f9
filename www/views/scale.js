// Numbers on axes.

/** Round numbers, at most `count` of them. @param {number} low @param {number} high @param {number} count */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find(m => m * power >= rough) ?? 10);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(i * step);
  return found;
}

/** A real minus sign, and no trailing dust of binary fractions. @param {number} value */
export const label = value => String(+value.toPrecision(4)).replace('-', '−');

/** A width that hardly changes with the value. @param {number} value @param {number} [digits] */
export const fixed = (value, digits = 2) =>
  value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : digits).replace('-', '−');
