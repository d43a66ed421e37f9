// The state of the run in a title and a sentence, from the numbers that are shown and from nothing else.

import { EARLY, FALLEN, ON_MODES, isCollapsed } from '../diagnosis.js';
import { valuesOf } from '../readings.js';
import { inputsOf } from './discriminator-inputs.js';
import { fixed } from './scale.js';

/** @import { Snapshot } from '../messages.js' */
/** @import { Model } from '../state.js' */
/** @typedef {{ title: string, text: string }} Status */

/** A W1 of at most so many noise floors counts as the floor. */
const AT_FLOOR = 1.5;
/** A mean output this near to an undecided discriminator's counts as undecided. */
const NEAR = 0.1;

/** Multiplications a second of large matrix products and convolutions in WebAssembly, on one core, about. */
const PER_SECOND = 1e10;
/** A step of fewer seconds needs no word. */
const LONG = 3;

/** Before there is anything to see. @param {Model} model @returns {Status} */
export function statusOfOpening({ info }) {
  return { title: 'Getting ready', text: `The networks are being built. ${duration(info)}`.trim() };
}

/** How long a step takes on the CPU, where that is long. @param {Model['info']} info */
function duration(info) {
  const seconds = (info?.step_multiplications ?? 0) / PER_SECOND;
  return seconds < LONG
    ? ''
    : `A step has ${words(seconds * PER_SECOND)} multiplications: some ${words(seconds)} s on the CPU.`;
}

/** @param {number} value */
const words = value =>
  value >= 1e12
    ? `${Math.round(value / 1e12)} trillion`
    : value >= 1e9
      ? `${Math.round(value / 1e9)} billion`
      : String(+value.toPrecision(1));

/** @param {Snapshot} snapshot @param {Model} model @returns {Status} */
export function statusOf(snapshot, { info, history, state, problem }) {
  const { step, d_real, picture } = snapshot;
  if (state === 'error') {
    // A message of an act since then, or none, does not say why.
    const isExplained = problem !== null && (problem.fatal || problem.kind === 'diverged' || problem.kind === 'crash');
    return {
      title: 'Stopped',
      text: isExplained ? 'See the message above.' : 'Play starts the same experiment again, from step 0.',
    };
  }
  if (step === 0) {
    return picture?.kind === 'phase'
      ? {
          title: 'Before the first step',
          text: 'The generator is at θ = 1. The discriminator is at ψ = 0, where its output is 0 for every x.',
        }
      : {
          title: 'Before the first step',
          text: `The weights of both networks are random. ${duration(info)}`.trim(),
        };
  }
  const settings = /** @type {Record<string, any>} */ (info?.settings ?? {});
  if (picture?.kind === 'phase') return orbit(picture, settings);
  if (d_real === null) {
    return (
      coverage(snapshot, settings) ?? {
        title: `At step ${step.toLocaleString('en')}`,
        text: 'The losses and the discriminator’s outputs are those of the next step.',
      }
    );
  }
  return (
    coverage(snapshot, settings) ??
    imbalance(snapshot, settings, info?.outputs_probability ?? false) ??
    trend(snapshot, history, settings) ??
    balance(snapshot, settings)
  );
}

/** The samples at the noise floor, or on few modes. @param {Snapshot} snapshot @param {Record<string, any>} settings
 * @returns {Status | null} */
function coverage(snapshot, settings) {
  const { step } = snapshot,
    { w1, w1_floor, modes, modes_floor, high_quality } = valuesOf(snapshot);
  const total = (settings.mixture ?? []).length;
  if (
    w1 != null &&
    w1_floor != null &&
    w1 <= AT_FLOOR * w1_floor &&
    (modes == null || modes >= (modes_floor ?? total))
  ) {
    return {
      title: 'At the noise floor',
      text: `W1 is ${w1.toFixed(3)}; an ideal sampler scores ${w1_floor.toFixed(3)} on average with as many samples.`,
    };
  }
  if (modes === 0 && total > 1 && step > EARLY) {
    return { title: 'No mode covered', text: `The generator covers none of the ${total} modes.` };
  }
  if (modes != null && step > EARLY && isCollapsed(modes, total, high_quality ?? 1)) {
    return {
      title: 'Mode collapse',
      text: `The generator covers ${Math.round(modes)} of the ${total} modes.`,
    };
  }
  return null;
}

/** One of the two networks far ahead, where the discriminator's outputs are probabilities or have target values.
 * @param {Snapshot} snapshot @param {Record<string, any>} settings @param {boolean} probability
 * @returns {Status | null} */
function imbalance({ d_real, d_fake, score_real, score_fake }, settings, probability) {
  if (d_real === null || d_fake === null || score_real === null || score_fake === null) return null;
  const { outputs, real, fake, explained } = inputsOf(settings);
  if (probability) {
    if (d_real - d_fake > 0.7) {
      return {
        title: 'The discriminator is ahead',
        text:
          `${outputs[0]} is ${percent(d_real)} and ${outputs[1]} ${percent(d_fake)} on average.${explained}` +
          (settings.objective === 'saturating'
            ? ` The generator’s gradient vanishes as ${outputs[1]} goes to 0 under the saturating objective.`
            : ''),
      };
    }
    if (d_fake - d_real > 0.1) {
      return {
        title: 'The generator is ahead',
        text: `${outputs[1]}, ${percent(d_fake)} on average, is above ${outputs[0]}, ${percent(d_real)}.${explained}`,
      };
    }
    return null;
  }
  const gap = score_real - score_fake;
  if (settings.objective === 'hinge' && gap > 2) {
    return {
      title: 'The critic is ahead',
      text:
        `Its mean scores are ${fixed(score_real)} for ${real} and ${fixed(score_fake)} for ${fake}. ` +
        `Scores beyond the margins 1 and −1 give the critic no gradient.`,
    };
  }
  if (settings.objective === 'least-squares' && gap > 0.7) {
    return {
      title: 'The discriminator is ahead',
      text:
        `Its mean output is ${fixed(score_real)} for ${real} (target ${settings.label_smoothing}) and ` +
        `${fixed(score_fake)} for ${fake} (target 0).`,
    };
  }
  return null;
}

/** How the samples have changed. @param {Snapshot} snapshot @param {Model['history']} history
 * @param {Record<string, any>} settings @returns {Status | null} */
function trend(snapshot, history, settings) {
  const { step } = snapshot,
    { w1, modes, modes_floor, high_quality } = valuesOf(snapshot);
  const total = (settings.mixture ?? []).length,
    before = history.ago('w1', 0.25, step);
  if (w1 != null && before !== null && w1 < before * FALLEN) {
    return {
      title: 'W1 is falling',
      text: `W1 fell from ${before.toFixed(3)} to ${w1.toFixed(3)} over the last quarter of the run.`,
    };
  }
  if (high_quality != null && high_quality < ON_MODES) {
    const covered = modes == null ? '' : ` They are on ${Math.round(modes)} of the ${total} modes.`;
    return {
      title: 'Samples between the modes',
      text: `${percent(high_quality)} of the generated samples are within 3σ of a mode.${covered}`,
    };
  }
  if (modes != null && modes_floor != null && modes < modes_floor && step > EARLY) {
    return {
      title: 'Some modes are missing',
      text: `The generator covers ${Math.round(modes)} of the ${total} modes.`,
    };
  }
  if (w1 != null && before !== null && w1 > before * 1.3) {
    return {
      title: 'W1 is rising',
      text: `W1 rose from ${before.toFixed(3)} to ${w1.toFixed(3)} over the last quarter of the run.`,
    };
  }
  return null;
}

/** The discriminator's mean outputs. @param {Snapshot} snapshot @param {Record<string, any>} settings
 * @returns {Status} */
function balance(snapshot, settings) {
  const { objective, label_smoothing: target } = settings,
    inputs = inputsOf(settings);
  const { d_real, d_fake, score_real, score_fake } = snapshot,
    { convergence } = valuesOf(snapshot);
  const real = score_real ?? 0,
    fake = score_fake ?? 0;
  switch (objective) {
    case 'wasserstein':
      return {
        title: 'Learning',
        text: `The critic’s mean score is ${fixed(real - fake)} higher for ${inputs.real} than for ${inputs.fake}.`,
      };
    case 'hinge':
      return {
        title: 'Learning',
        text:
          `The critic’s mean score is ${fixed(real)} for ${inputs.real} and ${fixed(fake)} for ${inputs.fake}; an ` +
          `undecided critic’s is 0.`,
      };
    case 'least-squares':
      return undecided(real, fake, target)
        ? {
            title: 'In balance',
            text:
              `The discriminator’s mean output is ${fixed(real)} for ${inputs.real} and ${fixed(fake)} for ` +
              `${inputs.fake}; an undecided discriminator’s is ${fixed(target / 2)}.`,
          }
        : {
            title: 'Learning',
            text:
              `The discriminator’s mean output is ${fixed(real)} for ${inputs.real} (target ${target}) and ` +
              `${fixed(fake)} for ${inputs.fake} (target 0).`,
          };
    case 'began':
      return {
        title: 'Learning',
        text:
          `The discriminator’s reconstruction error is ${fixed(-real, 3)} for ${inputs.real} and ` +
          `${fixed(-fake, 3)} for ${inputs.fake}` +
          `${convergence == null ? '' : `; BEGAN’s measure M is ${fixed(convergence, 3)}`}.`,
      };
  }
  return {
    title: undecided(d_real ?? 0, d_fake ?? 0, target) ? 'In balance' : 'Learning',
    text:
      `${inputs.outputs[0]} is ${percent(d_real ?? 0)} and ${inputs.outputs[1]} ${percent(d_fake ?? 0)} on average.` +
      inputs.explained,
  };
}

/** Whether both mean outputs are near to that of a discriminator to which real and generated samples are alike: half the
 * target of real samples. @param {number} real @param {number} fake @param {number} target */
const undecided = (real, fake, target) => [real, fake].every(output => Math.abs(output - target / 2) < NEAR);

/** A Dirac-GAN: whether the orbit shrinks. @param {import('../messages.js').Phase} phase
 * @param {Record<string, any>} settings @returns {Status} */
function orbit({ theta, psi, truth, trail }, settings) {
  const far = Math.hypot(theta - truth, psi);
  const half = Math.floor(trail.length / 4) * 2;
  /** @param {number} from @param {number} to */
  const farthest = (from, to) => {
    let most = 0;
    for (let i = from; i < to; i += 2) most = Math.max(most, Math.hypot(trail[i] - truth, trail[i + 1]));
    return most;
  };
  const [early, late] = [farthest(0, half), farthest(half, trail.length)];
  const where = `θ is ${fixed(theta)} and ψ ${fixed(psi)}, at a distance of ${fixed(far)} from the equilibrium.`;
  if (far < 0.02 && late < 0.05)
    return {
      title: 'At the equilibrium',
      text: `${where} There the discriminator’s slope, ψ, is 0, and so is the generator’s gradient.`,
    };
  if (late < 0.9 * early) return { title: 'Spiralling inwards', text: where };
  if (late > 1.1 * early) return { title: 'Spiralling outwards', text: where };
  return {
    title: 'Going in circles',
    text: where + (settings.gradient_penalty === 'none' ? ' With an R1 gradient penalty it converges.' : ''),
  };
}

/** @param {number} share */
const percent = share => `${Math.round(share * 100)}%`;
