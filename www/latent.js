// The state of the latent-space tools as plain data, and the changes that each action of the visitor makes. The query
// to the trainer is derived from it.

import { MOST_PINS, weights } from './pad.js';

/** @import { ProjectionState, Kind, LatentQuery, InterpolationPath } from './messages.js' */
/** @import { Place } from './pad.js' */

/** @typedef {'interpolation' | 'arithmetic' | 'pad' | 'projection'} Tool */
/** The part of the state that can be undone: the samples A, B and C, by their index in the gallery; the pins of the
 * pad; the target image, by its index or as drawn, a byte a pixel; and the hidden pixels of the target.
 * @typedef {{ picks: (number | null)[], pins: readonly Place[], target: number | Uint8Array | null,
 * hidden: ReadonlySet<number> }} Choice */
/** The part of the state that an act changes. @typedef {'picks' | 'pins' | 'projection'} Subject */
/** @typedef {{ id: number, running: boolean, runStep: number | null, state: ProjectionState | null, problem: string
 * }} ProjectionRun */
/** `next`: the letter that the next sample gets; `at`: the point of the pad, which moves by itself while `walking`;
 * `drawing`: whether the target is drawn rather than chosen.
 * @typedef {Choice & { open: boolean, tool: Tool, path: InterpolationPath, truncation: number | null, next: number,
 * at: Place, walking: boolean, drawing: boolean, before: (Choice & { of: Subject })[],
 * projection: ProjectionRun | null }} Latent */

export const LETTERS = ['A', 'B', 'C'];
/** How many letters a tool has; a search needs none. */
const SLOTS = { interpolation: 2, arithmetic: 3, pad: 3, projection: 0 };
/** The parts of the state that the acts of a tool change. @type {Record<Tool, Subject[]>} */
const SUBJECTS = {
  interpolation: ['picks'],
  arithmetic: ['picks'],
  pad: ['picks', 'pins'],
  projection: ['projection'],
};
/** Acts that can be undone. */
const MEMORY = 100;
/** @type {LatentQuery} */
const PLAIN = { truncation: null, interpolation: null, arithmetic: null, pad: null, map: false };

/** @type {Latent} */
export const untouched = {
  open: false,
  tool: 'interpolation',
  path: 'slerp',
  truncation: null,
  picks: [null, null, null],
  next: 0,
  pins: [],
  at: { u: 0.5, v: 0.587 },
  walking: false,
  target: null,
  drawing: false,
  hidden: new Set(),
  before: [],
  projection: null,
};

/** Another run: its samples are others, and so are its real images, for which it may have no search.
 * @param {Latent} latent @returns {Latent} */
export const elsewhere = ({ open, tool, path }) => ({
  ...untouched,
  open,
  tool: tool === 'projection' ? 'interpolation' : tool,
  path,
});

/** @param {Latent} latent @param {Tool} tool @returns {Latent} */
export const choose = (latent, tool) => ({
  ...latent,
  tool,
  walking: false,
  next: firstEmpty(latent.picks, SLOTS[tool]),
});

/** A sample gets the next letter. @param {Latent} latent @param {number} sample @returns {Latent} */
export function pick(latent, sample) {
  const { picks, next, tool } = latent,
    slots = SLOTS[tool];
  const chosen = picks.map((pick, i) => (i === next ? sample : pick));
  // The letters that are still free come first; then they go round.
  const empty = firstEmpty(chosen, slots);
  return { ...remembering(latent, 'picks'), picks: chosen, next: chosen[empty] === null ? empty : (next + 1) % slots };
}

/** The samples at the corners of the pad: those that were chosen, and in the place of the others the first samples.
 * @param {Latent} latent @returns {[number, number, number]} */
export function corners({ picks }) {
  const free = [0, 1, 2, 3, 4, 5].filter(i => !picks.includes(i));
  return /** @type {[number, number, number]} */ (picks.map(pick => pick ?? free.shift() ?? 0));
}

/** @param {Latent} latent @param {Place} place @returns {Latent} */
export const pin = (latent, place) =>
  latent.pins.length < MOST_PINS ? { ...remembering(latent, 'pins'), pins: [...latent.pins, place] } : latent;

/** A walk needs somewhere to go. @param {Latent} latent @param {number} at @returns {Latent} */
export function unpin(latent, at) {
  const pins = latent.pins.filter((_, i) => i !== at);
  return { ...remembering(latent, 'pins'), pins, walking: latent.walking && pins.length > 1 };
}

/** @param {Latent} latent @param {number | Uint8Array} target @returns {Latent} */
export const aim = (latent, target) => ({ ...remembering(latent, 'projection'), target, projection: null });

/** Draws on, in one act with what was drawn last. @param {Latent} latent @param {Uint8Array} target @returns {Latent} */
export const paint = (latent, target) => ({ ...latent, target, projection: null });

/** Hides just these pixels. @param {Latent} latent @param {ReadonlySet<number>} hidden @returns {Latent} */
export const hide = (latent, hidden) => ({ ...remembering(latent, 'projection'), hidden, projection: null });

/** Hides these pixels too, in one act with what was hidden last. @param {Latent} latent @param {number[]} pixels
 * @returns {Latent} */
export const erase = (latent, pixels) => ({
  ...latent,
  hidden: new Set([...latent.hidden, ...pixels]),
  projection: null,
});

/** The index of the last act that the present tool can undo. @param {Latent} latent */
const last = ({ before, tool }) => before.findLastIndex(act => SUBJECTS[tool].includes(act.of));
/** @param {Latent} latent */
export const undoable = latent => last(latent) >= 0;

/** @param {Latent} latent @returns {Latent} */
export function undo(latent) {
  const at = last(latent),
    act = latent.before[at];
  if (!act) return latent;
  const rest = { ...latent, before: latent.before.toSpliced(at, 1) };
  switch (act.of) {
    case 'picks':
      return { ...rest, picks: act.picks, next: firstEmpty(act.picks, SLOTS[rest.tool]) };
    case 'pins':
      return { ...rest, pins: act.pins, walking: rest.walking && act.pins.length > 1 };
    case 'projection':
      return { ...rest, target: act.target, hidden: act.hidden, projection: null };
  }
}

/** Whether the tool has anything to clear. @param {Latent} latent */
export const touched = ({ tool, picks, pins, target, hidden }) =>
  tool === 'projection'
    ? target !== null || hidden.size > 0
    : picks.some(pick => pick !== null) || (tool === 'pad' && pins.length > 0);

/** On the pad the pins first, and then the samples at its corners. @param {Latent} latent @returns {Latent} */
export function clear(latent) {
  if (latent.tool === 'projection')
    return { ...remembering(latent, 'projection'), target: null, hidden: new Set(), projection: null };
  if (latent.tool === 'pad' && latent.pins.length) return { ...remembering(latent, 'pins'), pins: [], walking: false };
  return { ...remembering(latent, 'picks'), picks: [null, null, null], next: 0 };
}

/** @param {Latent} latent @param {Subject} of @returns {Latent} */
const remembering = (latent, of) => {
  const { picks, pins, target, hidden, before } = latent;
  return { ...latent, before: [...before, { of, picks, pins, target, hidden }].slice(-MEMORY) };
};

/** @param {(number | null)[]} picks @param {number} slots */
const firstEmpty = (picks, slots) => Math.max(0, picks.slice(0, slots).indexOf(null));

/** What the trainer should show of it. @param {Latent} latent @param {Kind | undefined} kind @returns {LatentQuery} */
export function queryOf(latent, kind) {
  const {
    open,
    tool,
    path,
    truncation,
    picks: [a, b, c],
    at,
    pins,
  } = latent;
  if (!open || kind === 'phase') return PLAIN;
  const shown = { ...PLAIN, truncation };
  if (kind !== 'gallery') return shown;
  if (tool === 'interpolation' && a !== null && b !== null)
    return { ...shown, interpolation: { from: a, to: b, path } };
  if (tool === 'arithmetic' && a !== null && b !== null && c !== null)
    return { ...shown, arithmetic: `${a}-${b}+${c}` };
  if (tool === 'pad') {
    // The point first, and then its pins.
    const points = [at, ...pins].map(place => /** @type {[number, number]} */ (weights(place).slice(1)));
    return { ...shown, pad: { samples: corners(latent), points } };
  }
  return shown;
}

/** What comes of a search. @param {Latent} latent
 * @param {{ type: 'projected', projection: number, run_step: number, state: ProjectionState, done: boolean } | {
 * type: 'projection-failed', projection: number, what: string }} news @returns {Latent} */
export function onProjection(latent, news) {
  const { projection } = latent;
  // Another one, or none, is wanted by now.
  if (projection?.id !== news.projection) return latent;
  return news.type === 'projected'
    ? {
        ...latent,
        projection: {
          ...projection,
          running: projection.running && !news.done,
          runStep: news.run_step,
          state: news.state,
        },
      }
    : { ...latent, projection: { ...projection, running: false, problem: news.what } };
}
