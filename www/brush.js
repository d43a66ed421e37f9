// A brush on a grey image: white on black with a soft edge, as wide as the strokes of MNIST.

/** Half the width of a stroke, and the width of its edge, as shares of the image's side: of 28 pixels a stroke takes
 * some 3. */
const RADIUS = 0.05,
  EDGE = 0.045;

/** @typedef {readonly [x: number, y: number]} Point From 0 to 1 to the right and down. */

/** The image with a stroke from one point to another. @param {Uint8Array} image @param {number} size
 * @param {Point} from @param {Point} to */
export function stroke(image, size, [x0, y0], [x1, y1]) {
  const drawn = image.slice();
  const [dx, dy] = [x1 - x0, y1 - y0],
    length = dx * dx + dy * dy;
  for (let i = 0; i < drawn.length; i++) {
    const x = ((i % size) + 0.5) / size - x0,
      y = (Math.floor(i / size) + 0.5) / size - y0;
    // Where on the stroke the pixel is nearest to it.
    const along = length && Math.min(1, Math.max(0, (x * dx + y * dy) / length));
    const distance = Math.hypot(x - along * dx, y - along * dy);
    const light = Math.min(1, Math.max(0, 0.5 + (RADIUS - distance) / EDGE));
    drawn[i] = Math.max(drawn[i], Math.round(255 * light));
  }
  return drawn;
}
