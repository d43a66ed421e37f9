// Messages between the page, its worker and the wasm module. Those of the wasm module are generated from Rust:
// wasm.d.ts.

import type {
  Adapter,
  ClassScores,
  ExperimentInfo,
  Failure,
  LatentQuery,
  NearestImage,
  PresetInfo,
  ProjectionState,
  Scale,
  ScoringState,
  Snapshot,
  Updated,
  UpdateView,
} from './wasm.js';

export type * from './wasm.js';

/** D over a picture, and the optimal discriminator. */
export type DiscriminatorOutput = Scale & { discriminator: Float32Array; optimal: Float32Array };

export type Device = 'cpu' | 'webgpu';
export type DeviceChoice = Device | 'auto';

/** What is known of WebGPU here: not asked yet; the browser has none; its adapter is software; the server has no
 * module for it; its module is being fetched; the kernels of the run are being compiled; it can be used. */
export type Gpu = 'unknown' | 'absent' | 'software' | 'unbuilt' | 'fetching' | 'compiling' | 'available';

/** An image of the visitor's, with the number of its class. */
export interface OwnImage {
  file: Blob;
  name: string;
  label: number;
}

/** The contents of an experiment's `files`, in their order. */
export type DataFiles = Uint8Array[];

/** What `www/pkg/cpu/counterfeit.js` and `www/pkg/webgpu/counterfeit.js` export beside `default` (wasm-bindgen,
 * --target web). Every function that can fail throws a Failure. */
export interface Wasm {
  default(input?: unknown): Promise<{ memory: WebAssembly.Memory }>;
  presets(): PresetInfo[];
  /** The link of the experiment in `hash` with settings changed together: names and values in turn, values as in
   * `--set` (TOML values, or bare words). */
  revise(hash: string, changes: string[]): string;
  /** What `hash` describes, without building anything. Throws on a malformed link. '' is the default experiment. */
  describe(hash: string): ExperimentInfo;
  /** The same of a checkpoint. */
  describe_checkpoint(bytes: Uint8Array): ExperimentInfo;
  /** Gets the device ready; must be awaited once before `Playground`; 'webgpu' throws where there is no adapter.
   * Returns its name, such as 'CPU' or 'WebGPU (nvidia hopper)'. The cpu module only knows 'cpu'; the webgpu module
   * knows both. */
  open_device(device: Device, lost?: (message: string) => void): Promise<string>;
  /** The adapter that WebGPU would use in this worker. */
  find_adapter(): Promise<Adapter | null>;
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
  /** Continues with the settings in `hash` from the next step on; false, and nothing is changed, where they need another
   * run. */
  revise(hash: string): boolean;
  /** Trains n steps. On the CPU the work is done when this returns; on WebGPU it is queued. Reads nothing back. */
  step(n: number): void;
  /** One update of the discriminator alone. */
  update_discriminator(): Promise<UpdateView>;
  /** One update of the generator alone, which ends a step. */
  update_generator(): Promise<UpdateView>;
  /** Waits until the device has done all that was queued. */
  sync(): Promise<void>;
  /** Reads the state of the run; throws if a loss is no longer finite or the device was lost. */
  snapshot(): Promise<Snapshot>;
  /** From the next snapshot on; throws where it names a sample that is not there, and then stays as it was. */
  set_query(query: LatentQuery): void;
  /** Of an image of single ones, with the networks as they stand; pixels are known that are not 0 in `known`. */
  project(image: Uint8Array, known: Uint8Array): ImageProjection;
  /** The training image nearest to this one, of single ones. */
  nearest(image: Uint8Array): NearestImage;
  /** Starts scoring single images by a classifier of the run's own images, or ends it. */
  score(on: boolean): void;
  /** One slice of that: a step of the classifier's training, or the predictions on some images. */
  advance_scores(): Promise<ScoringState>;
  /** The checkpoint. */
  save(): Promise<Uint8Array>;
  free(): void;
}
export interface ImageProjection {
  /** The step of the run whose networks it uses. */
  readonly run_step: number;
  /** One update; returns whether any are left. */
  step(): boolean;
  read(): Promise<ProjectionState>;
  free(): void;
}

/** The GAN that bench.html times; see DESIGN: latent-hidden-hidden-data, ReLU / LeakyReLU, Adam 1e-3 (.5, .999). */
export interface BenchConfig {
  backend: Device;
  latent: number;
  hidden: number;
  data: number;
  batch: number;
  warmup: number;
  steps: number;
  /** Whether kernels are left out, so that the host's part of a step is timed. */
  host?: boolean;
}

/** Pre-trained runs by preset: a file next to the index, its step, and its length. */
export type PretrainedIndex = Record<string, { file: string; step: number; bytes: number }>;

/** A setting's new value, as in `--set`. */
export type Change = [key: string, value: string];

/** Page → worker. */
export type Request =
  /** `live`: as in 'set'. */
  | { type: 'open'; hash: string; device: DeviceChoice; play: boolean; live?: boolean }
  | { type: 'play' }
  | { type: 'pause' }
  /** Trains n steps, then pauses and sends a snapshot; answered by 'stepped' with the same id. `paced`: no faster than
   * the speed limit. */
  | { type: 'step'; n: number; paced?: boolean; id: number }
  /** Pauses, and carries out one update of a network; answered by 'updated' with the same id. */
  | { type: 'update'; network: Updated; id: number }
  /** Back to step 0 of the same experiment and seed, where it waits. */
  | { type: 'reset' }
  /** Steps per second at most; null for as fast as it can. */
  | { type: 'speed'; limit: number | null }
  /** Changes settings together, all or none. With `live` the run goes on with them, where it can; else the experiment
   * that results starts. `more`: the same act of the visitor has made changes before. */
  | { type: 'set'; changes: Change[]; live: boolean; more?: boolean }
  /** Another device for the same run, which goes on where it is. */
  | { type: 'device'; device: DeviceChoice }
  | { type: 'query'; query: LatentQuery }
  /** Projects an image between training steps, with the present networks; replaces the projection before it. */
  | { type: 'project'; projection: number; image: Uint8Array; known: Uint8Array }
  | { type: 'stop-projection' }
  /** Scores of the run's images between training steps, until it is replaced; 'scoring' and 'scores' tell. */
  | { type: 'score'; on: boolean }
  /** The training image nearest to this one; answered by 'nearest' with the same id. */
  | { type: 'nearest'; id: number; image: Uint8Array }
  | { type: 'save'; id: number }
  /** The checkpoint of a preset from the server's folder of pre-trained runs; answered by 'fetched-pretrained' with the
   * same id. */
  /** The visitor's own images, for experiments on them. */
  | { type: 'images'; images: OwnImage[] }
  | { type: 'fetch-pretrained'; id: number; name: string }
  /** `pretrained`: the bytes are that checkpoint, which must be of this experiment. */
  | { type: 'load'; bytes: ArrayBuffer; device: DeviceChoice; play: boolean; pretrained?: string }
  | { type: 'bench'; id: number; config: BenchConfig };

/** What went wrong, so that the page can offer what helps: a link, a setting or a checkpoint that cannot be used; a
 * file that could not be fetched; a pre-trained run that could not be fetched or used; a script of the worker, which a
 * browser fetches once in a page; losses that are no longer finite; the GPU; anything else in the module. */
export type ProblemKind =
  'link' | 'setting' | 'checkpoint' | 'fetch' | 'pretrained' | 'script' | 'diverged' | 'device' | 'crash';

export type State = 'loading' | 'ready' | 'running' | 'paused' | 'error';

/** Worker → page. */
export type Reply =
  | { type: 'presets'; presets: PresetInfo[] }
  | { type: 'state'; state: State }
  /** A run of this experiment is being built, which may take long. */
  | { type: 'opening'; info: ExperimentInfo }
  /** The worker holds the memory of a large run, which is given back only with the worker: another one is to have the
   * request. */
  | { type: 'replace'; request: Extract<Request, { type: 'open' | 'load' }> }
  /** A run was opened, or (not `restarted`) goes on on another device. `pretrained`: from a pre-trained checkpoint. */
  | {
      type: 'opened';
      info: ExperimentInfo;
      device: Device;
      device_name: string;
      choice: DeviceChoice;
      restarted: boolean;
      pretrained?: boolean;
    }
  /** The run goes on with these settings. */
  | { type: 'revised'; info: ExperimentInfo; more: boolean }
  | { type: 'gpu'; gpu: Gpu; name: string }
  | { type: 'snapshot'; snapshot: Snapshot; steps_per_s: number }
  /** The steps that were asked for are done, and how the run stands now; the milliseconds of training and of reading
   * the snapshot. */
  | { type: 'stepped'; id: number; snapshot: Snapshot; state: State; trained_ms: number; read_ms: number }
  /** The update that was asked for, and the run after it. */
  | { type: 'updated'; id: number; update: UpdateView; snapshot: Snapshot }
  /** What `auto` measured, in steps per second of this experiment; null: not to be had. */
  | { type: 'measured'; cpu: number; webgpu: number | null; chosen: Device }
  | { type: 'progress'; what: string; done: number; total: number | null }
  /** After a fatal one the worker is of no more use. `changes`: the settings that were refused, the visitor's own
   * first. `followed`: a run opens in answer to the problem, and does not resolve it. */
  | {
      type: 'problem';
      kind: ProblemKind;
      what: string;
      remedy: string;
      fatal: boolean;
      changes?: Change[];
      followed?: boolean;
    }
  /** Now and then: a checkpoint for the page to keep. */
  | { type: 'checkpoint'; step: number; bytes: ArrayBuffer }
  /** The state of a projection, and the step of the run whose networks it uses. */
  | { type: 'projected'; projection: number; run_step: number; state: ProjectionState; done: boolean }
  | { type: 'projection-failed'; projection: number; what: string }
  | { type: 'nearest'; id: number; found: NearestImage }
  /** How far the classifier's training and test are. */
  | { type: 'scoring'; done: number; of: number }
  | { type: 'scores'; scores: ClassScores }
  | { type: 'scoring-failed'; what: string }
  /** The pre-trained runs of this server. */
  | { type: 'pretrained'; index: PretrainedIndex }
  | { type: 'fetched-pretrained'; id: number; bytes: ArrayBuffer }
  | { type: 'saved'; id: number; step: number; bytes: Uint8Array }
  | { type: 'benched'; id: number; steps_per_s: number; warmup_ms: number }
  | { type: 'failed'; id: number; what: string };
