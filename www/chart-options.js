// The options of all charts, kept in the browser's storage.

/** `hidden`: series, as the chart's id and the series' name; `open`: charts that were folded or unfolded, by id.
 * @typedef {{ log: boolean, smoothing: number, hidden: string[], open: Record<string, boolean> }} ChartOptions */

const KEY = 'counterfeit-charts';
/** The weight of the past in the moving average, at most: TensorBoard's range. */
export const MOST_SMOOTHING = 0.99;

/** @type {ChartOptions} */
const DEFAULTS = { log: false, smoothing: 0, hidden: [], open: {} };

/** Options from stored text, which anything on this origin may have written. @param {string | null} text
 * @returns {ChartOptions} */
export function parseOptions(text) {
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text ?? '');
  } catch {
    return DEFAULTS;
  }
  if (typeof found !== 'object' || found === null) return DEFAULTS;
  const { log, smoothing, hidden, open } = found;
  return {
    log: log === true,
    smoothing: Number.isFinite(smoothing) ? Math.min(Math.max(smoothing, 0), MOST_SMOOTHING) : 0,
    hidden: Array.isArray(hidden) ? hidden.filter(name => typeof name === 'string') : [],
    open: Object.fromEntries(Object.entries(open ?? {}).filter(([, value]) => typeof value === 'boolean')),
  };
}

export function readOptions() {
  try {
    return parseOptions(localStorage.getItem(KEY));
  } catch {
    // Storage may be blocked.
    return DEFAULTS;
  }
}

/** @param {ChartOptions} options */
export function writeOptions(options) {
  try {
    localStorage.setItem(KEY, JSON.stringify(options));
  } catch {
    // Blocked or full: they hold for this visit.
  }
}
