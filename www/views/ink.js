// Colours and type for canvases, from a theme.

/** @import { Theme } from '../theme.js' */

/** @param {Theme} theme @param {number} [scale] */
export const font = ({ em, family }, scale = 1) => `${em * scale}px ${family}`;

/** `#rrggbb` as numbers. @param {string} colour */
export const rgb = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
