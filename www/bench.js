// The page of steps per second, and window.bench: times a small GAN in the playground's own worker.

import { Trainer } from './trainer.js';
import { byId, element } from './views/element.js';

/** @import { BenchConfig, Reply } from './messages.js' */
/** @typedef {{ steps_per_s: number, warmup_ms: number }} Figures */
/** @typedef {Omit<BenchConfig, 'backend' | 'warmup' | 'steps'> & { name: string, label: string }} Case */

/** Steps that tell roughly how fast a network trains here. */
const ROUGH = 3;
/** Seconds of warm-up, and seconds that are timed, about. */
const SECONDS = [1, 2];

/** @type {{ name: string, backend: 'cpu' | 'webgpu', host: boolean }[]} */
const COLUMNS = [
  { name: 'CPU', backend: 'cpu', host: false },
  { name: 'WebGPU', backend: 'webgpu', host: false },
  { name: 'WebGPU, host only', backend: 'webgpu', host: true },
];

/** @type {string | null} */
let died = null;
const trainer = new Trainer(
  /** @param {Reply} reply */ reply => {
    if (reply.type === 'problem' && reply.fatal) {
      died = reply.what;
      trainer.replace();
    }
  },
);

/** @param {BenchConfig} config @returns {Promise<Figures>} */
async function bench(config) {
  const { steps_per_s, warmup_ms } = await trainer.request({ type: 'bench', config }).catch(error => {
    throw new Error(died ?? error.message);
  });
  return { steps_per_s, warmup_ms };
}
Object.assign(window, { bench });

const [run, copy] = ['run', 'copy'].map(id => /** @type {HTMLButtonElement} */ (byId(id)));
const status = byId('status');

/** @type {{ cases: Case[] }} */
const { cases } = await (await fetch(new URL('bench-cases.json', import.meta.url))).json();
const rows = cases.map(({ label, ...network }) => ({
  label,
  network,
  cells: COLUMNS.map(column => ({ column, rate: /** @type {number | null} */ (null), said: '–' })),
}));

let gpu = '';
const machine = () => {
  const { hardwareConcurrency, userAgent } = navigator;
  const date = new Date().toISOString().slice(0, 10);
  return [...(gpu ? [`WebGPU on ${gpu}`] : []), `${hardwareConcurrency} cores`, userAgent, date];
};

/** Three digits. @param {number} rate */
const digits = rate => Number(rate.toPrecision(3)).toLocaleString('en');

function draw() {
  const head = [{ name: 'Steps per second' }, ...COLUMNS].map(({ name }) => element('th', { scope: 'col' }, name));
  const body = rows.map(({ label, cells }) => {
    const most = Math.max(...cells.map(({ rate }) => rate ?? 0), 1);
    const values = cells.map(({ rate, said }) => {
      const style = `width: ${(100 * (rate ?? 0)) / most}%`;
      return element('td', {}, said, element('span', { className: 'bench-bar', style }));
    });
    return element('tr', {}, element('th', { scope: 'row' }, label), ...values);
  });
  byId('results').replaceChildren(element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body));
  byId('machine').textContent = machine().join(' · ');
}
draw();

/** Fills the table; the same as JSON. */
async function measure() {
  run.disabled = copy.disabled = true;
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) {
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    gpu = `${description || `${vendor} ${architecture}`}${isFallbackAdapter ? ' (software)' : ''}`;
  }
  for (const { label, network, cells } of rows) {
    for (const cell of cells) {
      const { name, backend, host } = cell.column;
      if (backend === 'webgpu' && !adapter) {
        cell.said = 'no WebGPU here';
        continue;
      }
      status.textContent = `${label}: ${name}…`;
      try {
        const config = { ...network, backend, host };
        const rough = await bench({ ...config, warmup: ROUGH, steps: ROUGH });
        const [warmup, steps] = SECONDS.map(seconds => Math.max(ROUGH, Math.round(seconds * rough.steps_per_s)));
        const { steps_per_s } = await bench({ ...config, warmup, steps });
        cell.rate = steps_per_s;
        cell.said = digits(steps_per_s);
      } catch (error) {
        cell.said = /** @type {Error} */ (error).message;
      }
      draw();
    }
  }
  draw();
  status.textContent = 'Done.';
  run.disabled = copy.disabled = false;
  const figures = rows.flatMap(({ network, cells }) =>
    cells.map(({ column, rate, said }) => {
      const figure = rate ? { steps_per_s: Number(rate.toPrecision(4)) } : { failure: said };
      return { case: network.name, device: column.name, batch: network.batch, ...figure };
    }),
  );
  return { machine: machine(), figures };
}
Object.assign(window, { measure });
run.onclick = measure;

copy.onclick = async () => {
  const lines = [
    ['Steps per second', ...COLUMNS.map(({ name }) => name)],
    ['---', ...COLUMNS.map(() => '---:')],
    ...rows.map(({ label, cells }) => [label, ...cells.map(({ said }) => said)]),
  ];
  const table = lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
  await navigator.clipboard.writeText(`${table}\n\n${machine().join(' · ')}\n`);
  status.textContent = 'Copied.';
};
