// The start from a pre-trained checkpoint: its button, with the time that it saves; then the sentence that the run started so.

import { announce } from '../announce.js';
import { offered } from '../pretrained.js';
import { byId, enable } from './element.js';

/** @import { Model } from '../state.js' */
/** @import { PretrainedStart } from '../pretrained.js' */

/** Between two changes of the time, which is that of a speed that varies. */
const TEXT_MS = 2000;

/** @param {PretrainedStart} pretrained */
export function pretrainedStart(pretrained) {
  const line = byId('pretrained'),
    button = /** @type {HTMLButtonElement} */ (byId('start-pretrained')),
    text = byId('about-pretrained');
  button.onclick = () => pretrained.start();
  let said = '',
    saidAt = 0,
    offer = '';

  /** @param {string} now */
  function say(now) {
    if (now === said) return;
    text.textContent = said = now;
    saidAt = performance.now();
  }

  return {
    /** @param {Model} model */
    draw(model) {
      const entry = offered(model);
      const [start] = model.isPretrained ? model.history.series.step : [];
      const isOffered = entry !== null && !model.isPretrained;
      // A button that goes leaves the focus to the run.
      if (!isOffered && document.activeElement === button) byId('play').focus();
      button.hidden = !isOffered;
      line.hidden = !isOffered && start === undefined;
      if (start !== undefined) {
        const sentence = `Started from a pre-trained checkpoint at step ${start.toLocaleString('en')}.`;
        if (sentence !== said) announce(sentence);
        offer = '';
        say(sentence);
      } else if (isOffered) {
        const { step, bytes } = entry;
        enable([button, model.live !== null && !pretrained.isFetching]);
        const [steps, size] = [step.toLocaleString('en'), `${(bytes / 1e6).toFixed(1)} MB`];
        const now = `Step ${steps}, ${size}`;
        const isNew = now !== offer;
        if (!isNew && performance.now() - saidAt < TEXT_MS) return;
        offer = now;
        // The first steps are slow.
        const time = isNew ? '' : fromScratch(step, model);
        // It wraps as a whole.
        say(time ? `${now}; ${`from scratch about ${time}`.replaceAll(' ', '\u00a0')}` : now);
        button.title =
          `Fetches a checkpoint of this experiment (${size}) that was trained for ${steps} steps, and goes on from it; ` +
          `Undo leads back. The time from scratch is that at the speed of this run here.`;
      }
    },
  };
}

/** The time of so many steps at the measured speed; '' where none is known, or the visitor limits it.
 * @param {number} steps @param {Model} model */
function fromScratch(steps, { stepsPerSecond, rates, device }) {
  if (/** @type {HTMLSelectElement} */ (byId('speed')).value) return '';
  const rate = stepsPerSecond || rates?.[device];
  return rate ? inWords(steps / rate) : '';
}

/** @param {number} seconds */
function inWords(seconds) {
  if (seconds < 90) return `${Math.max(10, Math.round(seconds / 10) * 10)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
