// Remedies of the faults of diagnosis.js: changes of settings, each with its source:
// docs/diagnosis.md has how often each ends the fault.

/** @import { Change } from './messages.js' */
/** @import { Fault } from './diagnosis.js' */
/** @import { Settings } from './settings.js' */
/** `label`: the name of the change. @typedef {{ label: string, changes: Change[] }} Fix */

/** The fixes of a fault that change something in these settings. @param {Fault} fault @param {Settings} settings
 * @returns {Fix[]} */
export const fixesOf = (fault, settings) => FIXES[fault].flatMap(make => make(settings) ?? []);

/** @typedef {(settings: Settings) => Fix | null} MakeFix */

/** Mescheder et al. 2018. @type {MakeFix} */
function r1(settings) {
  if ((settings.gradient_penalty ?? 'none') !== 'none') return null;
  return {
    label: 'R1 penalty',
    changes: [
      ['gradient_penalty', 'r1'],
      ['gp_weight', String(r1Weight(settings))],
    ],
  };
}

/** The narrower a mode, the steeper the discriminator that separates it: the weight of the presets, about a tenth of
 * the smallest standard deviation. @param {Settings} settings */
function r1Weight({ mixture, architecture }) {
  if (architecture === 'dirac') return 1;
  return mixture?.length ? oneDigit(0.1 * Math.min(...mixture.map((/** @type {any} */ { std }) => std))) : 0.1;
}

/** Goodfellow et al. 2014, section 3. @type {MakeFix} */
const nonSaturating = () => ({ label: 'non-saturating objective', changes: [['objective', 'non-saturating']] });

/** PacGAN, Lin et al. 2018. @type {MakeFix} */
const packing = ({ pack }) => ((pack ?? 1) > 1 ? null : { label: 'packing', changes: [['pack', '2']] });

/** Neither network with larger steps, or more of them, than the other. @type {MakeFix} */
function equalRates({ generator_lr: g, discriminator_lr: d, n_critic: n }) {
  if (g >= d && n === 1) return null;
  return {
    label: 'equal learning rates',
    changes: [
      ['generator_lr', String(MODERATE)],
      ['discriminator_lr', String(MODERATE)],
      ['n_critic', '1'],
    ],
  };
}
const MODERATE = 1e-3;

/** @type {MakeFix} */
const smallerSteps = ({ generator_lr: g, discriminator_lr: d }) => ({
  label: 'smaller learning rates',
  changes: [
    ['generator_lr', String(Math.min(oneDigit(g / 10), MODERATE))],
    ['discriminator_lr', String(Math.min(oneDigit(d / 10), MODERATE))],
  ],
});

/** @type {Record<Fault, MakeFix[]>} */
const FIXES = {
  divergence: [smallerSteps],
  'vanishing-gradient': [nonSaturating],
  'overpowering-discriminator': [equalRates],
  'mode-collapse': [packing],
  oscillation: [r1],
};

/** @param {number} value */
const oneDigit = value => Number(value.toPrecision(1));
