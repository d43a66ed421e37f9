// What is happening, in a sentence, from nothing but the numbers that are shown.

import { valuesOf } from '../readings.js';
import { fixed } from './scale.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Model } from '../state.js' */
/** @typedef {{ title: string, text: string }} Status */

/** As near to a perfect sampler as a glance can tell. */
const AT_FLOOR = 1.5;
/** Earlier than this nothing is said of modes: no generator has had the time. */
const EARLY = 200;

/** @param {Snapshot} snapshot @param {Model} model @returns {Status} */
export function statusOf(snapshot, { info, history, state }) {
  const { step, d_real, picture } = snapshot;
  if (state === 'error') return { title: 'Stopped', text: 'The run cannot go on as it is; see the message above.' };
  if (step === 0 || d_real === null) {
    return picture?.kind === 'phase'
      ? {
          title: 'Before the first step',
          text: 'The generator stands at θ = 1, and the discriminator, ψ = 0, has no opinion yet.',
        }
      : {
          title: 'Before the first step',
          text: 'Nothing is learnt yet: the generator’s random weights turn noise into whatever they happen to.',
        };
  }
  const settings = /** @type {Record<string, any>} */ (info?.settings ?? {});
  if (picture?.kind === 'phase') return chase(picture);
  return (
    outcome(snapshot, settings) ??
    game(snapshot, settings, info?.outputs_probability ?? false) ??
    course(snapshot, history, settings) ??
    balance(snapshot, settings)
  );
}

/** What can be said of the samples themselves. @param {Snapshot} snapshot @param {Record<string, any>} settings
 * @returns {Status | null} */
function outcome(snapshot, settings) {
  const { step } = snapshot,
    { w1, w1_floor, modes, modes_floor } = valuesOf(snapshot);
  const total = (settings.mixture ?? []).length;
  if (
    w1 != null &&
    w1_floor != null &&
    w1 <= AT_FLOOR * w1_floor &&
    (modes == null || modes >= (modes_floor ?? total))
  ) {
    return {
      title: 'At the noise floor',
      text:
        `The samples are as close to the real ones as a perfect sampler’s would be: W1 ${w1.toFixed(3)}, ` +
        `where ${w1_floor.toFixed(3)} is what chance alone leaves.`,
    };
  }
  if (modes === 0 && total > 1 && step > EARLY) {
    return { title: 'On no mode yet', text: 'None of the generated samples lies where real ones are.' };
  }
  if (modes != null && total > 1 && step > EARLY && modes <= total / 2) {
    return {
      title: 'Mode collapse',
      text:
        `The generator makes ${Math.round(modes)} of the ${total} modes. The discriminator will come to doubt ` +
        `that spot, and the generator may then hop to another.`,
    };
  }
  return null;
}

/** Who is winning, where that can be told from probabilities, or from scores with a place to aim at.
 * @param {Snapshot} snapshot @param {Record<string, any>} settings @param {boolean} probability
 * @returns {Status | null} */
function game({ d_real, d_fake, score_real, score_fake }, settings, probability) {
  if (d_real === null || d_fake === null || score_real === null || score_fake === null) return null;
  if (probability) {
    if (d_real - d_fake > 0.7) {
      return {
        title: 'The discriminator is winning',
        text:
          `It gives real samples ${percent(d_real)} and generated ones ${percent(d_fake)}.` +
          (settings.objective === 'saturating'
            ? ' Under the saturating objective, this leaves the generator hardly any gradient.'
            : ' The generator still has a gradient to learn from, but a rough one.'),
      };
    }
    if (d_fake - d_real > 0.1) {
      return {
        title: 'The generator is ahead',
        text:
          `The discriminator takes generated samples for real (${percent(d_fake)}) more often than real ones ` +
          `(${percent(d_real)}); it will catch up.`,
      };
    }
    return null;
  }
  const gap = score_real - score_fake;
  if (settings.objective === 'hinge' && gap > 2) {
    return {
      title: 'The critic is winning',
      text:
        `It scores real samples ${fixed(score_real)} and generated ones ${fixed(score_fake)}: beyond its ` +
        `margins of 1 and −1 it has nothing more to learn, until the generator moves.`,
    };
  }
  if (settings.objective === 'least-squares' && gap > 0.7) {
    return {
      title: 'The discriminator is winning',
      text:
        `It scores real samples ${fixed(score_real)}, where 1 is right, and generated ones ` +
        `${fixed(score_fake)}, where 0 is.`,
    };
  }
  return null;
}

/** How the samples have come along. @param {Snapshot} snapshot @param {Model['history']} history
 * @param {Record<string, any>} settings @returns {Status | null} */
function course(snapshot, history, settings) {
  const { step } = snapshot,
    { w1, modes, modes_floor, high_quality } = valuesOf(snapshot);
  const total = (settings.mixture ?? []).length,
    before = history.ago('w1', 0.25);
  if (w1 != null && before !== null && w1 < before * 0.85) {
    return {
      title: 'Getting closer',
      text: `W1 fell from ${before.toFixed(3)} to ${w1.toFixed(3)} over the last quarter of the run.`,
    };
  }
  if (modes != null && modes_floor != null && modes < modes_floor && step > EARLY) {
    return {
      title: 'Some modes are missing',
      text: `The generator reaches ${Math.round(modes)} of ${total}; the bumps without orange are still to be found.`,
    };
  }
  if (w1 != null && before !== null && w1 > before * 1.3) {
    return {
      title: 'Moving away',
      text:
        `W1 rose from ${before.toFixed(3)} to ${w1.toFixed(3)}. The two chase one another; a lower learning ` +
        `rate or a moving average steadies them.`,
    };
  }
  if (high_quality != null && high_quality < 0.5) {
    return {
      title: 'Still between the modes',
      text: `Only ${percent(high_quality)} of the generated samples lie on a mode.`,
    };
  }
  return null;
}

/** What the discriminator makes of the two. @param {Snapshot} snapshot @param {Record<string, any>} settings
 * @returns {Status} */
function balance(snapshot, { objective }) {
  const { d_real, d_fake, score_real, score_fake } = snapshot,
    { convergence } = valuesOf(snapshot);
  const real = score_real ?? 0,
    fake = score_fake ?? 0;
  switch (objective) {
    case 'wasserstein':
      return {
        title: 'Following the critic',
        text:
          `The critic scores real samples ${fixed(real - fake)} above generated ones: its estimate of the ` +
          `distance that the generator still has to close.`,
      };
    case 'hinge':
      return {
        title: 'Following the critic',
        text:
          `The critic scores real samples ${fixed(real)} and generated ones ${fixed(fake)}; both at 0 would ` +
          `mean that it cannot tell.`,
      };
    case 'least-squares':
      return Math.abs(real - fake) < 0.12
        ? {
            title: 'In balance',
            text:
              'The discriminator can hardly tell the two apart: it scores both near ½, half-way between its ' +
              'two labels.',
          }
        : {
            title: 'Learning',
            text:
              `The discriminator scores real samples ${fixed(real)} and generated ones ${fixed(fake)}; its ` +
              `labels for them are 1 and 0.`,
          };
    case 'began':
      return {
        title: 'Balancing',
        text:
          `The discriminator copies real samples with an error of ${fixed(-real, 3)}, and generated ones with ` +
          `${fixed(-fake, 3)}` +
          `${convergence == null ? '' : `; BEGAN’s measure M is ${fixed(convergence, 3)}`}.`,
      };
  }
  if (Math.abs((d_real ?? 0) - (d_fake ?? 0)) < 0.12) {
    return {
      title: 'In balance',
      text: 'The discriminator can hardly tell the two apart: both are near ½, so that neither side pushes hard.',
    };
  }
  return {
    title: 'Learning',
    text:
      `The discriminator still tells the two apart (${percent(d_real ?? 0)} against ${percent(d_fake ?? 0)}), ` +
      `and the generator follows its gradient.`,
  };
}

/** A Dirac-GAN: whether the orbit shrinks. @param {import('../messages.js').Phase} phase @returns {Status} */
function chase({ theta, psi, truth, trail }) {
  const far = Math.hypot(theta - truth, psi);
  const half = Math.floor(trail.length / 4) * 2;
  /** @param {number} from @param {number} to */
  const farthest = (from, to) => {
    let most = 0;
    for (let i = from; i < to; i += 2) most = Math.max(most, Math.hypot(trail[i] - truth, trail[i + 1]));
    return most;
  };
  const [early, late] = [farthest(0, half), farthest(half, trail.length)];
  const where = `θ ${fixed(theta)}, ψ ${fixed(psi)}: ${fixed(far)} from where they should meet.`;
  if (far < 0.02 && late < 0.05)
    return {
      title: 'They have met',
      text: 'The generator stands on the truth, and the discriminator has no slope left to push it with.',
    };
  if (late < 0.9 * early) return { title: 'Spiralling inwards', text: where };
  if (late > 1.1 * early) return { title: 'Spiralling outwards', text: where };
  return {
    title: 'Going in circles',
    text:
      `${where} Each step is right for itself, and they get no closer: a price on the slope, such as R1, ` +
      `would bring them in.`,
  };
}

/** @param {number} share */
const percent = share => `${Math.round(share * 100)}%`;
