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
  /** Metrics by name, each followed by what a perfect sampler of as many samples would score: w1, w1_floor, js, js_floor,
   *  modes, modes_floor, high_quality, high_quality_floor. Empty for images. `null` where it could not be computed. */
  metrics: Record<string, number | null>;
  /** `null` for mixtures of more than two dimensions. */
  picture: Line | Plane | Gallery | null;
}

/** A one-dimensional mixture: everything over the same axis. */
export interface Line {
  kind: 'line';
  /** Left and right end of the axis. The arrays below hold values at equally spaced points from `low` to `high`. */
  low: number;
  high: number;
  /** The target's density (analytic). */
  real: Float32Array;
  /** The generator's density, estimated from samples; same scale. */
  generated: Float32Array;
  /** sigmoid(D(x)), in [0, 1]. */
  discriminator: Float32Array;
  /** The optimal discriminator for these two densities, p_real / (p_real + p_generated). */
  optimal: Float32Array;
  /** Some of the generator's samples. */
  samples: Float32Array;
}

/** A two-dimensional mixture. */
export interface Plane {
  kind: 'plane';
  /** The square's sides: the same range on both axes. */
  low: number;
  high: number;
  /** x, y of some real and some generated samples. */
  real: Float32Array;
  generated: Float32Array;
  /** sigmoid(D) on a `cells` × `cells` lattice, rows from y = low to y = high, x = low to x = high within a row. */
  cells: number;
  discriminator: Float32Array;
}

/** Images from latents that stay the same throughout the run, and as many real ones. */
export interface Gallery {
  kind: 'gallery';
  /** Pixels on a side of one image, and how many images there are. */
  size: number;
  count: number;
  /** count × size × size bytes, 0 black to 255 white, image after image. */
  generated: Uint8Array;
  real: Uint8Array;
}

/** An experiment as the page needs it. */
export interface ExperimentInfo {
  /** The link's text after '#', the whole experiment. */
  hash: string;
  name: string;
  kind: 'line' | 'plane' | 'gallery';
  /** Every setting by name (see src/experiment.rs), as plain JSON values. */
  settings: Record<string, unknown>;
  /** Weights in each network. */
  generator_parameters: number;
  discriminator_parameters: number;
  /** Something the user should know, such as that drawn digits stand in for MNIST; '' if nothing. */
  note: string;
}

export interface PresetInfo { name: string; about: string; kind: 'line' | 'plane' | 'gallery'; hash: string; data: 'mixture' | 'digits' | 'mnist' }

export type Device = 'cpu' | 'webgpu';
export type DeviceChoice = Device | 'auto';

/** What is known of WebGPU here: not asked yet; the browser has none; its adapter is software; the server has no module for
 *  it; its module is being fetched; it can be used. */
export type Gpu = 'unknown' | 'absent' | 'software' | 'unbuilt' | 'fetching' | 'available';

/** The four MNIST training and test files are on the server or not; the worker needs the two training files. */
export interface MnistFiles { images: Uint8Array; labels: Uint8Array }

/** What `www/pkg/cpu/counterfeit.js` and `www/pkg/webgpu/counterfeit.js` export beside `default` (wasm-bindgen, --target web).
 *  Every function that can fail throws an Error whose message is one line that says what, where and what would be right. */
export interface Wasm {
  default(input?: unknown): Promise<unknown>;
  presets(): PresetInfo[];
  /** The link of the experiment in `hash` with one setting changed; value as in `--set` (TOML value, or a bare word). */
  revise(hash: string, key: string, value: string): string;
  /** What `hash` describes, without building anything. Throws on a malformed link. '' is the default experiment. */
  describe(hash: string): ExperimentInfo;
  /** Gets the device ready; must be awaited once before `Playground`; 'webgpu' throws where there is no adapter. Returns its
   *  name, such as 'CPU' or 'WebGPU (nvidia hopper)'. The cpu module only knows 'cpu'; the webgpu module knows both. */
  open_device(device: Device): Promise<string>;
  Playground: PlaygroundClass;
}
export interface PlaygroundClass {
  /** Builds networks and data. Drawn digits stand in for MNIST where `mnist` is undefined, and info().note says so. */
  open(hash: string, device: Device, mnist: MnistFiles | undefined): Playground;
  /** A run continued from a checkpoint (safetensors bytes). */
  load(bytes: Uint8Array, device: Device, mnist: MnistFiles | undefined): Promise<Playground>;
}
export interface Playground {
  info(): ExperimentInfo;
  /** Trains n steps. On the CPU the work is done when this returns; on WebGPU it is queued. Reads nothing back. */
  step(n: number): void;
  /** Waits until the device has done all that was queued. */
  sync(): Promise<void>;
  /** Reads the state of the run; throws if a loss is no longer finite or the device was lost. */
  snapshot(): Promise<Snapshot>;
  /** The checkpoint. */
  save(): Promise<Uint8Array>;
  free(): void;
}

/** The GAN that bench.html times; see DESIGN: latent-hidden-hidden-data, ReLU / LeakyReLU, Adam 1e-3 (.5, .999). */
export interface BenchConfig { backend: Device; latent: number; hidden: number; data: number; batch: number; warmup: number; steps: number }

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
  /** Changes settings one after another, all or none, and starts the experiment that results. */
  | { type: 'set'; changes: [key: string, value: string][] }
  /** Another device for the same run, which goes on where it is. */
  | { type: 'device'; device: DeviceChoice }
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
  | { type: 'stepped'; id: number; snapshot: Snapshot }
  /** What `auto` measured, in steps per second of this experiment; null: not to be had. */
  | { type: 'measured'; cpu: number; webgpu: number | null; chosen: Device }
  | { type: 'progress'; what: string; done: number; total: number | null }
  /** After a fatal one the worker is of no more use. */
  | { type: 'problem'; kind: ProblemKind; what: string; remedy: string; fatal: boolean }
  /** Now and then: a checkpoint for the page to keep, should the run diverge or the worker die. */
  | { type: 'rescue'; step: number; bytes: ArrayBuffer }
  | { type: 'saved'; id: number; bytes: Uint8Array }
  | { type: 'benched'; id: number; steps_per_s: number; warmup_ms: number }
  | { type: 'failed'; id: number; what: string };
