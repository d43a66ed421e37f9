// The settings in a narrow window: a drawer over the page, which keeps the focus until it is closed.

import { byId } from './element.js';

export function settingsDrawer() {
  const settings = byId('settings'),
    opener = byId('drawer'),
    closer = byId('close-drawer');
  const isOpen = () => document.body.classList.contains('drawer') && closer.checkVisibility();
  /** @param {boolean} open */
  function set(open) {
    document.body.classList.toggle('drawer', open);
    opener.setAttribute('aria-expanded', String(open));
    (open ? closer : opener).focus();
  }
  opener.onclick = () => set(!isOpen());
  closer.onclick = () => set(false);
  byId('to-settings').onclick = () => {
    if (opener.checkVisibility()) set(true);
    else settings.focus();
  };
  addEventListener('keydown', event => {
    if (event.key === 'Escape' && isOpen() && !document.querySelector('dialog[open]')) set(false);
  });
  // The page under it stays in use by pointer, and in live regions, so it is not inert: Tab goes round in the drawer.
  settings.addEventListener('keydown', event => {
    if (event.key !== 'Tab' || !isOpen()) return;
    const stops = [...settings.querySelectorAll('button, select, input, summary, a[href], [tabindex="0"]')].filter(
      stop => !stop.matches(':disabled') && stop.checkVisibility({ visibilityProperty: true }),
    );
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (event.target !== from && event.target !== settings) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (to).focus();
  });
}
