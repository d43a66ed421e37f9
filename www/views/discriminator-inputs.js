// The words for what D compares: real and generated samples, or, of an adversarial autoencoder, samples of the prior and
// the codes of images (Makhzani et al. 2016).

/** `outputs`: D's outputs for the two; `real` and `fake`: the two in a sentence; `keys`: in the key of a chart;
 * `explained`: what the symbols mean, where they are not the usual ones.
 * @typedef {{ outputs: [real: string, fake: string], real: string, fake: string, keys: [real: string, fake: string],
 * explained: string }} Inputs */

/** @type {Inputs} */
const SAMPLES = {
  outputs: ['D(x)', 'D(G(z))'],
  real: 'real samples',
  fake: 'generated ones',
  keys: ['real', 'generated'],
  explained: '',
};
/** @type {Inputs} */
const CODES = {
  outputs: ['D(z)', 'D(E(x))'],
  real: 'samples of the prior',
  fake: 'codes of images',
  keys: ['prior', 'codes'],
  explained: ' z: a sample of the prior (real); E(x): the code of an image (fake).',
};

/** @param {Record<string, any> | undefined} settings @returns {Inputs} */
export const inputsOf = settings => (settings?.architecture === 'autoencoder' ? CODES : SAMPLES);
