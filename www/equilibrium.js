// The losses of an undecided discriminator, which takes real and generated samples for equally likely, and of one that
// separates both.

/** @import { Settings } from './settings.js' */

/** Both losses where D is undecided everywhere, and D's where it is certain and right, for a target α of real samples;
 * null for WGAN and BEGAN, whose scores have no fixed scale. @param {Settings} settings
 * @returns {{ d: number, g: number | null, separated: number } | null} */
export function equilibrium({ objective, label_smoothing: alpha = 1 }) {
  const half = alpha / 2;
  const entropy = alpha < 1 ? -(alpha * Math.log(alpha) + (1 - alpha) * Math.log(1 - alpha)) : 0;
  const d = -(alpha * Math.log(half) + (2 - alpha) * Math.log(1 - half));
  switch (objective) {
    case 'non-saturating':
      return { d, g: -Math.log(half), separated: entropy };
    case 'saturating':
      return { d, g: Math.log(1 - half), separated: entropy };
    case 'least-squares':
      return { d: half ** 2, g: (half - 1) ** 2 / 2, separated: 0 };
    case 'hinge':
      return { d: 2, g: null, separated: 0 };
    default:
      return null;
  }
}
