// The modules as the linker left them: their exports are called directly. And as they are sent: compressed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { root } from './helpers.mjs';

// Names are in cargo's output; wasm-opt drops them from www/pkg, which is made from it. In `deps`, for one folder higher
// the program's module, which cargo builds for the tests in tests/web.rs, has the same name as the library's.
const modules = resolve(root, process.env.CARGO_TARGET_DIR || 'target');

for (const name of ['cpu', 'webgpu']) {
  test(`no export of the ${name} module calls the constructors`, () => {
    const module = new WebAssembly.Module(
      readFileSync(`${modules}/${name}/wasm32-unknown-unknown/web/deps/counterfeit.wasm`),
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

// The server of `./build.sh serve`, with its flags.
let server, port;
before(async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  ({ port } = free.address());
  free.close();
  const flags = ['--dev', '--etag', '--quiet', '--host', '127.0.0.1', '--port', String(port)];
  const { HOST, PORT, ...env } = process.env;
  server = spawn(`${root}/node_modules/.bin/sirv`, ['.', ...flags], { cwd: root, env, stdio: 'inherit' });
});
after(() => server.kill());

const fetched = async (path, encoding) => {
  for (;;) {
    try {
      const request = get({ host: '127.0.0.1', port, path, headers: { 'accept-encoding': encoding } });
      const [response] = await once(request, 'response');
      return { headers: response.headers, body: await buffer(response) };
    } catch (error) {
      if (error.code !== 'ECONNREFUSED' || server.exitCode !== null) throw error;
      await setTimeout(50); // until it listens
    }
  }
};

// Megabytes that a visitor fetches.
for (const [name, most] of Object.entries({ cpu: 0.6, webgpu: 2.6 })) {
  test(`the ${name} module is sent compressed, in ${most} MB at most`, async () => {
    const path = `/www/pkg/${name}/counterfeit_bg.wasm`;
    const file = readFileSync(root + path);
    for (const [encoding, decoded] of Object.entries({ br: brotliDecompressSync, gzip: gunzipSync })) {
      const { headers, body } = await fetched(path, encoding);
      assert.equal(headers['content-encoding'], encoding);
      assert.equal(headers['content-type'], 'application/wasm');
      assert.ok(decoded(body).equals(file));
      if (encoding === 'br') assert.ok(body.length <= most * 1e6, `${body.length} bytes`);
    }
  });
}
