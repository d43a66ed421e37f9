// Where the run trains, how fast, and why there.

import { byId, element } from './element.js';

/** @import { DeviceChoice, Gpu } from '../messages.js' */
/** @import { Model } from '../state.js' */

/** @type {Record<Gpu, string>} */
const ABOUT = {
  unknown: 'Not looked for yet.',
  absent: 'This browser offers no WebGPU adapter; training runs on the CPU.',
  software: 'Only a software adapter here, which is slower than the CPU itself.',
  unbuilt: 'The GPU module is not built yet on this server.',
  fetching: 'Being fetched; training goes on meanwhile.',
  available: 'Ready.',
};

/** @param {(choice: DeviceChoice) => void} choose */
export function deviceMenu(choose) {
  const radios = /** @type {HTMLInputElement[]} */ ([...byId('device').querySelectorAll('input')]);
  for (const radio of radios) radio.onchange = () => choose(/** @type {DeviceChoice} */ (radio.value));
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
      shown = now;
      byId('device-now').textContent = device === 'cpu' ? 'CPU' : 'WebGPU';
      for (const radio of radios) {
        radio.checked = radio.value === choice;
        if (radio.value === 'webgpu') radio.disabled = gpu === 'absent' || gpu === 'unbuilt';
      }
      byId('about-auto').textContent = rates
        ? `CPU ${rate(rates.cpu)} steps/s · WebGPU ` +
          `${rates.webgpu === null ? '–' : `${rate(rates.webgpu)} steps/s`} → ` +
          `${rates.chosen === 'cpu' ? 'CPU' : 'WebGPU'}`
        : {
            software: 'WebGPU is software here → CPU.',
            absent: 'There is no WebGPU here → CPU.',
            unbuilt: 'There is no GPU module here → CPU.',
            fetching: 'Getting ready to measure both.',
            available: 'Getting ready to measure both.',
            unknown: 'The faster of the two, by a short measurement.',
          }[gpu];
      byId('about-cpu').textContent = 'Always there; the quicker one for small networks.';
      byId('about-webgpu').textContent = [ABOUT[gpu], gpuName && `(${gpuName})`].filter(Boolean).join(' ');
    },
  };
}

/** Three figures say enough. @param {number} perSecond */
const rate = perSecond => (perSecond >= 100 ? String(Math.round(perSecond)) : String(+perSecond.toPrecision(2)));
