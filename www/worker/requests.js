// Checks requests before anything of a run is touched: a field that is missing or of another type would fail later, in
// the middle of an act.

/** @import { Request } from '../messages.js' */
/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isText = value => typeof value === 'string';
/** @type {Check} */
const isFlag = value => typeof value === 'boolean';
/** @type {Check} */
const isId = value => Number.isSafeInteger(value);
/** @type {Check} */
const isRecord = value => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @type {Check} */
const isBytes = value => value instanceof Uint8Array;
/** @type {Check} */
const isOwnImage = value =>
  isRecord(value) && value.file instanceof Blob && isText(value.name) && Number.isInteger(value.label);
/** @type {Check} */
const isDevice = value => ['auto', 'cpu', 'webgpu'].includes(value);
/** @type {Check} */
const isChange = value => Array.isArray(value) && value.length === 2 && value.every(isText);

/** The fields that a request must have; optional fields are left out. */
const FIELDS = /** @type {Record<string, Record<string, Check>>} */ (
  /** @type {Record<Request['type'], Record<string, Check>>} */ ({
    open: { hash: isText, device: isDevice, play: isFlag },
    play: {},
    pause: {},
    step: { id: isId, n: value => Number.isSafeInteger(value) && value > 0 },
    update: { id: isId, network: value => ['discriminator', 'generator'].includes(value) },
    reset: {},
    speed: { limit: value => value === null || (Number.isFinite(value) && value > 0) },
    set: { changes: value => Array.isArray(value) && value.every(isChange), live: isFlag },
    device: { device: isDevice },
    query: { query: isRecord },
    project: { projection: isId, image: isBytes, known: isBytes },
    'stop-projection': {},
    score: { on: isFlag },
    nearest: { id: isId, image: isBytes },
    images: { images: value => Array.isArray(value) && value.every(isOwnImage) },
    save: { id: isId },
    'fetch-pretrained': { id: isId, name: isText },
    load: { bytes: value => value instanceof ArrayBuffer, device: isDevice, play: isFlag },
    bench: { id: isId, config: isRecord },
  })
);

/** The fault of a message, in words; null where it is a request. @param {unknown} message */
export function whatIsWrong(message) {
  if (!isRecord(message)) return 'it has no type';
  const request = /** @type {Record<string, unknown>} */ (message),
    type = String(request.type);
  if (!Object.hasOwn(FIELDS, type)) return 'its type is unknown';
  const wrong = Object.entries(FIELDS[type]).find(([field, isRight]) => !isRight(request[field]));
  return wrong ? `the field “${wrong[0]}” of “${type}” is missing, or has no value that it can have` : null;
}
