// Paints the large pictures away from the page's thread, where filling millions of pixels would hold up everything else.

import { paint } from './views/paint.js';

/** @import { Painting } from './views/picture.js' */

/** @type {Map<number, OffscreenCanvas>} */
const canvases = new Map();
/** Pictures that come faster than frames are never painted. @type {Map<number, Painting>} */
const newest = new Map();

/** @param {MessageEvent<{ id: number, canvas?: OffscreenCanvas } & Partial<Painting>>} event A canvas, a picture to be
 * painted on it, or neither: its end. */
self.onmessage = ({ data: { id, canvas, picture = null, frame } }) => {
  if (canvas) return void canvases.set(id, canvas);
  if (!frame) return void canvases.delete(id);
  if (!newest.size) requestAnimationFrame(paintNewest);
  newest.set(id, { picture, frame });
};

function paintNewest() {
  for (const [id, { picture, frame }] of newest) {
    const canvas = canvases.get(id);
    if (canvas) paint(canvas, picture, frame);
  }
  newest.clear();
}
