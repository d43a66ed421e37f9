// The page's table of settings, without a page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costKey } from '../../www/settings.js';

test('a measured speed holds for experiments whose steps cost the same', () => {
  const settings = { name: 'ring', seed: 1, generator_lr: 0.001, channels: 1, spectral_norm: false, vat_weight: 0 };
  assert.equal(costKey({ ...settings, name: 'mine', seed: 2, generator_lr: 0.1 }), costKey(settings));
  for (const change of [{ channels: 3 }, { spectral_norm: true }, { vat_weight: 1 }, { unheard_of: 1 }]) {
    assert.notEqual(costKey({ ...settings, ...change }), costKey(settings));
  }
});
