// The modules as the linker left them: their exports are called directly.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers.mjs';

// Names are in cargo's output; wasm-opt drops them from www/pkg, which is made from it.
const modules = resolve(root, process.env.CARGO_TARGET_DIR || 'target');

for (const name of ['cpu', 'webgpu']) {
  test(`no export of the ${name} module calls the constructors`, () => {
    const module = new WebAssembly.Module(
      readFileSync(`${modules}/${name}/wasm32-unknown-unknown/web/counterfeit.wasm`),
    );
    const [section] = WebAssembly.Module.customSections(module, 'name');
    assert.ok(section, 'the module has a name section');
    const names = Buffer.from(section).toString('latin1');
    assert.match(names, /playground_step/);
    // wasm-ld wraps exports only where nothing in the module refers to the constructors (src/web/device.rs).
    if (name === 'webgpu') assert.match(names, /__wasm_call_ctors/);
    const wrapped = [...names.matchAll(/[\x20-\x7e]+\.command_export/g)].map(([found]) => found);
    assert.deepEqual(wrapped, []);
  });
}
