// Pre-trained runs, which ./build.sh pretrained makes: their index, and the checkpoint of one. They are fetched here and
// not in the page, whose console would call a server that has none an error.

import { Missing, get, once } from './assets.js';
import { sentence } from './replies.js';

/** @import { PretrainedIndex } from '../messages.js' */
/** @import { Progress } from './assets.js' */

const FOLDER = new URL('../pretrained/', import.meta.url);
/** A larger checkpoint is none of an image preset. */
const LARGE = 2 ** 28;
const WHAT = 'the pre-trained run';

/** @param {unknown} value @param {number} most */
const isCount = (value, most) => Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;

/** The entries of an index that can be used. @param {unknown} index @returns {PretrainedIndex} */
function checked(index) {
  const entries = typeof index === 'object' && index ? Object.entries(index) : [];
  return Object.fromEntries(
    entries.filter(
      ([, entry]) =>
        /^[\w-]+\.safetensors$/.test(entry?.file) && isCount(entry.step, 1e9) && isCount(entry.bytes, LARGE),
    ),
  );
}

/** The pre-trained runs of this server, by preset: none where it has no index, or a damaged one.
 * @returns {Promise<PretrainedIndex>} */
export const pretrainedIndex = () =>
  once('pretrained', async () => checked(await (await get(new URL('index.json', FOLDER))).json())).catch(error => {
    if (!(error instanceof Missing)) console.warn(`No pre-trained runs: ${sentence(error)}`);
    return {};
  });

/** The checkpoint of a preset, of exactly the length that the index says. @param {string} name @param {Progress} progress
 * @returns {Promise<ArrayBuffer>} */
export async function pretrainedCheckpoint(name, progress) {
  const entry = (await pretrainedIndex())[name];
  if (!entry) throw new Error(`This server has no pre-trained run of ${name}`);
  const { body, url } = await get(new URL(entry.file, FOLDER));
  const all = new Uint8Array(entry.bytes);
  let done = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  for (let last = 0; ;) {
    const { value, done: ended } = await reader.read();
    if (ended && done === all.length) break;
    if (ended || done + value.length > all.length) {
      reader.cancel();
      const length = all.length.toLocaleString('en');
      throw new Error(
        `${new URL(url).pathname} ${ended ? 'ends before' : 'goes on after'} the ${length} bytes of its index`,
      );
    }
    all.set(value, done);
    done += value.length;
    if (performance.now() - last > 100) progress(WHAT, done, all.length);
    last = performance.now();
  }
  progress(WHAT, done, done);
  return all.buffer;
}
