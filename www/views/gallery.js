// Images of fixed latents, next to real ones.

import { font } from './ink.js';

/** @import { Gallery } from '../messages.js' */
/** @import { Frame } from './paint.js' */

export const layers = () => [
  { key: 'real', label: 'real', mark: 'box' },
  { key: 'generated', label: 'generated', mark: 'dashbox' },
];

/** @param {Gallery} picture */
export function caption({ channels, classes, views }) {
  return (
    `Generated ${views > 1 ? 'pairs' : 'images'} of fixed latents` +
    `${classes.length ? ', in rows of one class each,' : ''} next to real ${views > 1 ? 'pairs' : 'images'}.` +
    (channels === 3 ? ' Each colour channel of a real image is a digit of its own.' : '')
  );
}

const sheet = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);

/** @param {ReadonlySet<string>} hidden */
const shownOf = hidden =>
  /** @type {('generated' | 'real')[]} */ (['generated', 'real'].filter(side => !hidden.has(side)));

/** Where the images of each side are that is shown. @param {Gallery} picture
 * @param {Pick<Frame, 'width' | 'height' | 'theme' | 'hidden'>} frame */
function layout({ classes, views, count }, { width, height, theme: { em }, hidden }) {
  const shown = shownOf(hidden);
  const gap = em * 1.6,
    head = em * 2;
  const beside = width > height || shown.length === 1;
  // Each class is as long as the next, and its images fill rows of their own.
  const full = classes.length ? (classes.lastIndexOf(classes[0]) + 1) * views : count;
  const margin = classes.length ? em * 1.6 : 0;
  const boxWidth = beside ? (width - margin - gap * (shown.length + 1)) / shown.length : width - margin - 2 * gap;
  const boxHeight = beside ? height - head - gap / 2 : height / shown.length - head - gap / 2;
  const { columns, cell } = fit(count, full, views, boxWidth, boxHeight);
  const gridWidth = columns * cell,
    gridHeight = Math.ceil(count / columns) * cell;
  const total = margin + (beside ? gridWidth * shown.length + gap * (shown.length - 1) : gridWidth);
  const sides = shown.map((side, i) => ({
    side,
    left: (width - total) / 2 + margin + (beside ? i * (gridWidth + gap) : 0),
    top: head + (beside ? Math.max(0, (height - head - gridHeight) / 2 - gap / 4) : i * (height / shown.length)),
  }));
  return { sides, columns, cell, full, gridWidth, gridHeight };
}

/** The number of the generated image at x, y of the frame, if there is one, and its box there.
 * @param {Gallery} picture @param {Pick<Frame, 'width' | 'height' | 'theme' | 'hidden'>} frame @param {number} x
 * @param {number} y */
export function generatedAt(picture, frame, x, y) {
  const { sides, columns, cell } = layout(picture, frame);
  const found = sides.find(({ side }) => side === 'generated');
  if (!found) return null;
  const column = Math.floor((x - found.left) / cell),
    row = Math.floor((y - found.top) / cell),
    at = row * columns + column;
  if (column < 0 || column >= columns || row < 0 || at >= picture.count) return null;
  return { at, left: found.left + column * cell, top: found.top + row * cell, side: cell };
}

/** @param {CanvasRenderingContext2D} c @param {Gallery} picture @param {Frame} frame */
export function draw(c, picture, frame) {
  const { width, height, theme, hidden, small = false } = frame,
    { em } = theme,
    { classes, views } = picture;
  if (!shownOf(hidden).length) return;
  if (small) return thumbnail(c, picture, width, height);
  const { sides, columns, cell, full, gridWidth, gridHeight } = layout(picture, frame);
  for (const { side, left, top } of sides) {
    mosaic(sheet, picture, picture[side], columns);
    c.imageSmoothingEnabled = cell < picture.size;
    c.drawImage(sheet, left, top, gridWidth, gridHeight);
    c.strokeStyle = c.fillStyle = side === 'real' ? theme.real : theme.generated;
    c.lineWidth = 2;
    c.setLineDash(side === 'real' ? [] : [em * 0.6, em * 0.3]);
    c.strokeRect(left - 3, top - 3, gridWidth + 6, gridHeight + 6);
    c.setLineDash([]);
    c.font = font(theme);
    c.textAlign = 'left';
    c.textBaseline = 'alphabetic';
    c.fillText(side === 'real' ? 'Real' : 'Generated', left - 3, top - em * 0.8);
    if (side === 'real') continue;
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (let at = 0; classes.length && at < picture.count; at += full)
      c.fillText(String(classes[at / views]), left - em * 0.7, top + ((at + full / 2) / columns) * cell);
  }
}

/** The first few, as large as they fit. @param {CanvasRenderingContext2D} c @param {Gallery} picture
 * @param {number} width @param {number} height */
function thumbnail(c, picture, width, height) {
  const cell = height / 3,
    columns = Math.max(1, Math.floor(width / cell));
  const first = Math.min(picture.count, columns * 3) * picture.channels * picture.size ** 2;
  mosaic(sheet, picture, picture.generated.subarray(0, first), columns, 3);
  c.drawImage(sheet, (width - columns * cell) / 2, 0, columns * cell, height);
}

/** As many columns as use the box best, in rows that `full` images fill, and the side of an image then; what belongs
 * together stays in a row. @param {number} count @param {number} full @param {number} together
 * @param {number} width @param {number} height */
export function fit(count, full, together, width, height) {
  let columns = together,
    cell = 0;
  for (let n = 1; n <= count; n++) {
    if (full % n || n % together) continue;
    const fits = Math.min(width / n, height / Math.ceil(count / n));
    if (fits > cell) [columns, cell] = [n, fits];
  }
  return { columns, cell };
}

/** Square images in rows, pixel for pixel; those of three channels in colour.
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {Pick<Gallery, 'size' | 'channels'>} picture
 * @param {Uint8Array} images @param {number} columns @param {number} [rows] */
export function mosaic(canvas, { size, channels }, images, columns, rows) {
  const area = size * size,
    count = images.length / area / channels;
  canvas.width = columns * size;
  canvas.height = (rows ?? Math.ceil(count / columns)) * size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  // Red is the lowest byte; grey has all three of its one channel.
  const [red, green, blue] = channels === 3 ? [0, area, 2 * area] : [0, 0, 0];
  for (let n = 0; n < count; n++) {
    const origin = Math.floor(n / columns) * size * canvas.width + (n % columns) * size;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const at = n * channels * area + row * size + column;
        pixels[origin + row * canvas.width + column] =
          0xff000000 | (images[at + blue] << 16) | (images[at + green] << 8) | images[at + red];
      }
    }
  }
  context.putImageData(image, 0, 0);
}
