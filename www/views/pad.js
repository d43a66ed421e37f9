// The latent pad: a point on the plane through three samples, its image, pins, and a walk from pin to pin.

import { LETTERS, pin, unpin } from '../latent.js';
import { CORNERS, MOST_PINS, STRIDE, onWalk, weights, within } from '../pad.js';
import { element } from './element.js';
import { thumbnail } from './thumbnail.js';

/** @import { Gallery } from '../messages.js' */
/** @import { Latent } from '../latent.js' */
/** @import { Place } from '../pad.js' */
/** @import { Store } from '../state.js' */

/** @type {Record<string, [u: number, v: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** From one pin to the next, and the time between two images of a walk. */
const LEG_MS = 2500,
  IMAGE_MS = 33;
/** With `prefers-reduced-motion` a walk stands still for so long after each quarter of a leg. */
const CALM_MS = 1000,
  CALM_STEP = 0.25;
const calm = matchMedia('(prefers-reduced-motion: reduce)');
/** A press that moves no farther, in pixels, sets a pin. */
const SLOP = 5;

/** @param {Store} store */
export function pad(store) {
  /** @param {Latent} latent */
  const update = latent => store.dispatch({ type: 'latent', latent });
  const now = () => store.model.latent;

  const lines = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  lines.setAttribute('viewBox', '0 0 1 1');
  lines.setAttribute('aria-hidden', 'true');
  const [triangle, route] = ['triangle', 'route'].map(name => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'polygon');
    line.setAttribute('class', name);
    lines.append(line);
    return line;
  });
  triangle.setAttribute('points', points(CORNERS));
  const named = CORNERS.map((corner, i) => {
    const badge = element(
      'span',
      { className: 'badge', dataset: { letter: LETTERS[i] } },
      element('i', {}, LETTERS[i]),
    );
    return put(element('span', { className: 'corner', ariaHidden: 'true' }, badge), corner);
  });
  const point = element('span', { className: 'point', ariaHidden: 'true' });
  const pins = element('div', { className: 'pins' });
  const board = element(
    'div',
    { className: 'board', tabIndex: 0, ariaLabel: 'Latent pad' },
    lines,
    ...named,
    pins,
    point,
  );
  // Its keys are its own.
  board.setAttribute('role', 'application');
  board.setAttribute('aria-describedby', 'pad-at');
  const image = thumbnail('', 'generated');
  const at = element('figcaption', { id: 'pad-at', className: 'tabular' });
  const pinning = element('button', { type: 'button', onclick: () => update(pin(now(), now().at)) }, 'Pin');
  const walking = element('button', { type: 'button', className: 'primary', onclick: toggle }, 'Walk');
  const row = element(
    'div',
    { className: 'made pad' },
    board,
    element(
      'div',
      { className: 'at' },
      element('figure', {}, image.place, at),
      element('div', { className: 'acts' }, pinning, walking),
    ),
  );

  /** The visitor's hand ends a walk. @param {Place} to */
  const move = to => update({ ...now(), at: to, walking: false });
  /** @param {PointerEvent} event */
  const placeOf = event => {
    const box = board.getBoundingClientRect();
    return within((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  /** @type {PointerEvent | null} */
  let pressed = null;
  board.onpointerdown = event => {
    if (event.button || /** @type {Element} */ (event.target).closest('.pin')) return;
    pressed = event;
    board.setPointerCapture(event.pointerId);
    move(placeOf(event));
  };
  board.onpointermove = event => {
    // The pointer over a walk does not end it.
    if (!now().walking || pressed) move(placeOf(event));
  };
  board.onpointerup = event => {
    if (!pressed) return;
    const far = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
    pressed = null;
    if (far <= SLOP) update(pin(now(), placeOf(event)));
  };
  board.onpointercancel = () => (pressed = null);
  board.onkeydown = event => {
    if (event.target !== board || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (!way && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) return event.repeat ? undefined : update(pin(now(), now().at));
    const stride = STRIDE * (event.shiftKey ? 5 : 1),
      { u, v } = now().at;
    move(within(u + stride * way[0], v + stride * way[1]));
  };

  /** Starts a walk at the first pin, or stops it. */
  function toggle() {
    const latent = now();
    update({ ...latent, walking: !latent.walking });
    if (!latent.walking) walk();
  }
  function walk() {
    const start = performance.now();
    let drawnAt = -Infinity;
    requestAnimationFrame(function go(time) {
      const latent = now();
      if (!latent.walking) return;
      if (!latent.open) return update({ ...latent, walking: false });
      requestAnimationFrame(go);
      if (time - drawnAt < (calm.matches ? CALM_MS : IMAGE_MS)) return;
      drawnAt = time;
      const passed = Math.max(0, time - start);
      const legs = calm.matches ? Math.round(passed / CALM_MS) * CALM_STEP : passed / LEG_MS;
      update({ ...latent, at: onWalk([...latent.pins], legs) });
    });
  }

  /** A button for each pin, with its image. @param {Gallery} picture @param {Latent} latent */
  function drawPins(picture, latent) {
    while (slots.length > latent.pins.length) slots.pop()?.button.remove();
    while (slots.length < latent.pins.length) slots.push(slot(slots.length));
    slots.forEach(({ button, draw }, i) => {
      put(button, latent.pins[i]);
      // The images follow a change of the pins some frames later.
      draw(picture, picture.pad, i + 1, `Pin ${i + 1}`);
    });
    pins.classList.toggle('most', latent.pins.length === MOST_PINS);
  }
  /** @type {ReturnType<typeof slot>[]} */
  const slots = [];
  /** @param {number} i */
  function slot(i) {
    const { place, draw } = thumbnail('', 'generated');
    const onclick = () => {
      update(unpin(now(), i));
      board.focus({ preventScroll: true });
    };
    const title = `Pin ${i + 1}: remove`;
    const button = element('button', { type: 'button', className: 'pin', title, ariaLabel: title, onclick }, place);
    pins.append(button);
    return { button, draw };
  }

  return {
    row,
    /** @param {Gallery} picture @param {Latent} latent */
    draw(picture, latent) {
      put(point, latent.at);
      const shares = weights(latent.at).map((weight, i) => `${weight.toFixed(2).replace('-', '−')} ${LETTERS[i]}`);
      at.textContent = shares.join('\n+ ').replaceAll('+ −', '− ');
      image.draw(picture, picture.pad, picture.pad.length ? 0 : null, 'The image of the point');
      drawPins(picture, latent);
      route.setAttribute('points', latent.pins.length > 1 ? points(latent.pins) : '');
      pinning.disabled = latent.pins.length === MOST_PINS;
      walking.textContent = latent.walking ? 'Stop' : 'Walk';
      walking.disabled = latent.pins.length < 2;
      walking.title = walking.disabled ? 'Two pins make a walk' : 'Around all pins, along great circles';
    },
  };
}

/** @param {readonly Place[]} places */
const points = places => places.map(({ u, v }) => `${u},${v}`).join(' ');

/** @template {HTMLElement} T @param {T} mark @param {Place} place */
function put(mark, { u, v }) {
  mark.style.left = `${100 * u}%`;
  mark.style.top = `${100 * v}%`;
  return mark;
}
