// Metrics and terms of a snapshot, as the trainer describes them: Reading of wasm.d.ts.

import { fixed } from './views/scale.js';

/** @import { Reading, Snapshot } from './messages.js' */

/** The values by name, each floor under the name and `_floor`, as in `--json`.
 * @param {Pick<Snapshot, 'metrics' | 'terms'>} snapshot @returns {Record<string, number | null>} */
export const valuesOf = ({ metrics, terms }) =>
  Object.fromEntries(
    [...terms, ...metrics].flatMap(({ name, value, floor }) =>
      floor === null
        ? [[name, value]]
        : [
            [name, value],
            [`${name}_floor`, floor],
          ],
    ),
  );

/** Every scalar of a snapshot by name. @param {Snapshot} snapshot @returns {Record<string, number | null>} */
export const scalarsOf = ({ picture, metrics, terms, ...numbers }) => ({
  ...numbers,
  ...valuesOf({ metrics, terms }),
});

/** A value in the format of its quantity. @param {Reading} reading @param {number | null} value */
export function inFormat({ format }, value) {
  if (value === null) return '–';
  if (format === 'percent') return `${Math.round(value * 100)}%`;
  if (format === 'count') return String(Math.round(value));
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(0).replaceAll('-', '−') : fixed(value, 3);
}
