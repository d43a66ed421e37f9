// The page's view of the schema, without a page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { initSync, describe, presets, revise } from '../../www/pkg/cpu/counterfeit.js';
import { GROUPS, consequences } from '../../www/settings.js';
import { Validator } from '../../www/vendor/json-schema/validator.js';
import { costKey } from '../../www/worker/cost.js';

const read = file => readFileSync(new URL(`../../www/${file}`, import.meta.url));
const schema = JSON.parse(read('experiment.schema.json'));
const BASES = ['mixture-1d', 'digits-mlp', 'mnist-dcgan', 'digits-autoencoder'];

before(() => initSync({ module: read('pkg/cpu/counterfeit_bg.wasm') }));

const linkOf = name => presets().find(preset => preset.name === name).hash;

/** Whether the module takes the settings. */
function accepts(hash, changes) {
  try {
    revise(hash, changes.flat());
    return true;
  } catch (error) {
    assert.equal(error.kind, 'setting', JSON.stringify(error));
    return false;
  }
}

/** Values of a setting that are in its range; changes are texts. */
function values({ key, kind, choices, stops }) {
  if (kind === 'choice') return choices.map(({ value }) => value);
  if (kind === 'several') return ['[]', `["${choices[0].value}"]`];
  if (kind === 'toggle') return ['false', 'true'];
  if (key === 'pack') return ['1', '2', '3'];
  if (kind === 'stops') return [String(stops[0]), String(stops.at(-1))];
  return [];
}

/** Pairs of changes, in each of the presets above. */
function* pairs() {
  const settings = GROUPS.flatMap(group => group.settings).filter(({ key }) => key !== 'data');
  for (const base of BASES) {
    const hash = linkOf(base);
    const info = describe(hash);
    for (const [i, one] of settings.entries()) {
      for (const other of settings.slice(i + 1)) {
        for (const a of values(one)) {
          for (const b of values(other))
            yield {
              hash,
              info,
              changes: [
                [one.key, a],
                [other.key, b],
              ],
            };
        }
      }
    }
  }
}

const typed = text => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

test('the module and an independent validator agree on what the schema allows', () => {
  const validator = new Validator(schema, '2020-12');
  let count = 0;
  let allowed = 0;
  for (const { hash, info, changes } of pairs()) {
    const settings = { ...info.settings, ...Object.fromEntries(changes.map(([key, text]) => [key, typed(text)])) };
    const valid = validator.validate(settings).valid;
    assert.equal(accepts(hash, changes), valid, `${info.name}: ${changes.join(' & ')}`);
    count++;
    allowed += valid;
  }
  assert.ok(count > 5000 && allowed > 1000 && allowed < count, `${allowed} of ${count}`);
});

/** Whether the page offers the change. */
function offers([key, text], settings) {
  const setting = GROUPS.flatMap(group => group.settings).find(setting => setting.key === key);
  const choice = setting.choices.find(({ value }) => value === text);
  return setting.applies(settings) && (!choice || choice.applies(settings));
}

test('every change that the page offers and the module refuses has repairs that make it possible', () => {
  let repaired = 0;
  for (const { hash, info, changes } of pairs()) {
    const [first, second] = changes;
    if (accepts(hash, changes) || !accepts(hash, [first])) continue;
    const settings = { ...info.settings, [first[0]]: typed(first[1]) };
    if (!offers(second, settings)) continue;
    const { quietly, offered } = consequences([second], settings);
    const all = [first, second, ...quietly, ...offered];
    assert.ok(accepts(hash, all), `${info.name}: ${all.join(' & ')}`);
    repaired++;
  }
  assert.ok(repaired > 100, `${repaired}`);
});

test('each range is the module’s', () => {
  const hash = linkOf('mixture-1d');
  const { settings } = describe(hash);
  let refused = 0;
  for (const [key, definition] of Object.entries(schema.properties)) {
    const validator = new Validator(definition, '2020-12');
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = definition;
    for (const bound of [minimum, maximum, exclusiveMinimum, exclusiveMaximum].filter(bound => bound !== undefined)) {
      for (const value of [bound - 1, bound, bound + 1, bound - 0.5, bound + 0.5]) {
        if (!Number.isSafeInteger(bound) && value !== bound) continue;
        // A fractional number of steps is refused as a type; -0.5 of a rate as a range.
        const changed = { ...settings, [key]: value };
        const valid = validator.validate(value).valid && new Validator(schema, '2020-12').validate(changed).valid;
        assert.equal(accepts(hash, [[key, String(value)]]), valid, `${key} = ${value}`);
        refused += !valid;
      }
    }
  }
  assert.ok(refused > 60, `${refused}`);
});

test('a measured speed holds for experiments whose steps cost the same', () => {
  const settings = { name: 'ring', seed: 1, generator_lr: 0.001, channels: 1, spectral_norm: false, vat_weight: 0 };
  assert.equal(costKey({ ...settings, name: 'mine', seed: 2, generator_lr: 0.1 }), costKey(settings));
  for (const change of [{ channels: 3 }, { spectral_norm: true }, { vat_weight: 1 }, { unheard_of: 1 }]) {
    assert.notEqual(costKey({ ...settings, ...change }), costKey(settings));
  }
});
