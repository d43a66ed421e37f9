// Every setting that the page offers, and which of them cannot stand together: plain tables. controls.js shows them.

/** @import { Change } from './messages.js' */
/** @typedef {'data' | 'networks' | 'objective' | 'stabilisers' | 'optimisers' | 'run'} Group */
/** @typedef {Record<string, any>} Settings */
/** `when`: whether it applies. `off`: the value that switches it off.
 * @typedef {{ key: string, label: string, group: Group, help: string, when?: (settings: Settings) => boolean, off?: unknown } & (
 *   | { kind: 'choice', options: [value: string, label: string, when?: (settings: Settings) => boolean][] }
 *   | { kind: 'several', options: [value: string, label: string][] }
 *   | { kind: 'stops', stops: number[], zero?: string }
 *   | { kind: 'number', low: number, high: number }
 *   | { kind: 'toggle' } | { kind: 'widths' } | { kind: 'modes' })} Setting */

/** @param {Settings} s */
export const images = s => s.data !== 'mixture';
/** Whether each colour of an image shows a digit of its own. @param {Settings} s */
const colourful = s => s.channels > 1;
/** @param {Settings} s */
const dcgan = s => s.architecture === 'dcgan';
/** A Dirac-GAN has two numbers, and no room for more. @param {Settings} s */
const network = s => s.architecture !== 'dirac';
/** Networks of two parts, or with two views, which take few stabilisers. @param {Settings} s */
const joint = s => ['autoencoder', 'stacked', 'coupled'].includes(s.architecture);
/** @param {Settings} s */
const layered = s => network(s) && !dcgan(s);
/** @param {Settings} s */
const single = s => network(s) && !joint(s);
/** @param {Settings} s */
const began = s => s.objective === 'began';
/** Whether V(D, G) is what is played for, so that D(x) is a probability. @param {Settings} s */
export const likelihood = s => s.objective === 'saturating' || s.objective === 'non-saturating';
/** @param {Settings} s */
const penalised = s => s.gradient_penalty !== 'none';
const RATES = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1];
const WEIGHTS = [0, 0.01, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 100];
/** @type {[string, string][]} */
const ACTIVATIONS = [['relu', 'ReLU'], ['leaky-relu', 'LeakyReLU'], ['elu', 'ELU'], ['sigmoid', 'Sigmoid'], ['tanh', 'Tanh']];
/** @type {[string, string, ((settings: Settings) => boolean)?][]} */
const NORMS = [['none', 'None'], ['batch', 'Batch'], ['layer', 'Layer'], ['instance', 'Instance', dcgan]];

/** `steps` is not here: the shell stops there, the page goes on.
 * @type {Setting[]} */
export const SETTINGS = [
  { key: 'data', label: 'Images', group: 'data', kind: 'choice', options: [['digits', 'Drawn digits'], ['mnist', 'MNIST']], when: images, help: 'Digits that this program draws, or MNIST where the server has it.' },
  { key: 'examples_per_class', label: 'Examples of each', group: 'data', kind: 'stops', stops: [0, 1, 10, 100, 1000, 5000], zero: 'all', when: images, help: 'Few examples can be memorised.' },
  { key: 'image_size', label: 'Image size', group: 'data', kind: 'stops', stops: [28, 32, 64], when: images, help: 'Pixels on a side.' },
  { key: 'channels', label: 'Channels', group: 'data', kind: 'stops', stops: [1, 3], when: s => images(s) && !joint(s), help: 'Three: another digit in each of red, green and blue, which makes a thousand kinds of image to find.' },
  { key: 'mixture', label: 'Gaussians', group: 'data', kind: 'modes', when: s => !images(s), help: 'Where each bump lies, how wide it is, and its relative weight.' },

  { key: 'architecture', label: 'Architecture', group: 'networks', kind: 'choice', options: [['mlp', 'Fully connected'], ['dcgan', 'DCGAN'],
    ['autoencoder', 'Autoencoder'], ['stacked', 'Two in a row'], ['coupled', 'Coupled pair']], when: images, help: 'Fully connected layers; strided convolutions, slow on a CPU; an adversarial autoencoder; a rough draft and its fair copy; or digits and their edges.' },
  { key: 'conditional', label: 'Classes', group: 'networks', kind: 'choice', options: [['none', 'Not told'], ['label', 'Both are told', s => single(s) || s.architecture === 'stacked'], ['acgan', 'ACGAN', s => !joint(s)]], when: s => network(s) && !colourful(s), help: 'Whether the generator is asked for a class, and the discriminator is told it, or, in an ACGAN, has to guess it.' },
  { key: 'latent_dim', label: 'Latent dimension', group: 'networks', kind: 'stops', stops: [1, 2, 4, 8, 16, 32, 64, 100, 128, 256], when: network, help: 'Random numbers that the generator makes each sample from.' },
  { key: 'prior', label: 'Prior', group: 'networks', kind: 'choice', options: [['normal', 'Normal'], ['uniform', 'Uniform']], when: network, help: 'From a normal distribution, or evenly between −1 and 1.' },
  { key: 'generator_hidden', label: 'Generator layers', group: 'networks', kind: 'widths', when: layered, help: 'Width of each hidden layer.' },
  { key: 'generator_activation', label: 'Generator activation', group: 'networks', kind: 'choice', options: ACTIVATIONS, when: network, help: 'What bends the generator’s layers.' },
  { key: 'generator_norm', label: 'Generator norm', group: 'networks', kind: 'choice', options: NORMS, when: network, help: 'What each layer’s numbers are standardised over.' },
  { key: 'discriminator_hidden', label: 'Discriminator layers', group: 'networks', kind: 'widths', when: layered, help: 'Width of each hidden layer.' },
  { key: 'discriminator_activation', label: 'Discriminator activation', group: 'networks', kind: 'choice', options: ACTIVATIONS, when: network, help: 'LeakyReLU keeps a gradient everywhere for the generator to follow.' },
  { key: 'discriminator_norm', label: 'Discriminator norm', group: 'networks', kind: 'choice', options: NORMS, when: network, help: 'What each layer’s numbers are standardised over; over a batch, a gradient penalty has no meaning.' },
  { key: 'dropout', label: 'Dropout', group: 'networks', kind: 'stops', stops: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7], zero: 'off', when: layered, help: 'Share of the discriminator’s units left out of each step; holds it back.' },
  { key: 'base_channels', label: 'Channels', group: 'networks', kind: 'stops', stops: [4, 8, 16, 32, 64, 128], when: dcgan, help: 'Channels of the widest feature map.' },

  { key: 'objective', label: 'Objective', group: 'objective', kind: 'choice', options: [
    ['non-saturating', 'Non-saturating'], ['saturating', 'Saturating'], ['least-squares', 'Least squares'],
    ['wasserstein', 'Wasserstein'], ['hinge', 'Hinge'], ['began', 'BEGAN', single]], help: 'What the two play for: probabilities (saturating is the original minimax), scores, or, in BEGAN, how well the discriminator can copy a sample.' },
  { key: 'label_smoothing', label: 'Label smoothing (one-sided)', group: 'objective', kind: 'stops', stops: [0.7, 0.8, 0.9, 0.95, 1], off: 1, when: s => likelihood(s) || s.objective === 'least-squares', help: 'What the discriminator should say of real samples: below 1 it is kept from being too sure.' },
  { key: 'began_gamma', label: 'BEGAN γ', group: 'objective', kind: 'stops', stops: [0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], when: began, help: 'Error of generated samples over that of real ones that the balance aims at: more is more varied.' },
  { key: 'began_lambda', label: 'BEGAN λ', group: 'objective', kind: 'stops', stops: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 0.03, 0.1], when: began, help: 'How fast the balance moves.' },
  { key: 'reconstruction_weight', label: 'Copying counts', group: 'objective', kind: 'stops', stops: WEIGHTS, when: s => s.architecture === 'autoencoder', help: 'How much an image’s copy, from its code, has to be like it.' },
  { key: 'n_critic', label: 'D updates per step (n_critic)', group: 'objective', kind: 'stops', stops: [1, 2, 3, 5, 10, 20], help: 'Discriminator updates before each generator update.' },
  { key: 'critic_warmup', label: 'Critic warm-up', group: 'objective', kind: 'toggle', help: 'A hundred discriminator updates in each of the first 25 steps, as in the Wasserstein paper.' },

  { key: 'gradient_penalty', label: 'Gradient penalty', group: 'stabilisers', kind: 'choice', off: 'none', when: s => !began(s) && !joint(s), options: [
    ['none', 'None'], ['wgan-gp', 'WGAN-GP'], ['dragan', 'DRAGAN'], ['r1', 'R1, at real'], ['r2', 'R2, at fake']], help: 'A price on the discriminator’s slope, so that the generator has something smooth to follow.' },
  { key: 'gp_weight', label: 'Its weight', group: 'stabilisers', kind: 'stops', stops: [0.01, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 100], when: penalised, help: 'How much the slope costs: λ, or γ of R1 and R2.' },
  { key: 'weight_clip', label: 'Weight clipping', group: 'stabilisers', kind: 'stops', stops: [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1], zero: 'off', off: 0, help: 'Largest weight that the discriminator may keep: the first Wasserstein GAN’s constraint.' },
  { key: 'spectral_norm', label: 'Spectral norm', group: 'stabilisers', kind: 'toggle', off: false, when: network, help: 'Divides each of the discriminator’s weight matrices by the most that it can stretch.' },
  { key: 'instance_noise', label: 'Instance noise', group: 'stabilisers', kind: 'stops', stops: [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1], zero: 'off', off: 0, help: 'Noise on all that the discriminator is shown, so that real and fake overlap.' },
  { key: 'instance_noise_steps', label: 'It fades over', group: 'stabilisers', kind: 'stops', stops: [0, 1000, 3000, 10_000, 30_000, 100_000], zero: 'never', when: s => s.instance_noise > 0, help: 'Steps until the noise is gone.' },
  { key: 'minibatch_discrimination', label: 'Minibatch discrimination', group: 'stabilisers', kind: 'stops', stops: [0, 4, 8, 16, 32, 64], zero: 'off', off: 0, when: s => single(s) && !began(s), help: 'The discriminator compares a sample with its batch-mates, and so notices collapse.' },
  { key: 'minibatch_stddev', label: 'Minibatch deviation', group: 'stabilisers', kind: 'toggle', off: false, when: s => single(s) && !began(s), help: 'The discriminator is told how much a batch varies.' },
  { key: 'pack', label: 'Packed samples', group: 'stabilisers', kind: 'stops', stops: [1, 2, 3, 4, 8], off: 1, when: s => single(s) && !began(s), help: 'Samples that the discriminator judges together, which makes collapse plain to see.' },
  { key: 'feature_matching_weight', label: 'Feature matching', group: 'stabilisers', kind: 'stops', stops: WEIGHTS, zero: 'off', off: 0, when: single, help: 'The generator also matches the mean of the discriminator’s inner features.' },
  { key: 'vat_weight', label: 'Virtual adversarial training', group: 'stabilisers', kind: 'stops', stops: WEIGHTS, zero: 'off', off: 0, when: s => likelihood(s) && !joint(s), help: 'A price on verdicts that change under the worst small step (virtual adversarial training).' },
  { key: 'vat_epsilon', label: 'Its step', group: 'stabilisers', kind: 'stops', stops: [0.01, 0.03, 0.1, 0.3, 1, 2.5, 5, 8], when: s => likelihood(s) && s.vat_weight > 0, help: 'Length of that step.' },
  { key: 'path_length_weight', label: 'Path length', group: 'stabilisers', kind: 'stops', stops: WEIGHTS, zero: 'off', off: 0, when: single, help: 'A price on a generator that stretches some latents more than others.' },
  { key: 'augment', label: 'Augment', group: 'stabilisers', kind: 'several', options: [['translation', 'Shifts'], ['cutout', 'Cutouts']], off: [], when: s => images(s) && !joint(s) && !colourful(s), help: 'Changes to all images that the discriminator is shown, so that few examples go further.' },
  { key: 'consistency_weight', label: 'Consistency', group: 'stabilisers', kind: 'stops', stops: WEIGHTS, zero: 'off', off: 0, when: s => images(s) && s.augment?.length > 0, help: 'A price on verdicts that such a change alters; the images themselves are then shown as they are.' },

  { key: 'optimizer', label: 'Optimiser', group: 'optimisers', kind: 'choice', options: [['adam', 'Adam'], ['rmsprop', 'RMSProp'], ['sgd', 'SGD']], help: 'How gradients become steps, for both networks.' },
  { key: 'generator_lr', label: 'Generator rate', group: 'optimisers', kind: 'stops', stops: RATES, help: 'The generator’s learning rate.' },
  { key: 'discriminator_lr', label: 'Discriminator rate', group: 'optimisers', kind: 'stops', stops: RATES, help: 'The discriminator’s learning rate: too high, and it wins at once.' },
  { key: 'lr_half_life', label: 'Rates halve every', group: 'optimisers', kind: 'stops', stops: [0, 1000, 3000, 10_000, 30_000, 100_000], zero: 'never', help: 'Steps over which both learning rates halve.' },
  { key: 'beta1', label: 'β₁', group: 'optimisers', kind: 'stops', stops: [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95], when: s => s.optimizer !== 'rmsprop', help: 'Memory of past gradients; high values make the two circle each other.' },
  { key: 'beta2', label: 'β₂', group: 'optimisers', kind: 'stops', stops: [0.9, 0.99, 0.999, 0.9999], when: s => s.optimizer !== 'sgd', help: 'Memory of past squared gradients.' },
  { key: 'ema_decay', label: 'Moving average', group: 'optimisers', kind: 'stops', stops: [0, 0.9, 0.99, 0.995, 0.999, 0.9999], zero: 'off', help: 'Samples come from an average of the generator’s weights.' },

  { key: 'batch_size', label: 'Batch size', group: 'run', kind: 'stops', stops: [8, 16, 32, 64, 128, 256, 512, 1024, 2048], help: 'Real samples, and as many fakes, in each update.' },
  { key: 'seed', label: 'Seed', group: 'run', kind: 'number', low: 0, high: 2 ** 53 - 1, help: 'Every random number of the run comes from it: same seed, same run.' },
];

/** @type {Record<Group, string>} */
export const GROUPS = { data: 'Data', networks: 'Networks', objective: 'Objective', stabilisers: 'Stabilisers', optimisers: 'Optimisers', run: 'Run' };

/** What cannot stand together, as src/experiment.rs has it, and what may give way.
 * @type {{ broken: (s: Settings) => boolean, gives: [key: string, value: string | ((s: Settings) => string)][] }[]} */
const CONFLICTS = [
  { broken: s => began(s) && penalised(s), gives: [['gradient_penalty', 'none']] },
  { broken: s => began(s) && s.conditional === 'acgan', gives: [['conditional', 'none'], ['objective', 'non-saturating']] },
  { broken: s => began(s) && s.minibatch_discrimination > 0, gives: [['minibatch_discrimination', '0']] },
  { broken: s => began(s) && s.minibatch_stddev, gives: [['minibatch_stddev', 'false']] },
  { broken: s => began(s) && s.pack > 1, gives: [['pack', '1']] },
  { broken: s => penalised(s) && s.discriminator_norm === 'batch', gives: [['discriminator_norm', 'layer'], ['gradient_penalty', 'none']] },
  { broken: s => penalised(s) && s.minibatch_discrimination > 0, gives: [['minibatch_discrimination', '0'], ['gradient_penalty', 'none']] },
  { broken: s => penalised(s) && s.minibatch_stddev, gives: [['minibatch_stddev', 'false'], ['gradient_penalty', 'none']] },
  { broken: s => s.pack > 1 && s.conditional === 'acgan', gives: [['pack', '1'], ['conditional', 'label']] },
  { broken: s => s.batch_size % s.pack !== 0, gives: [['batch_size', s => String(Math.ceil(s.batch_size / s.pack) * s.pack)], ['pack', '1']] },
  { broken: s => s.label_smoothing < 1 && !likelihood(s) && s.objective !== 'least-squares', gives: [['label_smoothing', '1']] },
  { broken: s => s.vat_weight > 0 && !likelihood(s), gives: [['vat_weight', '0']] },
  { broken: s => !network(s) && s.spectral_norm, gives: [['spectral_norm', 'false']] },
  { broken: s => dcgan(s) && s.dropout > 0, gives: [['dropout', '0']] },
  { broken: s => joint(s) && penalised(s), gives: [['gradient_penalty', 'none']] },
  { broken: s => joint(s) && began(s), gives: [['objective', 'non-saturating']] },
  { broken: s => joint(s) && (s.conditional === 'acgan' || s.conditional === 'label' && s.architecture !== 'stacked'), gives: [['conditional', 'none']] },
  { broken: s => colourful(s) && joint(s), gives: [['channels', '1'], ['architecture', 'dcgan']] },
  { broken: s => colourful(s) && s.conditional !== 'none', gives: [['conditional', 'none'], ['channels', '1']] },
  { broken: s => colourful(s) && s.augment.length > 0, gives: [['augment', '[]'], ['channels', '1']] },
  ...[['pack', '1'], ['minibatch_discrimination', '0'], ['minibatch_stddev', 'false'], ['vat_weight', '0'], ['path_length_weight', '0'],
    ['feature_matching_weight', '0'], ['augment', '[]']].map(([key, none]) => (
    { broken: (/** @type {Settings} */ s) => joint(s) && String(s[key]) !== String(JSON.parse(none)), gives: /** @type {[string, string][]} */ ([[key, none]]) })),
  { broken: s => s.consistency_weight > 0 && !s.augment.length, gives: [['consistency_weight', '0']] },
  { broken: s => !dcgan(s) && s.generator_norm === 'instance', gives: [['generator_norm', 'none']] },
  { broken: s => !dcgan(s) && s.discriminator_norm === 'instance', gives: [['discriminator_norm', 'none']] },
];

/** Settings that the cost of a step does not depend on. */
const FREE = ['name', 'seed', 'steps', 'generator_lr', 'discriminator_lr', 'beta1', 'beta2'];
/** Equal for experiments whose steps cost the same. @param {Settings} settings */
export const costKey = settings => JSON.stringify(settings, (key, value) => FREE.includes(key) ? undefined : value);

/** @param {Setting} setting @param {Settings} settings */
export const applies = ({ key, when }, settings) => key in settings && when?.(settings) !== false;

/** What would have to change along with these for the whole to stay valid. Settings that then no longer apply, and so could not be
 * seen to be in the way, give way quietly; the others are the visitor's to change.
 * @param {Change[]} changes @param {Settings} settings @returns {{ quietly: Change[], offered: Change[] }} */
export function consequences(changes, settings) {
  const next = { ...settings };
  for (const [key, text] of changes) next[key] = read(text);
  const chosen = new Set(changes.map(([key]) => key));
  /** @type {Change[]} */
  const quietly = [];
  /** @type {Change[]} */
  const offered = [];
  for (const { broken, gives } of CONFLICTS) {
    if (!broken(next)) continue;
    const give = gives.find(([key]) => !chosen.has(key));
    if (!give) continue;
    const [key, value] = give, text = typeof value === 'string' ? value : value(next);
    const setting = SETTINGS.find(setting => setting.key === key);
    (setting && applies(setting, next) ? offered : quietly).push([key, text]);
    next[key] = read(text);
  }
  return { quietly, offered };
}

/** A value as `--set` takes it; a mixture, which is TOML and not JSON, is in no one's way. @param {string} text */
function read(text) {
  try { return JSON.parse(text); } catch { return text; }
}
