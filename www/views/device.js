// The device of the run, its speed, and why it was chosen.

import { byId, element } from './element.js';

/** @import { DeviceChoice, Gpu } from '../messages.js' */
/** @import { Model } from '../state.js' */

/** @type {Record<Gpu, string>} */
const ABOUT = {
  unknown: 'Not requested yet.',
  absent: 'This browser offers no WebGPU adapter; training runs on the CPU.',
  software: 'Only a software adapter, which is slower than the CPU module.',
  unbuilt: 'The GPU module is not built yet on this server.',
  fetching: 'Downloading; training continues on the CPU.',
  compiling: 'Compiling kernels; training continues on the CPU.',
  available: 'Ready.',
};

/** @param {(choice: DeviceChoice) => void} choose */
export function deviceMenu(choose) {
  const radios = /** @type {HTMLInputElement[]} */ ([...byId('device').querySelectorAll('input')]);
  for (const radio of radios) radio.onchange = () => choose(/** @type {DeviceChoice} */ (radio.value));
  const menu = /** @type {HTMLDetailsElement} */ (byId('device'));
  /** @param {EventTarget | null} to */
  const closeUnlessIn = to => {
    if (!(to instanceof Node && menu.contains(to))) menu.open = false;
  };
  addEventListener('pointerdown', event => closeUnlessIn(event.target));
  // Without a target the window has lost the focus, or a pointer is down.
  menu.addEventListener('focusout', ({ relatedTarget }) => relatedTarget && closeUnlessIn(relatedTarget));
  let rateAt = 0;
  /** @type {unknown[]} */
  let shown = [];
  return {
    /** @param {Model} model */
    draw({ device, gpu, gpuName, rates, choice, state, stepsPerSecond }) {
      const now = [device, gpu, gpuName, rates, choice, state];
      const changed = now.some((value, i) => value !== shown[i]);
      if (changed || performance.now() - rateAt > 400) {
        rateAt = performance.now();
        byId('rate').replaceChildren(
          ...(state === 'running' ? [rate(stepsPerSecond), element('span', {}, ' steps'), '/s'] : []),
        );
      }
      if (!changed) return;
      // What was chosen since stays checked until the trainer answers.
      const answered = choice !== shown[4];
      shown = now;
      byId('device-now').textContent = device === 'cpu' ? 'CPU' : 'WebGPU';
      for (const radio of radios) {
        if (answered) radio.checked = radio.value === choice;
        if (radio.value === 'webgpu') radio.disabled = gpu === 'absent' || gpu === 'unbuilt';
      }
      byId('about-auto').textContent = rates
        ? `CPU ${rate(rates.cpu)} steps/s · WebGPU ` +
          `${rates.webgpu === null ? '–' : `${rate(rates.webgpu)} steps/s`} → ` +
          `${rates.chosen === 'cpu' ? 'CPU' : 'WebGPU'}`
        : {
            software: 'WebGPU has only a software adapter → CPU.',
            absent: 'No WebGPU adapter → CPU.',
            unbuilt: 'No GPU module on this server → CPU.',
            fetching: 'Speed of both not measured yet.',
            compiling: 'Speed of both not measured yet.',
            available: 'Speed of both not measured yet.',
            unknown: 'The faster of the two in a short measurement.',
          }[gpu];
      byId('about-cpu').textContent = 'Available in every browser; usually faster for small networks.';
      byId('about-webgpu').textContent = [ABOUT[gpu], gpuName && `(${gpuName})`].filter(Boolean).join(' ');
    },
  };
}

/** Three significant figures. @param {number} perSecond */
const rate = perSecond => (perSecond >= 100 ? String(Math.round(perSecond)) : String(+perSecond.toPrecision(2)));
