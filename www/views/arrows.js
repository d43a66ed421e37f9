// Small arrows: which way something is pushed.

/** @typedef {{ x: number, y: number, dx: number, dy: number }} Arrow Where it starts and where it points, y
 * downwards. */

/** Nine in ten are drawn in proportion; the longest few, which would leave the others invisible, are cut to one
 * length. @param {CanvasRenderingContext2D} c @param {Arrow[]} list @param {number} longest in pixels
 * @param {{ colour: string, halo?: string, width: number }} pen */
export function arrows(c, list, longest, { colour, halo, width }) {
  const lengths = list.map(({ dx, dy }) => Math.hypot(dx, dy));
  const usual = [...lengths].filter(Number.isFinite).sort((a, b) => a - b)[Math.floor(lengths.length * 0.9)];
  if (!usual) return;
  c.beginPath();
  list.forEach(({ x, y, dx, dy }, i) => {
    const length = Math.min(1, lengths[i] / usual) * longest;
    // Shorter than its own head it would say nothing.
    if (!(length > 3)) return;
    const along = { x: dx / lengths[i], y: dy / lengths[i] },
      head = Math.min(longest / 3, length / 2);
    arrow(c, x, y, x + along.x * length, y + along.y * length, head);
  });
  c.lineCap = 'round';
  if (halo) {
    c.strokeStyle = halo;
    c.lineWidth = width * 2.6;
    c.stroke();
  }
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.stroke();
  c.lineCap = 'butt';
}

/** The path of an arrow from one place to another; no longer than its head, it is a line.
 * @param {CanvasRenderingContext2D} c @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 * @param {number} head in pixels */
export function arrow(c, x0, y0, x1, y1, head) {
  const length = Math.hypot(x1 - x0, y1 - y0),
    [x, y] = [(x1 - x0) / length, (y1 - y0) / length];
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  if (length < head) return;
  for (const side of [-0.6, 0.6]) {
    c.moveTo(x1, y1);
    c.lineTo(x1 - head * (x + y * side), y1 - head * (y - x * side));
  }
}
