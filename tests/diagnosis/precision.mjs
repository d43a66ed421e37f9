// The precision and recall of each alarm of the page's diagnosis over native runs, as Markdown:
//   node tests/diagnosis/precision.mjs [first seed] [number of seeds]
// The thresholds were chosen on seeds 0 to 4; the table in docs/diagnosis.md is of seeds that they have not seen.
import { diagnose } from '../../www/diagnosis.js';
import { CASES } from './cases.mjs';
import { train } from './run.mjs';

const [FIRST, SEEDS] = [process.argv[2] ?? 5, process.argv[3] ?? 5].map(Number);
/** Fixes are tried from fewer. */
const FIXED_SEEDS = 3;
const FAULTS = {
  'mode-collapse': 'Mode collapse',
  'vanishing-gradient': 'Vanishing generator gradient',
  'overpowering-discriminator': 'Overpowering discriminator',
  oscillation: 'Oscillation',
  divergence: 'Diverging',
};

/** The findings at the last report of a run, and the faults found at any. */
function alarms({ reports, settings }) {
  const series = { step: [] },
    ever = new Set();
  let last = [];
  for (const report of reports) {
    for (const name of Object.keys(report)) (series[name] ??= []).push(report[name]);
    last = diagnose({ series, marks: [], settings });
    for (const { fault } of last) ever.add(fault);
  }
  return { last, ever };
}

/** The part of the modes that have a fifth of their share of the samples: by samples of the generator at the end, each
 * counted for the nearest mode within five standard deviations. */
function covered({ samples, settings: { mixture } }) {
  const counts = mixture.map(() => 0);
  for (const point of samples) {
    const distances = mixture.map(({ mean, std }) => Math.hypot(...mean.map((x, i) => x - point[i])) / std);
    const nearest = distances.indexOf(Math.min(...distances));
    if (distances[nearest] <= 5) counts[nearest]++;
  }
  const weight = mixture.reduce((sum, { weight }) => sum + weight, 0);
  const found = counts.filter((count, i) => count >= (0.2 * samples.length * mixture[i].weight) / weight).length;
  return { share: found / mixture.length, near: counts.reduce((a, b) => a + b, 0) / samples.length };
}

/** The distance at the last report, in that of the first. */
const left = ({ reports }) => reports.at(-1).w1 / reports[0].w1;
/** The Jensen–Shannon divergence at the last report: at most ln 2. */
const divergenceOf = ({ reports }) => reports.at(-1)?.js ?? 0;

/** Whether a run has a fault at its end, by its construction and by a criterion that the rule does not use. */
const CONFIRMED = {
  'mode-collapse': run => {
    if (!run.samples || run.settings.mixture.length < 2) return false;
    const { share, near } = covered(run);
    return share <= 0.5 && near >= 0.5;
  },
  'vanishing-gradient': (run, isMeant) => isMeant && left(run) >= 0.85,
  'overpowering-discriminator': (run, isMeant) => isMeant && divergenceOf(run) >= 0.6,
  oscillation: (_, isMeant) => isMeant,
  divergence: (run, isMeant) => isMeant && (!run.ended || divergenceOf(run) >= 0.3),
};

/** Whether a fix has ended a fault, where more is to be seen than that it is not confirmed. */
const CURED = {
  'mode-collapse': run => covered(run).share > 0.5 && covered(run).near >= 0.5,
  'vanishing-gradient': run => divergenceOf(run) < 0.6,
  oscillation: run => left(run) < 0.1,
};

/** Works through tasks, two at a time. */
async function all(tasks) {
  const rest = [...tasks],
    work = async () => {
      for (let task; (task = rest.shift());) await task();
    };
  await Promise.all([work(), work()]);
}

const runs = [];
await all(
  CASES.flatMap(one =>
    Array.from({ length: SEEDS }, (_, i) => async () => {
      const seed = FIRST + i;
      const run = await train(one, seed);
      runs.push({ one, seed, run, found: alarms(run) });
    }),
  ),
);

const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : '–');
const table = [
  '| alarm | runs with the fault | alarms among them | runs without | false alarms | precision | recall |',
  '|---|---|---|---|---|---|---|',
];
const wrong = [];
for (const [fault, title] of Object.entries(FAULTS)) {
  const isFound = ({ found }) => found.last.some(finding => finding.fault === fault);
  const [has, lacks] = [[], []];
  for (const each of runs) (CONFIRMED[fault](each.run, each.one.fault === fault) ? has : lacks).push(each);
  const hits = has.filter(isFound),
    // Runs that should have no fault have none at any report.
    noise = lacks.filter(each => isFound(each) || (!each.one.fault && each.found.ever.has(fault)));
  table.push(
    `| ${title} | ${has.length} | ${hits.length} | ${lacks.length} | ${noise.length} | ` +
      `${percent(hits.length, hits.length + noise.length)} | ${percent(hits.length, has.length)} |`,
  );
  for (const { one, seed } of noise) wrong.push(`${title}: false alarm in “${one.name}”, seed ${seed}`);
  for (const { one, seed } of has.filter(each => !hits.includes(each)))
    wrong.push(`${title}: missed in “${one.name}”, seed ${seed}`);
  for (const { one, seed, found } of lacks.filter(
    each => each.one.fault && each.found.ever.has(fault) && !isFound(each),
  ))
    wrong.push(`${title}: for a time in “${one.name}”, seed ${seed} (not counted)`);
}
console.log(table.join('\n'));
console.log(`\n${runs.length} runs: ${CASES.length} cases, seeds ${FIRST} to ${FIRST + SEEDS - 1}. Errors:\n`);
console.log(wrong.map(line => `- ${line}`).join('\n') || 'none');

// The fixes of the findings that were right, from the same seeds.
const fixed = new Map();
await all(
  runs.flatMap(({ one, seed, run, found }) => {
    const { fault } = one,
      finding = found.last.find(finding => finding.fault === fault);
    if (!finding || seed >= FIRST + FIXED_SEEDS || !CONFIRMED[fault](run, true)) return [];
    return finding.fixes.map(fix => async () => {
      // Modes are found one by one.
      const steps = fault === 'mode-collapse' ? 8000 : one.steps;
      const after = await train({ ...one, steps }, seed, fix.changes);
      const isCured = CURED[fault]?.(after) ?? !CONFIRMED[fault](after, true);
      const key = `${FAULTS[fault]} | ${fix.label}`,
        [cured, count] = fixed.get(key) ?? [0, 0];
      fixed.set(key, [cured + Number(isCured), count + 1]);
    });
  }),
);
console.log('\n| fault | fix | runs in which it ends the fault |\n|---|---|---|');
for (const [key, [cured, count]] of [...fixed].sort()) console.log(`| ${key} | ${cured} of ${count} |`);
