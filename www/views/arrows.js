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
    const tip = { x: x + along.x * length, y: y + along.y * length };
    c.moveTo(x, y);
    c.lineTo(tip.x, tip.y);
    for (const side of [-0.6, 0.6]) {
      c.moveTo(tip.x, tip.y);
      c.lineTo(tip.x - head * (along.x + along.y * side), tip.y - head * (along.y - along.x * side));
    }
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
