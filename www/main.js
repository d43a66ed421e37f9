// Puts the page together: the trainer's replies go into the store, the store's model onto the views, and what the visitor
// does back to the trainer.

import { controls } from './controls.js';
import { probe } from './latent.js';
import { Store, syncHash } from './state.js';
import { onTheme } from './theme.js';
import { Trainer } from './trainer.js';
import { deviceMenu } from './views/device.js';
import { byId } from './views/element.js';
import { evidence } from './views/evidence.js';
import { explorer } from './views/explorer.js';
import { heading } from './views/heading.js';
import { losses } from './views/losses.js';
import { problems } from './views/problems.js';
import { stage } from './views/stage.js';
import { timeline } from './views/timeline.js';
import { truncation } from './views/truncation.js';

/** @import { DeviceChoice, Reply } from './messages.js' */
/** @import { Problem } from './state.js' */

const root = document.documentElement;
const store = new Store();
const trainer = new Trainer(hear);
const speed = /** @type {HTMLSelectElement} */ (byId('speed'));
const setSpeed = () => trainer.tell({ type: 'speed', limit: speed.value ? Number(speed.value) : null });
trainer.tell({ type: 'open', hash: location.hash.slice(1), device: 'auto', play: true });

// --- The calls that the buttons make, and anyone's console -----------------------------------------------------------

/** @type {(() => void)[]} */
let awaitingReset = [];
const counterfeit = {
  play() {
    // A run that has diverged cannot go on; the same run from its start can.
    if (store.model.state === 'error') trainer.tell({ type: 'reset' });
    trainer.tell({ type: 'play' });
  },
  pause() { trainer.tell({ type: 'pause' }); },
  /** Trains n more steps, then pauses. */
  async step(n = 1) {
    store.dispatch({ type: 'view', snapshot: null });
    await trainer.ask({ type: 'step', n });
    store.draw();
  },
  /** Back to step 0 of the same seed. @returns {Promise<void>} */
  reset() {
    trainer.tell({ type: 'reset' });
    return new Promise(done => awaitingReset.push(done));
  },
  /** The newest metrics. */
  report() {
    const { live } = store.model;
    if (!live) return null;
    const { picture, metrics, extras, ...rest } = live;
    return { ...rest, ...extras, ...metrics };
  },
  /** What is drawn now, as numbers. */
  picture: () => (store.model.viewing ?? store.model.live)?.picture ?? null,
  experiment: () => store.model.info?.settings ?? null,
};
Object.assign(window, { counterfeit });

// --- What the trainer says -------------------------------------------------------------------------------------------

const keepHash = syncHash(store, hash => trainer.tell({ type: 'open', hash, device: store.model.choice, play: store.model.state !== 'paused' }));

/** @param {Reply} reply */
function hear(reply) {
  if (reply.type === 'problem' && reply.fatal && reply.kind !== 'fetch') return recover(reply);
  if (reply.type === 'opened') suitSpeed(store.model.info?.kind, reply.info.kind);
  store.dispatch(reply);
  // A run that stands still is shown where it stands before the page says so: whoever waits for the one may read the other.
  if (store.model.state !== 'running' && store.model.state !== root.dataset.state) store.draw();
  root.dataset.state = store.model.state;
  if (reply.type === 'opened') {
    keepHash();
    // What holds the run is new, and knows nothing of what the visitor looks at.
    probed = PLAIN;
    askProbe();
  }
  if (reply.type === 'state' && reply.state === 'ready') for (const done of awaitingReset.splice(0)) done();
}

const PLAIN = JSON.stringify(probe(store.model.latent, undefined));
let probed = PLAIN;
/** The trainer shows what the visitor has chosen. */
function askProbe() {
  const asked = probe(store.model.latent, store.model.info?.kind), text = JSON.stringify(asked);
  if (text === probed) return;
  probed = text;
  trainer.tell({ type: 'probe', probe: asked });
}

let searching = false;
/** A search that nobody waits for any more is stopped, whatever the visitor did instead. */
function endSearch() {
  const running = store.model.latent.hunt?.running ?? false;
  if (searching && !running) trainer.tell({ type: 'stop-search' });
  searching = running;
}

/** Two numbers move too fast to be seen; whoever wants them faster can say so. @param {string | undefined} before @param {string} now */
function suitSpeed(before, now) {
  if (before === now || (before !== 'phase' && now !== 'phase')) return;
  speed.value = now === 'phase' ? '300' : '';
  setSpeed();
}

/** When the last workers died: what dies again at once is not tried again in the same way. @type {number[]} */
let deaths = [];

/** A fresh worker goes on where the old one's last checkpoint was. @param {Problem} problem */
function recover(problem) {
  const { info, rescue, choice, state, live } = store.model;
  const now = performance.now();
  deaths = [...deaths.filter(at => now - at < 30_000), now];
  const device = /** @type {DeviceChoice} */ (problem.kind === 'device' ? 'cpu' : choice);
  const play = state === 'running' && deaths.length === 1;
  trainer.replace();
  /** @type {string} */
  let remedy;
  if (deaths.length > 3) {
    remedy = 'It stopped again each time. Choose another experiment, or reload the page.';
  } else if (rescue && rescue.hash === info?.hash && deaths.length === 1) {
    // A copy, so that the checkpoint is there the next time too.
    const bytes = rescue.bytes.slice(0);
    trainer.tell({ type: 'load', bytes, device, play }, [bytes]);
    remedy = `A fresh one goes on from step ${rescue.step.toLocaleString('en')}${problem.kind === 'device' ? ', on the CPU' : ''}.`;
  } else {
    trainer.tell({ type: 'open', hash: info?.hash ?? location.hash.slice(1), device, play });
    remedy = play ? `A fresh one starts the same experiment again${problem.kind === 'device' ? ', on the CPU' : ''}.` : 'A fresh one stands ready at step 0; change a setting, or press play.';
  }
  const where = live ? ` at step ${live.step.toLocaleString('en')}` : '';
  store.dispatch({ type: 'problem', ...problem, what: problem.what + where, remedy, fatal: deaths.length > 3 });
  root.dataset.state = store.model.state;
}

// --- Views -----------------------------------------------------------------------------------------------------------

const pictures = [stage(store), timeline(store)];
const views = [...pictures, truncation(store), explorer(store, request => trainer.tell(request)), evidence(), heading(store), deviceMenu(choice => trainer.tell({ type: 'device', device: choice }))];
/** @type {{ draw: (model: import('./state.js').Model) => void, redraw: () => void } | null} */
let charts = null;

let furnished = false;
/** @type {ReturnType<typeof controls> | null} */
let showSettings = null;
/** @type {unknown[]} */
let shownSettings = [];
const showProblem = problems({
  dismiss: () => store.dispatch({ type: 'dismiss' }),
  reset: () => counterfeit.play(),
  retry() {
    store.dispatch({ type: 'dismiss' });
    trainer.replace();
    trainer.tell({ type: 'open', hash: store.model.info?.hash ?? location.hash.slice(1), device: store.model.choice, play: true });
  },
  first: () => trainer.tell({ type: 'open', hash: '', device: store.model.choice, play: true }),
  goBack() {
    const bytes = store.model.rescue?.bytes.slice(0);
    if (bytes) trainer.tell({ type: 'load', bytes, device: store.model.choice, play: false }, [bytes]);
  },
});

store.subscribe(model => {
  for (const view of views) view.draw(model);
  askProbe();
  endSearch();
  charts?.draw(model);
  // A setting that was refused is shown again as it is, with the reason.
  const now = [model.info, model.problem];
  if (model.info && showSettings && now.some((value, i) => value !== shownSettings[i])) {
    shownSettings = now;
    showSettings(model.info, model.problem);
  }
  showProblem(model);
  root.dataset.step = String((model.viewing ?? model.live)?.step ?? 0);
  if (model.live && !furnished) {
    furnished = true;
    setTimeout(furnish, 50);
  }
});
onTheme(() => {
  for (const view of pictures) view.redraw();
  charts?.redraw();
  store.draw();
});
/** What can wait until the first picture is out. */
function furnish() {
  showSettings = controls(byId('groups'), byId('classes'), changes => trainer.tell({ type: 'set', changes }));
  losses().then(made => { charts = made; });
}

// --- What the visitor does -------------------------------------------------------------------------------------------

const toggle = () => store.model.state === 'running' ? counterfeit.pause() : counterfeit.play();
byId('play').onclick = toggle;
// An interrupted step is told by the picture that follows.
byId('step').onclick = () => counterfeit.step(1).catch(() => {});
byId('reset').onclick = () => counterfeit.reset();
speed.onchange = setSpeed;
const preset = /** @type {HTMLSelectElement} */ (byId('preset'));
preset.onchange = () => {
  const found = store.model.presets.find(({ name }) => name === preset.value);
  if (found) trainer.tell({ type: 'open', hash: found.hash, device: store.model.choice, play: true });
};
byId('undo').onclick = () => history.back();

/** @param {string} text */
const announce = text => { byId('announce').textContent = text; };
byId('share').onclick = async event => {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const link = new URL(`#${store.model.info?.hash ?? ''}`, location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = 'Copied';
    announce('The link is copied.');
    setTimeout(() => { button.textContent = 'Copy link'; }, 1500);
  } catch {
    prompt('This link replays the run:', link);
  }
};
byId('save').onclick = async () => {
  const answer = await trainer.ask({ type: 'save' }).catch(() => null);
  if (!answer) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([answer.bytes]));
  link.download = `${store.model.info?.name ?? 'counterfeit'}-${store.model.live?.step ?? 0}.safetensors`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  announce('The run is saved.');
};
/** @param {File | undefined | null} file */
async function openFile(file) {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  trainer.tell({ type: 'load', bytes, device: store.model.choice, play: false }, [bytes]);
}
const file = /** @type {HTMLInputElement} */ (byId('file'));
byId('open').onclick = () => file.click();
file.onchange = () => { openFile(file.files?.[0]); file.value = ''; };
addEventListener('dragover', event => event.preventDefault());
addEventListener('drop', event => { event.preventDefault(); openFile(event.dataTransfer?.files[0]); });

/** @param {boolean} open */
function drawer(open) {
  document.body.classList.toggle('drawer', open);
  byId('drawer').setAttribute('aria-expanded', String(open));
  byId(open ? 'close-drawer' : 'drawer').focus();
}
byId('drawer').onclick = () => drawer(!document.body.classList.contains('drawer'));
byId('close-drawer').onclick = () => drawer(false);

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const device = /** @type {HTMLDetailsElement} */ (byId('device'));
  if (event.key === 'Escape') {
    device.open = false;
    if (document.body.classList.contains('drawer')) drawer(false);
  }
  const target = /** @type {HTMLElement} */ (event.target);
  // Keys belong first to what has the focus.
  if (target.closest('input, select, textarea')) return;
  if (event.key === ' ' && !target.closest('button, summary')) { event.preventDefault(); toggle(); }
  if (event.key === 'ArrowRight') { event.preventDefault(); counterfeit.step(1).catch(() => {}); }
  if (event.key === 'r') counterfeit.reset();
});
addEventListener('pointerdown', event => {
  const device = /** @type {HTMLDetailsElement} */ (byId('device'));
  if (!device.contains(/** @type {Node} */ (event.target))) device.open = false;
});
