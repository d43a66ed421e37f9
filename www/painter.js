// Paints the large pictures away from the page's thread, where filling millions of pixels would hold up everything else.

import { paint } from './views/paint.js';

/** @import { Painting } from './views/picture.js' */

/** @type {Map<number, OffscreenCanvas>} */
const canvases = new Map();
/** Pictures that come faster than frames are never painted. @type {Map<number, Painting>} */
const newest = new Map();

/** @param {MessageEvent<{ id: number, canvas?: OffscreenCanvas, painting?: Painting }>} event A canvas, what is to be
 * painted on it, or neither: its end. */
self.onmessage = ({ data: { id, canvas, painting } }) => {
  if (canvas) return void canvases.set(id, canvas);
  if (!painting) return void canvases.delete(id);
  if (!newest.size) requestAnimationFrame(paintNewest);
  newest.set(id, painting);
};

function paintNewest() {
  for (const [id, { picture, frame }] of newest) {
    const canvas = canvases.get(id);
    if (canvas) paint(canvas, picture, frame);
  }
  newest.clear();
}
