// Native runs: each with its reports, its settings, and samples from its generator at the end.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.COUNTERFEIT ?? fileURLToPath(new URL('../../target/release/counterfeit', import.meta.url));
/** With RUNS, runs that are there are not trained again. */
const FOLDER = process.env.RUNS ?? mkdtempSync(`${tmpdir()}/diagnosis-`);
mkdirSync(FOLDER, { recursive: true });
const REPORTS = 100;

/** @param {string[]} args @returns {Promise<{ code: number, stdout: string }>} */
const call = args =>
  new Promise(resolve =>
    execFile('nice', ['-n', '10', BINARY, ...args], { maxBuffer: 2 ** 26 }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), stdout }),
    ),
  );

/** Trains a case with a seed and further settings. */
export async function train({ name, steps, preset, sets }, seed, more = []) {
  const settings = [...sets, ...more.map(change => change.join('='))];
  const id = `${name} ${steps} ${seed} ${more.join(' ')}`.replaceAll(/[^\w.-]+/g, '-');
  const folder = `${FOLDER}/${id}`,
    file = `${folder}.json`;
  if (!existsSync(file)) {
    const options = settings.flatMap(set => ['--set', set]);
    const every = Math.ceil(steps / REPORTS);
    const where = ['--device', 'cpu', '--json', '--out', folder];
    const many = ['--steps', steps, '--seed', seed, '--report-every', every, '--checkpoint-every', 10 * steps];
    const { code, stdout } = await call(['train', '--preset', preset, ...options, ...many.map(String), ...where]);
    if (code > 1) throw new Error(`${id}: the shell exits with ${code}`);
    if (code === 0 && !preset.startsWith('digits') && !preset.startsWith('dirac')) {
      await call(['sample', folder, '--count', '2000', '--seed', '77', '--out', `${folder}/samples.csv`]);
    }
    writeFileSync(file, JSON.stringify({ code, stdout }));
  }
  const { code, stdout } = JSON.parse(readFileSync(file, 'utf8'));
  const lines = stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
  return {
    ended: code === 0,
    reports: lines.filter(line => !('event' in line)),
    settings: settingsOf(readFileSync(`${folder}/experiment.toml`, 'utf8')),
    samples: existsSync(`${folder}/samples.csv`) ? pointsOf(readFileSync(`${folder}/samples.csv`, 'utf8')) : null,
  };
}

/** The settings of the file that the shell writes: one value a line, then the Gaussians. @param {string} toml */
function settingsOf(toml) {
  const [head, ...gaussians] = toml.split('[[mixture]]');
  const table = text =>
    Object.fromEntries([...text.matchAll(/^(\w+) = (.*)$/gm)].map(([, key, value]) => [key, JSON.parse(value)]));
  return { ...table(head), mixture: gaussians.map(table) };
}

/** @param {string} csv */
const pointsOf = csv =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(',').map(Number));
