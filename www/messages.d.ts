// What the page, its worker and the wasm module say to one another. Everything else is private to its side.

/** A GAN's two sides and where they stand after a step. Arrays are row-major. */
export interface Snapshot {
  /** Generator updates so far. */
  step: number;
  /** The last discriminator and generator losses; 2 ln 2 is an undecided discriminator's. `null` before the first step. */
  d_loss: number | null;
  g_loss: number | null;
  /** Mean of sigmoid(D) over the last real and fake batch. `null` before the first step. */
  d_real: number | null;
  d_fake: number | null;
  /** Mean of D's logit over the last real and fake batch, which is what matters where it is a score and no probability. */
  score_real: number | null;
  score_fake: number | null;
  /** V(D, G), and 2 JS − 2 ln 2, the most that any discriminator could reach against this generator. Over a line's densities,
   *  else minus the last loss, without a ceiling. `null` where another game is played. */
  value: number | null;
  value_ceiling: number | null;
  /** What else the experiment's regularisers measured in the last step, by name: penalty, k, convergence, path_length,
   *  feature_distance, virtual_adversarial, inconsistency, reconstruction. */
  extras: Record<string, number | null>;
  /** Metrics by name, each followed by what a perfect sampler of as many samples would score: w1, w1_floor, js, js_floor,
   *  modes, modes_floor, high_quality, high_quality_floor. Empty for images. `null` where it could not be computed. */
  metrics: Record<string, number | null>;
  /** `null` for mixtures of more than two dimensions. */
  picture: Line | Plane | Gallery | Phase | null;
}

/** How a picture's `discriminator` and `optimal` are to be read. */
export interface Opinion {
  /** They are probabilities, sigmoid(D); else scores without bounds. */
  probability: boolean;
  /** What D says where it cannot tell; `null` where only differences of scores mean anything. */
  neutral: number | null;
  discriminator: Float32Array;
  /** The best answer to the two densities; empty where the objective has none in closed form. */
  optimal: Float32Array;
}

/** A one-dimensional mixture: everything over the same axis. */
export interface Line extends Opinion {
  kind: 'line';
  /** Left and right end of the axis. The arrays below hold values at equally spaced points from `low` to `high`. */
  low: number;
  high: number;
  /** The target's density (analytic). */
  real: Float32Array;
  /** The generator's density, estimated from samples; same scale. */
  generated: Float32Array;
  /** Some of the generator's samples. */
  samples: Float32Array;
  /** The slope of D's logit at the first of them: which way the generator is told to move them. */
  pulls: Float32Array;
}

/** A two-dimensional mixture. */
export interface Plane extends Opinion {
  kind: 'plane';
  /** The square's sides: the same range on both axes. */
  low: number;
  high: number;
  /** x, y of some real and some generated samples. */
  real: Float32Array;
  generated: Float32Array;
  /** x, y of the slope of D's logit at the first generated ones. */
  pulls: Float32Array;
  /** `discriminator` and `optimal` are on a `cells` × `cells` lattice, rows from y = low to y = high, x = low to x = high within a
   *  row; `optimal` is NaN where there is next to nothing to judge. */
  cells: number;
}

/** Images from latents that stay the same throughout the run, and as many real ones. */
export interface Gallery {
  kind: 'gallery';
  /** Pixels on a side of one image, and how many images there are on each side. */
  size: number;
  count: number;
  /** 1, or 3 for red, green and blue. */
  channels: number;
  /** Generated images that follow one another from the same latent: two where the generator makes two views. */
  pictures: number;
  /** count × channels × size × size bytes, 0 black to 255 white, image after image. */
  generated: Uint8Array;
  real: Uint8Array;
  /** The digit that each latent was asked to become, the same ones together; empty where none was asked for. */
  classes: Uint8Array;
  /** What a probe asked for, each sample as `pictures` images: eight on the way between two samples, both included; the terms
   *  of a sum, and the sum. Empty where it did not. */
  walk: Uint8Array;
  sum: Uint8Array;
}

/** How the latent space is looked at. Samples are named by their place in the gallery, from 0. */
export interface Probe {
  /** Every number of a latent is kept within ± this; `null`: as it was drawn. */
  truncation: number | null;
  walk: { from: number; to: number; path: WalkPath } | null;
  /** Samples added and subtracted, such as '12-3+40'; see src/latent/arithmetic.rs. */
  sum: string | null;
}
export type WalkPath = 'lerp' | 'slerp';

/** How far the search for an image has come. Images have a byte a pixel. */
export interface Found {
  /** Updates so far, and in all. */
  step: number;
  steps: number;
  /** The mean squared difference of known pixels, which go from −1 to 1; and the least of it among the latents at the start. */
  error: number | null;
  start: number | null;
  /** The generator's best image; and the image that is searched for, with that one's pixels in its hole. */
  sample: Uint8Array;
  filled: Uint8Array;
}

/** A Dirac-GAN: a generator that is the number θ, a discriminator D(x) = ψ x. */
export interface Phase {
  kind: 'phase';
  /** Both axes go from -reach to reach. */
  reach: number;
  /** Where the real samples are: θ should come to lie there, with ψ = 0. */
  truth: number;
  theta: number;
  psi: number;
  /** θ, ψ of the first and of the last steps, one after another. */
  start: Float32Array;
  trail: Float32Array;
  /** dθ, dψ of gradient descent from each point of a `cells` × `cells` lattice, rows from the low ψ to the high one. */
  cells: number;
  flow: Float32Array;
}

export type Kind = 'line' | 'plane' | 'gallery' | 'phase';

/** An experiment as the page needs it. */
export interface ExperimentInfo {
  /** The link's text after '#', the whole experiment. */
  hash: string;
  name: string;
  kind: Kind;
  /** Every setting by name (see src/experiment.rs), as plain JSON values. */
  settings: Record<string, unknown>;
  /** Weights in each network. */
  generator_parameters: number;
  discriminator_parameters: number;
  /** Files of its dataset, relative to the folder of all data; none where it needs no files. */
  files: string[];
  /** Whether drawn digits stand in for the dataset, whose files are missing; and that as a sentence, or ''. */
  stands_in: boolean;
  note: string;
}

export interface PresetInfo { name: string; about: string; kind: Kind; hash: string; data: 'mixture' | 'digits' | 'mnist' }

export type Device = 'cpu' | 'webgpu';
export type DeviceChoice = Device | 'auto';

/** What is known of WebGPU here: not asked yet; the browser has none; its adapter is software; the server has no module for
 *  it; its module is being fetched; it can be used. */
export type Gpu = 'unknown' | 'absent' | 'software' | 'unbuilt' | 'fetching' | 'available';

/** The contents of an experiment's `files`, in their order. */
export type DataFiles = Uint8Array[];

/** What `www/pkg/cpu/counterfeit.js` and `www/pkg/webgpu/counterfeit.js` export beside `default` (wasm-bindgen, --target web).
 *  Every function that can fail throws an Error whose message is one line that says what, where and what would be right. */
export interface Wasm {
  default(input?: unknown): Promise<unknown>;
  presets(): PresetInfo[];
  /** The link of the experiment in `hash` with settings changed together: names and values in turn, values as in `--set` (TOML
   *  values, or bare words). */
  revise(hash: string, changes: string[]): string;
  /** What `hash` describes, without building anything. Throws on a malformed link. '' is the default experiment. */
  describe(hash: string): ExperimentInfo;
  /** Gets the device ready; must be awaited once before `Playground`; 'webgpu' throws where there is no adapter. Returns its
   *  name, such as 'CPU' or 'WebGPU (nvidia hopper)'. The cpu module only knows 'cpu'; the webgpu module knows both. */
  open_device(device: Device): Promise<string>;
  Playground: PlaygroundClass;
}
export interface PlaygroundClass {
  /** Builds networks and data. Drawn digits stand in for a dataset where `files` is undefined: info().stands_in. */
  open(hash: string, device: Device, files: DataFiles | undefined): Playground;
  /** A run continued from a checkpoint (safetensors bytes). */
  load(bytes: Uint8Array, device: Device, files: DataFiles | undefined): Promise<Playground>;
}
export interface Playground {
  info(): ExperimentInfo;
  /** Trains n steps. On the CPU the work is done when this returns; on WebGPU it is queued. Reads nothing back. */
  step(n: number): void;
  /** Waits until the device has done all that was queued. */
  sync(): Promise<void>;
  /** Reads the state of the run; throws if a loss is no longer finite or the device was lost. */
  snapshot(): Promise<Snapshot>;
  /** From the next snapshot on; throws where it names a sample that is not there, and then stays as it was. */
  probe(probe: Probe): void;
  /** Of an image of single ones, with the networks as they stand; pixels are known that are not 0 in `known`. */
  search(image: Uint8Array, known: Uint8Array): Search;
  /** The checkpoint. */
  save(): Promise<Uint8Array>;
  free(): void;
}
export interface Search {
  /** The run's step whose networks it searches with. */
  readonly of: number;
  /** One update; returns whether any are left. */
  step(): boolean;
  read(): Promise<Found>;
  free(): void;
}

/** The GAN that bench.html times; see DESIGN: latent-hidden-hidden-data, ReLU / LeakyReLU, Adam 1e-3 (.5, .999). */
export interface BenchConfig { backend: Device; latent: number; hidden: number; data: number; batch: number; warmup: number; steps: number }

/** A setting's new value, as in `--set`. */
export type Change = [key: string, value: string];

/** Page → worker. */
export type Request =
  | { type: 'open'; hash: string; device: DeviceChoice; play: boolean }
  | { type: 'play' }
  | { type: 'pause' }
  /** Trains n steps, then pauses and sends a snapshot; answered by 'stepped' with the same id. */
  | { type: 'step'; n: number; id: number }
  /** Back to step 0 of the same experiment and seed, where it waits. */
  | { type: 'reset' }
  /** Steps per second at most; null for as fast as it can. */
  | { type: 'speed'; limit: number | null }
  /** Changes settings together, all or none, and starts the experiment that results. */
  | { type: 'set'; changes: Change[] }
  /** Another device for the same run, which goes on where it is. */
  | { type: 'device'; device: DeviceChoice }
  | { type: 'probe'; probe: Probe }
  /** Searches for an image between training steps, with the networks as they stand; replaces the search before it. */
  | { type: 'search'; search: number; image: Uint8Array; known: Uint8Array }
  | { type: 'stop-search' }
  | { type: 'save'; id: number }
  | { type: 'load'; bytes: ArrayBuffer; device: DeviceChoice; play: boolean }
  | { type: 'bench'; id: number; config: BenchConfig };

/** What went wrong, so that the page can offer what helps: a link, a setting or a checkpoint that cannot be used; a file that
 *  could not be fetched; losses that are no longer finite; the GPU; anything else in the module. */
export type ProblemKind = 'link' | 'setting' | 'checkpoint' | 'fetch' | 'diverged' | 'device' | 'crash';

export type State = 'loading' | 'ready' | 'running' | 'paused' | 'error';

/** Worker → page. */
export type Reply =
  | { type: 'presets'; presets: PresetInfo[] }
  | { type: 'state'; state: State }
  /** A run was opened, or (not `restarted`) goes on on another device. */
  | { type: 'opened'; info: ExperimentInfo; device: Device; device_name: string; choice: DeviceChoice; restarted: boolean }
  | { type: 'gpu'; gpu: Gpu; name: string }
  | { type: 'snapshot'; snapshot: Snapshot; steps_per_s: number }
  /** The steps that were asked for are done, and how the run stands now. */
  | { type: 'stepped'; id: number; snapshot: Snapshot; state: State }
  /** What `auto` measured, in steps per second of this experiment; null: not to be had. */
  | { type: 'measured'; cpu: number; webgpu: number | null; chosen: Device }
  | { type: 'progress'; what: string; done: number; total: number | null }
  /** After a fatal one the worker is of no more use. `changes`: the settings that were refused, the visitor's own first. */
  | { type: 'problem'; kind: ProblemKind; what: string; remedy: string; fatal: boolean; changes?: Change[] }
  /** Now and then: a checkpoint for the page to keep, should the run diverge or the worker die. */
  | { type: 'rescue'; step: number; bytes: ArrayBuffer }
  /** What a search has found so far, with the networks of which step. */
  | { type: 'found'; search: number; of: number; found: Found; done: boolean }
  | { type: 'unfound'; search: number; what: string }
  | { type: 'saved'; id: number; bytes: Uint8Array }
  | { type: 'benched'; id: number; steps_per_s: number; warmup_ms: number }
  | { type: 'failed'; id: number; what: string };
