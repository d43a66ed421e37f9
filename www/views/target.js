// Handles over the picture: the visitor moves the target's Gaussians, and the run follows.

import { announce } from '../announce.js';
import { MOST, added, inToml, moved, removed, share, weighted, widened } from '../mixture.js';
import { theme } from '../theme.js';
import { byId, element } from './element.js';
import { editable, plotOf as plotIn } from './plot.js';
import { label } from './scale.js';

/** @import { Drawn } from './plot.js' */
/** @import { Gaussian } from '../mixture.js' */
/** @import { Model, Store } from '../state.js' */
/** Keys and wheel turns that follow one another so soon are one act. */
const ACT_MS = 600;
/** One press of an arrow key, as a share of the axis; with Shift, ten times as much. */
const NUDGE = 0.005;
const NOTCH = 1.1;
/** More Gaussians have their handles only under the pointer. */
const MANY = 12;

/** @param {Store} store @param {(text: string, more: boolean) => void} send Sends the mixture; `more`: the same act has
 * sent one before. */
export function targetEditor(store, send) {
  const place = element('div', { id: 'target' });
  place.setAttribute('role', 'group');
  place.setAttribute('aria-label', 'Target: the Gaussians of the real samples');
  const frame = /** @type {HTMLElement} */ (byId('picture').parentElement);
  frame.append(place);
  let width = 0,
    height = 0;
  new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    store.draw();
  }).observe(frame);

  /** The target under the visitor's hand, until the run has it. @type {Gaussian[] | null} */
  let draft = null;
  /** Whether a target was sent that the trainer has not answered, and whether the draft has changed since. */
  let sent = false,
    changed = false;
  /** Whether the act that goes on has sent anything. */
  let more = false;
  let ending = 0;
  /** @type {unknown[]} */
  let answered = [];
  /** @type {{ act: (px: number, py: number) => void, id: number } | null} */
  let drag = null;
  /** Fingers on the picture, for a pinch. @type {Map<number, PointerEvent>} */
  const fingers = new Map();

  const present = () => draft ?? /** @type {Gaussian[]} */ (store.model.info?.settings.mixture ?? []);

  function post() {
    if (!draft || sent) {
      changed = true;
      return;
    }
    changed = false;
    sent = true;
    send(inToml(draft), more);
    more = true;
  }
  /** @param {Gaussian[]} next */
  function edit(next) {
    clearTimeout(ending);
    draft = next;
    if (!store.model.editing) store.dispatch({ type: 'editing', editing: true });
    // A run that starts again does so once, at the end.
    if (!store.model.locked) post();
    else changed = true;
    store.draw();
  }
  function end() {
    clearTimeout(ending);
    if (changed) post();
    more = false;
    store.dispatch({ type: 'editing', editing: false });
  }
  /** @param {Gaussian[]} next */
  function editBriefly(next) {
    edit(next);
    ending = setTimeout(end, ACT_MS);
  }
  /** What is done at once. @param {Gaussian[]} next @param {string} said */
  function editOnce(next, said) {
    end();
    edit(next);
    end();
    announce(said);
  }

  /** @param {Drawn} picture */
  const plotOf = picture => plotIn(picture, { width, height, theme });
  const picture = () => {
    const shown = store.model.live?.picture;
    return shown?.kind === 'line' || shown?.kind === 'plane' ? shown : null;
  };

  /** @param {PointerEvent} event @param {number} i @param {boolean} wide Whether its width is dragged. */
  function grab(event, i, wide) {
    const shown = picture();
    if (!shown || event.button !== 0) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.currentTarget).focus();
    place.setPointerCapture(event.pointerId);
    // The axis may grow while the target is dragged: the hand keeps to the one at the start.
    const plot = plotOf(shown),
      { mean } = present()[i];
    const { left, top } = frame.getBoundingClientRect();
    const off = [event.clientX - left - plot.x(mean[0]), event.clientY - top - plot.y(mean[1])];
    drag = {
      id: event.pointerId,
      act: (px, py) =>
        wide
          ? edit(widened(present(), i, plot.length(Math.abs(px - left - plot.x(mean[0])))))
          : edit(moved(present(), i, plot.mean(px - left - off[0], py - top - off[1]))),
    };
    fingers.clear();
    fingers.set(event.pointerId, event);
    held = i;
  }
  let held = 0;
  place.addEventListener('pointermove', event => {
    if (!drag) return;
    const before = spread();
    fingers.set(event.pointerId, event);
    if (fingers.size === 2 && before) {
      const ratio = spread() / before;
      return edit(weighted(present(), held, present()[held].weight * ratio));
    }
    if (event.pointerId === drag.id) drag.act(event.clientX, event.clientY);
  });
  /** The distance of two fingers; 0 of fewer. */
  function spread() {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  }
  // A second finger anywhere on the picture changes the weight of the Gaussian under the first.
  frame.addEventListener('pointerdown', event => {
    if (!drag || fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    place.setPointerCapture(event.pointerId);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    place.addEventListener(type, event => {
      fingers.delete(event.pointerId);
      if (drag?.id !== event.pointerId) return;
      drag = null;
      end();
    });
  }
  frame.addEventListener('dblclick', event => {
    const shown = picture(),
      mixture = present();
    if (place.hidden || !shown || mixture.length >= MOST) return;
    const { left, top } = frame.getBoundingClientRect();
    const mean = plotOf(shown).mean(event.clientX - left, event.clientY - top);
    editOnce(added(mixture, mean), `Gaussian ${mixture.length + 1} added at ${mean.map(label).join(', ')}`);
  });

  /** @param {KeyboardEvent} event @param {number} i @param {boolean} wide */
  function press(event, i, wide) {
    const shown = picture(),
      mixture = present();
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const { mean, std, weight } = mixture[i];
    const by = (shown.high - shown.low) * NUDGE * (event.shiftKey ? 10 : 1);
    const [dx, dy] = /** @type {Record<string, [number, number]>} */ ({
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    })[event.key] ?? [0, 0];
    const keys = /** @type {Record<string, () => Gaussian[]>} */ ({
      '+': () => weighted(mixture, i, weight * NOTCH),
      '=': () => weighted(mixture, i, weight * NOTCH),
      '-': () => weighted(mixture, i, weight / NOTCH),
      ']': () => widened(mixture, i, std * NOTCH),
      '[': () => widened(mixture, i, std / NOTCH),
    });
    if (dx || dy) {
      const next = wide
        ? widened(mixture, i, std + (dx || dy) * by)
        : moved(mixture, i, mean.length === 1 ? [mean[0] + (dx || dy) * by] : [mean[0] + dx * by, mean[1] + dy * by]);
      editBriefly(next);
    } else if (keys[event.key]) editBriefly(keys[event.key]());
    else if (event.key === 'Insert' || event.key === 'a') {
      if (mixture.length >= MOST) return;
      const beside = [mean[0] + 2 * std, ...mean.slice(1)];
      editOnce(added(mixture, beside), `Gaussian ${mixture.length + 1} added at ${beside.map(label).join(', ')}`);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      if (mixture.length === 1) return announce('The target keeps at least one Gaussian.');
      editOnce(removed(mixture, i), `Gaussian ${i + 1} removed`);
      handles[Math.min(i, mixture.length - 2)]?.handle.focus();
    } else return;
    event.preventDefault();
    // The page's own keys are others.
    event.stopPropagation();
  }

  /** @type {{ box: HTMLElement, handle: HTMLButtonElement, grip: HTMLButtonElement }[]} */
  const handles = [];
  /** @param {number} i */
  function make(i) {
    const part = (/** @type {string} */ className, /** @type {boolean} */ wide) => {
      const button = element('button', {
        type: 'button',
        className,
        onpointerdown: event => grab(event, i, wide),
        onkeydown: event => press(event, i, wide),
      });
      button.addEventListener(
        'wheel',
        event => {
          event.preventDefault();
          const mixture = present();
          editBriefly(weighted(mixture, i, mixture[i].weight * NOTCH ** Math.sign(-event.deltaY)));
        },
        { passive: false },
      );
      return button;
    };
    const [handle, grip] = [part('handle', false), part('grip', true)];
    const box = element('div', { className: 'gaussian' }, handle, grip);
    place.append(box);
    handles.push({ box, handle, grip });
  }

  return {
    /** Another target. @param {Gaussian[]} next @param {string} said */
    replace: editOnce,
    /** @param {Model} model */
    draw(model) {
      const { info, problem, latent } = model;
      const now = [info, problem];
      if (now.some((value, i) => value !== answered[i])) {
        answered = now;
        sent = false;
        // Refused, or another experiment: what was sent is no longer to come.
        if (changed && draft && !store.model.locked) post();
        else if (!changed && !store.model.editing) draft = null;
      }
      const shown = editable(model);
      place.hidden = !shown || !width || (latent.open && shown.kind === 'plane');
      if (!shown || place.hidden) return;
      const mixture = present(),
        plot = plotOf(shown);
      place.className = mixture.length > MANY ? `${shown.kind} many` : shown.kind;
      while (handles.length < mixture.length) make(handles.length);
      handles.forEach(({ box, handle, grip }, i) => {
        box.hidden = i >= mixture.length;
        if (box.hidden) return;
        const { mean, std } = mixture[i],
          radius = plot.pixels(std);
        box.style.transform = `translate(${plot.x(mean[0]).toFixed(1)}px, ${plot.y(mean[1]).toFixed(1)}px)`;
        box.style.setProperty('--radius', `${radius.toFixed(1)}px`);
        const numbers = `mean ${mean.map(label).join(', ')} · σ ${label(std)} · ${Math.round(share(mixture, i) * 100)}%`;
        if (box.dataset.says === numbers) return;
        box.dataset.says = numbers;
        handle.ariaLabel = `Gaussian ${i + 1}: ${numbers}`;
        grip.ariaLabel = `Width of Gaussian ${i + 1}: σ ${label(std)}`;
      });
    },
  };
}
