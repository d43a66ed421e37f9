// The geometry of the latent pad: where its three samples are, and ways between its points.

/** A place on the pad, from 0 to 1 to the right and down. @typedef {{ u: number, v: number }} Place */

/** The corners A, B and C of a triangle with room around it. @type {Place[]} */
export const CORNERS = [
  { u: 0.2, v: 0.76 },
  { u: 0.8, v: 0.76 },
  { u: 0.5, v: 0.24 },
];
/** Pins, at most. */
export const MOST_PINS = 12;
/** Arrow keys move the point by so much; with Shift by five times that. */
export const STRIDE = 0.02;

/** @param {number} x */
const clamp = x => Math.min(1, Math.max(0, x));
/** @param {number} u @param {number} v @returns {Place} */
export const within = (u, v) => ({ u: clamp(u), v: clamp(v) });

/** The weights of A, B and C at a place, which add up to 1; outside the triangle some are negative.
 * @param {Place} place @returns {[a: number, b: number, c: number]} */
export function weights({ u, v }) {
  const [a, b, c] = CORNERS;
  const det = (b.u - a.u) * (c.v - a.v) - (c.u - a.u) * (b.v - a.v);
  const x = ((u - a.u) * (c.v - a.v) - (c.u - a.u) * (v - a.v)) / det,
    y = ((b.u - a.u) * (v - a.v) - (u - a.u) * (b.v - a.v)) / det;
  return [1 - x - y, x, y];
}

/** The place of weights. @param {number[]} weights @returns {Place} */
const placeOf = weights => {
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (/** @type {'u' | 'v'} */ axis) =>
    weights.reduce((all, weight, i) => all + (weight / sum) * CORNERS[i][axis], 0);
  return { u: mean('u'), v: mean('v') };
};

/** The place at `t` on the straight way from one place, at 0, to another, at 1, with the speed of slerp: latents of many
 * dimensions are nearly orthogonal, and are taken as if they were. @param {Place} from @param {Place} to
 * @param {number} t @returns {Place} */
export function between(from, to, t) {
  const [p, q] = [from, to].map(place => {
    const given = weights(place),
      norm = Math.hypot(...given);
    return given.map(weight => weight / norm);
  });
  const angle = Math.acos(Math.min(1, p[0] * q[0] + p[1] * q[1] + p[2] * q[2]));
  if (angle < 1e-6) return to;
  return placeOf(p.map((weight, i) => Math.sin((1 - t) * angle) * weight + Math.sin(t * angle) * q[i]));
}

/** The place on the closed way through all pins; `at` counts pins, and goes round. @param {Place[]} pins
 * @param {number} at */
export function onWalk(pins, at) {
  const from = Math.floor(at) % pins.length;
  return between(pins[from], pins[(from + 1) % pins.length], at % 1);
}
