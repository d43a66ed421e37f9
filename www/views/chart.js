// A small chart of series over steps, with reference lines and a mark where the visitor looks back.

import { theme } from '../theme.js';

/** @typedef {'real' | 'generated' | 'discriminator' | 'muted'} Colour */
/** @typedef {{ label: string, colour: Colour, dash?: number[] }} Line */
/** `bare`: the words alone, for a series that draws its own line; `below`: under the line rather than over it.
 * @typedef {{ at: number, label: string, bare?: boolean, below?: boolean }} Reference */
/** `shows`: fits the data, but always shows these values, and nothing under `least`.
 * @typedef {{ low: number, high: number } | { shows: number[], least?: number }} Scale */

/** A chart of fewer CSS pixels is all curve. */
const LOW = 80;

/** @type {Promise<any> | null} */
let library = null;
const load = () =>
  (library ??= import(new URL('../vendor/uPlot.esm.js', import.meta.url).href).then(module => module.default));

/** @param {HTMLElement} place @param {{ lines: Line[], scale: Scale, format?: (value: number) => string }} options */
export async function chart(place, { lines, scale, format = value => String(+value.toFixed(2)).replace('-', '−') }) {
  const uPlot = await load().catch(() => null);
  if (!uPlot) {
    place.textContent = 'The chart library could not be fetched; training is not affected.';
    return { draw() {}, redraw() {} };
  }
  /** @type {Reference[]} */
  let references = [];
  /** @type {number | null} */
  let looking = null;
  let names = lines.map(({ label }) => label);
  const axis = {
    stroke: () => theme.muted,
    // The library reads whole pixels only.
    font: `${Math.round(theme.em * 0.92)}px ${theme.family}`,
    grid: { stroke: () => theme.line, width: 1 },
    ticks: { show: false },
  };
  // Charts over one another share the steps of the one at the bottom: those that are too low for numbers under them
  // have none.
  const low = () => place.clientHeight < LOW;
  const box = () => ({ width: Math.max(place.clientWidth, 120), height: place.clientHeight });
  const plot = new uPlot(
    {
      ...box(),
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false },
        y: {
          range: (/** @type {unknown} */ _, /** @type {number} */ low, /** @type {number} */ high) => {
            if ('low' in scale) return [scale.low, scale.high];
            const all = [...references.map(({ at }) => at), low ?? 0, high ?? 1, ...scale.shows];
            const bottom = Math.max(Math.min(...all), scale.least ?? -Infinity),
              top = Math.max(...all);
            const margin = 0.08 * (top - bottom) || 1;
            // At zero the axis itself is margin enough.
            return [bottom === 0 ? 0 : bottom - margin, top === 0 ? 0 : top + margin];
          },
        },
      },
      axes: [
        {
          ...axis,
          size: () => (low() ? theme.em / 2 : theme.em * 2),
          gap: 4,
          space: 64,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ ticks) => ticks.map(low() ? () => '' : short),
        },
        {
          ...axis,
          size: theme.em * 3,
          gap: 6,
          space: 26,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ ticks) => ticks.map(format),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, colour, dash }) => ({
          label,
          stroke: () => theme[colour],
          width: 1.5,
          dash,
          points: { show: false },
          spanGaps: true,
        })),
      ],
      hooks: { draw: [(/** @type {any} */ u) => marks(u, references, looking)] },
    },
    [[], ...lines.map(() => [])],
    place,
  );
  new ResizeObserver(() => plot.setSize(box())).observe(place);

  place.setAttribute('role', 'img');
  let described = '';
  /** In words, for screen readers. */
  function describe() {
    const marks = references.map(({ at, label }) => `${label} at ${at.toFixed(3).replace('-', '−')}`);
    const words = [`Over the steps: ${names.filter(Boolean).join(', ')}`, ...marks].join('; ');
    if (words !== described) place.setAttribute('aria-label', (described = words));
  }

  return {
    redraw: () => plot.redraw(),
    /** @param {(number | null)[][]} data steps first @param {Reference[]} lines @param {number | null} at
     * @param {Scale} nowScale @param {string[]} nowNames */
    draw(data, lines, at, nowScale, nowNames) {
      references = lines;
      [scale, names] = [nowScale, nowNames];
      describe();
      looking = at;
      plot.setData(data);
    },
  };
}

/** @param {any} u @param {Reference[]} references @param {number | null} looking */
function marks(u, references, looking) {
  const { ctx: c, bbox } = u;
  const ratio = devicePixelRatio;
  c.save();
  c.font = `${Math.round(theme.em * 0.92) * ratio}px ${theme.family}`;
  c.lineWidth = ratio;
  c.strokeStyle = c.fillStyle = theme.muted;
  c.textAlign = 'right';
  c.textBaseline = 'bottom';
  for (const { at, label, bare, below } of references) {
    const y = Math.round(u.valToPos(at, 'y', true)) + 0.5;
    c.setLineDash([2 * ratio, 3 * ratio]);
    if (!bare) {
      c.beginPath();
      c.moveTo(bbox.left, y);
      c.lineTo(bbox.left + bbox.width, y);
      c.stroke();
    }
    c.textBaseline = below ? 'top' : 'bottom';
    const words = /** @type {const} */ ([label, bbox.left + bbox.width - 2 * ratio, y + (below ? 3 : -2) * ratio]);
    // A halo keeps the words legible where a series runs through them.
    c.setLineDash([]);
    c.lineWidth = 3 * ratio;
    c.strokeStyle = theme.surface;
    c.strokeText(...words);
    c.fillText(...words);
    c.strokeStyle = theme.muted;
    c.lineWidth = ratio;
  }
  if (looking !== null) {
    const x = Math.round(u.valToPos(looking, 'x', true)) + 0.5;
    c.strokeStyle = theme.ink;
    c.beginPath();
    c.moveTo(x, bbox.top);
    c.lineTo(x, bbox.top + bbox.height);
    c.stroke();
  }
  c.restore();
}

/** 12k rather than 12000. @param {number} step */
const short = step =>
  step >= 1e6 ? `${+(step / 1e6).toFixed(1)}M` : step >= 1e3 ? `${+(step / 1e3).toFixed(1)}k` : String(step);
