// The panel of a step in slow motion: the stage, its numbers, the algorithm's line, and both networks.

import { LAST, STAGES, algorithm, nextOf, numbersOf, onUpdate, sentenceOf, start } from '../slow-motion.js';
import { diagram } from './network-diagram.js';
import { byId, element, enable } from './element.js';

/** @import { Updated } from '../messages.js' */
/** @import { Model, Store } from '../state.js' */
/** @import { Runs } from '../runs.js' */

const TITLES = { sample: 'draw', generate: 'generate', discriminate: 'discriminate', update: 'update' };
/** Between two stages that follow by themselves. */
const STAGE_MS = 1600;

/** @param {Store} store @param {Pick<Runs, 'post' | 'request'>} trainer */
export function slowMotion(store, trainer) {
  const opener = byId('slow-open'),
    panel = byId('slow'),
    title = byId('slow-title'),
    sentence = byId('slow-sentence'),
    numbers = byId('slow-numbers'),
    lines = byId('slow-lines');
  const [back, next, auto, ofD, ofG, close] = ['back', 'next', 'auto', 'd', 'g', 'close'].map(
    name => /** @type {HTMLButtonElement} */ (byId(`slow-${name}`)),
  );
  const networks = diagram(byId('slow-networks'));
  let timer = 0;

  /** @param {Partial<typeof start>} change */
  const change = change => store.dispatch({ type: 'slow', slow: { ...(store.model.slow ?? start), ...change } });

  /** Carries out an update and shows it from this stage on. @param {Updated} network @param {number} stage */
  async function advance(network, stage) {
    if (store.model.slow?.waiting) return;
    change({ waiting: true });
    try {
      const { update, snapshot } = await trainer.request({ type: 'update', network });
      // The picture of before has come with the pause.
      const { slow, live } = store.model;
      if (slow) store.dispatch({ type: 'slow', slow: onUpdate(slow, update, slow.after ?? live, snapshot, stage) });
    } catch {
      if (store.model.slow) change({ waiting: false });
      pause();
    }
  }

  /** The next stage, or the next update of the algorithm. */
  function forward() {
    const slow = store.model.slow ?? start;
    if (slow.update && slow.stage < LAST) change({ stage: slow.stage + 1 });
    else advance(nextOf(slow), 0);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    auto.setAttribute('aria-pressed', 'false');
  }

  opener.onclick = () => {
    if (store.model.slow) return shut();
    store.dispatch({ type: 'slow', slow: start });
    if (store.model.state === 'running') trainer.post({ type: 'pause' });
    store.draw();
    next.focus();
  };
  function shut() {
    pause();
    store.dispatch({ type: 'slow', slow: null });
    opener.focus();
  }
  close.onclick = shut;
  back.onclick = () => change({ stage: Math.max(0, (store.model.slow?.stage ?? 0) - 1) });
  next.onclick = forward;
  ofD.onclick = () => advance('discriminator', LAST);
  ofG.onclick = () => advance('generator', LAST);
  auto.onclick = () => {
    if (timer) return pause();
    auto.setAttribute('aria-pressed', 'true');
    forward();
    timer = setInterval(forward, STAGE_MS);
  };
  panel.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    shut();
  });

  /** @type {unknown[]} */
  let shown = [];
  return {
    forward,
    /** @param {Model} model */
    draw({ slow, info, live, comparison }) {
      const now = [slow, info, live?.picture?.kind, comparison?.begun];
      if (now.every((value, i) => value === shown[i])) return;
      shown = now;
      if (!slow) pause();
      panel.hidden = !slow;
      byId('stage').classList.toggle('slowly', slow !== null);
      // Both runs of a comparison stay at one step.
      opener.hidden = comparison?.begun ?? false;
      opener.setAttribute('aria-pressed', String(slow !== null));
      if (!slow || !info) return;
      const { update, stage, waiting } = slow,
        network = update?.network;
      const following = nextOf(slow);
      title.textContent = update
        ? `Update of the ${network}: ${TITLES[STAGES[stage]]} (${stage + 1} of ${STAGES.length})`
        : 'A step in slow motion';
      sentence.textContent = sentenceOf(slow, info);
      next.textContent = update && stage < LAST ? `Next: ${TITLES[STAGES[stage + 1]]}` : `Next: the ${following}`;
      numbers.replaceChildren(
        ...numbersOf(slow, info.generator_widths[0]).map(([name, value]) =>
          element('div', {}, element('dt', {}, name), element('dd', { className: 'tabular' }, value)),
        ),
      );
      const at = `${network} ${STAGES[stage]}`;
      lines.replaceChildren(
        ...algorithm(info.settings, update).map(line => {
          const item = element('li', { className: line.indent ? 'inner' : '' }, line.text);
          if (update && line.at.includes(at)) item.setAttribute('aria-current', 'step');
          return item;
        }),
      );
      networks.draw(info, network ?? null, update ? STAGES[stage] : null);
      // A button that is pressed again and again keeps the focus.
      enable([next, true], [back, stage > 0]);
      panel.setAttribute('aria-busy', String(waiting));
    },
  };
}
