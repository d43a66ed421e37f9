// Runs that have a fault by construction, and runs that should have none.

const FAR = 'mixture=[{mean=[8.0],std=0.1}]';
const GAPS = 'mixture=[{mean=[0.0],std=0.3},{mean=[12.0],std=0.3},{mean=[-12.0],std=0.3},{mean=[24.0],std=0.3}]';
const CROSS =
  'mixture=[{mean=[0.0,0.0],std=0.2},{mean=[8.0,0.0],std=0.2},{mean=[0.0,8.0],std=0.2},{mean=[-8.0,0.0],std=0.2},{mean=[0.0,-8.0],std=0.2}]';
const TWO = 'mixture=[{mean=[6.0],std=0.2},{mean=[-6.0],std=0.2}]';
/** D learns 500 times as fast as G. */
const STARVED = ['generator_lr=0.00001', 'discriminator_lr=0.005'];
const HUGE = ['generator_lr=0.5', 'discriminator_lr=0.5'];

/** `fault`: the one that the construction provokes; a run counts as having it where precision.mjs confirms it. */
const make = (name, steps, preset, sets = [], fault = null) => ({ name, steps, preset, sets, fault });

export const CASES = [
  // Far apart: no gradient leads from one mode across the gap to the next.
  make('four modes 12 apart', 1500, 'mixture-1d', ['ema_decay=0', GAPS], 'mode-collapse'),
  make(
    'five modes 8 apart, in the plane',
    1500,
    'mixture-1d',
    ['ema_decay=0', 'latent_dim=2', 'batch_size=128', CROSS],
    'mode-collapse',
  ),
  // A generator that is ten times as fast as D runs from mode to mode.
  make(
    'fast generator',
    2000,
    'mixture-1d-minimax',
    ['generator_lr=0.005', 'discriminator_lr=0.0005', 'ema_decay=0'],
    'mode-collapse',
  ),
  // Disjoint supports, and a D that separates them (Arjovsky & Bottou 2017).
  make(
    'saturating, target far away',
    1500,
    'mixture-1d-minimax',
    ['n_critic=2', 'discriminator_lr=0.005', FAR],
    'vanishing-gradient',
  ),
  make(
    'saturating, two modes far away',
    1500,
    'mixture-1d-minimax',
    ['n_critic=2', 'discriminator_lr=0.005', TWO],
    'vanishing-gradient',
  ),
  make('saturating, default rates, target far away', 1500, 'mixture-1d-minimax', [FAR], 'vanishing-gradient'),
  make('D 500 times as fast', 1500, 'mixture-1d', [...STARVED, FAR], 'overpowering-discriminator'),
  make(
    'D 500 times as fast, hinge',
    1500,
    'mixture-1d',
    [...STARVED, FAR, 'objective=hinge'],
    'overpowering-discriminator',
  ),
  make(
    'D 500 times as fast, LSGAN',
    1500,
    'mixture-1d',
    [...STARVED, FAR, 'objective=least-squares'],
    'overpowering-discriminator',
  ),
  // Without regularisation these circle the equilibrium (Mescheder et al. 2018).
  make('Dirac-GAN', 2000, 'dirac', [], 'oscillation'),
  make('Dirac-GAN, WGAN', 2000, 'dirac', ['objective=wasserstein'], 'oscillation'),
  make('Dirac-GAN, small rates', 3000, 'dirac', ['generator_lr=0.05', 'discriminator_lr=0.05'], 'oscillation'),
  make('learning rates of 0.5', 1500, 'mixture-1d', HUGE, 'divergence'),
  make('learning rates of 0.5, RMSProp', 1500, 'mixture-1d', [...HUGE, 'optimizer=rmsprop'], 'divergence'),
  make(
    'learning rates of 0.1, WGAN with SGD',
    1500,
    'mixture-1d',
    ['objective=wasserstein', 'optimizer=sgd', 'generator_lr=0.1', 'discriminator_lr=0.1'],
    'divergence',
  ),

  make('mixture-1d', 2500, 'mixture-1d'),
  make('mixture-1d-minimax', 2500, 'mixture-1d-minimax'),
  make('mixture-1d-wgan', 800, 'mixture-1d-wgan'),
  make('mixture-1d-5', 2500, 'mixture-1d-5'),
  make('mixture-1d-5-vanilla', 2500, 'mixture-1d-5-vanilla'),
  make('target far away', 1500, 'mixture-1d', [FAR]),
  make('strong D, target far away', 1500, 'mixture-1d', ['n_critic=2', 'discriminator_lr=0.005', FAR]),
  make('ring', 1500, 'ring'),
  make('ring-vanilla', 1500, 'ring-vanilla'),
  make('ring-pacgan', 1000, 'ring-pacgan'),
  make('ring-lsgan', 1500, 'ring-lsgan'),
  make('ring-hinge', 1500, 'ring-hinge'),
  make('ring-wgan-gp', 800, 'ring-wgan-gp'),
  make('dirac-r1', 2000, 'dirac-r1'),
  make('dirac-r1, non-saturating', 2000, 'dirac-r1', ['objective=non-saturating']),
  make('Dirac-GAN, instance noise', 2000, 'dirac', ['instance_noise=1']),
  make('digits, saturating', 300, 'digits-mlp', [
    'objective=saturating',
    'generator_hidden=[64]',
    'discriminator_hidden=[64]',
    'batch_size=32',
  ]),
  make('digits', 300, 'digits-batch-norm', ['generator_hidden=[64]', 'discriminator_hidden=[64]', 'batch_size=32']),
];
