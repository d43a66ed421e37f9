// What is happening, in a sentence, from nothing but the numbers that are shown.

/** @import { Snapshot } from '../messages.js' */
/** @import { Model } from '../state.js' */

/** As near to a perfect sampler as a glance can tell. */
const AT_FLOOR = 1.5;

/** @param {Snapshot} snapshot @param {Model} model @returns {{ title: string, text: string }} */
export function verdict({ step, d_real, d_fake, metrics }, { info, past, state }) {
  const { w1, w1_floor, modes, modes_floor, high_quality } = metrics;
  const total = /** @type {unknown[]} */ (info?.settings.mixture ?? []).length;
  if (state === 'error') return { title: 'Stopped', text: 'The run cannot go on as it is; see the message above.' };
  if (step === 0 || d_real === null || d_fake === null) {
    return { title: 'Before the first step', text: 'Nothing is learnt yet: the generator’s random weights turn noise into whatever they happen to.' };
  }
  const gap = d_real - d_fake;
  if (w1 != null && w1_floor != null && w1 <= AT_FLOOR * w1_floor && (modes == null || modes >= (modes_floor ?? total))) {
    return { title: 'At the noise floor', text: `The samples are as close to the real ones as a perfect sampler’s would be: W1 ${w1.toFixed(3)}, where ${w1_floor.toFixed(3)} is what chance alone leaves.` };
  }
  if (modes != null && total > 1 && step > 200 && modes <= total / 2) {
    return { title: 'Mode collapse', text: `The generator makes ${Math.round(modes) || 'none'} of the ${total} modes. The discriminator will come to doubt that spot, and the generator may then hop to another.` };
  }
  if (gap > 0.7) {
    return { title: 'The discriminator is winning', text: `It gives real samples ${percent(d_real)} and generated ones ${percent(d_fake)}.` + (info?.settings.objective === 'saturating'
      ? ' Under the saturating objective, this leaves the generator hardly any gradient.' : ' The generator still has a gradient to learn from, but a rough one.') };
  }
  if (gap < -0.1) {
    return { title: 'The generator is ahead', text: `The discriminator takes generated samples for real (${percent(d_fake)}) more often than real ones (${percent(d_real)}); it will catch up.` };
  }
  const before = past.ago('w1', 0.25);
  if (w1 != null && before !== null && w1 < before * 0.85) {
    return { title: 'Getting closer', text: `W1 fell from ${before.toFixed(3)} to ${w1.toFixed(3)} over the last quarter of the run.` };
  }
  if (modes != null && modes_floor != null && modes < modes_floor && step > 200) {
    return { title: 'Some modes are missing', text: `The generator reaches ${Math.round(modes)} of ${total}; the bumps without orange are still to be found.` };
  }
  if (w1 != null && before !== null && w1 > before * 1.3) {
    return { title: 'Moving away', text: `W1 rose from ${before.toFixed(3)} to ${w1.toFixed(3)}. The two chase one another; a lower learning rate or a moving average steadies them.` };
  }
  if (high_quality != null && high_quality < 0.5) {
    return { title: 'Still between the modes', text: `Only ${percent(high_quality)} of the generated samples lie on a mode.` };
  }
  if (Math.abs(gap) < 0.12) {
    return { title: 'In balance', text: 'The discriminator can hardly tell the two apart: both are near ½, so that neither side pushes hard.' };
  }
  return { title: 'Learning', text: `The discriminator still tells the two apart (${percent(d_real)} against ${percent(d_fake)}), and the generator follows its gradient.` };
}

/** @param {number} share */
const percent = share => `${Math.round(share * 100)}%`;
