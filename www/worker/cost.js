// Which experiments' steps cost the same.

import schema from '../experiment.schema.json' with { type: 'json' };

const properties = /** @type {Record<string, Record<string, unknown>>} */ (schema.properties);

/** Equal for experiments whose steps cost the same. @param {Record<string, unknown>} settings */
export const costKey = settings =>
  JSON.stringify(settings, (key, value) => (properties[key]?.['x-affects-cost'] === false ? undefined : value));
