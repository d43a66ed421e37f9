// A place for one sample: its images one over the other, or an empty frame.

import { element } from './element.js';
import { mosaic } from './gallery.js';

/** @import { Gallery } from '../messages.js' */

/** @param {string} [letter] @param {string} [className] */
export function thumbnail(letter = '', className = '') {
  const canvas = element('canvas', { role: 'img' });
  const place = element(
    'div',
    { className: `slot ${className}` },
    canvas,
    ...(letter ? [element('span', { className: 'badge', dataset: { letter } }, element('i', {}, letter))] : []),
  );
  return {
    place,
    canvas,
    /** @param {Gallery} picture @param {Uint8Array} images
     * @param {number | null} at the number of a sample in them, if there is one @param {string} label */
    draw(picture, images, at, label) {
      const { size, channels, views } = picture,
        each = views * channels * size ** 2;
      const one = at === null ? images.subarray(0, 0) : images.subarray(at * each, (at + 1) * each);
      place.classList.toggle('empty', !one.length);
      canvas.ariaLabel = one.length ? label : `${label}, not there yet`;
      place.style.setProperty('--views', String(views));
      if (one.length) mosaic(canvas, picture, one, 1);
      else canvas.width = canvas.height = 1;
    },
  };
}
