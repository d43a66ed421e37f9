// Puts the page together: the worker's replies go into the store, the store's model onto the views, and the visitor's
// actions to the worker.

import { announce } from './announce.js';
import { controls } from './controls.js';
import { files } from './files.js';
import { Goals } from './goal.js';
import { whileHidden } from './hidden.js';
import { keyboard } from './keyboard.js';
import { scalarsOf } from './readings.js';
import { queryOf } from './latent.js';
import { PretrainedStart } from './pretrained.js';
import { Recovery } from './recovery.js';
import { Runs } from './runs.js';
import { editedOf, otherOf } from './both-runs.js';
import { Standing } from './standing.js';
import { Store, syncHash } from './state.js';
import { onTheme } from './theme.js';
import { Undo } from './undo.js';
import { comparisonView } from './views/comparison.js';
import { deviceMenu } from './views/device.js';
import { diagnosisView } from './views/diagnosis.js';
import { settingsDrawer } from './views/drawer.js';
import { byId } from './views/element.js';
import { metricsPanel } from './views/metrics-panel.js';
import { explorer } from './views/explorer.js';
import { heading } from './views/heading.js';
import { nearestImage } from './views/nearest.js';
import { charts as makeCharts } from './views/charts.js';
import { classScores } from './views/class-scores.js';
import { pretrainedStart } from './views/pretrained.js';
import { problems } from './views/problems.js';
import { slowMotion } from './views/slow-motion.js';
import { mainView } from './views/main-view.js';
import { targetTools } from './views/target-tools.js';
import { targetEditor } from './views/target.js';
import { timeline } from './views/timeline.js';
import { truncation } from './views/truncation.js';
import { until } from './views/until.js';

/** @import { Checkpoint } from './checkpoints.js' */
/** @import { Change, Reply, Request } from './messages.js' */

const root = document.documentElement;
const store = new Store();
const edits = new Undo();
const trainer = new Runs(store, onReply);
const recovery = new Recovery(store, trainer);
const goals = new Goals(store, trainer);
const pretrained = new PretrainedStart(store, trainer, edits);
const speed = /** @type {HTMLSelectElement} */ (byId('speed'));
const setSpeed = () => trainer.post({ type: 'speed', limit: speed.value ? Number(speed.value) : null });
trainer.post({ type: 'open', hash: location.hash.slice(1), device: 'auto', play: true });

// --- The calls that the buttons make, and anyone's console -----------------------------------------------------------

/** The changes of the run whose settings are shown. */
const edited = () => trainer.otherEdits ?? edits;

/** @type {(() => void)[]} */
let awaitingReset = [];
const counterfeit = {
  play() {
    // A run that has diverged is reset before it plays.
    if (store.model.state === 'error') trainer.post({ type: 'reset' });
    trainer.post({ type: 'play' });
  },
  pause() {
    if (store.model.state === 'running') store.dispatch({ type: 'pausing' });
    trainer.post({ type: 'pause' });
  },
  /** Trains n more steps, then pauses. */
  async step(n = 1) {
    store.dispatch({ type: 'view', snapshot: null });
    await trainer.request({ type: 'step', n });
    store.draw();
  },
  /** Back to step 0 of the same seed. @returns {Promise<void>} */
  reset() {
    trainer.post({ type: 'reset' });
    return new Promise(done => awaitingReset.push(done));
  },
  /** The newest numbers by name, of the run or, in a comparison, of run B. */
  report(run = 'A') {
    const live = (run === 'B' ? otherOf(store.model) : store.model)?.live;
    return live ? scalarsOf(live) : null;
  },
  /** The picture, as numbers. */
  picture: () => (store.model.viewing ?? store.model.live)?.picture ?? null,
  experiment: () => store.model.info?.settings ?? null,
  compare: {
    /** Starts a second run of the same seed with these changes; both start from step 0. @param {Change[]} [changes] */
    start: (changes = []) => trainer.compare(changes, keepForUndo),
    /** Goes on with one of both runs. @param {'A' | 'B'} run */
    end: run => trainer.keep(run),
  },
};
Object.assign(window, { counterfeit });

// --- Replies of the worker -------------------------------------------------------------------------------------------

/** Another experiment, which waits where the one before it did. @param {string} hash */
function open(hash) {
  trainer.post(opening(hash));
}
/** @param {string} hash @returns {Extract<Request, { type: 'open' }>} */
function opening(hash) {
  const { choice, state, locked } = store.model;
  return { type: 'open', hash, device: choice, play: state !== 'paused' && state !== 'ready', live: !locked };
}
const keepHash = syncHash(store, open);
const REST_MS = 500;
let resting = 0;
/** @param {Change[]} changes @param {boolean} [more] The same act of the visitor has made changes before. */
const set = (changes, more = false) => trainer.post({ type: 'set', changes, live: !store.model.locked, more });

/** A run that is built sooner takes the place of the one before it at once. */
const BUILT_MS = 150;
let building = 0;

/** @param {Reply} reply */
function onReply(reply) {
  if (reply.type === 'replace') {
    const { request } = reply;
    trainer.replace();
    return trainer.post(request, request.type === 'load' ? [request.bytes] : []);
  }
  if (reply.type === 'opening') {
    clearTimeout(building);
    building = setTimeout(() => {
      store.dispatch(reply);
      root.dataset.state = store.model.state;
    }, BUILT_MS);
    return;
  }
  if (reply.type === 'opened' || reply.type === 'problem') clearTimeout(building);
  if (reply.type === 'problem' && reply.fatal && reply.kind !== 'fetch' && reply.kind !== 'script')
    return recovery.recover(reply);
  if (reply.type === 'revised') edits.opened(reply.info.hash, reply.more);
  if (reply.type === 'opened') {
    suitSpeed(store.model.info?.kind, reply.info.kind);
    if (reply.restarted) edits.opened(reply.info.hash);
    if (reply.pretrained) pretrained.opened();
  }
  store.dispatch(reply);
  goals.onReply(reply);
  // A paused run is drawn before its state is set, so that a script that waits for the state reads the picture that
  // belongs to it.
  if (store.model.state !== 'running' && store.model.state !== root.dataset.state) store.draw();
  root.dataset.state = store.model.state;
  if (reply.type === 'revised') {
    // The address follows when the target has come to rest.
    clearTimeout(resting);
    resting = setTimeout(keepHash, REST_MS);
  }
  if (reply.type === 'opened') {
    clearTimeout(resting);
    keepHash();
    // The run is new, and has the plain query.
    sentQuery = PLAIN;
    sendQuery();
    scoring = false;
    sendScoring();
  }
  if (reply.type === 'state' && reply.state === 'ready') for (const done of awaitingReset.splice(0)) done();
}

const PLAIN = JSON.stringify(queryOf(store.model.latent, undefined));
let sentQuery = PLAIN;
/** Sends the visitor's view of the latent space to the worker. */
function sendQuery() {
  const { latent, info, hidden } = store.model;
  const map = !hidden.has('map') && (info?.kind === 'line' || info?.kind === 'plane');
  const query = { ...queryOf(latent, info?.kind), map },
    text = JSON.stringify(query);
  if (text === sentQuery) return;
  sentQuery = text;
  trainer.post({ type: 'query', query });
}

let scoring = false;
/** Starts and ends the classification of images, which a new run does not go on with. */
function sendScoring() {
  const { on } = store.model.scoring;
  if (on === scoring) return;
  scoring = on;
  trainer.post({ type: 'score', on });
}

let projecting = false;
/** Stops a projection that the page no longer shows. */
function endProjection() {
  const running = store.model.latent.projection?.running ?? false;
  if (projecting && !running) trainer.post({ type: 'stop-projection' });
  projecting = running;
}

/** A Dirac-GAN runs at 300 steps/s: its trajectory is too fast to follow at full speed.
 * @param {string | undefined} before @param {string} now */
function suitSpeed(before, now) {
  if (before === now || (before !== 'phase' && now !== 'phase')) return;
  speed.value = now === 'phase' ? '300' : '';
  setSpeed();
}

// --- Views -----------------------------------------------------------------------------------------------------------

const pictures = [mainView(store), comparisonView(store, counterfeit.compare), timeline(store)];
const target = targetEditor(store, (mixture, more) => set([['mixture', mixture]], more));
const tools = targetTools(store, target.replace);
files(store, trainer, tools.fromText);
const slow = slowMotion(store, trainer);
const standing = new Standing();
const views = [
  ...pictures,
  target,
  tools,
  truncation(store),
  slow,
  explorer(store, request => trainer.post(request)),
  nearestImage(store, image => trainer.request({ type: 'nearest', image })),
  diagnosisView(store, standing, {
    compare: counterfeit.compare.start,
    mark: evidence => charts?.mark(evidence),
    reveal: ids => charts?.reveal(ids),
  }),
  metricsPanel(standing),
  classScores(store),
  until(store, { set: goal => goals.set(goal, counterfeit.play), cancel: () => goals.cancel() }),
  heading(store, edited),
  pretrainedStart(pretrained),
  whileHidden(store, counterfeit),
  deviceMenu(choice => trainer.post({ type: 'device', device: choice })),
];
/** @type {ReturnType<typeof makeCharts> | null} */
let charts = null;

let deferredViewsStarted = false;
/** @type {ReturnType<typeof controls> | null} */
let showSettings = null;
/** @type {unknown[]} */
let shownSettings = [];
const showProblem = problems({
  dismiss: () => store.dispatch({ type: 'dismiss' }),
  reset: () => counterfeit.play(),
  resetWith(changes) {
    trainer.post({ type: 'set', changes, live: false, more: false });
    trainer.post({ type: 'play' });
  },
  retry() {
    store.dispatch({ type: 'dismiss' });
    trainer.replace();
    trainer.post({
      type: 'open',
      hash: store.model.info?.hash ?? location.hash.slice(1),
      device: store.model.choice,
      play: true,
    });
  },
  pretrained() {
    store.dispatch({ type: 'dismiss' });
    pretrained.start();
  },
  reload: () => location.reload(),
  first: () => trainer.post({ type: 'open', hash: '', device: store.model.choice, play: true }),
  goBack() {
    const { newest } = store.model.checkpoints;
    if (newest) goOnFrom(newest);
  },
});

/** The run as it was at one of its checkpoints, where it waits. @param {Checkpoint} checkpoint */
function goOnFrom({ step, bytes }) {
  store.dispatch({ type: 'continuing', step });
  // A copy, so that the checkpoint is there the next time too.
  const copy = bytes.slice(0);
  trainer.post({ type: 'load', bytes: copy, device: store.model.choice, play: false }, [copy]);
}

/** The run as it was at the picture that the visitor looks at: from the checkpoint before it, trained up to its step. */
async function branch() {
  const { viewing, checkpoints, history, live } = store.model;
  if (!viewing) return;
  const { newest } = checkpoints,
    from = checkpoints.before(viewing.step);
  if (newest && live) edits.reset(newest.bytes.slice(0));
  store.dispatch({ type: 'view', snapshot: null });
  if (from) goOnFrom(from);
  else await counterfeit.reset();
  const start = from?.step ?? 0;
  // Settings that were changed in between are not repeated.
  const same = !history.marks.some(({ step }) => step >= start && step < viewing.step);
  const left = same ? viewing.step - start : 0;
  if (left) await trainer.request({ type: 'step', n: left }).catch(() => {});
  announce(`The run goes on from step ${(same ? viewing.step : start).toLocaleString('en')}.`);
}
byId('branch').onclick = branch;

store.subscribe(model => {
  for (const view of views) view.draw(model);
  sendQuery();
  sendScoring();
  endProjection();
  charts?.draw(model);
  // A refused setting is drawn again with its old value and the reason.
  const { info, problem } = editedOf(model);
  const now = [info, problem];
  if (info && showSettings && !model.editing && now.some((value, i) => value !== shownSettings[i])) {
    shownSettings = now;
    showSettings(info, problem, model.comparison?.begun ? model.comparison.edits : 'A');
  }
  showProblem(model);
  root.dataset.step = String((model.viewing ?? model.live)?.step ?? 0);
  if (model.live && !deferredViewsStarted) {
    deferredViewsStarted = true;
    setTimeout(initDeferredViews, 50);
  }
});
onTheme(() => {
  for (const view of pictures) view.redraw();
  charts?.redraw();
  store.draw();
});
/** Starts the views that can wait until after the first picture. */
function initDeferredViews() {
  showSettings = controls(byId('groups'), byId('classes'), changes => set(changes));
  charts = makeCharts(store);
}

// --- Actions of the visitor
// -------------------------------------------------------------------------------------------

const toggle = () => (store.model.state === 'running' ? counterfeit.pause() : counterfeit.play());
byId('play').onclick = toggle;
// An interrupted step needs no message: the picture follows.
byId('step').onclick = () => counterfeit.step(1).catch(() => {});
/** Undo leads back to the run as it is now. */
async function keepForUndo() {
  if (!store.model.live?.step) return;
  const saved = await trainer.request({ type: 'save' }).catch(() => null);
  if (saved) edits.reset(saved.bytes.buffer);
}
/** Back to step 0, with a way back from there. */
async function reset() {
  // In a comparison, to the run before it.
  if (!otherOf(store.model)) await keepForUndo();
  await counterfeit.reset();
}
byId('reset').onclick = reset;
const lock = /** @type {HTMLInputElement} */ (byId('lock'));
lock.onchange = () => store.dispatch({ type: 'lock', locked: lock.checked });
speed.onchange = setSpeed;
const preset = /** @type {HTMLSelectElement} */ (byId('preset'));
preset.onchange = () => {
  const found = store.model.presets.find(({ name }) => name === preset.value);
  if (found) open(found.hash);
};
/** @param {import('./undo.js').Entry | undefined} entry */
function goTo(entry) {
  const { choice: device } = store.model;
  if (!entry) return;
  if (!entry.bytes) return store.model.comparison?.begun ? trainer.change(opening(entry.hash)) : open(entry.hash);
  const bytes = entry.bytes.slice(0);
  trainer.post({ type: 'load', bytes, device, play: false }, [bytes]);
}
const [undo, redo] = [() => goTo(edited().undo()), () => goTo(edited().redo())];
byId('undo').onclick = undo;
byId('redo').onclick = redo;

settingsDrawer();
byId('to-picture').onclick = () => byId('stage').focus();

/** The help, fetched when it is first asked for. @param {string} [name] Of the term that it opens at. */
async function help(name) {
  try {
    const { openHelp } = await import('./help.js');
    openHelp((store.model.viewing ?? store.model.live)?.picture?.kind, name);
  } catch {
    const remedy = 'The run goes on. Try again when the server can be reached.';
    store.dispatch({ type: 'problem', kind: 'setting', what: 'The help could not be fetched.', remedy, fatal: false });
  }
}
byId('help').onclick = () => help();
addEventListener('click', event => {
  const term = /** @type {HTMLElement} */ (event.target).closest('[data-term]');
  if (term) help(/** @type {HTMLElement} */ (term).dataset.term);
});

keyboard({
  toggle,
  step: () => (store.model.slow ? slow.forward() : counterfeit.step(1).catch(() => {})),
  reset,
  undo,
  redo,
  help,
});
