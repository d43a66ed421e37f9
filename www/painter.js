// Paints the large picture away from the page's thread, where filling millions of pixels would hold up everything else.

import { paint } from './views/paint.js';

/** @import { Snapshot } from './messages.js' */
/** @import { Frame } from './views/paint.js' */

/** @type {OffscreenCanvas | null} */
let canvas = null;
/** @type {{ picture: Snapshot['picture'], frame: Frame } | null} */
let newest = null;

self.onmessage = ({ data }) => {
  if (data instanceof OffscreenCanvas) {
    canvas = data;
    return;
  }
  // Pictures that come faster than frames are never painted.
  if (!newest)
    requestAnimationFrame(() => {
      if (canvas && newest) paint(canvas, newest.picture, newest.frame);
      newest = null;
    });
  newest = data;
};
