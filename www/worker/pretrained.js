// Pre-trained runs, which ./build.sh pretrained makes: their index, and the checkpoint of one. They are fetched here and
// not in the page, whose console would call a server that has none an error.

import { Missing, arriving, get, once } from './assets.js';
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
  const response = await get(new URL(entry.file, FOLDER));
  const all = new Uint8Array(entry.bytes);
  const refuse = (/** @type {string} */ how) => {
    const length = all.length.toLocaleString('en');
    throw new Error(`${new URL(response.url).pathname} ${how} the ${length} bytes of its index`);
  };
  let done = 0;
  for await (const bytes of arriving(response, WHAT, progress, all.length)) {
    if (done + bytes.length > all.length) refuse('goes on after');
    all.set(bytes, done);
    done += bytes.length;
  }
  if (done < all.length) refuse('ends before');
  return all.buffer;
}
