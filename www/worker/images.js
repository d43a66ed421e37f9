// A visitor's own images, decoded at the size and in the colours of an experiment.

import { postProblem } from './replies.js';

/** @import { DataFiles, OwnImage } from '../messages.js' */
/** @typedef {{ image_size: number, channels: number }} Form */

/** Decoded pixels are no more. */
const MOST_BYTES = 2 ** 27;
/** Names in a message. */
const NAMED = 3;

/** @type {OwnImage[]} */
let own = [];
/** The last form that was wanted, with its pixels. @type {{ key: string, decoded: Promise<DataFiles> } | null} */
let last = null;

/** The message about missing images, until it is posted; empty where there is none. */
let missing = '';

/** @param {OwnImage[]} images */
export function keepImages(images) {
  own = images;
  last = null;
}

/** The pixels of all images and their labels; undefined where the visitor has given none.
 * @param {Form} form @param {import('./assets.js').Progress} progress @returns {Promise<DataFiles | undefined>} */
export async function ownImages(form, progress) {
  if (!own.length) return undefined;
  const key = `${form.image_size} ${form.channels}`;
  if (last?.key !== key) last = { key, decoded: decode(own, form, progress) };
  return last.decoded;
}

/** @param {OwnImage[]} images @param {Form} form @param {import('./assets.js').Progress} progress
 * @returns {Promise<DataFiles>} */
async function decode(images, { image_size: size, channels }, progress) {
  const area = size * size;
  const most = Math.min(images.length, Math.floor(MOST_BYTES / (channels * area)));
  const [pixels, labels] = [new Uint8Array(most * channels * area), new Uint8Array(most)];
  const canvas = new OffscreenCanvas(size, size);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  context.imageSmoothingQuality = 'high';
  const total = images.slice(0, most).reduce((sum, { file }) => sum + file.size, 0);
  /** @type {string[]} */
  const unreadable = [];
  let count = 0,
    done = 0;
  for (const { file, name, label } of images.slice(0, most)) {
    try {
      const bitmap = await createImageBitmap(file);
      // The square in the middle, on black.
      const { width, height } = bitmap,
        side = Math.min(width, height);
      context.fillRect(0, 0, size, size);
      context.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size);
      bitmap.close();
      const { data } = context.getImageData(0, 0, size, size);
      const at = count * channels * area;
      for (let i = 0; i < area; i++) {
        const [red, green, blue] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
        if (channels === 1) pixels[at + i] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        else [red, green, blue].forEach((value, plane) => (pixels[at + plane * area + i] = value));
      }
      labels[count++] = label;
    } catch {
      unreadable.push(name);
    }
    progress('your images', (done += file.size), total);
  }
  progress('your images', total, total);
  if (!count) throw new Error('None of the images could be read: they should be PNG, JPEG or WebP');
  note(unreadable, images.length - most);
  return [pixels.slice(0, count * channels * area), labels.slice(0, count)];
}

/** Posts that message, once, to a page that shows the run. */
export function tellMissing() {
  if (missing) postProblem('setting', missing, 'The run trains on the others.');
  missing = '';
}

/** @param {string[]} unreadable @param {number} beyond */
function note(unreadable, beyond) {
  const named = unreadable.slice(0, NAMED).join(', ') + (unreadable.length > NAMED ? ' …' : '');
  const parts = [
    unreadable.length ? `${unreadable.length} of the images could not be read: ${named}` : '',
    beyond ? `${beyond} of the images are more than a page keeps` : '',
  ].filter(part => part);
  missing = parts.join('; ');
}
