// The class picker, which is next to the picture: each digit, all of them, or one at a time.

import { element } from './views/element.js';

/** @import { Change } from './messages.js' */

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/** @param {HTMLElement} place */
export function classPicker(place) {
  /** Whether a digit that is chosen leaves out the others. */
  let only = false;

  /** @param {string} label @param {number[]} chosen @param {(changes: Change[]) => void} change */
  return function show(label, chosen, change) {
    const set = (/** @type {number[]} */ next) =>
      String(next) === String(chosen) ? undefined : change([['classes', `[${next}]`]]);
    /** @param {string} at @param {string} text @param {boolean} on @param {string} title @param {() => void} onclick */
    const button = (at, text, on, title, onclick) => {
      const className = text.length > 1 ? 'class word' : 'class';
      const made = element('button', { type: 'button', className, title, dataset: { at }, onclick }, text);
      made.setAttribute('aria-pressed', String(on));
      return made;
    };
    /** @param {boolean} on @param {string} at */
    const setOnly = (on, at) => {
      only = on;
      show(label, chosen, change);
      /** @type {HTMLElement} */ (place.querySelector(`[data-at=${at}]`)).focus();
    };
    const digits = DIGITS.map(digit => {
      const on = chosen.includes(digit),
        last = on && chosen.length === 1;
      const without = last ? chosen : chosen.filter(other => other !== digit);
      const next = only ? [digit] : on ? without : [...chosen, digit].sort((a, b) => a - b);
      const title = only ? `Only ${digit}` : last ? 'At least one digit is needed' : '';
      return button(`class-${digit}`, String(digit), on, title, () => set(next));
    });
    const all = button('class-all', 'All', chosen.length === DIGITS.length, 'All digits', () => {
      setOnly(false, 'class-all');
      set(DIGITS);
    });
    const one = button(
      'class-only',
      'Only',
      only,
      'While it is on, a digit that you choose leaves out the others',
      () => setOnly(!only, 'class-only'),
    );
    place.hidden = false;
    place.classList.toggle('only', only);
    place.replaceChildren(element('span', {}, label), ...digits, all, one);
  };
}
