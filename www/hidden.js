// A tab that nobody sees trains for five minutes more, and then waits.

import { announce } from './announce.js';
import { byId } from './views/element.js';

/** @import { Store } from './state.js' */

const AWAY_MS = 5 * 60_000;

/** @param {Store} store @param {{ pause: () => void, play: () => void }} acts */
export function whileHidden(store, { pause, play }) {
  const place = byId('away'),
    text = byId('away-text');
  byId('continue').onclick = () => {
    // The button goes with its sentence; the focus stays on what it did.
    byId('play').focus();
    play();
  };
  let timer = 0;
  function watch() {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(rest, AWAY_MS);
  }
  function rest() {
    if (store.model.state === 'running') {
      store.dispatch({ type: 'away' });
      pause();
    }
    // A run that was still being opened is looked at again.
    watch();
  }
  /** A screen reader says nothing of a hidden tab: the sentence is for the return to it. */
  function say() {
    if (!place.hidden && document.visibilityState === 'visible') announce(text.textContent);
  }
  document.addEventListener('visibilitychange', () => {
    watch();
    say();
  });
  watch();

  return {
    /** @param {import('./state.js').Model} model */
    draw({ away, state, live }) {
      const shown = away && state === 'paused' && live !== null;
      if (shown === !place.hidden) return;
      place.hidden = !shown;
      if (!shown) return;
      text.textContent = `Paused at step ${live.step.toLocaleString('en')} after five minutes in a hidden tab.`;
      say();
    },
  };
}
