// Texts of the help: the picture by its kind, the charts, editing by hand, and the keys.

/** @import { Kind } from './messages.js' */

/** @type {[keys: string, meaning: string][]} */
export const KEYS = [
  ['Space', 'Play or pause'],
  ['→', 'One step; in slow motion, the next stage'],
  ['R', 'Reset: back to step 0 of the same seed'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'Undo and redo'],
  ['Ctrl+V', 'Paste samples as the target'],
  ['?', 'This help'],
  ['Escape', 'Close the help, the settings, the drawing, or slow motion'],
];

/** @type {[keys: string, meaning: string][]} */
export const GAUSSIAN_KEYS = [
  ['Arrows', 'Move it; with Shift, ten times as far'],
  ['[ and ]', 'Narrower and wider'],
  ['+ and −', 'More and less weight'],
  ['A or Insert', 'Add another next to it'],
  ['Delete', 'Remove it'],
];

const GRADIENT =
  'Arrows: the gradient of the discriminator’s logit (of a critic’s score) at generated samples. The generator learns to move its samples that way.';

/** @type {Record<Kind, string[]>} */
const PICTURES = {
  line: [
    'Blue, solid: the density of the real samples, the target.',
    'Orange, dashed: the density of the generated samples. The generator has learnt the target where the two coincide.',
    'Green, double, on the right axis: the discriminator’s output D(x), the probability that a sample at x is real, or a critic’s score. The faint dotted line is the output of an undecided discriminator.',
    'D(x) = ½: to the discriminator, a sample at x is as likely real as generated. Where both densities are equal, the optimal D is ½.',
    'Grey dots: the optimal discriminator for the present generator, where there are samples.',
    'Ticks on the axis: generated samples. ' + GRADIENT,
  ],
  plane: [
    'Blue dots: real samples. Orange crosses: generated ones. An ideal generator’s have the same density.',
    'Background: the discriminator’s output. Blue: the discriminator takes samples there for real; orange: for generated; no colour: undecided, the green line.',
    GRADIENT,
  ],
  gallery: [
    'Orange, dashed frame: images of the generator for latents that stay the same during the run, so that the same place shows the same image as it develops. Blue frame: real images.',
    'The pointer over a generated image (or a tap) shows the nearest training image: one at a distance near 0 is a copy.',
    '“Latent space” opens truncation, interpolation, arithmetic and projection of latents, and a pad: the plane through three of them.',
  ],
  phase: [
    'Each network has one parameter: the generator’s sample is the number θ (across), the discriminator’s logit is ψ x (upwards).',
    'The cross is the equilibrium, the arrows are the gradient steps, the line is the path of the run. Without regularisation it circles the equilibrium.',
  ],
};

/** @param {Kind | undefined} kind */
export const ofPicture = kind =>
  kind ? PICTURES[kind] : ['Mixtures of more than two dimensions have no picture, only metrics.'];

export const CHARTS = [
  'The step on every chart’s axis is one update of the generator. The pointer over a chart reads the values of a step; the strip under the picture goes back to it. A drag across a chart, a pinch, or a turn of the wheel with Ctrl zooms all charts; a double click shows all steps again.',
  'Metrics: the value, a gauge, and the value of an ideal sampler (the mark on the gauge). A metric at its mark cannot get better with so many samples.',
  'Losses: neither has to fall. Each network’s loss depends on the other network; the dotted reference is the loss of an undecided discriminator.',
  'V(D, G): the dashed line is the value at the optimal discriminator. The distance to it shows how far the discriminator is from its optimum; in the original game the distance of that line from −2 ln 2 is twice the Jensen–Shannon divergence. With hinge loss, least squares or a Wasserstein critic the chart has minus the loss of D, and the line belongs to the total variation distance, Pearson’s χ² or W1.',
  'D(x) and D(G(z)): the mean outputs for real and generated samples. Far apart: the discriminator is ahead. Both at ½: undecided.',
  'A fault that the numbers show (mode collapse, a vanishing gradient, an overpowering discriminator, oscillation, divergence) takes the place of the status. “Show evidence” marks its steps in the charts; “Try: …” starts a comparison in which run B has the change.',
  'W1: the distance of the generated distribution from the real one. Unlike the losses, it measures progress.',
];

export const BY_HAND = [
  'Target: drag a Gaussian’s handle to move it and its grip to widen it; turn the wheel over it (or pinch) for its weight; double-click to add one. The run follows.',
  'Whole targets: “Shape…”, “Draw” on the picture, “CSV…”, or paste one or two columns of numbers.',
  'Settings: objective, penalties, learning rates and most others apply from the next step on. Another network, dataset or seed starts a new run.',
  'Lock: “Start again on every change” starts each change from the seed, so that a link replays it.',
  '“Slow motion” goes through one step update by update, and through each update in four stages: draw, generate, discriminate, update.',
  '“Compare” starts a second run of the same seed. Both go from step 0 at the same pace; changes of settings go to run B, and both pictures, metrics and charts are shown together.',
  '“Copy link” is this experiment as an address; “Save” is the run as a file, which “Open” continues.',
];
