// Every setting and every rule, as experiment.schema.json defines them (src/experiment/schema.rs). controls.js shows
// them.

import schema from './experiment.schema.json' with { type: 'json' };
import { STOPS } from './stops.js';
import { Validator } from './vendor/json-schema/validator.js';

/** @import { Change } from './messages.js' */
/** @typedef {Record<string, any>} Settings */
/** @typedef {(settings: Settings) => boolean} Condition */
/** @typedef {{ value: string, label: string, applies: Condition }} Choice */
/** @typedef {'choice' | 'several' | 'toggle' | 'stops' | 'number' | 'widths' | 'classes' | 'gaussians'} ControlKind */
/** `live`: whether it can be changed while a run trains. `off`: the value without effect. `zero`: the name of 0.
 * @typedef {{ key: string, label: string, help: string, kind: ControlKind, applies: Condition, live: boolean, off: unknown, zero:
 * string, choices: Choice[], stops: number[], low: number, high: number }} Setting */
/** @typedef {{ broken: Condition, repairs: [key: string, value: unknown][], multipleOf: number }} Rule */

/** @param {object | undefined} schema @returns {Condition} */
function condition(schema) {
  if (!schema) return () => true;
  const validator = new Validator(schema, '2020-12');
  return settings => validator.validate(settings).valid;
}

/** @param {any} definition @param {string} key @returns {ControlKind} */
function kindOf({ type, oneOf, items, uniqueItems, enum: numbers }, key) {
  if (oneOf) return 'choice';
  if (type === 'boolean') return 'toggle';
  if (type !== 'array') return numbers || STOPS[key] ? 'stops' : 'number';
  if (items.oneOf) return 'several';
  if (items.properties) return 'gaussians';
  return uniqueItems ? 'classes' : 'widths';
}

/** @param {string} key @returns {Setting} */
function setting(key) {
  const definition = /** @type {Record<string, any>} */ (schema.properties)[key];
  const choices = definition.oneOf ?? definition.items?.oneOf ?? [];
  return {
    key,
    label: definition.title,
    help: definition.description.replaceAll('`', ''),
    kind: kindOf(definition, key),
    applies: condition(definition['x-applies']),
    live: definition['x-live'] ?? false,
    off: definition['x-off'],
    zero: definition['x-zero'] ?? '0',
    choices: choices.map((/** @type {any} */ choice) => ({
      value: choice.const,
      label: choice.title,
      applies: condition(choice['x-applies']),
    })),
    stops: definition.enum ?? STOPS[key] ?? [],
    low: definition.minimum ?? -Infinity,
    high: definition.maximum ?? Infinity,
  };
}

/** The settings with a control. `steps` has none: it ends a run of the shell, and the page trains on. */
export const GROUPS = schema['x-groups'].map(({ title, settings }) => ({ title, settings: settings.map(setting) }));
const SETTINGS = new Map(GROUPS.flatMap(group => group.settings).map(setting => [setting.key, setting]));

/** @type {Rule[]} */
const RULES = schema.allOf.map((/** @type {any} */ rule) => {
  const holds = condition(rule);
  const [requirement] = /** @type {any[]} */ (Object.values(rule.then.properties));
  return { broken: settings => !holds(settings), repairs: rule['x-repairs'], multipleOf: requirement.multipleOf };
});

/** What would have to change along with these for the whole to stay valid. Settings that then no longer apply, and so
 * could not be seen to be in the way, give way quietly; the others are the visitor's to change.
 * @param {Change[]} changes @param {Settings} settings @returns {{ quietly: Change[], offered: Change[] }} */
export function consequences(changes, settings) {
  const next = { ...settings };
  for (const [key, text] of changes) next[key] = read(text);
  const chosen = new Set(changes.map(([key]) => key));
  /** @type {Change[]} */
  const quietly = [];
  /** @type {Change[]} */
  const offered = [];
  for (const { broken, repairs, multipleOf } of RULES) {
    if (!broken(next)) continue;
    const repair = repairs.find(([key]) => !chosen.has(key));
    if (!repair) continue;
    const [key] = repair,
      value = repair[1] ?? Math.ceil(next[key] / multipleOf) * multipleOf;
    next[key] = value;
    (SETTINGS.get(key)?.applies(next) ? offered : quietly).push([key, inText(value)]);
  }
  return { quietly, offered };
}

/** Those of these changes that have an effect again once `changes` are made, and need no others.
 * @param {Change[]} candidates @param {Change[]} changes @param {Settings} settings @returns {Change[]} */
export function returning(candidates, changes, settings) {
  return candidates.filter(([key, text]) => {
    const all = /** @type {Change[]} */ ([...changes, [key, text]]);
    const { quietly, offered } = consequences(all, settings);
    const next = { ...settings, ...Object.fromEntries(all.map(([key, text]) => [key, read(text)])) };
    return !quietly.length && !offered.length && SETTINGS.get(key)?.applies(next);
  });
}

/** A value as `--set` takes it. @param {unknown} value */
export const inText = value => (typeof value === 'string' ? value : JSON.stringify(value));

/** A change in the words of its control. @param {Change} change */
export function inWords([key, text]) {
  const setting = SETTINGS.get(key);
  return `${setting?.label ?? key}: ${setting ? valueInWords(setting, text) : text}`;
}

/** A setting of two runs. @param {Setting} setting @param {unknown} before @param {unknown} now */
export function differenceInWords(setting, before, now) {
  // A list of Gaussians is too long to be read in a line.
  if (setting.kind === 'gaussians') return `${setting.label} changed`;
  const words = [before, now].map(value => valueInWords(setting, inText(shortest(value ?? setting.off))));
  return `${setting.label} ${words.join(' → ')}`;
}

/** Without the digits that a 32-bit float does not have. @param {unknown} value */
const shortest = value => (typeof value === 'number' ? +value.toPrecision(7) : value);

/** @param {Setting} setting @param {string} text */
function valueInWords({ kind, choices, zero }, text) {
  if (kind === 'choice') return choices.find(({ value }) => value === text)?.label ?? text;
  if (kind === 'several')
    return (
      choices
        .filter(({ value }) => text.includes(value))
        .map(({ label }) => label)
        .join(', ') || 'none'
    );
  if (kind === 'gaussians') return 'changed';
  if (kind === 'classes' || kind === 'widths') return JSON.parse(text).join(', ') || 'none';
  if (kind === 'toggle') return text === 'true' ? 'on' : 'off';
  return Number(text) === 0 ? zero : text;
}

/** A value as `--set` takes it; a mixture, which is TOML and not JSON, is in no rule's way. @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
