// A hundred malformed links, files and messages: each is answered in plain words, and the run goes on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browse, serve, trainTo, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse();

/** Deterministic bytes. @param {number} n */
function noise(n, seed = 1) {
  let state = seed;
  return Buffer.from({ length: n }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

const LINKS = {
  'bad encoding': ['%', '%zz', 'name=%', 'name=%E0%A4', 'batch_size=%ZZ', '%00%01%02'],
  'no pair': ['banana', '=', '=5', '&&&x', '?preset=ring', 'batch_size:5', '{"batch_size":5}'],
  'unknown key': ['colour=red', 'preset=no-such-thing', 'Batch_Size=5', ' =1', 'mixture.0.mean=1'],
  'prototype name': [
    '__proto__=1',
    'constructor=1',
    'toString=1',
    'hasOwnProperty=x',
    'preset=__proto__',
    'preset=constructor',
  ],
  'no number': [
    'batch_size=banana',
    'generator_lr=NaN',
    'generator_lr=nan',
    'generator_lr=inf',
    'batch_size=1e3',
    'seed=-1',
    'generator_lr=',
  ],
  'huge number': [
    'batch_size=99999999999999999999999999',
    'generator_lr=1e999',
    'batch_size=16384&generator_hidden=[4096,4096,4096,4096,4096,4096,4096,4096]',
    'generator_hidden=[999999999]',
    'latent_dim=4294967296',
  ],
  nested: [
    `mixture=${'['.repeat(500)}`,
    `mixture=${'[{mean='.repeat(100)}`,
    'mixture=[[[[]]]]',
    'mixture={a={b={c=1}}}',
    'mixture=[{mean=[0,0,0,0],std=1},{mean=[1],std=1}]',
    'mixture=[{mean=[0],std=-1}]',
    'generator_hidden={}',
  ],
  long: [`name=${'x'.repeat(70_000)}`, `${'y'.repeat(3000)}=1`, `batch_size=${'9'.repeat(3000)}`],
  'control characters': ['name=%00', 'name=%0A%0D', 'batch_size=%1b[31m', 'colour%07=1', 'name=%E2%80%AE'],
  markup: ['name=<img src=x onerror=document.title="hacked">&batch_size=0', '<b>=1'],
  twice: ['batch_size=5&batch_size=banana', 'preset=ring&preset=nothing'],
};
/** Links that mean what they say are none of these: the name is free text. */
const FREE = new Set(['name=%00', 'name=%0A%0D', 'name=%E2%80%AE']);

/** Damages of a saved run. @type {Record<string, (saved: Buffer) => Buffer>} */
const CHECKPOINTS = {
  empty: () => Buffer.alloc(0),
  'one byte': () => Buffer.of(7),
  text: () => Buffer.from('this is no checkpoint'),
  'random bytes': () => noise(5000),
  'half of it': saved => saved.subarray(0, saved.length >> 1),
  'its header alone': saved => saved.subarray(0, 8 + Number(saved.readBigUInt64LE())),
  'without its last byte': saved => saved.subarray(0, -1),
  'with a byte more': saved => Buffer.concat([saved, Buffer.of(0)]),
  'a flipped header length': saved => withLength(saved, length => length ^ 0xffn),
  'a huge header length': saved => withLength(saved, () => 2n ** 62n),
  'no header length': saved => withLength(saved, () => 0n),
  'a damaged header': saved => Buffer.concat([saved.subarray(0, 8), noise(64), saved.subarray(72)]),
  'no metadata': saved => withHeader(saved, header => delete header.__metadata__),
  'another version': saved => withHeader(saved, header => (header.__metadata__.counterfeit = '99')),
  'an experiment that is none': saved =>
    withHeader(saved, header => (header.__metadata__.experiment = 'batch_size = "x"')),
  'an experiment that is no text': saved => withHeader(saved, header => (header.__metadata__.experiment = '= = =')),
  'another experiment': saved =>
    withHeader(saved, header => {
      header.__metadata__.experiment = header.__metadata__.experiment.replace(
        /generator_hidden = .*/,
        'generator_hidden = [4096, 4096]',
      );
    }),
  'no progress': saved => withHeader(saved, header => delete header.__metadata__.progress),
  'a progress that is none': saved => withHeader(saved, header => (header.__metadata__.progress = '{"step":-1}')),
  'other types': saved =>
    withHeader(saved, header => Object.values(header).forEach(tensor => tensor.dtype && (tensor.dtype = 'I32'))),
  'unknown types': saved =>
    withHeader(saved, header => Object.values(header).forEach(tensor => tensor.dtype && (tensor.dtype = 'X99'))),
  'a tensor less': saved =>
    withHeader(saved, header => delete header[Object.keys(header).find(name => name !== '__metadata__')]),
  'another shape': saved =>
    withHeader(saved, header => {
      const tensor = Object.values(header).find(({ shape }) => shape?.length === 2);
      tensor.shape = tensor.shape.toReversed().concat(1);
    }),
  'places out of the file': saved =>
    withHeader(saved, header =>
      Object.values(header).forEach(tensor => tensor.data_offsets && (tensor.data_offsets = [0, 2 ** 40])),
    ),
  'numbers that are not finite': saved => {
    const copy = Buffer.from(saved);
    copy.fill(0xff, 8 + Number(saved.readBigUInt64LE()));
    return copy;
  },
  'of another program': () =>
    withHeader(
      Buffer.concat([Buffer.alloc(8), Buffer.from('{}'), Buffer.alloc(8)]),
      header => {
        header.weight = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
      },
      2,
    ),
  'an image': () =>
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
};
function withLength(saved, change) {
  const copy = Buffer.from(saved);
  copy.writeBigUInt64LE(BigInt.asUintN(64, change(copy.readBigUInt64LE())));
  return copy;
}
function withHeader(saved, change, length = Number(saved.readBigUInt64LE())) {
  const header = JSON.parse(saved.subarray(8, 8 + length));
  change(header);
  const text = Buffer.from(JSON.stringify(header)),
    start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, saved.subarray(8 + length)]);
}

/** Files of samples. */
const SAMPLES = {
  empty: '',
  blank: '\n \n\t\n',
  'one line': '1,2\n',
  names: 'x,y\n',
  words: 'once\nupon\na time\n',
  binary: noise(4000),
  'a null character': 'a\n\0\n\0\n',
  'a huge line': '1,'.repeat(100_000),
  'huge text': '1\n'.repeat(2_100_000),
  'many lines': '1\n'.repeat(100_001),
  'not a number': '1\n2\nNaN\n',
  'not finite': '1\n2\nInfinity\n',
  'larger than any number': '1\n2\n1e999\n',
  'a column too many': '1,2\n1,2\n1,2,3\n',
  'three columns': '1,2,3\n1,2,3\n',
  markup: '1\n2\n<img src=x onerror=document.title="hacked">\n',
};

/** Messages to the trainer that are no requests. */
const MESSAGES = [
  null,
  42,
  'play',
  [],
  {},
  { type: 'frobnicate' },
  { type: '__proto__' },
  { type: 'toString' },
  { type: 'open' },
  { type: 'open', hash: 5, device: 'auto', play: true },
  { type: 'open', hash: '', device: 'abacus', play: true },
  { type: 'step', id: 1e6, n: 'x' },
  { type: 'step', id: 1e6, n: NaN },
  { type: 'step', id: 1e6, n: -5 },
  { type: 'speed', limit: 'fast' },
  { type: 'speed', limit: NaN },
  { type: 'set' },
  { type: 'set', changes: 'x', live: true },
  { type: 'set', changes: [1, 2], live: true },
  { type: 'query' },
  { type: 'project', projection: 1, image: 'x' },
  { type: 'device', device: {} },
  { type: 'save' },
  { type: 'load' },
  { type: 'load', bytes: 'x', device: 'cpu', play: false },
  { type: 'bench', id: 1 },
];

/** Words of the program's inside, and not of its visitor. */
const INSIDE =
  /undefined|\[object|\bat \S+:\d|\.(rs|js|wasm):?\d|RuntimeError|TypeError|panicked|unwrap|serde|deserialize|unreachable|\b(u8|u16|u32|u64|usize|i32|i64|f64)\b|\b(Vec|Option|String|HashMap|Some|None|Ok|Err)\b|\b(struct|tuple|enum|variant)\b|invalid type|(missing|unknown|duplicate) field|(expected|at) .*line \d+,? column|[\u0000-\u0009\u000b-\u001f\u202e\ufffd]/;

/** With the names of all presets. */
const LONGEST = 800;

test('a hundred malformed inputs are answered in plain words, and the run goes on', async t => {
  const page = await visit(browser, site, {
    before: page =>
      page.addInitScript(() => {
        const Plain = Worker;
        window.Worker = class extends Plain {
          constructor(url, options) {
            super(url, options);
            if (options?.name === 'trainer') window.trainerWorker = this;
          }
        };
      }),
  });
  await trainTo(page, 20);
  const downloading = page.waitForEvent('download');
  await page.click('#save');
  const saved = readFileSync(await (await downloading).path());
  const failures = [];
  let count = 0;

  /** @param {string} what @param {() => Promise<void>} act @param {{ silent?: boolean }} [how] */
  async function check(what, act, { silent = false } = {}) {
    count++;
    const found = [];
    await act();
    const { said, trains } = await page.evaluate(async silent => {
      const frame = () => new Promise(requestAnimationFrame);
      const problem = document.querySelector('#problem');
      // The trainer answers in order: after a step it has read what came before.
      const step = () => window.counterfeit.step(1).then(() => window.counterfeit.report().step);
      // A run that opens in answer interrupts one.
      let first = await step().catch(step);
      for (let i = 0; i < 300 && problem.hidden && !silent; i++) await frame();
      const said = problem.hidden ? '' : problem.querySelector('p').innerText;
      const second = await step();
      [...problem.querySelectorAll('button')].find(button => button.innerText === 'Dismiss')?.click();
      await frame();
      return { said, trains: second > first && document.documentElement.dataset.state === 'paused' };
    }, silent);
    if (!silent && said.length < 20) found.push('says nothing');
    if (INSIDE.test(said)) found.push(`says: ${JSON.stringify(said.slice(0, 300))}`);
    if (said.length > LONGEST) found.push(`says ${said.length} characters`);
    if (!trains) found.push('does not train on');
    if (found.length) failures.push(`${what}: ${found.join('; ')}`);
    if (process.env.VERBOSE) t.diagnostic(`${what}: ${said.slice(0, 200)}`);
  }

  for (const [kind, links] of Object.entries(LINKS))
    for (const link of links)
      await check(
        `link, ${kind}, ${link.slice(0, 40)}`,
        () =>
          page.evaluate(link => {
            location.hash = link;
          }, link),
        { silent: FREE.has(link) },
      );
  const choose = (name, buffer) =>
    page.setInputFiles('#file', { name, mimeType: 'application/octet-stream', buffer: Buffer.from(buffer) });
  for (const [what, damage] of Object.entries(CHECKPOINTS))
    await check(`checkpoint, ${what}`, () => choose('a.safetensors', damage(saved)));
  for (const [what, text] of Object.entries(SAMPLES)) await check(`samples, ${what}`, () => choose('a.csv', text));
  for (const message of MESSAGES)
    await check(`message ${JSON.stringify(message)}`, () =>
      page.evaluate(message => window.trainerWorker.postMessage(message), message),
    );
  /** What is dropped on the page, made there. */
  const drop = make =>
    page.evaluate(make => {
      const dataTransfer = new DataTransfer();
      new Function('data', make)(dataTransfer);
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, make);
  for (const [what, make] of [
    ['a link', "data.setData('text/uri-list', 'https://example.org/')"],
    ['text', "data.setData('text/plain', '1,2')"],
    ['nothing', ''],
    ['a folder', "data.items.add(new File([], 'folder'))"],
    ['an image', "data.items.add(new File([new Uint8Array(99)], 'a.png', { type: 'image/png' }))"],
    ['an empty file of samples', "data.items.add(new File([], 'a.csv'))"],
  ])
    await check(`drop, ${what}`, () => drop(make));

  t.diagnostic(`${count} inputs`);
  assert.ok(count >= 100);
  assert.deepEqual(failures, []);
  assert.deepEqual(page.errors, []);
  assert.doesNotMatch(await page.title(), /hacked/);
  await page.click('#play');
  await page.waitForFunction(() => document.documentElement.dataset.state === 'running');
  await page.context().close();
});
