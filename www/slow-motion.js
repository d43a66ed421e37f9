// A step in slow motion: its updates one by one, and the stages of each, as plain data.

import { scalarsOf } from './readings.js';

/** @import { ExperimentInfo, Snapshot, Updated, UpdateView } from './messages.js' */
/** @import { Model } from './state.js' */
/** `made`: updates of the discriminator since the last of the generator. `before` and `after`: the run around the
 * update.
 * @typedef {{ update: UpdateView | null, stage: number, made: number, before: Snapshot | null, after: Snapshot | null,
 * waiting: boolean }} SlowMotion */

/** The stages of an update, in order. */
export const STAGES = /** @type {const} */ (['sample', 'generate', 'discriminate', 'update']);
export const LAST = STAGES.length - 1;

/** @type {SlowMotion} */
export const start = { update: null, stage: 0, made: 0, before: null, after: null, waiting: false };

/** The network that the algorithm updates next. @param {SlowMotion} slow @returns {Updated} */
export const nextOf = ({ update, made }) => (update && made >= update.n_critic ? 'generator' : 'discriminator');

/** After an update, at one of its stages. @param {SlowMotion} slow @param {UpdateView} update
 * @param {Snapshot | null} before @param {Snapshot} after @param {number} stage @returns {SlowMotion} */
export const onUpdate = (slow, update, before, after, stage) => ({
  update,
  stage,
  before,
  after,
  made: update.network === 'generator' ? 0 : slow.made + 1,
  waiting: false,
});

/** The snapshot that belongs to the stage: the update changes the networks at the last one.
 * @param {SlowMotion} slow */
const shownAt = ({ stage, before, after }) => (stage === LAST ? after : before);

/** The run as it is at a stage of an update; at the end, as it is. @param {Model} model
 * @param {SlowMotion | null} slow @returns {Model} */
export function inSlowMotion(model, slow) {
  const { after } = slow ?? model.slow ?? start;
  const live = (slow ? shownAt(slow) : after) ?? model.live;
  if (live && live === after) model.history.add(live);
  return { ...model, slow, live, viewing: null };
}

/** The moves of samples are small: the factor by which they are drawn longer, 1, 2, 5, 10 …, so that most are about
 * `wanted` long. @param {number[]} lengths @param {number} wanted */
export function magnified(lengths, wanted) {
  const usual = [...lengths].filter(length => length > 0).sort((a, b) => a - b)[Math.floor(lengths.length * 0.8)];
  if (!usual || usual >= wanted) return 1;
  const factor = wanted / usual,
    power = 10 ** Math.floor(Math.log10(factor));
  return power * (factor >= 5 * power ? 5 : factor >= 2 * power ? 2 : 1);
}

/** The lines of the algorithm (Goodfellow et al. 2014, algorithm 1), and the stages that each belongs to.
 * @param {Record<string, any>} settings @param {UpdateView | null} update
 * @returns {{ text: string, indent: number, at: string[] }[]} */
export function algorithm(settings, update) {
  const { prior, batch_size: n } = settings,
    n_critic = update?.n_critic ?? settings.n_critic;
  const ofPrior = prior === 'uniform' ? 'U(−1, 1)' : 'N(0, I)';
  const encodes = isEncoder(settings);
  const [d, g] = lossesOf(settings).map((loss, i) => loss + (hasFurther(settings)[i] ? ', and its further terms' : ''));
  return [
    { text: `Repeat ${n_critic === 1 ? 'once' : `${n_critic} times`}:`, indent: 0, at: [] },
    {
      text: encodes
        ? `Draw ${n} images z and ${n} samples x ~ ${ofPrior}.`
        : `Draw ${n} latents z ~ ${ofPrior} and ${n} real samples x.`,
      indent: 1,
      at: ['discriminator sample'],
    },
    { text: `${encodes ? 'Encode' : 'Generate'} x̃ = G(z).`, indent: 1, at: ['discriminator generate'] },
    { text: 'Compute D(x) and D(x̃).', indent: 1, at: ['discriminator discriminate'] },
    { text: `Update D against the gradient of ${d}.`, indent: 1, at: ['discriminator update'] },
    { text: `Draw ${n} other ${encodes ? 'images' : 'latents'} z.`, indent: 0, at: ['generator sample'] },
    { text: `${encodes ? 'Encode' : 'Generate'} x̃ = G(z).`, indent: 0, at: ['generator generate'] },
    { text: 'Compute D(x̃).', indent: 0, at: ['generator discriminate'] },
    { text: `Update G against the gradient of ${g}.`, indent: 0, at: ['generator update'] },
  ];
}

/** Whether D's loss has further terms, and G's. @param {Record<string, any>} settings */
function hasFurther(settings) {
  const some = (/** @type {string[]} */ ...weights) => weights.some(key => settings[key] > 0);
  const ofClasses = settings.conditional === 'acgan';
  return [
    ofClasses || settings.gradient_penalty !== 'none' || some('consistency_weight', 'vat_weight'),
    ofClasses || isEncoder(settings) || some('feature_matching_weight', 'path_length_weight'),
  ];
}

/** Whether the discriminator sees codes, and the generator images. @param {Record<string, any>} settings */
const isEncoder = ({ architecture }) => architecture === 'autoencoder';

/** Both losses, without further terms. @param {Record<string, any>} settings @returns {[string, string]} */
function lossesOf({ objective, label_smoothing: target }) {
  const smoothed =
    target < 1
      ? `−mean[${target} ln D(x) + ${+(1 - target).toPrecision(3)} ln(1 − D(x))] − mean ln(1 − D(x̃))`
      : '−mean ln D(x) − mean ln(1 − D(x̃))';
  switch (objective) {
    case 'saturating':
      return [smoothed, 'mean ln(1 − D(x̃))'];
    case 'wasserstein':
      return ['mean D(x̃) − mean D(x)', '−mean D(x̃)'];
    case 'hinge':
      return ['mean max(0, 1 − D(x)) + mean max(0, 1 + D(x̃))', '−mean D(x̃)'];
    case 'least-squares':
      return [`½ mean (D(x) − ${target})² + ½ mean D(x̃)²`, '½ mean (D(x̃) − 1)²'];
    case 'began':
      return ['mean L(x) − k mean L(x̃), L: the reconstruction error', 'mean L(x̃)'];
  }
  return [smoothed, '−mean ln D(x̃)'];
}

/** The drawing of the discriminator before its update, in words. @type {Record<string, string>} */
const LEFT = { line: ' Thin line: D before.', plane: ' Dashed: undecided output before.' };

/** The stage in a sentence. @param {SlowMotion} slow
 * @param {Pick<ExperimentInfo, 'outputs_probability' | 'kind' | 'settings'>} info */
export function sentenceOf({ update, stage }, { outputs_probability, kind, settings }) {
  if (!update) return 'Each update is shown in four stages. Start with an update of the discriminator.';
  const { network, batch, mean_real, mean_fake, loss } = update,
    ofD = network === 'discriminator';
  const output = outputs_probability ? 'mean output' : 'mean score',
    shown = kind === 'gallery' ? ` Shown: some of them.` : '';
  switch (STAGES[stage]) {
    case 'sample':
      if (isEncoder(settings))
        return ofD
          ? `${batch} images are drawn from the data, and ${batch} samples from the prior, which are the real ones here.`
          : `${batch} other images are drawn from the data.`;
      return ofD
        ? `${batch} latents are drawn from the prior, and ${batch} real samples from the data.${shown}`
        : `${batch} other latents are drawn from the prior; no real samples are needed.${shown}`;
    case 'generate':
      return isEncoder(settings)
        ? 'The encoder maps every image to a code, which is the generated sample here.'
        : 'The generator maps every latent to a sample.';
    case 'discriminate':
      return (
        (ofD && mean_real !== null
          ? `The ${output} is ${number(mean_real)} for real samples and `
          : `The ${output} is `) + `${number(mean_fake)} for generated ones.`
      );
    case 'update':
      return ofD
        ? `The loss was ${number(loss)}. One step of the optimiser changed D.${LEFT[kind] ?? ''}`
        : `The loss was ${number(loss)}. One step of the optimiser changed G: the same latents have other samples.`;
  }
}

/** The numbers of the stage. @param {SlowMotion} slow @param {number} width Of a latent.
 * @returns {[name: string, value: string][]} */
export function numbersOf({ update, stage, before, after }, width) {
  if (!update) return [];
  const { network, latents, fake, real, batch, mean_real, mean_fake, loss, gradient_norm } = update;
  /** @param {Float32Array} values @param {number} dim */
  const first = (values, dim) =>
    Array.from(values.subarray(0, Math.min(dim, 3)), number).join(', ') + (dim > 3 ? ', …' : '');
  const dim = fake.length / (latents.length / width);
  switch (STAGES[stage]) {
    case 'sample':
      return [
        ['Batch', String(batch)],
        ['First z', first(latents, width)],
        ...(network === 'discriminator' && dim <= 2
          ? /** @type {[string, string][]} */ ([['First x', first(real, dim)]])
          : []),
      ];
    case 'generate':
      return [
        ['First z', first(latents, width)],
        ['Numbers in x̃', String(dim)],
        ...(dim <= 2 ? /** @type {[string, string][]} */ ([['First x̃', first(fake, dim)]]) : []),
      ];
    case 'discriminate':
      return [
        ...(mean_real === null ? [] : /** @type {[string, string][]} */ ([['Mean D(x)', number(mean_real)]])),
        ['Mean D(x̃)', number(mean_fake)],
      ];
    case 'update': {
      const [was, is] = [before, after].map(snapshot => (snapshot ? scalarsOf(snapshot).w1 : null));
      /** @type {[string, string][]} */
      const moved = was == null || is == null ? [] : [['W1', `${number(was)} → ${number(is)}`]];
      return [
        [network === 'discriminator' ? 'Loss of D' : 'Loss of G', number(loss)],
        ['Gradient norm', number(gradient_norm)],
        ...(network === 'generator' ? moved : []),
      ];
    }
  }
}

/** @param {number} value */
const number = value => (Math.abs(value) >= 1000 ? value.toFixed(0) : String(+value.toPrecision(3)).replace('-', '−'));
