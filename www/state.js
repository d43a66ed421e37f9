// The page's single state, and every way in which it changes: what the worker replies and what the visitor does.

import { Checkpoints } from './checkpoints.js';
import { compared, kept, viewed } from './both-runs.js';
import { elsewhere, onProjection, untouched } from './latent.js';
import { History } from './history.js';
import { inText, inWords } from './settings.js';
import { keptRun } from './kept-runs.js';
import { inSlowMotion, start } from './slow-motion.js';

/** @import { Change, ClassScores, Device, DeviceChoice, ExperimentInfo, Gpu, PresetInfo, PretrainedIndex, ProblemKind, Reply,
 * Snapshot, State } from './messages.js' */

/** @import { Latent } from './latent.js' */
/** @import { Goal } from './goal.js' */
/** @import { KeptRun } from './kept-runs.js' */
/** @import { SlowMotion } from './slow-motion.js' */
/** @import { Letter } from './comparison.js' */
/** @typedef {{ kind: ProblemKind, what: string, remedy: string, fatal: boolean, changes?: Change[] }} Problem */
/** Whether images are classified; the classifier's progress; their scores; the problem.
 * @typedef {{ on: boolean, done: number, of: number, scores: ClassScores | null, problem: string }} Scoring */
/** @typedef {{
 *   state: State,
 *   presets: PresetInfo[],
 *   info: ExperimentInfo | null,
 *   choice: DeviceChoice,
 *   device: Device,
 *   gpu: Gpu,
 *   gpuName: string,
 *   rates: { cpu: number, webgpu: number | null, chosen: Device } | null,
 *   stepsPerSecond: number,
 *   live: Snapshot | null,
 *   history: History,
 *   viewing: Snapshot | null,
 *   checkpoints: Checkpoints,
 *   continuing: number | null,
 *   cursor: number | null,
 *   zoom: readonly [number, number] | null,
 *   previous: KeptRun | null,
 *   baseline: KeptRun | null,
 *   goal: Goal | null,
 *   goalNote: string,
 *   problem: Problem | null,
 *   followed: boolean,
 *   progress: { what: string, done: number, total: number | null } | null,
 *   hidden: ReadonlySet<string>,
 *   before: Partial<Model> | null,
 *   pausing: boolean,
 *   away: boolean,
 *   editing: boolean,
 *   locked: boolean,
 *   latent: Latent,
 *   slow: SlowMotion | null,
 *   comparison: { begun: boolean, edits: Letter, b: Model } | null,
 *   scoring: Scoring,
 *   pretrained: PretrainedIndex,
 *   isPretrained: boolean,
 * }} Model */

/** @typedef {Reply
 *   | { type: 'view', snapshot: Snapshot | null }
 *   | { type: 'cursor', step: number | null }
 *   | { type: 'zoom', range: readonly [number, number] | null }
 *   | { type: 'pin', on: boolean }
 *   | { type: 'forget' }
 *   | { type: 'goal', goal: Goal | null, note: string }
 *   | { type: 'layer', layer: string }
 *   | { type: 'pausing' }
 *   | { type: 'continuing', step: number | null }
 *   | { type: 'away' }
 *   | { type: 'editing', editing: boolean }
 *   | { type: 'lock', locked: boolean }
 *   | { type: 'latent', latent: Latent }
 *   | { type: 'slow', slow: SlowMotion | null }
 *   | { type: 'comparing' }
 *   | { type: 'compared' }
 *   | { type: 'other', reply: Reply }
 *   | { type: 'edits', run: Letter }
 *   | { type: 'kept', run: Letter }
 *   | { type: 'scoring-on', on: boolean }
 *   | { type: 'dismiss' }} Action */

/** @type {Model} */
const initial = {
  state: 'loading',
  presets: [],
  info: null,
  choice: 'auto',
  device: 'cpu',
  gpu: 'unknown',
  gpuName: '',
  rates: null,
  stepsPerSecond: 0,
  live: null,
  history: new History(),
  /** A past picture that the visitor looks at; null shows the newest. */
  viewing: null,
  checkpoints: new Checkpoints(),
  /** The step from which the next run that is opened continues this one. */
  continuing: null,
  /** The step under the crosshair of the charts. */
  cursor: null,
  /** The steps in view in the charts; null for all. */
  zoom: null,
  /** The run before the last change, whose curves stay in the charts. */
  previous: null,
  /** A run whose curves stay in the charts until it is unpinned. */
  baseline: null,
  /** Where the run is to stop. */
  goal: null,
  /** That it is to stop there, or why it did. */
  goalNote: '',
  problem: null,
  /** Whether the run that opens in answer to the problem is still to come. */
  followed: false,
  progress: null,
  /** Layers of the picture that are switched off. */
  hidden: new Set(['samples', 'plane-optimal', 'map']),
  /** What was shown before a run that is being built. */
  before: null,
  /** Whether the trainer was asked to pause, and has not answered. */
  pausing: false,
  /** Whether the run was paused because nobody saw it, and has not been touched since. */
  away: false,
  /** Whether the visitor is moving the target: what is costly to draw waits for the end. */
  editing: false,
  /** Whether every change of settings starts the run again. */
  locked: false,
  latent: untouched,
  /** A step that is carried out update by update. */
  slow: null,
  /** The run that this one is compared with, and which of both the settings panel shows. */
  comparison: null,
  scoring: { on: false, done: 0, of: 0, scores: null, problem: '' },
  /** The pre-trained runs of this server. */
  pretrained: {},
  /** Whether the history of the run begins at the step of one of them. */
  isPretrained: false,
};

/** @param {boolean} on @returns {Scoring} */
const scoringOf = on => ({ ...initial.scoring, on });

/** Problems of the visitor's last act: the next one that succeeds resolves them. @type {ProblemKind[]} */
const REFUSED = ['link', 'setting', 'checkpoint', 'pretrained'];

/** The problem, unless it is of one of these kinds. @param {Problem | null} problem @param {ProblemKind[]} resolved */
const unless = (problem, resolved) => (problem && resolved.includes(problem.kind) ? null : problem);

/** @param {Model} model @param {Action} action @returns {Model} */
export function reduce(model, action) {
  switch (action.type) {
    case 'presets':
      return { ...model, presets: action.presets };
    case 'state':
      // What was wrong with a run is over once it runs again.
      return {
        ...model,
        state: action.state,
        slow: action.state === 'running' ? null : model.slow,
        pausing: false,
        // Why a run stopped is over once it goes on.
        goalNote: model.state === 'paused' && action.state === 'running' && !model.goal ? '' : model.goalNote,
        away: model.away && action.state === 'paused',
        problem: unless(model.problem, action.state === 'running' ? ['diverged'] : []),
      };
    case 'pausing':
      return { ...model, pausing: true };
    case 'away':
      return { ...model, away: true };
    case 'opening': {
      const { info, history, viewing, live, state, stepsPerSecond } = model;
      return {
        ...model,
        before: model.before ?? { info, history, viewing, live, state, stepsPerSecond },
        info: action.info,
        history: new History(),
        viewing: null,
        live: null,
        state: 'loading',
        stepsPerSecond: 0,
      };
    }
    case 'opened': {
      const { info, device, choice } = action;
      const same = { ...model, info, device, choice, progress: null };
      // The run is on the device that was chosen last; what follows on a lost one has its sentence.
      if (!action.restarted) return { ...same, problem: unless(model.problem, model.followed ? [] : ['device']) };
      same.before = null;
      same.pausing = same.away = false;
      const { continuing } = model;
      const [history, checkpoints] =
        continuing === null
          ? [new History(), new Checkpoints()]
          : [(model.before?.history ?? model.history).upTo(continuing), model.checkpoints.upTo(continuing)];
      const again = info.hash === (model.before ?? model).info?.hash;
      // The same latents and images are there again; a projection used weights that are gone.
      const latent = again ? { ...model.latent, projection: null } : elsewhere(model.latent);
      return {
        ...same,
        history,
        checkpoints,
        continuing: null,
        isPretrained: action.pretrained || (continuing !== null && model.isPretrained),
        viewing: null,
        cursor: null,
        zoom: null,
        slow: model.slow && start,
        goal: null,
        goalNote: model.goal ? 'The run started again, and does not stop by itself any more.' : '',
        // The same experiment from the start has the same curves again.
        previous:
          again && continuing === null ? model.previous : (keptRun({ ...model, ...model.before }) ?? model.previous),
        live: null,
        stepsPerSecond: 0,
        // Another run resolves every problem but the one in answer to which it was opened.
        problem: model.followed ? model.problem : null,
        followed: false,
        rates: again ? model.rates : null,
        latent,
        scoring: scoringOf(model.scoring.on),
      };
    }
    case 'revised': {
      const { info, more } = action,
        before = model.info?.settings ?? {};
      const changed = Object.keys(info.settings).filter(key => inText(info.settings[key]) !== inText(before[key]));
      const what = changed.map(key => inWords([key, inText(info.settings[key])])).join(', ');
      if (what) model.history.mark(model.live?.step ?? 0, what, more);
      return { ...model, info, problem: unless(model.problem, REFUSED) };
    }
    case 'editing':
      return { ...model, editing: action.editing };
    case 'lock':
      return { ...model, locked: action.locked };
    case 'gpu':
      return { ...model, gpu: action.gpu, gpuName: action.name };
    case 'measured':
      return { ...model, rates: action };
    case 'snapshot':
      model.history.add(action.snapshot);
      // Another view of the run after the update.
      if (model.slow?.update && !model.slow.waiting)
        return inSlowMotion(model, { ...model.slow, after: action.snapshot });
      return { ...model, live: action.snapshot, stepsPerSecond: action.steps_per_s };
    case 'stepped':
      model.history.add(action.snapshot);
      return { ...model, live: action.snapshot, state: action.state, away: false, slow: model.slow && start };
    case 'progress':
      return { ...model, progress: action.done === action.total ? null : action };
    case 'problem':
      return {
        ...model,
        ...model.before,
        before: null,
        continuing: null,
        problem: action,
        followed: action.followed ?? false,
        progress: null,
        state: action.fatal ? 'error' : (model.before?.state ?? model.state),
      };
    case 'checkpoint': {
      const { step, bytes } = action;
      if (!model.info) return model;
      return { ...model, checkpoints: model.checkpoints.with({ hash: model.info.hash, step, bytes }) };
    }
    case 'continuing':
      return { ...model, continuing: action.step };
    case 'view':
      return { ...model, viewing: action.snapshot, comparison: viewed(model.comparison, action.snapshot) };
    case 'cursor':
      return { ...model, cursor: action.step };
    case 'zoom':
      return { ...model, zoom: action.range };
    case 'pin':
      return { ...model, baseline: action.on ? keptRun(model) : null };
    case 'goal':
      return { ...model, goal: action.goal, goalNote: action.note };
    case 'forget':
      return { ...model, previous: null };
    case 'layer': {
      const hidden = new Set(model.hidden);
      if (!hidden.delete(action.layer)) hidden.add(action.layer);
      return { ...model, hidden };
    }
    // The latent space is that of the newest weights.
    case 'latent':
      return { ...model, latent: action.latent, viewing: action.latent.open ? null : model.viewing };
    case 'projected':
    case 'projection-failed':
      return { ...model, latent: onProjection(model.latent, action) };
    case 'slow':
      return inSlowMotion(model, action.slow);
    case 'comparing':
      return { ...model, slow: null, comparison: { begun: false, edits: 'B', b: initial } };
    case 'compared':
      // The latent space that is open is that of one run.
      return compared({ ...model, viewing: null, latent: { ...model.latent, open: false } }, comparison => ({
        ...comparison,
        begun: true,
      }));
    case 'other':
      return compared(model, comparison => ({ ...comparison, b: reduce(comparison.b, action.reply) }));
    case 'edits':
      return compared(model, comparison => ({ ...comparison, edits: action.run }));
    case 'kept':
      return kept(model, action.run);
    case 'scoring-on':
      return { ...model, scoring: scoringOf(action.on) };
    case 'scoring':
      return { ...model, scoring: { ...model.scoring, done: action.done, of: action.of } };
    case 'scores':
      return { ...model, scoring: { ...model.scoring, scores: action.scores } };
    case 'scoring-failed':
      return { ...model, scoring: { ...model.scoring, problem: action.what } };
    case 'dismiss':
      return { ...model, problem: null };
    case 'pretrained':
      return { ...model, pretrained: action.index };
    case 'nearest':
    case 'fetched-pretrained':
    case 'updated':
    case 'replace':
    case 'saved':
    case 'benched':
    case 'failed':
      return model;
  }
}

/** With `prefers-reduced-motion` the picture changes less often. */
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const CALM_MS = 500;

export class Store {
  model = initial;
  /** @type {((model: Model) => void)[]} */
  #views = [];
  #frame = 0;
  #timer = 0;
  #drawnAt = 0;

  /** @param {Action} action */
  dispatch(action) {
    this.model = reduce(this.model, action);
    if (this.#frame) return;
    const { type } = action.type === 'other' ? action.reply : action;
    const wait = calm.matches && type === 'snapshot' ? this.#drawnAt + CALM_MS - performance.now() : 0;
    if (wait > 0) this.#timer ||= setTimeout(() => this.draw(), wait);
    // However many messages come in between, a frame draws once, and draws the newest.
    else this.#frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = 0;
    this.#drawnAt = performance.now();
    for (const view of this.#views) view(this.model);
  }

  /** @param {(model: Model) => void} view */
  subscribe(view) {
    this.#views.push(view);
  }
}

/** Keeps the address and the experiment the same: each change is an entry in the history, so that Back undoes it.
 * @param {Store} store @param {(hash: string) => void} open */
export function syncHash(store, open) {
  // The experiment of the address already has its entry.
  let entered = true;
  addEventListener('hashchange', () => {
    const hash = location.hash.slice(1);
    if (hash === store.model.info?.hash) {
      // A malformed link was taken back.
      if (store.model.problem?.kind === 'link') store.dispatch({ type: 'dismiss' });
      return;
    }
    entered = true;
    open(hash);
  });
  return () => {
    const hash = store.model.info?.hash;
    if (hash === undefined) return;
    // A link that could not be read stays in the address bar, to be corrected there.
    if (location.hash.slice(1) !== hash && store.model.problem?.kind !== 'link') {
      history[entered ? 'replaceState' : 'pushState'](null, '', `#${hash}`);
    }
    entered = false;
  };
}
