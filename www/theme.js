// The stylesheet's colours and type, as plain data that the drawing worker can be sent.

const COLOURS = /** @type {const} */ ([
  'real',
  'generated',
  'discriminator',
  'optimal',
  'ink',
  'muted',
  'line',
  'surface',
  'field',
  'field-real',
  'field-generated',
]);

/** @typedef {Record<typeof COLOURS[number], string> & { em: number, family: string, dark: boolean }} Theme `em`:
 * small type, in CSS pixels */

/** @returns {Theme} */
function read() {
  const style = getComputedStyle(document.documentElement);
  return /** @type {Theme} */ ({
    ...Object.fromEntries(COLOURS.map(name => [name, style.getPropertyValue(`--${name}`).trim()])),
    em: parseFloat(style.fontSize) * 0.8,
    family: style.fontFamily,
    dark: dark.matches,
  });
}

const dark = matchMedia('(prefers-color-scheme: dark)');
export let theme = read();

/** @param {() => void} changed */
export function onTheme(changed) {
  const reread = () => {
    theme = read();
    changed();
  };
  dark.addEventListener('change', reread);
  // The scale of type follows the width of the window.
  addEventListener('resize', reread);
}
