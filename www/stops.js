// The stops of the sliders: the values that a visitor is offered, within the range that a setting has.

const RATES = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1];
const WEIGHTS = [0, 0.01, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 100];
const STEPS = [0, 1000, 3000, 10_000, 30_000, 100_000];

/** @type {Record<string, number[]>} */
export const STOPS = {
  examples_per_class: [0, 1, 10, 100, 1000, 5000],
  latent_dim: [1, 2, 4, 8, 16, 32, 64, 100, 128, 256],
  dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7],
  base_channels: [4, 8, 16, 32, 64, 128],
  label_smoothing: [0.7, 0.8, 0.9, 0.95, 1],
  began_gamma: [0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  began_lambda: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 0.03, 0.1],
  reconstruction_weight: WEIGHTS,
  n_critic: [1, 2, 3, 5, 10, 20],
  gp_weight: [0.01, 0.1, 0.3, 1, 2, 3, 5, 10, 30, 100],
  weight_clip: [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
  instance_noise: [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1],
  instance_noise_steps: STEPS,
  minibatch_discrimination: [0, 4, 8, 16, 32, 64],
  pack: [1, 2, 3, 4, 8],
  feature_matching_weight: WEIGHTS,
  vat_weight: WEIGHTS,
  vat_epsilon: [0.01, 0.03, 0.1, 0.3, 1, 2.5, 5, 8],
  path_length_weight: WEIGHTS,
  consistency_weight: WEIGHTS,
  generator_lr: RATES,
  discriminator_lr: RATES,
  lr_half_life: STEPS,
  beta1: [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95],
  beta2: [0.9, 0.99, 0.999, 0.9999],
  ema_decay: [0, 0.9, 0.99, 0.995, 0.999, 0.9999],
  batch_size: [8, 16, 32, 64, 128, 256, 512, 1024, 2048],
};
