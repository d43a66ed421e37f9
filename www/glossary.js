// The terms of the page, each with its definition and its source.

/** `id`: also the name of the metric, or of the term of the losses, that the entry explains; `also`: the names of
 * others; `paper`: none where the term is this page's own.
 * @typedef {{ id: string, also?: string[], term: string, text: string, paper: [cited: string, arxiv: string][] }}
 * Entry */

/** @type {[cited: string, arxiv: string]} */
const GAN = ['Goodfellow et al. 2014', '1406.2661'];
/** @type {[cited: string, arxiv: string]} */
const IMPROVED = ['Salimans et al. 2016', '1606.03498'];
/** @type {[cited: string, arxiv: string]} */
const WGAN = ['Arjovsky et al. 2017', '1701.07875'];
/** @type {[cited: string, arxiv: string]} */
const VEEGAN = ['Srivastava et al. 2017', '1705.07761'];
/** @type {[cited: string, arxiv: string]} */
const BEGAN = ['Berthelot et al. 2017', '1703.10717'];

/** @type {Entry[]} */
export const GLOSSARY = [
  {
    id: 'generator',
    term: 'Generator, G',
    text: 'The network that maps a latent vector z to a sample G(z). It never receives a real sample: it learns from the gradient of the discriminator alone.',
    paper: [GAN],
  },
  {
    id: 'discriminator',
    term: 'Discriminator, D',
    text: 'The network whose output D(x) is the probability that a sample x is real. It trains on real and generated samples in turn with the generator.',
    paper: [GAN],
  },
  {
    id: 'critic',
    term: 'Critic',
    text: 'A discriminator whose output is a score without bounds instead of a probability; a higher score means more real. Wasserstein and hinge objectives have critics.',
    paper: [WGAN],
  },
  {
    id: 'latent',
    term: 'Latent vector, z',
    text: 'The generator’s input, a random vector from the prior: a standard normal or a uniform distribution. Its number of coordinates is the latent dimension.',
    paper: [GAN],
  },
  {
    id: 'logit',
    term: 'Logit',
    text: 'The discriminator’s output before the sigmoid: log D(x) / (1 − D(x)). It is 0 where D(x) = ½.',
    paper: [GAN],
  },
  {
    id: 'optimal',
    term: 'Optimal discriminator, D*',
    text: 'The discriminator with the least loss against the present generator: D*(x) = p(x) / (p(x) + q(x)) for the real density p and the generated density q. It is ½ everywhere once the two are equal.',
    paper: [GAN],
  },
  {
    id: 'value',
    term: 'Value function, V(D, G)',
    text: 'E log D(x) + E log(1 − D(G(z))). The discriminator maximises it and the generator minimises it; at D* it is 2 JS − 2 ln 2. Other objectives have another value, minus the loss of the discriminator: at its optimum 2 TV − 2 with hinge loss, ¼ χ² − ¼ with least squares, and W1 for a critic of slope 1.',
    paper: [GAN],
  },
  {
    id: 'objective',
    term: 'Saturating and non-saturating objective',
    text: 'The generator minimises E log(1 − D(G(z))) in the saturating (minimax) form, whose gradient vanishes as D(G(z)) goes to 0, and −E log D(G(z)) in the non-saturating form, whose gradient does not.',
    paper: [GAN],
  },
  {
    id: 'js',
    term: 'Jensen–Shannon divergence, JS',
    text: 'The mean of the Kullback–Leibler divergences of two distributions from their average: 0 where they are equal, ln 2 where they do not overlap. The page computes it on histograms.',
    paper: [GAN],
  },
  {
    id: 'w1',
    term: 'Wasserstein-1 distance, W1',
    text: 'The least mean distance over which probability mass has to move to turn one distribution into the other. In one dimension it is the area between the two cumulative distribution functions.',
    paper: [WGAN],
  },
  {
    id: 'collapse',
    term: 'Mode collapse',
    text: 'Many latents map to nearly the same samples, so that the generator covers few of the modes of the data.',
    paper: [IMPROVED, ['Metz et al. 2017', '1611.02163']],
  },
  {
    id: 'modes',
    term: 'Mode coverage',
    text: 'The number of modes (components of the target) that are the nearest mode of at least one sample within 3σ. The page counts over 2,500 samples. Proposed against missing modes, under Regularisation in the settings: packing, minibatch discrimination, and gradient penalties such as DRAGAN’s.',
    paper: [VEEGAN],
  },
  {
    id: 'high_quality',
    term: 'High quality: within 3σ of a mode',
    text: 'The share of samples at most three standard deviations from their nearest mode. An ideal sampler reaches 99.7% in one dimension and 98.9% in two.',
    paper: [VEEGAN],
  },
  {
    id: 'floor',
    term: 'Noise floor',
    text: 'The mean score of an ideal sampler: as many samples, from the real distribution itself. A finite sample does not score a distance of 0, so a metric at its floor is not distinguishable from that of an ideal sampler.',
    paper: [['on the bias of finite samples: Bińkowski et al. 2018', '1801.01401']],
  },
  {
    id: 'noise',
    term: 'Instance noise',
    text: 'Gaussian noise on the discriminator’s inputs, real and generated. It makes distributions overlap that otherwise do not, so that the generator’s gradient does not vanish.',
    paper: [
      ['Sønderby et al. 2017', '1610.04490'],
      ['Arjovsky & Bottou 2017', '1701.04862'],
    ],
  },
  {
    id: 'smoothing',
    term: 'Label smoothing (one-sided)',
    text: 'A target α below 1 for real samples; that of generated samples stays 0. An undecided discriminator’s output is then α/2.',
    paper: [IMPROVED],
  },
  {
    id: 'penalty',
    term: 'Gradient penalty',
    text: 'A term of the discriminator’s loss that depends on the norm of its gradient at its input. WGAN-GP, DRAGAN, R1 and R2 are such penalties, at different points.',
    paper: [['Gulrajani et al. 2017', '1704.00028']],
  },
  {
    id: 'r1',
    term: 'R1 and R2',
    text: 'Half of γ times the mean squared gradient norm of the discriminator, at real samples (R1) or at generated ones (R2). With either, training converges locally where a plain GAN circles the equilibrium.',
    paper: [['Mescheder et al. 2018', '1801.04406']],
  },
  {
    id: 'wgan-gp',
    term: 'WGAN-GP',
    text: 'A Wasserstein critic with a penalty on the squared difference between its gradient norm and 1, at random points between real and generated samples.',
    paper: [['Gulrajani et al. 2017', '1704.00028']],
  },
  {
    id: 'dragan',
    term: 'DRAGAN',
    text: 'The penalty of WGAN-GP at points near the real samples only.',
    paper: [['Kodali et al. 2017', '1705.07215']],
  },
  {
    id: 'began',
    also: ['k', 'convergence'],
    term: 'BEGAN: balance k, measure M',
    text: 'The discriminator is an autoencoder with loss L(x) − k L(G(z)), L its reconstruction error; k keeps L(G(z)) / L(x) at the diversity ratio γ. M = L(x) + |γ L(x) − L(G(z))| falls as training converges.',
    paper: [BEGAN],
  },
  {
    id: 'ema',
    term: 'Generator EMA',
    text: 'An exponential moving average of the generator’s weights over the steps. The averaged generator makes the samples that are shown and measured; training uses the latest weights.',
    paper: [['Yazıcı et al. 2019', '1806.04498']],
  },
  {
    id: 'truncation',
    term: 'Truncation',
    text: 'Coordinates of z beyond a threshold are drawn again from within it. Samples become more typical and less varied.',
    paper: [['Brock et al. 2019', '1809.11096']],
  },
  {
    id: 'n_critic',
    term: 'D steps per G step, n_critic',
    text: 'The number of discriminator updates before each update of the generator. One step on the page is one update of the generator.',
    paper: [WGAN],
  },
  {
    id: 'spectral',
    term: 'Spectral normalisation',
    text: 'Division of each weight matrix of the discriminator by its largest singular value, which bounds the discriminator’s Lipschitz constant.',
    paper: [['Miyato et al. 2018', '1802.05957']],
  },
  {
    id: 'minibatch',
    term: 'Minibatch discrimination',
    text: 'Features of the discriminator that compare each sample with the others of its batch. A batch of alike samples is then easy to detect, which counters mode collapse.',
    paper: [IMPROVED],
  },
  {
    id: 'packing',
    term: 'Packing (PacGAN)',
    text: 'Several samples of one kind, real or generated, form one input of the discriminator. Missing modes show in such a pack more clearly than in one sample.',
    paper: [['Lin et al. 2018', '1712.04086']],
  },
  {
    id: 'path_length',
    term: 'Path length regularisation',
    text: 'A penalty on the deviation of ‖Jᵀy‖ from its running mean, with J the Jacobian of the generator and y random. Steps of equal length in the latent space then change samples equally.',
    paper: [['Karras et al. 2020', '1912.04958']],
  },
  {
    id: 'virtual_adversarial',
    term: 'Virtual adversarial training, VAT',
    text: 'A penalty on the change of D(x) under the small perturbation of x that changes it most.',
    paper: [['Miyato et al. 2018', '1704.03976']],
  },
  {
    id: 'd_gradient_norm',
    also: ['g_gradient_norm'],
    term: 'Gradient norm',
    text: 'The Euclidean norm of the gradient of a network’s loss in its parameters: how steeply the loss falls there. A generator whose gradient stays near 0 learns nothing more, which is the fault of the minimax objective against a discriminator that is far ahead.',
    paper: [['Arjovsky & Bottou 2017', '1701.04862']],
  },
  {
    id: 'feature_distance',
    term: 'Feature matching',
    text: 'A term of the generator’s loss: the squared distance between the mean hidden features of the discriminator on generated and on real samples.',
    paper: [IMPROVED],
  },
  {
    id: 'inconsistency',
    term: 'Consistency regularisation (bCR)',
    text: 'A penalty on the squared change of the logit when a real or generated image is augmented: shifted, or cut out in part.',
    paper: [['Zhao et al. 2021', '2002.04724']],
  },
  {
    id: 'reconstruction',
    term: 'Adversarial autoencoder, AAE',
    text: 'The generator encodes an image and decodes its code; its loss includes the reconstruction error. The discriminator compares codes (fake) with samples of the prior (real), so that samples of the prior decode to images.',
    paper: [['Makhzani et al. 2016', '1511.05644']],
  },
  {
    id: 'class_kl',
    also: ['confidence', 'mode_kl'],
    term: 'Class KL, mode KL and confidence',
    text: 'The Kullback–Leibler divergence of the shares of the classes (or of the 1,000 modes of stacked MNIST) that a classifier predicts from equal shares, and the mean probability of the class that it predicts.',
    paper: [VEEGAN],
  },
  {
    id: 'classifier_frechet',
    term: 'Classifier Fréchet distance',
    text: 'The Fréchet distance between Gaussians fitted to a classifier’s features of generated and of real images. The FID is the same distance on Inception’s features; the two are not comparable.',
    paper: [['Heusel et al. 2017', '1706.08500']],
  },
];
