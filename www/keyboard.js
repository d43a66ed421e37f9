// The keyboard: space plays and pauses, → is one step, r resets, Ctrl+Z and Ctrl+Shift+Z undo and redo, ? opens
// the help, Escape closes.

import { byId } from './views/element.js';

/** Where letters are typed, and Ctrl+Z undoes what was typed. */
const TEXT = 'input:is([type=number], [type=text]), textarea';
const isArrow = (/** @type {string} */ key) => key.startsWith('Arrow');
/** The keys that a control has a use for of its own. @type {[controls: string, isUsed: (key: string) => boolean][]} */
const USED = [
  [TEXT, () => true],
  // Letters choose the option that begins with them.
  ['select', key => key !== '?'],
  ['input[type=range]', isArrow],
  ['input[type=radio]', key => key === ' ' || isArrow(key)],
  ['input[type=checkbox], button, summary', key => key === ' '],
];

/** @param {Record<'toggle' | 'step' | 'reset' | 'undo' | 'redo' | 'help', () => void>} actions */
export function keyboard({ toggle, step, reset, undo, redo, help }) {
  /** @type {Record<string, () => void>} */
  const actions = { ' ': toggle, ArrowRight: step, r: reset, '?': help };
  addEventListener('keydown', event => {
    // The page under an open dialog waits.
    if (document.querySelector('dialog[open]')) return;
    const { key } = event,
      target = /** @type {HTMLElement} */ (event.target);
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'z' && !target.matches(TEXT)) {
      event.preventDefault();
      return event.shiftKey ? redo() : undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Escape') {
      const device = /** @type {HTMLDetailsElement} */ (byId('device'));
      if (device.open && device.contains(document.activeElement)) device.querySelector('summary')?.focus();
      device.open = false;
    }
    // Keys belong first to the focused control.
    if (!Object.hasOwn(actions, key) || USED.some(([controls, isUsed]) => target.closest(controls) && isUsed(key)))
      return;
    event.preventDefault();
    actions[key]();
  });
}
