// Replies to the page, and errors as replies.

/** @import { Failure, ProblemKind, Reply, Snapshot, State } from '../messages.js' */

/** @param {Reply} reply @param {Transferable[]} [transfer] */
export const post = (reply, transfer = []) => self.postMessage(reply, { transfer });

/** @param {State} state */
export const postState = state => post({ type: 'state', state });

/** @type {import('./assets.js').Progress} */
export const postProgress = (what, done, total) => post({ type: 'progress', what, done, total });

/** After a fatal problem the page replaces the worker. `followed`: a run opens in answer to the problem.
 * @param {ProblemKind} kind @param {unknown} error @param {string} remedy @param {{ fatal?: boolean, followed?: boolean
 * }} [how] */
export const postProblem = (kind, error, remedy, { fatal = false, followed = false } = {}) =>
  post({ type: 'problem', kind, what: sentence(error), remedy, fatal, followed });

/** What the wasm module threw, where it did. @param {unknown} error @returns {Failure | null} */
export const failure = error =>
  typeof error === 'object' && error && 'kind' in error ? /** @type {Failure} */ (error) : null;

/** A panic leaves the module in an unknown state: it must not be entered again.
 * @param {unknown} error */
export const isPanic = error => error instanceof WebAssembly.RuntimeError;

/** @param {unknown} error */
export function sentence(error) {
  const text = failure(error)?.message ?? (error instanceof Error ? error.message : String(error));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The distinct buffers of a snapshot, to transfer rather than copy. @param {Snapshot} snapshot
 * @returns {ArrayBuffer[]} */
export function buffers(snapshot) {
  const values = Object.values(snapshot.picture ?? {});
  const arrays = values.flatMap(value =>
    ArrayBuffer.isView(value) ? [/** @type {ArrayBuffer} */ (value.buffer)] : [],
  );
  return [...new Set(arrays)];
}
