// The keyboard: space plays and pauses, → is one step, r resets, Escape closes.

import { byId } from './views/element.js';

/** @param {{ toggle: () => void, step: () => void, reset: () => void, closeDrawer: () => void }} actions */
export function keyboard({ toggle, step, reset, closeDrawer }) {
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      /** @type {HTMLDetailsElement} */ (byId('device')).open = false;
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
  });
}
