// The controls of all settings: the few kinds that settings.js is shown with, and what is said where one is refused.

import { GROUPS, SETTINGS, applies, consequences, images } from './settings.js';
import { element } from './views/element.js';

/** @import { Change, ExperimentInfo } from './messages.js' */
/** @import { Setting, Settings } from './settings.js' */
/** @import { Problem } from './state.js' */
/** @typedef {{ mean: number[], std: number, weight: number }} Mode */
/** Takes the changes that one act of the visitor makes. @typedef {(changes: Change[]) => void} Send */

const OPEN = ['data', 'objective', 'stabilisers'];

/** @param {HTMLElement} place @param {HTMLElement} classesPlace @param {Send} send */
export function controls(place, classesPlace, send) {
  const groups = new Map(Object.entries(GROUPS).map(([group, title]) => {
    const body = element('div', { className: 'settings' }), count = element('small');
    const details = element('details', { hidden: true, open: OPEN.includes(group), className: 'group' }, element('summary', {}, title, ' ', count), body);
    place.append(details);
    return [group, { details, body, count }];
  }));
  /** @param {ExperimentInfo} info @param {Problem | null} problem */
  return function show({ settings }, problem) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.at;
    /** @param {Change[]} changes */
    const change = changes => send([...changes, ...consequences(changes, settings).quietly]);
    const refused = problem?.kind === 'setting' ? problem.changes?.[0]?.[0] : undefined;
    for (const { body } of groups.values()) body.replaceChildren();
    const extra = Object.keys(settings).filter(key => !SETTINGS.some(s => s.key === key) && !['name', 'steps', 'classes'].includes(key));
    const shown = [...SETTINGS, ...extra.map(key => unknown(key, settings[key]))].filter(setting => applies(setting, settings));
    for (const setting of shown) {
      const made = row(setting, settings, change);
      const { details, body } = /** @type {{ details: HTMLDetailsElement, body: HTMLElement }} */ (groups.get(setting.group));
      body.append(made);
      if (!problem || refused !== setting.key) continue;
      made.append(refusal(problem, settings, send));
      details.open = true;
    }
    for (const [group, { details, body, count }] of groups) {
      details.hidden = !body.childElementCount;
      const on = shown.filter(s => s.group === group && s.off !== undefined && String(settings[s.key]) !== String(s.off)).length;
      count.textContent = on ? `${on} on` : '';
    }
    classesPlace.hidden = !images(settings);
    if (!classesPlace.hidden) classesPlace.replaceChildren(element('span', {}, 'Learn'), ...classes(/** @type {any} */ (settings.classes), change));
    // Made anew, but the visitor goes on where they were.
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-at="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  };
}

/** Why a change was refused, and, where another one would make it possible, that. @param {Problem} problem @param {Settings} settings @param {Send} send */
function refusal({ what, changes = [] }, settings, send) {
  const { quietly, offered } = consequences(changes, settings);
  const names = offered.map(([key, text]) => {
    const setting = SETTINGS.find(setting => setting.key === key);
    return `${setting?.label ?? key}: ${word(setting, text)}`;
  });
  const fix = offered.length
    ? [element('button', { type: 'button', className: 'fix', onclick: () => send([...changes, ...quietly, ...offered]) }, `Also set ${names.join(', ')}`)] : [];
  const said = element('p', { className: 'refused' }, `${what}. `, ...fix);
  said.setAttribute('role', 'alert');
  return said;
}

/** A value in the words of its control. @param {Setting | undefined} setting @param {string} text */
function word(setting, text) {
  if (setting?.kind === 'choice') return setting.options.find(([value]) => value === text)?.[1] ?? text;
  if (setting?.kind === 'stops' && Number(text) === 0) return setting.zero ?? '0';
  if (setting?.kind === 'toggle') return text === 'true' ? 'on' : 'off';
  return text;
}

/** A setting that the table does not know is still shown, plainly. @param {string} key @param {unknown} value @returns {Setting} */
const unknown = (key, value) => ({
  key, label: key.replaceAll('_', ' '), group: 'run', help: '',
  ...(typeof value === 'number' ? { kind: /** @type {const} */ ('number'), low: -Infinity, high: Infinity }
    : typeof value === 'boolean' ? { kind: /** @type {const} */ ('toggle') }
      : { kind: /** @type {const} */ ('choice'), options: [[String(value), String(value)]] }),
});

/** @param {Setting} setting @param {Settings} settings @param {Send} change */
function row(setting, settings, change) {
  const id = `setting-${setting.key}`, at = setting.key;
  const value = settings[setting.key];
  const help = element('small', { id: `${id}-help` }, setting.help);
  const label = element('label', { for: id }, setting.label);
  /** @param {...(Node | string)} parts */
  const wrap = (...parts) => element('div', { className: `setting ${setting.kind}`, title: setting.help }, ...parts, help);
  /** @param {string} text */
  const set = text => change([[setting.key, text]]);

  switch (setting.kind) {
    case 'choice': {
      const offered = setting.options.filter(([option, , when]) => option === String(value) || when?.(settings) !== false);
      if (!offered.some(([option]) => option === String(value))) offered.push([String(value), String(value)]);
      const select = element('select', { id, dataset: { at }, onchange: () => set(select.value) },
        ...offered.map(([option, name]) => element('option', { value: option, selected: option === String(value) }, name)));
      select.setAttribute('aria-describedby', help.id);
      return wrap(label, select);
    }
    case 'toggle': {
      const box = element('input', { id, type: 'checkbox', dataset: { at }, checked: value === true, onchange: () => set(String(box.checked)) });
      box.setAttribute('aria-describedby', help.id);
      return wrap(label, box);
    }
    case 'several': {
      const boxes = setting.options.map(([option, name]) => {
        const box = element('input', { type: 'checkbox', dataset: { at: `${at}-${option}` }, checked: value.includes(option),
          onchange: () => set(JSON.stringify(box.checked ? [...value, option] : value.filter((/** @type {string} */ other) => other !== option))) });
        box.setAttribute('aria-describedby', help.id);
        return element('label', {}, box, ' ', name);
      });
      const group = element('span', { className: 'boxes', ariaLabel: setting.label }, ...boxes);
      group.setAttribute('role', 'group');
      return wrap(element('span', { className: 'label' }, setting.label), group);
    }
    case 'stops': {
      const stops = [...new Set([...setting.stops, Number(value)])].sort((a, b) => a - b);
      const name = (/** @type {unknown} */ stop) => stop === 0 ? setting.zero ?? '0' : plain(stop);
      const output = element('output', { className: 'tabular' }, name(value));
      const slider = element('input', { id, type: 'range', dataset: { at }, min: '0', max: String(stops.length - 1), value: String(stops.indexOf(Number(value))),
        oninput: () => { output.textContent = name(stops[Number(slider.value)]); slider.ariaValueText = output.textContent; },
        onchange: () => set(String(stops[Number(slider.value)])) });
      // The attributes above are set in order, and a range clamps its value to the maximum that it has at the time.
      slider.value = String(stops.indexOf(Number(value)));
      slider.ariaValueText = name(value);
      slider.setAttribute('aria-describedby', help.id);
      return wrap(label, output, slider);
    }
    case 'number': {
      const input = element('input', { id, type: 'number', dataset: { at }, step: 'any', value: String(value), onchange: () => input.checkValidity() ? set(input.value) : input.reportValidity() });
      if (Number.isFinite(setting.low)) Object.assign(input, { min: String(setting.low), max: String(setting.high), step: '1' });
      input.required = true;
      input.setAttribute('aria-describedby', help.id);
      const dice = setting.key === 'seed'
        ? [element('button', { type: 'button', dataset: { at: 'dice' }, title: 'Another seed', onclick: () => set(String(Math.floor(Math.random() * 1e6))) }, 'Another')] : [];
      return wrap(label, element('span', { className: 'with-button' }, input, ...dice));
    }
    case 'widths': return wrap(element('span', { className: 'label' }, setting.label), widths(setting, value, set));
    case 'modes': return wrap(element('span', { className: 'label' }, setting.label), modes(value, set));
  }
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

/** The class picker, which stands beside the picture rather than among the settings. @param {number[]} chosen @param {Send} change */
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
