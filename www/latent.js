// The state of the latent-space tools as plain data, and the changes that each action of the visitor makes. The query
// to the trainer is derived from it.

/** @import { ProjectionState, Kind, LatentQuery, InterpolationPath } from './messages.js' */

/** @typedef {'interpolation' | 'arithmetic' | 'projection'} Tool */
/** The part of the state that can be undone: the samples A, B and C and the target image, by their index in the
 * gallery, and the hidden pixels of the target.
 * @typedef {{ picks: (number | null)[], target: number | null, hidden: ReadonlySet<number> }} Choice */
/** @typedef {{ id: number, running: boolean, runStep: number | null, state: ProjectionState | null, problem: string
 * }} ProjectionRun */
/** `next`: the letter that the next sample gets.
 * @typedef {Choice & { open: boolean, tool: Tool, path: InterpolationPath, truncation: number | null, next: number,
 * before: (Choice & { projecting: boolean })[], projection: ProjectionRun | null }} Latent */

export const LETTERS = ['A', 'B', 'C'];
/** How many letters a tool has; a search needs none. */
const SLOTS = { interpolation: 2, arithmetic: 3, projection: 0 };
/** Acts that can be undone. */
const MEMORY = 100;
/** @type {LatentQuery} */
const PLAIN = { truncation: null, interpolation: null, arithmetic: null, map: false };

/** @type {Latent} */
export const untouched = {
  open: false,
  tool: 'interpolation',
  path: 'slerp',
  truncation: null,
  picks: [null, null, null],
  next: 0,
  target: null,
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
export const choose = (latent, tool) => ({ ...latent, tool, next: firstEmpty(latent.picks, SLOTS[tool]) });

/** A sample gets the next letter. @param {Latent} latent @param {number} sample @returns {Latent} */
export function pick(latent, sample) {
  const { picks, next, tool } = latent,
    slots = SLOTS[tool];
  const chosen = picks.map((pick, i) => (i === next ? sample : pick));
  // The letters that are still free come first; then they go round.
  const empty = firstEmpty(chosen, slots);
  return { ...remembering(latent), picks: chosen, next: chosen[empty] === null ? empty : (next + 1) % slots };
}

/** @param {Latent} latent @param {number} target @returns {Latent} */
export const aim = (latent, target) => ({ ...remembering(latent), target, projection: null });

/** Hides just these pixels. @param {Latent} latent @param {ReadonlySet<number>} hidden @returns {Latent} */
export const hide = (latent, hidden) => ({ ...remembering(latent), hidden, projection: null });

/** Hides these pixels too, in one act with what was hidden last. @param {Latent} latent @param {number[]} pixels
 * @returns {Latent} */
export const erase = (latent, pixels) => ({
  ...latent,
  hidden: new Set([...latent.hidden, ...pixels]),
  projection: null,
});

/** The index of the last act that the present tool can undo: projection has acts of its own. @param {Latent} latent */
const last = ({ before, tool }) => before.findLastIndex(act => act.projecting === (tool === 'projection'));
/** @param {Latent} latent */
export const undoable = latent => last(latent) >= 0;

/** @param {Latent} latent @returns {Latent} */
export function undo(latent) {
  const at = last(latent),
    act = latent.before[at];
  if (!act) return latent;
  const rest = { ...latent, before: latent.before.toSpliced(at, 1) };
  return act.projecting
    ? { ...rest, target: act.target, hidden: act.hidden, projection: null }
    : { ...rest, picks: act.picks, next: firstEmpty(act.picks, SLOTS[rest.tool]) };
}

/** Whether the tool has anything to clear. @param {Latent} latent */
export const touched = ({ tool, picks, target, hidden }) =>
  tool === 'projection' ? target !== null || hidden.size > 0 : picks.some(pick => pick !== null);

/** @param {Latent} latent @returns {Latent} */
export function clear(latent) {
  const cleared = { ...remembering(latent), next: 0, projection: null };
  return latent.tool === 'projection'
    ? { ...cleared, target: null, hidden: new Set() }
    : { ...cleared, picks: [null, null, null] };
}

/** @param {Latent} latent @returns {Latent} */
const remembering = latent => {
  const { tool, picks, target, hidden, before } = latent;
  return {
    ...latent,
    before: [...before, { projecting: tool === 'projection', picks, target, hidden }].slice(-MEMORY),
  };
};

/** @param {(number | null)[]} picks @param {number} slots */
const firstEmpty = (picks, slots) => Math.max(0, picks.slice(0, slots).indexOf(null));

/** What the trainer should show of it. @param {Latent} latent @param {Kind | undefined} kind @returns {LatentQuery} */
export function queryOf({ open, tool, path, truncation, picks: [a, b, c] }, kind) {
  if (!open || kind === 'phase') return PLAIN;
  const shown = { ...PLAIN, truncation };
  if (kind !== 'gallery') return shown;
  if (tool === 'interpolation' && a !== null && b !== null)
    return { ...shown, interpolation: { from: a, to: b, path } };
  if (tool === 'arithmetic' && a !== null && b !== null && c !== null)
    return { ...shown, arithmetic: `${a}-${b}+${c}` };
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
