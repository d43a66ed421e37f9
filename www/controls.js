// Every setting that the page offers: one table, and the few kinds of control that the table is shown with.

import { element } from './views/element.js';

/** @import { ExperimentInfo } from './messages.js' */
/** @typedef {'data' | 'networks' | 'objective' | 'optimisers' | 'run'} Group */
/** @typedef {{ mean: number[], std: number, weight: number }} Mode */
/** @typedef {Record<string, any>} Settings */
/** @typedef {{ key: string, label: string, group: Group, help: string, when?: (settings: Settings) => boolean } & (
 *   | { kind: 'choice', options: string[] }
 *   | { kind: 'stops', stops: number[] }
 *   | { kind: 'number', low: number, high: number }
 *   | { kind: 'widths' } | { kind: 'modes' })} Setting */
/** Takes the changes that one act of the visitor makes. @typedef {(changes: [string, string][]) => void} Change */

/** @param {Settings} s */
const images = s => s.data !== 'mixture';
/** @param {Settings} s */
const mlp = s => s.architecture === 'mlp';
const RATES = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1];

/** `steps` is not here: the shell stops there, the page goes on.
 * @type {Setting[]} */
export const SETTINGS = [
  { key: 'data', label: 'Images', group: 'data', kind: 'choice', options: ['digits', 'mnist'], when: images, help: 'Digits that this program draws, or MNIST where the server has it.' },
  { key: 'examples_per_class', label: 'Examples of each', group: 'data', kind: 'stops', stops: [0, 1, 10, 100, 1000, 5000], when: images, help: 'Few examples can be memorised; 0 takes all there are.' },
  { key: 'image_size', label: 'Image size', group: 'data', kind: 'stops', stops: [28, 32, 64], when: images, help: 'Pixels on a side.' },
  { key: 'mixture', label: 'Gaussians', group: 'data', kind: 'modes', when: s => !images(s), help: 'Where each bump lies, how wide it is, and its relative weight.' },

  { key: 'architecture', label: 'Architecture', group: 'networks', kind: 'choice', options: ['mlp', 'dcgan'], when: images, help: 'Fully connected layers, or strided convolutions (slow on a CPU).' },
  { key: 'latent_dim', label: 'Latent numbers', group: 'networks', kind: 'stops', stops: [1, 2, 4, 8, 16, 32, 64, 100, 128, 256], help: 'Random numbers that the generator makes each sample from.' },
  { key: 'generator_hidden', label: 'Generator layers', group: 'networks', kind: 'widths', when: mlp, help: 'Width of each hidden layer.' },
  { key: 'generator_activation', label: 'Generator activation', group: 'networks', kind: 'choice', options: ['relu', 'leaky-relu', 'tanh'], when: mlp, help: 'What bends the generator’s layers.' },
  { key: 'discriminator_hidden', label: 'Discriminator layers', group: 'networks', kind: 'widths', when: mlp, help: 'Width of each hidden layer.' },
  { key: 'discriminator_activation', label: 'Discriminator activation', group: 'networks', kind: 'choice', options: ['relu', 'leaky-relu', 'tanh'], when: mlp, help: 'LeakyReLU keeps a gradient everywhere for the generator to follow.' },
  { key: 'dropout', label: 'Dropout', group: 'networks', kind: 'stops', stops: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7], when: mlp, help: 'Share of the discriminator’s units left out of each step; holds it back.' },
  { key: 'base_channels', label: 'Channels', group: 'networks', kind: 'stops', stops: [4, 8, 16, 32, 64, 128], when: s => s.architecture === 'dcgan', help: 'Channels of the widest feature map.' },

  { key: 'objective', label: 'Objective', group: 'objective', kind: 'choice', options: ['non-saturating', 'saturating'], help: 'The saturating game is the original; its generator learns little while the discriminator wins.' },
  { key: 'n_critic', label: 'D updates a step', group: 'objective', kind: 'stops', stops: [1, 2, 3, 5, 10, 20], help: 'Discriminator updates before each generator update.' },

  { key: 'optimizer', label: 'Optimiser', group: 'optimisers', kind: 'choice', options: ['adam', 'rmsprop', 'sgd'], help: 'How gradients become steps, for both networks.' },
  { key: 'generator_lr', label: 'Generator rate', group: 'optimisers', kind: 'stops', stops: RATES, help: 'The generator’s learning rate.' },
  { key: 'discriminator_lr', label: 'Discriminator rate', group: 'optimisers', kind: 'stops', stops: RATES, help: 'The discriminator’s learning rate. Too high, and it wins at once.' },
  { key: 'beta1', label: 'β₁', group: 'optimisers', kind: 'stops', stops: [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95], when: s => s.optimizer !== 'rmsprop', help: 'Memory of past gradients; high values make the two circle each other.' },
  { key: 'beta2', label: 'β₂', group: 'optimisers', kind: 'stops', stops: [0.9, 0.99, 0.999, 0.9999], when: s => s.optimizer !== 'sgd', help: 'Memory of past squared gradients.' },
  { key: 'ema_decay', label: 'Moving average', group: 'optimisers', kind: 'stops', stops: [0, 0.9, 0.99, 0.995, 0.999, 0.9999], help: 'Samples come from an average of the generator’s weights; 0 is off.' },

  { key: 'batch_size', label: 'Batch size', group: 'run', kind: 'stops', stops: [8, 16, 32, 64, 128, 256, 512, 1024, 2048], help: 'Real samples, and as many fakes, in each update.' },
  { key: 'seed', label: 'Seed', group: 'run', kind: 'number', low: 0, high: 2 ** 53 - 1, help: 'Every random number of the run comes from it: same seed, same run.' },
];

/** @type {Record<Group, string>} */
const GROUPS = { data: 'Data', networks: 'Networks', objective: 'Objective', optimisers: 'Optimisers', run: 'Run' };

/** @param {HTMLElement} place @param {HTMLElement} classesPlace @param {Change} change */
export function controls(place, classesPlace, change) {
  const bodies = new Map(Object.entries(GROUPS).map(([group, title]) => {
    const body = element('div', { className: 'settings' });
    place.append(element('details', { hidden: true, open: group === 'data' || group === 'objective' || group === 'optimisers', className: 'group' }, element('summary', {}, title), body));
    return [group, body];
  }));
  /** @param {ExperimentInfo} info */
  return function show({ settings }) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.at;
    for (const body of bodies.values()) body.replaceChildren();
    const extra = Object.keys(settings).filter(key => !SETTINGS.some(s => s.key === key) && !['name', 'steps', 'classes'].includes(key));
    for (const setting of [...SETTINGS, ...extra.map(key => unknown(key, settings[key]))]) {
      if (!(setting.key in settings) || setting.when?.(settings) === false) continue;
      bodies.get(setting.group)?.append(row(setting, settings, change));
    }
    for (const body of bodies.values()) /** @type {HTMLElement} */ (body.parentElement).hidden = !body.childElementCount;
    classesPlace.hidden = !images(settings);
    if (!classesPlace.hidden) classesPlace.replaceChildren(element('span', {}, 'Learn'), ...classes(/** @type {any} */ (settings.classes), change));
    // Made anew, but the visitor goes on where they were.
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-at="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  };
}

/** A setting that this table does not know is still shown, plainly. @param {string} key @param {unknown} value @returns {Setting} */
const unknown = (key, value) => ({
  key, label: key.replaceAll('_', ' '), group: 'run', help: '',
  ...(typeof value === 'number' ? { kind: /** @type {const} */ ('number'), low: -Infinity, high: Infinity }
    : { kind: /** @type {const} */ ('choice'), options: typeof value === 'boolean' ? ['true', 'false'] : [String(value)] }),
});

/** @param {Setting} setting @param {Settings} settings @param {Change} change */
function row(setting, settings, change) {
  const id = `setting-${setting.key}`, at = setting.key;
  const value = settings[setting.key];
  const help = element('small', { id: `${id}-help` }, setting.help);
  const label = element('label', { for: id }, setting.label);
  /** @param {...(Node | string)} parts */
  const wrap = (...parts) => element('div', { className: `setting ${setting.kind}` }, ...parts, help);
  /** @param {string} text */
  const set = text => change(together(setting.key, text, settings));

  switch (setting.kind) {
    case 'choice': {
      const options = setting.options.includes(String(value)) ? setting.options : [...setting.options, String(value)];
      const select = element('select', { id, dataset: { at }, onchange: () => set(select.value) },
        ...options.map(option => element('option', { value: option, selected: option === String(value) }, option)));
      select.setAttribute('aria-describedby', help.id);
      return wrap(label, select);
    }
    case 'stops': {
      const stops = [...new Set([...setting.stops, Number(value)])].sort((a, b) => a - b);
      const output = element('output', { className: 'tabular' }, plain(value));
      const slider = element('input', { id, type: 'range', dataset: { at }, min: '0', max: String(stops.length - 1), value: String(stops.indexOf(Number(value))),
        oninput: () => { output.textContent = plain(stops[Number(slider.value)]); slider.ariaValueText = output.textContent; },
        onchange: () => set(String(stops[Number(slider.value)])) });
      // The attributes above are set in order, and a range clamps its value to the maximum that it has at the time.
      slider.value = String(stops.indexOf(Number(value)));
      slider.ariaValueText = plain(value);
      slider.setAttribute('aria-describedby', help.id);
      return wrap(label, output, slider);
    }
    case 'number': {
      const input = element('input', { id, type: 'number', dataset: { at }, step: 'any', value: String(value), onchange: () => input.checkValidity() ? set(input.value) : input.reportValidity() });
      if (Number.isFinite(setting.low)) Object.assign(input, { min: String(setting.low), max: String(setting.high), step: '1' });
      input.required = true;
      const dice = setting.key === 'seed'
        ? [element('button', { type: 'button', dataset: { at: 'dice' }, title: 'Another seed', onclick: () => set(String(Math.floor(Math.random() * 1e6))) }, 'Another')] : [];
      return wrap(label, element('span', { className: 'with-button' }, input, ...dice));
    }
    case 'widths': return wrap(element('span', { className: 'label' }, setting.label), widths(setting, value, set));
    case 'modes': return wrap(element('span', { className: 'label' }, setting.label), modes(value, set));
  }
}

/** What has to change along with a setting for the whole to stay valid. @param {string} key @param {string} text @param {Settings} settings @returns {[string, string][]} */
function together(key, text, settings) {
  if (key === 'architecture' && text === 'dcgan' && settings.dropout > 0) return [['dropout', '0.0'], [key, text]];
  return [[key, text]];
}

/** @param {Setting} setting @param {number[]} values @param {(text: string) => void} set */
function widths({ key, label }, values, set) {
  const send = (/** @type {number[]} */ next) => set(`[${next}]`);
  return element('span', { className: 'layers-editor' },
    ...values.map((width, i) => {
      const input = element('input', { type: 'number', min: '1', max: '4096', step: '1', required: true, value: String(width), ariaLabel: `${label}, layer ${i + 1}`, dataset: { at: `${key}-${i}` },
        onchange: () => input.checkValidity() ? send(values.with(i, Number(input.value))) : input.reportValidity() });
      return input;
    }),
    element('button', { type: 'button', disabled: !values.length, ariaLabel: 'One layer fewer', title: 'One layer fewer', dataset: { at: `${key}-less` }, onclick: () => send(values.slice(0, -1)) }, '−'),
    element('button', { type: 'button', disabled: values.length >= 8, ariaLabel: 'One layer more', title: 'One layer more', dataset: { at: `${key}-more` }, onclick: () => send([...values, values.at(-1) ?? 32]) }, '+'));
}

/** @param {Mode[]} values @param {(text: string) => void} set */
function modes(values, set) {
  const send = (/** @type {Mode[]} */ next) => set(`[${next.map(m => `{ weight = ${float(m.weight)}, mean = [${m.mean.map(float)}], std = ${float(m.std)} }`)}]`);
  const dim = values[0]?.mean.length ?? 1;
  if (dim > 2) return element('span', {}, `${values.length} in ${dim} dimensions`);
  /** @param {number} value @param {string} name @param {string} at @param {(value: number) => Mode[]} next @param {string} min */
  const cell = (value, name, at, next, min = '-1000') => {
    const input = element('input', { type: 'number', step: 'any', min, max: '1000', required: true, value: String(+value.toPrecision(4)), ariaLabel: name, dataset: { at },
      onchange: () => input.checkValidity() ? send(next(Number(input.value))) : input.reportValidity() });
    return element('td', {}, input);
  };
  const axes = dim === 1 ? ['centre'] : ['x', 'y'];
  const far = Math.max(...values.map(m => m.mean[0])), last = /** @type {Mode} */ (values.at(-1));
  return element('div', { className: 'gaussians' },
    element('table', {},
      element('thead', {}, element('tr', {}, ...[...axes, 'width', 'weight', ''].map(title => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...values.map((mode, i) => element('tr', {},
        ...axes.map((axis, a) => cell(mode.mean[a], `Gaussian ${i + 1}, ${axis}`, `mode-${i}-${a}`, v => values.with(i, { ...mode, mean: mode.mean.with(a, v) }))),
        cell(mode.std, `Gaussian ${i + 1}, width`, `mode-${i}-std`, v => values.with(i, { ...mode, std: v }), '0.0001'),
        cell(mode.weight, `Gaussian ${i + 1}, weight`, `mode-${i}-weight`, v => values.with(i, { ...mode, weight: v }), '0.001'),
        element('td', {}, element('button', { type: 'button', disabled: values.length === 1, ariaLabel: `Remove Gaussian ${i + 1}`, title: 'Remove', dataset: { at: `mode-${i}-less` }, onclick: () => send(values.toSpliced(i, 1)) }, '−')))))),
    element('button', { type: 'button', disabled: values.length >= 100, dataset: { at: 'mode-more' }, onclick: () => send([...values, { ...last, mean: last.mean.with(0, Math.min(far + 2, 1000)) }]) }, 'Add a Gaussian'));
}

/** The class picker, which stands beside the picture rather than among the settings. @param {number[]} chosen @param {Change} change */
const classes = (chosen, change) => Array.from({ length: 10 }, (_, digit) => {
  const on = chosen.includes(digit);
  const button = element('button', { type: 'button', className: 'class', dataset: { at: `class-${digit}` }, title: on && chosen.length === 1 ? 'At least one digit is needed' : '',
    // One digit has to be left.
    onclick: () => on && chosen.length === 1 ? undefined : change([['classes', `[${on ? chosen.filter(c => c !== digit) : [...chosen, digit].sort((a, b) => a - b)}]`]]) }, String(digit));
  button.setAttribute('aria-pressed', String(on));
  return button;
});

/** Shortest, with the digits that 32-bit floats have. @param {unknown} value */
const plain = value => typeof value === 'number' ? String(+value.toPrecision(7)) : String(value);
/** A TOML float: a number without a point would be an integer. @param {number} value */
const float = value => Number.isInteger(value) ? `${value}.0` : String(+value.toPrecision(9));
