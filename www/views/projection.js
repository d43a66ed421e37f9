// The projection of a real or drawn image into the latent space, and the image filled in where a part of it is hidden.

import { erase, hide } from '../latent.js';
import { element } from './element.js';
import { fixed } from './scale.js';
import { thumbnail } from './thumbnail.js';

/** @import { Gallery, Request } from '../messages.js' */
/** @import { Latent } from '../latent.js' */
/** @import { Store } from '../state.js' */

/** Parts that can be hidden at once; x and y go from 0 to 1.
 * @type {[name: string, holds: (x: number, y: number) => boolean][]} */
const PARTS = [
  ['Nothing', () => false],
  ['Left', x => x < 0.5],
  ['Right', x => x > 0.5],
  ['Top', (_, y) => y < 0.5],
  ['Bottom', (_, y) => y > 0.5],
];
/** The eraser's radius, as a share of the image's side. */
const ERASER = 0.09;

/** @param {Store} store @param {(request: Request) => void} post */
export function projection(store, post) {
  let ids = 0;
  /** @param {Latent} latent */
  const update = latent => store.dispatch({ type: 'latent', latent });
  const now = () => store.model.latent;
  const gallery = () => /** @type {Gallery} */ (store.model.live?.picture);

  const target = thumbnail('', 'real target'),
    found = thumbnail('', 'generated'),
    filled = thumbnail('', 'mixed');
  /** @param {HTMLElement} picture @param {string} name */
  const named = (picture, name) => element('figure', {}, picture, element('figcaption', {}, name));
  const given = named(target.place, 'real');
  const sources = [false, true].map(drawing =>
    element(
      'button',
      { type: 'button', dataset: { source: drawing ? 'drawn' : 'real' }, onclick: () => update({ ...now(), drawing }) },
      drawing ? 'Draw' : 'Real images',
    ),
  );
  const source = element('div', { className: 'holes' }, element('span', {}, 'Target'), ...sources);
  source.setAttribute('role', 'group');
  const holes = PARTS.map(([name, holds]) =>
    element(
      'button',
      { type: 'button', dataset: { hole: name }, onclick: () => update(hide(now(), part(holds, gallery().size))) },
      name,
    ),
  );
  const start = element('button', { type: 'button', className: 'primary', onclick: toggle }, 'Project');
  const bar = element('progress', { max: 1, value: 0, ariaLabel: 'Projection' });
  const summary = element('p', { className: 'tabular' });
  const hiding = element('div', { className: 'holes' }, element('span', {}, 'Hide'), ...holes);
  hiding.setAttribute('role', 'group');
  const row = element(
    'div',
    { className: 'made projection' },
    given,
    named(found.place, 'generated'),
    named(filled.place, 'filled in'),
    element(
      'div',
      { className: 'acts-on' },
      source,
      hiding,
      element('div', { className: 'projecting' }, start, bar),
      summary,
    ),
  );

  /** Starts a projection, or stops it. */
  function toggle() {
    const latent = now(),
      picture = gallery(),
      { target: at, hidden } = latent;
    if (latent.projection?.running) return update({ ...latent, projection: { ...latent.projection, running: false } });
    if (at === null) return;
    const pixels = picture.size ** 2;
    post({
      type: 'project',
      projection: ++ids,
      image: typeof at === 'number' ? picture.real.slice(at * pixels, (at + 1) * pixels) : at,
      known: Uint8Array.from({ length: pixels }, (_, i) => Number(!hidden.has(i))),
    });
    update({ ...latent, projection: { id: ids, running: true, runStep: null, state: null, problem: '' } });
  }

  // Dragging over the image hides the pixels under the pointer; one drag is one act of undo.
  const rubbed = target.canvas;
  /** @param {PointerEvent} event */
  function rub(event) {
    const { size } = gallery(),
      box = rubbed.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width,
      y = (event.clientY - box.top) / box.height;
    update(erase(now(), [...part((px, py) => Math.hypot(px - x, py - y) < ERASER, size)]));
  }
  rubbed.onpointerdown = event => {
    if (now().target === null) return;
    rubbed.setPointerCapture(event.pointerId);
    update(hide(now(), now().hidden));
    rub(event);
  };
  rubbed.onpointermove = event => {
    if (rubbed.hasPointerCapture(event.pointerId)) rub(event);
  };

  return {
    row,
    /** @param {Gallery} picture @param {Latent} latent */
    draw(picture, { target: at, drawing, hidden, projection }) {
      const { size } = picture,
        drawn = at === null ? drawing : typeof at !== 'number';
      const name = drawn ? 'drawn' : 'real';
      target.place.classList.toggle('real', !drawn);
      /** @type {Element} */ (given.lastElementChild).textContent = name;
      for (const button of sources) {
        button.setAttribute('aria-pressed', String((button.dataset.source === 'drawn') === drawing));
      }
      if (at === null || typeof at === 'number') target.draw(picture, picture.real, at, `The ${name} image`);
      else target.draw(picture, at, 0, 'The drawn image');
      if (at !== null) veil(target.canvas, hidden);
      const none = new Uint8Array(),
        result = projection?.state;
      found.draw(
        picture,
        result?.sample ?? none,
        result ? 0 : null,
        'The projection: the generated image of the latent found',
      );
      filled.draw(
        picture,
        result?.filled ?? none,
        result && hidden.size ? 0 : null,
        `Inpainting: the ${name} image with the generator’s pixels in its hidden part`,
      );
      for (const [i, button] of holes.entries()) {
        button.disabled = at === null;
        button.setAttribute('aria-pressed', String(same(hidden, part(PARTS[i][1], size))));
      }
      start.textContent = projection?.running ? 'Cancel' : 'Project';
      start.disabled = at === null || hidden.size === size ** 2;
      bar.value = result ? result.step / result.steps : 0;
      summary.textContent =
        projection?.problem ||
        (result
          ? `Error ${number(result.error)}, from ${number(result.start)} at the start; generator of step ` +
            `${projection?.runStep?.toLocaleString('en')}`
          : '');
    },
  };
}

/** @param {number | null} error */
const number = error => (error === null ? '–' : fixed(error, 3));

/** The pixels of a part. @param {(x: number, y: number) => boolean} holds @param {number} size */
const part = (holds, size) =>
  new Set(
    Array.from({ length: size ** 2 }, (_, i) => i).filter(i =>
      holds(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size),
    ),
  );

/** @param {ReadonlySet<number>} a @param {ReadonlySet<number>} b */
const same = (a, b) => a.size === b.size && [...a].every(i => b.has(i));

/** Hatches what is hidden, in a colour that no image has. @param {HTMLCanvasElement} canvas
 * @param {ReadonlySet<number>} hidden */
function veil(canvas, hidden) {
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  for (const i of hidden) {
    const x = i % canvas.width,
      y = Math.floor(i / canvas.width);
    c.fillStyle = (x + y) % 4 < 2 ? '#b9772f' : '#6d4a26';
    c.fillRect(x, y, 1, 1);
  }
}
