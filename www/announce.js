// What a screen reader says, apart from what the focus is on. Numbers that change all the time are not in live regions.

import { byId } from './views/element.js';

/** @param {string} text */
export const announce = text => {
  byId('announce').textContent = text;
};
