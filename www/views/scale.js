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

/** Round numbers on a logarithmic axis: powers of ten, with 2 and 5 of each where there is room; less than a decade has
 * too few of these. @param {number} low @param {number} high @param {number} count */
export function logTicks(low, high, count) {
  const decades = Math.log10(high / low);
  if (decades < 1) return ticks(low, high, count);
  const each = decades * 3 <= count ? [1, 2, 5] : [1];
  const every = Math.ceil((decades * each.length) / Math.max(count, 1) - 1e-9);
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    if (each.length > 1 || power % every === 0) for (const m of each) found.push(m * 10 ** power);
  return found.filter(tick => tick >= low && tick <= high);
}

/** A tick in full, so that no two ticks have one label: its digits are few because it is round.
 * @param {number} value */
export function tickLabel(value) {
  const round = +value.toPrecision(10),
    size = Math.abs(round);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? round.toExponential() : String(round);
  return text.replace('e+', 'e').replaceAll('-', '−');
}

/** Ticks at steps: 12k rather than 12000, where that is shorter. @param {number[]} steps */
export function stepLabels(steps) {
  const unit = steps.some(step => step >= 1e6) ? 1e6 : 1e3,
    letter = unit === 1e6 ? 'M' : 'k';
  const isShort = steps.every(step => step < unit || Number.isInteger(+(step / (unit / 10)).toPrecision(10)));
  return steps.map(step =>
    step < unit || !isShort ? step.toLocaleString('en') : `${+(step / unit).toPrecision(10)}${letter}`,
  );
}

/** A real minus sign, and no trailing dust of binary fractions. @param {number} value */
export const label = value => String(+value.toPrecision(4)).replace('-', '−');

/** A width that hardly changes with the value. @param {number} value @param {number} [digits] */
export const fixed = (value, digits = 2) =>
  value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : digits).replace('-', '−');

/** The range of an axis that two pictures have in common. @param {{ low: number, high: number }} one
 * @param {{ low: number, high: number }} other */
export const rangeOfBoth = (one, other) => ({
  low: Math.min(one.low, other.low),
  high: Math.max(one.high, other.high),
});
