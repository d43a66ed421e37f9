// Samples as text: one or two numbers a line, between commas, semicolons, tabs or spaces, with a line of names or without.

const LONGEST = 4_000_000;
const LINES = 100_000;
/** Networks learn numbers of this size; others are centred and scaled. */
const SPREAD = { least: 0.2, most: 10 };

/** @typedef {{ samples: number[][], scaled: boolean }} Samples */

/** @param {string} text @returns {Samples | string} The samples, or what is wrong with the text. */
export function read(text) {
  if (text.length > LONGEST) return `The text is longer than ${LONGEST / 1e6} million characters`;
  const lines = text.split(/\r?\n/).filter(line => line.trim());
  if (lines.length > LINES)
    return `The text has ${lines.length.toLocaleString('en')} lines; at most ${LINES.toLocaleString('en')} are read`;
  const cells = lines.map(line =>
    line
      .trim()
      .split(/\s*[,;\t]\s*|\s+/)
      .filter(cell => cell),
  );
  const numbers = cells.map(row => row.map(Number));
  // A first line of names.
  const start = numbers[0]?.some(Number.isNaN) ? 1 : 0;
  const samples = numbers.slice(start);
  const dim = samples[0]?.length ?? 0;
  if (samples.length < 2) return 'A target needs at least two lines of numbers';
  if (dim < 1 || dim > 2) return `Line ${start + 1} has ${dim} columns; a target has one or two`;
  const odd = samples.findIndex(row => row.length !== dim || !row.every(Number.isFinite));
  if (odd >= 0)
    return `Line ${start + odd + 1} is not ${dim === 1 ? 'a number' : 'two numbers'}: ${lines[start + odd].trim().slice(0, 40).replace(/\p{C}/gu, '?')}`;
  return fitted(samples);
}

/** @param {number[][]} samples @returns {Samples} */
function fitted(samples) {
  const axes = samples[0].map((_, axis) => samples.map(row => row[axis]));
  const centres = axes.map(values => values.reduce((a, b) => a + b, 0) / values.length);
  const deviation = Math.sqrt(
    axes.reduce(
      (sum, values, axis) => sum + values.reduce((a, x) => a + (x - centres[axis]) ** 2, 0) / values.length,
      0,
    ) / axes.length,
  );
  const farthest = axes.reduce((most, values) => values.reduce((far, x) => Math.max(far, Math.abs(x)), most), 0);
  if (farthest <= SPREAD.most && deviation >= SPREAD.least) return { samples, scaled: false };
  const scale = deviation || 1;
  return { samples: samples.map(row => row.map((x, axis) => (x - centres[axis]) / scale)), scaled: true };
}
