// The canvas on which the visitor draws the target of a projection, with a pointer or with keys.

import { announce } from '../announce.js';
import { stroke } from '../brush.js';
import { hide, paint, undo } from '../latent.js';
import { element } from './element.js';
import { mosaic } from './gallery.js';

/** @import { Point } from '../brush.js' */
/** @import { Gallery } from '../messages.js' */
/** @import { Latent } from '../latent.js' */
/** @import { Store } from '../state.js' */

/** @type {Record<string, [x: number, y: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {Store} store */
export function drawing(store) {
  /** @param {Latent} latent */
  const update = latent => store.dispatch({ type: 'latent', latent });
  const now = () => store.model.latent;
  const size = () => /** @type {Gallery} */ (store.model.live?.picture).size;

  const canvas = element('canvas', { ariaHidden: 'true' }),
    tip = element('span', { className: 'tip', ariaHidden: 'true' });
  const board = element('div', { className: 'board', tabIndex: 0, ariaLabel: 'Drawing' }, canvas, tip);
  // Its keys are its own.
  board.setAttribute('role', 'application');
  const help = element(
    'p',
    { id: 'drawing-help', className: 'hint' },
    'White on black, as the data are. Keys: the arrows move the brush, the space bar lowers and lifts it.',
  );
  board.setAttribute('aria-describedby', help.id);
  const place = element('div', { className: 'sheet drawn' }, board, help);

  /** Where keys have the brush, and whether it is down. @type {Point} */
  let brush = [0.5, 0.5];
  let down = false;

  /** @param {Point} from @param {Point} to */
  function draw(from, to) {
    const { target } = now();
    const image = target instanceof Uint8Array ? target : new Uint8Array(size() ** 2);
    update(paint(now(), stroke(image, size(), from, to)));
  }
  /** A stroke is one act of undo. @param {Point} at */
  function begin(at) {
    update(hide(now(), now().hidden));
    draw(at, at);
  }

  /** @param {PointerEvent} event @returns {Point} */
  const pointOf = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  /** @type {Point | null} */
  let last = null;
  board.onpointerdown = event => {
    if (event.button) return;
    board.setPointerCapture(event.pointerId);
    last = pointOf(event);
    begin(last);
  };
  board.onpointermove = event => {
    if (!last || !board.hasPointerCapture(event.pointerId)) return;
    // A quick hand is followed in full.
    for (const part of event.getCoalescedEvents().concat(event)) {
      const next = pointOf(part);
      draw(last, next);
      last = next;
    }
  };
  board.onlostpointercapture = () => (last = null);

  /** @param {boolean} is */
  function lower(is) {
    if (is === down) return;
    down = is;
    board.classList.toggle('down', down);
    if (down) begin(brush);
    announce(down ? 'Brush down' : 'Brush up');
  }
  board.onkeydown = event => {
    const way = WAYS[event.key];
    const undoes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !event.shiftKey;
    if (!way && event.key !== ' ' && !undoes) return;
    event.preventDefault();
    event.stopPropagation();
    if (undoes) return update(undo(now()));
    if (event.key === ' ') return event.repeat ? undefined : lower(!down);
    const pixel = 1 / size();
    const [x, y] = brush.map((value, axis) => Math.min(1, Math.max(0, value + way[axis] * pixel)));
    if (down) draw(brush, [x, y]);
    brush = [x, y];
    put();
  };
  board.onblur = () => lower(false);
  const put = () => {
    tip.style.left = `${100 * brush[0]}%`;
    tip.style.top = `${100 * brush[1]}%`;
  };
  put();

  return {
    place,
    /** @param {Gallery} picture @param {Latent} latent */
    draw(picture, { target }) {
      const image = target instanceof Uint8Array ? target : new Uint8Array(picture.size ** 2);
      mosaic(canvas, picture, image, 1);
    },
  };
}
