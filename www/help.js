// The help: a dialog over the page, built when it is first opened.

import { GLOSSARY } from './glossary.js';
import { BY_HAND, CHARTS, GAUSSIAN_KEYS, KEYS, ofPicture } from './help-text.js';
import { element } from './views/element.js';

/** @import { Kind } from './messages.js' */

/** @param {string} id @param {string} title @param {...Node} body */
function section(id, title, ...body) {
  const heading = element('h3', { id: `help-${id}`, tabIndex: -1 }, title);
  return element('section', {}, heading, ...body);
}

/** @param {string[]} lines */
const list = lines => element('ul', {}, ...lines.map(line => element('li', {}, line)));

/** @param {string} caption @param {[string, string][]} keys */
const keyTable = (caption, keys) =>
  element(
    'table',
    {},
    element('caption', {}, caption),
    element(
      'tbody',
      {},
      ...keys.map(([key, meaning]) =>
        element('tr', {}, element('th', { scope: 'row' }, element('kbd', {}, key)), element('td', {}, meaning)),
      ),
    ),
  );

/** @param {import('./glossary.js').Entry} entry */
function definition({ id, term, text, paper }) {
  const sources = paper.flatMap(([cited, arxiv], i) => [
    i ? '; ' : ' ',
    element('a', { href: `https://arxiv.org/abs/${arxiv}`, target: '_blank', rel: 'noopener' }, cited),
  ]);
  return [element('dt', { id: `help-${id}`, tabIndex: -1 }, term), element('dd', {}, text, ...sources)];
}

const picture = element('div');
const SECTIONS = [
  section('picture', 'The picture', picture),
  section('charts', 'Metrics and charts', list(CHARTS)),
  section('by-hand', 'By hand', list(BY_HAND)),
  section('keys', 'Keyboard', keyTable('Anywhere', KEYS), keyTable('On a Gaussian of the target', GAUSSIAN_KEYS)),
  section('glossary', 'Glossary', element('dl', {}, ...GLOSSARY.flatMap(definition))),
];

/** Brings a heading or a term into view, with the focus: reading goes on from there. @param {string} id */
function show(id) {
  const place = /** @type {HTMLElement | null} */ (dialog.querySelector(`#help-${CSS.escape(id)}`));
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: 'start' });
}

// Buttons rather than links: the address holds the experiment.
const contents = element(
  'nav',
  { ariaLabel: 'Contents of the help' },
  ...SECTIONS.map(part => {
    const heading = /** @type {HTMLElement} */ (part.firstChild);
    const id = heading.id.replace('help-', '');
    return element('button', { type: 'button', onclick: () => show(id) }, heading.textContent ?? '');
  }),
);
const close = element('button', { type: 'button' }, 'Close');
const dialog = element(
  'dialog',
  { id: 'help-dialog' },
  element('div', { className: 'help-head' }, element('h2', { id: 'help-title' }, 'Help'), contents, close),
  element(
    'div',
    { className: 'help-body' },
    element(
      'p',
      {},
      'A generator makes samples. A discriminator learns to tell them from real ones. The generator learns from the ' +
        'discriminator’s gradient, until its samples are distributed as the real ones are.',
    ),
    ...SECTIONS,
  ),
);
close.onclick = () => dialog.close();
dialog.setAttribute('aria-labelledby', 'help-title');
// The dialog has no padding: what is clicked of itself is its backdrop.
dialog.addEventListener('click', event => {
  if (event.target === dialog) dialog.close();
});
document.body.append(dialog);

/** @param {Kind | undefined} kind Of the present picture. @param {string} [name] Of a metric, a term or an entry. */
export function openHelp(kind, name) {
  picture.replaceChildren(list(ofPicture(kind)));
  if (!dialog.open) dialog.showModal();
  const entry = GLOSSARY.find(({ id, also }) => id === name || also?.includes(name ?? ''));
  if (entry) show(entry.id);
  else close.focus();
}
