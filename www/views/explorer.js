// The latent space: samples of fixed latents to choose from, and the images of the chosen tool, one of TOOLS.

import { LETTERS, aim, choose, clear, corners, pick, touched, undo, undoable } from '../latent.js';
import { drawing } from './drawing.js';
import { byId, element, enable } from './element.js';
import { pad } from './pad.js';
import { projection } from './projection.js';
import { sampleGrid } from './sample-grid.js';
import { thumbnail } from './thumbnail.js';

/** @import { Gallery, Request } from '../messages.js' */
/** @import { Latent, Tool } from '../latent.js' */
/** @import { Model, Store } from '../state.js' */

/** @type {{ tool: Tool, name: string, title: string }[]} */
const TOOLS = [
  { tool: 'interpolation', name: 'Interpolation', title: 'Images between two samples' },
  { tool: 'arithmetic', name: 'Arithmetic', title: 'A − B + C, on latents' },
  { tool: 'pad', name: 'Pad', title: 'The plane through three samples' },
  {
    tool: 'projection',
    name: 'Projection',
    title: 'The latent of a real image (GAN inversion), and inpainting of a hidden part',
  },
];
/** @type {{ path: Latent['path'], title: string }[]} */
const PATHS = [
  {
    path: 'slerp',
    title: 'Spherical interpolation, along a great circle: latents keep the norm that samples of a normal prior have',
  },
  { path: 'lerp', title: 'Linear interpolation: the norm is smaller half-way than samples of a normal prior have' },
];
/** The images of an interpolation: its first is A, its last B. */
const INTERPOLATION = { length: 8, letters: ['A', '', '', '', '', '', '', 'B'] };
/** The words for each letter of the arithmetic. */
const TERMS = ['three samples. The first is A', 'B, which is subtracted from A', 'C, to which the difference is added'];
const SIGNS = ['', '−', '+', '='];

/** @param {Store} store @param {(request: Request) => void} post */
export function explorer(store, post) {
  /** @param {Latent} latent */
  const update = latent => store.dispatch({ type: 'latent', latent });
  const now = () => store.model.latent;

  const tools = byId('tools'),
    place = byId('explorer');
  tools.append(
    ...TOOLS.map(({ tool, name, title }) =>
      element(
        'button',
        { type: 'button', className: 'tool', title, dataset: { tool }, onclick: () => update(choose(now(), tool)) },
        name,
      ),
    ),
  );
  const hint = element('p', { className: 'explained', role: 'status' });
  const undoing = element('button', { type: 'button', onclick: () => update(undo(now())) }, 'Undo');
  const clearing = element('button', { type: 'button', onclick: () => update(clear(now())) }, 'Clear');
  const samples = element('div', { className: 'sheet generated' });
  const interpolation = interpolationRow(path => update({ ...now(), path })),
    arithmetic = arithmeticRow(),
    plane = pad(store),
    projector = projection(store, post),
    paper = drawing(store);
  place.append(
    element('div', { className: 'saying' }, hint, undoing, clearing),
    samples,
    paper.place,
    interpolation.row,
    arithmetic.row,
    plane.row,
    projector.row,
  );
  const drawSheet = sampleGrid(samples, tile =>
    update(now().tool === 'projection' ? aim(now(), tile) : pick(now(), tile)),
  );
  /** @type {unknown[]} */
  let shown = [];

  return {
    /** @param {Model} model */
    draw({ latent, live }) {
      const picture = latent.open && live?.picture?.kind === 'gallery' ? live.picture : null;
      tools.hidden = place.hidden = !picture;
      // Several images at once have no search: a latent would have to be found for all of them.
      for (const button of /** @type {HTMLCollectionOf<HTMLElement>} */ (tools.children))
        button.hidden = button.dataset.tool === 'projection' && (picture?.views ?? 1) * (picture?.channels ?? 1) > 1;
      const now = [latent, picture];
      if (!picture || now.every((value, i) => value === shown[i])) return;
      shown = now;
      const { tool } = latent;
      for (const button of /** @type {HTMLCollectionOf<HTMLElement>} */ (tools.children))
        button.setAttribute('aria-pressed', String(button.dataset.tool === tool));
      const said = saying(latent, picture);
      if (hint.textContent !== said) hint.textContent = said;
      const chosen = /** @type {HTMLButtonElement} */ (tools.querySelector('[aria-pressed=true]'));
      enable([undoing, undoable(latent)], [clearing, touched(latent)], [chosen, true]);
      const real = tool === 'projection';
      place.classList.toggle('two', tool === 'pad');
      samples.className = `sheet ${real ? 'real' : 'generated'}`;
      samples.hidden = real && latent.drawing;
      paper.place.hidden = !samples.hidden;
      if (samples.hidden) paper.draw(picture, latent);
      else drawSheet(real ? realImages(picture, latent) : generatedSamples(picture, latent));
      for (const [of, { row, draw }] of /** @type {const} */ ([
        ['interpolation', interpolation],
        ['arithmetic', arithmetic],
        ['pad', plane],
        ['projection', projector],
      ])) {
        row.hidden = tool !== of;
        if (tool === of) draw(picture, latent);
      }
    },
  };
}

/** @param {Gallery} picture @param {Latent} latent @returns {import('./sample-grid.js').Sheet} */
function generatedSamples({ generated: images, size, channels, views: together, count, classes }, latent) {
  const { tool } = latent,
    picks = tool === 'pad' ? corners(latent) : latent.picks;
  const letters = LETTERS.slice(0, tool === 'interpolation' ? 2 : 3);
  return {
    images,
    size,
    channels,
    together,
    marks: Array.from({ length: count / together }, (_, i) =>
      letters.filter((_, letter) => picks[letter] === i).join(''),
    ),
    name: i => `Sample ${i}${classes.length ? ` of class ${classes[i]}` : ''}`,
    // Samples of a class are next to each other: the first names it.
    captions: Array.from(classes, (value, i) => (value === classes[i - 1] ? '' : String(value))),
  };
}

/** @param {Gallery} picture @param {Latent} latent @returns {import('./sample-grid.js').Sheet} */
const realImages = ({ real: images, size, channels, count }, { target }) => ({
  images,
  size,
  channels,
  together: 1,
  marks: Array.from({ length: count }, (_, i) => (i === target ? '✓' : '')),
  name: i => `Real image ${i}`,
  captions: [],
});

/** What to do next. @param {Latent} latent @param {Gallery} picture */
function saying(latent, { classes, pad_keeps_norm }) {
  const {
    tool,
    picks: [a, b, c],
    next,
    target,
    drawing,
    hidden,
    projection,
  } = latent;
  if (tool === 'projection') {
    if (target === null) return drawing ? 'Draw a digit.' : 'Choose a real image.';
    if (!projection)
      return hidden.size
        ? 'Project: gradient descent on the latent compares the visible pixels; the generator fills in the others.'
        : 'Project: gradient descent on the latent minimises the distance to this image. To inpaint, hide a part first.';
    return projection.running
      ? 'Gradient descent on the latent is running.'
      : 'Gradient descent has ended: the generated image is the best of its start points.';
  }
  if (tool === 'pad') {
    const ofClass = classes.length ? ` All images are of class ${classes[corners(latent)[0]]}.` : '';
    return (
      `The plane through the latents A, B and C${pad_keeps_norm ? ', each point scaled to their norm' : ''}.${ofClass} ` +
      `Move over it; a click, or Enter, sets a pin. The next sample you choose becomes ${LETTERS[next]}.`
    );
  }
  // The class is not part of the latent: all images have that of A.
  const ofClass = classes.length && a !== null ? `, each of class ${classes[a]}` : '';
  if (tool === 'interpolation') {
    if (a === null) return 'Choose the first sample, A.';
    if (b === null) return 'Choose the second sample, B.';
    return `Images of latents interpolated from A to B${ofClass}. The next sample you choose becomes ${LETTERS[next]}.`;
  }
  const set = [a, b, c].filter(pick => pick !== null).length;
  if (set < 3) return `Choose ${TERMS[set]}.`;
  return `The image of the latent A − B + C${ofClass}. The next sample you choose becomes ${LETTERS[next]}.`;
}

/** @param {(path: Latent['path']) => void} choosePath */
function interpolationRow(choosePath) {
  const ways = PATHS.map(({ path, title }) =>
    element('button', { type: 'button', title, dataset: { path }, onclick: () => choosePath(path) }, path),
  );
  const slots = INTERPOLATION.letters.map(letter => thumbnail(letter));
  const way = element('div', { className: 'ways', ariaLabel: 'Interpolation path' }, ...ways);
  way.setAttribute('role', 'group');
  const row = element(
    'div',
    { className: 'made' },
    way,
    element('div', { className: 'interpolation' }, ...slots.map(({ place }) => place)),
  );
  return {
    row,
    /** @param {Gallery} picture @param {Latent} latent */
    draw(picture, { path, picks: [a, b] }) {
      for (const button of ways) button.setAttribute('aria-pressed', String(button.dataset.path === path));
      const whole = a !== null && b !== null && picture.interpolation.length > 0,
        last = INTERPOLATION.length - 1;
      slots.forEach(({ draw }, i) => {
        if (whole) draw(picture, picture.interpolation, i, `Step ${i + 1} of ${INTERPOLATION.length}`);
        else
          draw(
            picture,
            picture.generated,
            i === 0 ? a : i === last ? b : null,
            `Step ${i + 1} of ${INTERPOLATION.length}`,
          );
      });
    },
  };
}

function arithmeticRow() {
  const slots = [...LETTERS.map(letter => thumbnail(letter)), thumbnail('', 'result')];
  const row = element(
    'div',
    { className: 'made arithmetic' },
    ...slots.flatMap(({ place }, i) => [
      ...(SIGNS[i] ? [element('span', { className: 'sign' }, SIGNS[i])] : []),
      place,
    ]),
  );
  return {
    row,
    /** @param {Gallery} picture @param {Latent} latent */
    draw(picture, { picks }) {
      const whole = !picks.includes(null) && picture.arithmetic.length > 0;
      slots.forEach(({ draw }, i) => {
        const label = i < 3 ? LETTERS[i] : 'A − B + C';
        if (whole) draw(picture, picture.arithmetic, i, label);
        else draw(picture, picture.generated, picks[i] ?? null, label);
      });
    },
  };
}
