// The keyboard: space plays and pauses, → is one step, r resets, Ctrl+Z and Ctrl+Shift+Z undo and redo, ? opens
// the help, Escape closes.

import { byId } from './views/element.js';

/** @param {Record<'toggle' | 'step' | 'reset' | 'undo' | 'redo' | 'help' | 'closeDrawer', () => void>} actions */
export function keyboard({ toggle, step, reset, undo, redo, help, closeDrawer }) {
  addEventListener('keydown', event => {
    // The page under an open dialog waits.
    if (document.querySelector('dialog[open]')) return;
    // In a field it undoes what was typed.
    const typing = /** @type {HTMLElement} */ (event.target).matches('input[type=number], input[type=text]');
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !typing) {
      event.preventDefault();
      return event.shiftKey ? redo() : undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      const device = /** @type {HTMLDetailsElement} */ (byId('device'));
      if (device.open && device.contains(document.activeElement)) device.querySelector('summary')?.focus();
      device.open = false;
      if (document.body.classList.contains('drawer')) closeDrawer();
    }
    const target = /** @type {HTMLElement} */ (event.target);
    // Keys belong first to the focused control.
    if (target.closest('input, select, textarea')) return;
    if (event.key === ' ' && !target.closest('button, summary')) {
      event.preventDefault();
      toggle();
    }
    if (event.key === 'ArrowRight') {
      event.preventDefault();
      step();
    }
    if (event.key === 'r') reset();
    if (event.key === '?') help();
  });
}
