// The training image nearest to the generated one under the pointer or the focus, so that copies are recognised.

import { announce } from '../announce.js';
import { theme } from '../theme.js';
import { byId, element } from './element.js';
import { generatedAt, mosaic } from './gallery.js';

/** @import { Gallery, NearestImage } from '../messages.js' */
/** @import { Store } from '../state.js' */
/** The image's number in the gallery, where it is, and how it was pointed at.
 * @typedef {{ at: number, box: () => DOMRect, by: 'picture' | 'tile' | 'focus' }} Pointed */

/** A pointer on its way across the images is left alone. */
const REST_MS = 150;
/** While the run trains the image changes: so long between two searches. */
const AGAIN_MS = 400;
const GAP = 12;

/** @param {Store} store @param {(image: Uint8Array) => Promise<{ found: NearestImage }>} find */
export function nearestImage(store, find) {
  const [own, other] = [element('canvas'), element('canvas')],
    count = element('span'),
    words = element('p', { className: 'tabular' });
  const card = element(
    'div',
    { id: 'nearest', ariaHidden: 'true', hidden: true },
    element('figure', { className: 'generated' }, own, element('figcaption', {}, 'generated')),
    element(
      'figure',
      { className: 'real' },
      other,
      element('figcaption', {}, 'nearest of ', count, ' training images'),
    ),
    words,
  );
  document.body.append(card);
  /** @type {Pointed | null} */
  let pointed = null;
  /** The picture whose image the card shows. @type {Gallery | null} */
  let shown = null;
  let timer = 0,
    searching = false;

  const gallery = () => {
    const { viewing, live } = store.model,
      picture = (viewing ?? live)?.picture;
    // Several images at once have no single nearest one.
    return picture?.kind === 'gallery' && picture.views * picture.channels === 1 ? picture : null;
  };

  /** @param {Pointed | null} next */
  function point(next) {
    if (next?.at === pointed?.at && next?.by === pointed?.by) return;
    pointed = gallery() ? next : null;
    clearTimeout(timer);
    timer = pointed ? setTimeout(search, REST_MS) : 0;
    card.hidden = true;
  }

  async function search() {
    timer = 0;
    const picture = gallery(),
      asked = pointed;
    if (searching || !picture || !asked || asked.at >= picture.count) return;
    searching = true;
    const area = picture.size ** 2,
      image = picture.generated.slice(asked.at * area, (asked.at + 1) * area);
    // Another run may open meanwhile, which has no such image.
    const reply = await find(image).catch(() => null);
    searching = false;
    if (pointed !== asked) timer ||= setTimeout(search, 0);
    else if (reply) show(picture, asked, image, reply.found);
  }

  /** @param {Gallery} picture @param {Pointed} pointed @param {Uint8Array} image @param {NearestImage} found */
  function show(picture, { box, by }, image, found) {
    const first = card.hidden;
    shown = picture;
    mosaic(own, picture, image, 1);
    mosaic(other, picture, found.image, 1);
    count.textContent = found.count.toLocaleString('en');
    const { distance, neighbour } = found;
    words.textContent =
      `Distance ${distance.toFixed(2)} (Euclidean, pixels from −1 to 1; a copy has 0).` +
      (neighbour === null ? '' : ` That training image is ${neighbour.toFixed(2)} from its own nearest neighbour.`);
    card.hidden = false;
    place(box());
    if (by === 'focus' && first)
      announce(`Nearest of ${found.count} training images: number ${found.index}. ${words.textContent}`);
  }

  /** To the right of the image, or to its left, within the window. @param {DOMRect} box */
  function place(box) {
    const { width, height } = card.getBoundingClientRect(),
      { clientWidth, clientHeight } = document.documentElement;
    const right = box.right + GAP,
      left = right + width + GAP <= clientWidth ? right : box.left - GAP - width;
    // Too narrow for either: over or under it.
    const fits = left >= GAP;
    const middle = box.top + (box.height - height) / 2,
      above = box.top - GAP - height,
      top = fits ? middle : above >= GAP ? above : box.bottom + GAP;
    card.style.left = `${fits ? left : Math.max(GAP, Math.min(box.left, clientWidth - width - GAP))}px`;
    card.style.top = `${Math.max(GAP, Math.min(top, clientHeight - height - GAP))}px`;
  }

  // The picture.
  const frame = /** @type {HTMLElement} */ (byId('picture').parentElement);
  /** @param {MouseEvent} event */
  const over = event => {
    const picture = gallery(),
      { x, y, width, height } = frame.getBoundingClientRect();
    const where = { width, height, theme, hidden: store.model.hidden };
    const found = picture && generatedAt(picture, where, event.clientX - x, event.clientY - y);
    const box = () => new DOMRect(x + (found?.left ?? 0), y + (found?.top ?? 0), found?.side, found?.side);
    point(found && { at: found.at, box, by: 'picture' });
  };
  frame.addEventListener('pointermove', event => event.pointerType === 'mouse' && over(event));
  // A tap.
  frame.addEventListener('click', over);
  frame.addEventListener('pointerleave', event => event.pointerType === 'mouse' && point(null));

  // The samples of the latent space.
  const explorer = byId('explorer');
  /** @param {Event} event @param {Pointed['by']} by */
  const overTile = (event, by) => {
    const tile = /** @type {Element} */ (event.target).closest('.sheet.generated .tile'),
      at = [...(tile?.parentElement?.children ?? [])].indexOf(/** @type {Element} */ (tile));
    point(tile && { at, box: () => tile.getBoundingClientRect(), by });
  };
  explorer.addEventListener('pointerover', event => event.pointerType === 'mouse' && overTile(event, 'tile'));
  explorer.addEventListener('pointerleave', event => event.pointerType === 'mouse' && point(null));
  explorer.addEventListener('focusin', event => overTile(event, 'focus'));
  explorer.addEventListener('focusout', () => point(null));

  addEventListener('keydown', event => event.key === 'Escape' && point(null));
  // The image with the focus may have been scrolled into view.
  const scrolled = () => (pointed?.by === 'focus' ? (card.hidden ? undefined : place(pointed.box())) : point(null));
  addEventListener('scroll', scrolled, { capture: true, passive: true });
  addEventListener('pointerdown', event => {
    if (!frame.contains(/** @type {Node} */ (event.target))) point(null);
  });

  return {
    draw() {
      const picture = gallery();
      if (pointed && !picture) point(null);
      else if (!card.hidden && picture !== shown) timer ||= setTimeout(search, AGAIN_MS);
    },
  };
}
