// Images to choose from: one canvas that holds them all, with a button over each.

import { element } from './element.js';
import { fit, mosaic } from './gallery.js';

/** A tile is one sample: `together` images side by side. `marks`: the letters on each tile; `name`: its accessible
 * name; `captions`: the text in its corner, may be empty.
 * @typedef {{ images: Uint8Array, size: number, channels: number, together: number, marks: string[], name: (tile:
 * number) => string, captions: string[] }} Sheet */

/** The moves of the arrow keys, in tiles and in rows. @type {Record<string, [tiles: number, rows: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {HTMLElement} place @param {(tile: number) => void} choose */
export function sampleGrid(place, choose) {
  const canvas = element('canvas', { ariaHidden: 'true' }),
    tiles = element('div', { className: 'tiles' });
  const page = element('div', { className: 'page' }, canvas, tiles);
  place.append(page);
  let width = 0,
    height = 0,
    across = 1;
  /** @type {Sheet | null} */
  let shown = null;
  new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    if (shown) draw(shown);
  }).observe(place);

  tiles.onkeydown = event => {
    const way = WAYS[event.key],
      at = [...tiles.children].indexOf(/** @type {Element} */ (event.target));
    if (!way || at < 0) return;
    // On a tile the arrows are not the page's, for which one of them is a step of training.
    event.preventDefault();
    event.stopPropagation();
    const to = /** @type {HTMLElement | undefined} */ (tiles.children[at + way[0] + way[1] * across]);
    if (to) hold(to).focus();
  };

  /** One tile can be reached by Tab; the arrow keys do the rest. @param {HTMLElement} tile */
  function hold(tile) {
    for (const other of /** @type {HTMLCollectionOf<HTMLElement>} */ (tiles.children))
      other.tabIndex = other === tile ? 0 : -1;
    return tile;
  }

  /** @param {Sheet} sheet */
  function draw(sheet) {
    shown = sheet;
    const { images, size, channels, together, marks, name, captions } = sheet;
    const count = images.length / size ** 2 / channels / together;
    if (!width || !count) return;
    const { columns, cell } = fit(count * together, count * together, together, width, height);
    mosaic(canvas, sheet, images, columns);
    page.style.cssText =
      `width: ${columns * cell}px; height: ${((count * together) / columns) * cell}px; ` +
      `--columns: ${columns / together}`;
    page.classList.toggle('magnified', cell >= size);
    across = columns / together;
    if (tiles.childElementCount !== count) {
      tiles.replaceChildren(
        ...Array.from({ length: count }, (_, i) =>
          element('button', {
            type: 'button',
            className: 'tile',
            tabIndex: i ? -1 : 0,
            onclick: event => {
              hold(/** @type {HTMLElement} */ (event.currentTarget));
              choose(i);
            },
          }),
        ),
      );
    }
    marks.forEach((letters, i) => {
      const tile = /** @type {HTMLElement} */ (tiles.children[i]),
        label = `${name(i)}${letters && `: ${[...letters].join(', ')}`}`;
      if (tile.ariaLabel === label) return;
      tile.ariaLabel = tile.title = label;
      tile.dataset.letters = letters;
      tile.dataset.caption = captions[i] ?? '';
      tile.replaceChildren(
        ...[...letters].map(letter =>
          element('span', { className: 'badge', dataset: { letter }, ariaHidden: 'true' }, element('i', {}, letter)),
        ),
      );
    });
  }
  return draw;
}
