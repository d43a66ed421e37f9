// The controls of all settings, one function for each kind, and the repairs that are offered where a change is refused.

import { announce } from './announce.js';
import { classPicker } from './class-picker.js';
import { MOST, inToml } from './mixture.js';
import { GROUPS, consequences, inText, inWords, returning } from './settings.js';
import { element } from './views/element.js';

/** @import { Change, ExperimentInfo } from './messages.js' */
/** @import { Letter } from './comparison.js' */
/** @import { Gaussian } from './mixture.js' */
/** @import { Setting, Settings } from './settings.js' */
/** @import { Problem } from './state.js' */
/** Takes the changes that one act of the visitor makes. @typedef {(changes: Change[]) => void} Send */

/** Without another change for so long, a slider has been set. */
const SETTLE_MS = 400;
const OPEN = ['Data', 'Objective', 'Regularisation'];

/** @param {HTMLElement} place @param {HTMLElement} classesPlace @param {Send} send */
export function controls(place, classesPlace, send) {
  const groups = GROUPS.map(({ title, settings }) => {
    const body = element('div', { className: 'settings' }),
      count = element('small');
    const summary = element('summary', {}, title, ' ', count);
    const details = element('details', { hidden: true, open: OPEN.includes(title), className: 'group' }, summary, body);
    place.append(details);
    return { settings, details, body, count };
  });
  const showClasses = classPicker(classesPlace);
  /** Settings that gave way to others, and the values that they return to. @type {Map<string, string>} */
  const setAside = new Map();
  let name = '';
  /** What else the last change did, and at which setting it is said. */
  let aside = { key: '', text: '' };
  /** @param {ExperimentInfo} info @param {Problem | null} problem @param {Letter} run Whose settings they are. */
  return function show({ settings, name: experiment }, problem, run) {
    const now = `${run} ${experiment}`;
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    const focused = active?.dataset.at ?? '',
      within = /** @type {HTMLElement | null | undefined} */ (active?.closest('.setting'))?.dataset.key ?? '';
    if (now !== name) {
      setAside.clear();
      aside = { key: '', text: '' };
    }
    name = now;
    /** @param {Change[]} changes */
    const change = changes => {
      for (const [key] of changes) setAside.delete(key);
      const { quietly } = consequences(changes, settings);
      const back = returning([...setAside], changes, settings);
      for (const [key] of back) setAside.delete(key);
      for (const [key] of quietly) setAside.set(key, inText(settings[key]));
      const said = [
        ...quietly.map(change => `${inWords(change)} with this; its value returns when it applies again.`),
        ...back.map(change => `${inWords(change)} again.`),
      ];
      aside = { key: changes[0][0], text: said.join(' ') };
      if (said.length) announce(aside.text);
      send([...changes, ...quietly, ...back]);
    };
    const refused = problem?.kind === 'setting' ? problem.changes?.[0]?.[0] : undefined;
    classesPlace.hidden = true;
    for (const { settings: all, details, body, count } of groups) {
      const shown = all.filter(setting => setting.applies(settings));
      const rows = shown
        .filter(({ kind }) => kind !== 'classes')
        .map(setting => {
          const made = row(setting, settings, change);
          if (aside.key === setting.key && aside.text) {
            made.append(element('p', { className: 'hint aside' }, aside.text));
          }
          if (problem && refused === setting.key) {
            made.append(refusal(problem, settings, send));
            details.open = true;
          }
          return made;
        });
      body.replaceChildren(...rows);
      details.hidden = !rows.length;
      const isOn = (/** @type {Setting} */ { key, off }) => off !== undefined && String(settings[key]) !== String(off);
      const on = shown.filter(isOn).length;
      count.textContent = on ? `${on} on` : '';
      const picker = shown.find(({ kind }) => kind === 'classes');
      if (!picker) continue;
      showClasses(picker.label, /** @type {number[]} */ (settings[picker.key]), change);
    }
    // The controls are rebuilt; the focus stays where it was, or at its setting.
    const again = [`[data-at="${focused}"]:enabled`, `[data-key="${within}"] :is(input, select, button):enabled`];
    const control = again.map(selector => /** @type {HTMLElement | null} */ (document.querySelector(selector)));
    if (focused || within) (control[0] ?? control[1])?.focus({ preventScroll: true });
  };
}

/** Why a change was refused, and, where another one would make it possible, that.
 * @param {Problem} problem @param {Settings} settings @param {Send} send */
function refusal({ what, changes = [] }, settings, send) {
  const { quietly, offered } = consequences(changes, settings);
  const repair = () => send([...changes, ...quietly, ...offered]);
  const fix = offered.length
    ? [
        element(
          'button',
          { type: 'button', className: 'fix', onclick: repair },
          `Also set ${offered.map(inWords).join(', ')}`,
        ),
      ]
    : [];
  const said = element('p', { className: 'refused' }, `${what}. `, ...fix);
  said.setAttribute('role', 'alert');
  return said;
}

/** A setting's label, control and help. @param {Setting} setting @param {Settings} settings @param {Send} change */
function row(setting, settings, change) {
  const id = `setting-${setting.key}`;
  const help = element('small', { id: `${id}-help` }, setting.help);
  const set = (/** @type {string} */ text) => change([[setting.key, text]]);
  const parts = CONTROLS[setting.kind]({ setting, settings, value: settings[setting.key], id, set });
  const field = parts.map(part => (part.id === id ? part : part.querySelector(`#${id}`))).find(Boolean);
  const name = field
    ? element('label', { for: id }, setting.label, ...again(setting))
    : element('span', { className: 'label' }, setting.label, ...again(setting));
  field?.setAttribute('aria-describedby', help.id);
  return element(
    'div',
    { className: 'setting', title: setting.help, dataset: { key: setting.key } },
    name,
    ...parts,
    help,
  );
}

/** The mark of a setting that needs another run. @param {Setting} setting */
function again({ live }) {
  if (live) return [];
  const mark = element('span', { className: 'starts-again', title: 'Starts the run again' }, ' ↻');
  mark.setAttribute('aria-label', 'starts the run again');
  mark.setAttribute('role', 'img');
  return [mark];
}

/** `set` sends the setting's new value as text.
 * @typedef {{ setting: Setting, settings: Settings, value: any, id: string, set: (text: string) => void }} Control */

/** The elements of each kind of control; the one whose id is the setting's is the one that the label names.
 * @type {Record<import('./settings.js').ControlKind, (control: Control) => HTMLElement[]>} */
const CONTROLS = {
  choice: ({ setting: { key, choices }, settings, value, id, set }) => {
    const offered = choices.filter(choice => choice.value === value || choice.applies(settings));
    const options = offered.map(choice =>
      element('option', { value: choice.value, selected: choice.value === value }, choice.label),
    );
    const select = element('select', { id, dataset: { at: key }, onchange: () => set(select.value) }, ...options);
    return [select];
  },

  toggle: ({ setting: { key }, value, id, set }) => {
    const box = element('input', {
      id,
      type: 'checkbox',
      dataset: { at: key },
      checked: value === true,
      onchange: () => set(String(box.checked)),
    });
    return [box];
  },

  several: ({ setting: { key, label, choices }, value, id, set }) => {
    const boxes = choices.map(choice => {
      const without = value.filter((/** @type {string} */ other) => other !== choice.value);
      const box = element('input', {
        type: 'checkbox',
        dataset: { at: `${key}-${choice.value}` },
        checked: value.includes(choice.value),
        onchange: () => set(JSON.stringify(box.checked ? [...value, choice.value] : without)),
      });
      box.setAttribute('aria-describedby', `${id}-help`);
      return element('label', {}, box, ' ', choice.label);
    });
    const group = element('span', { className: 'boxes', ariaLabel: label }, ...boxes);
    group.setAttribute('role', 'group');
    return [group];
  },

  stops: ({ setting: { key, stops: offered, zero }, value, id, set }) => {
    const stops = [...new Set([...offered, Number(value)])].sort((a, b) => a - b);
    const name = (/** @type {number} */ stop) => (stop === 0 ? zero : shortest(stop));
    const output = element('span', { className: 'tabular' }, name(Number(value)));
    let settling = 0;
    const slider = element('input', {
      id,
      type: 'range',
      dataset: { at: key },
      min: '0',
      max: String(stops.length - 1),
      oninput: () => {
        output.textContent = name(stops[Number(slider.value)]);
        slider.ariaValueText = output.textContent;
      },
      // The arrow keys make a change each; the run starts again after the last.
      onchange: () => {
        clearTimeout(settling);
        settling = setTimeout(() => set(String(stops[Number(slider.value)])), SETTLE_MS);
      },
    });
    // After the maximum, to which a range clamps its value.
    slider.value = String(stops.indexOf(Number(value)));
    slider.ariaValueText = name(Number(value));
    return [output, slider];
  },

  number: ({ setting: { key, low, high }, value, id, set }) => {
    const input = element('input', {
      id,
      type: 'number',
      dataset: { at: key },
      required: true,
      step: '1',
      min: String(low),
      max: String(high),
      value: String(value),
      onchange: () => (input.checkValidity() ? set(input.value) : input.reportValidity()),
    });
    if (key !== 'seed') return [input];
    const another = element(
      'button',
      {
        type: 'button',
        dataset: { at: 'dice' },
        title: 'Another seed',
        onclick: () => set(String(Math.floor(Math.random() * 1e6))),
      },
      'Another',
    );
    return [element('span', { className: 'with-button' }, input, another)];
  },

  widths: ({ setting: { key, label }, value, set }) => [widths(key, label, value, set)],
  // A Dirac-GAN's real samples are one number: the mean of the only Gaussian.
  gaussians: ({ value, settings, set }) => [gaussians(value, set, settings.architecture === 'dirac' ? 1 : MOST)],
  // The class picker is next to the picture.
  classes: () => [],
};

/** @param {string} key @param {string} label @param {number[]} values @param {(text: string) => void} set */
function widths(key, label, values, set) {
  const send = (/** @type {number[]} */ next) => set(`[${next}]`);
  const inputs = values.map((width, i) => {
    const input = element('input', {
      type: 'number',
      min: '1',
      max: '4096',
      step: '1',
      required: true,
      value: String(width),
      ariaLabel: `${label}, layer ${i + 1}`,
      dataset: { at: `${key}-${i}` },
      onchange: () => (input.checkValidity() ? send(values.with(i, Number(input.value))) : input.reportValidity()),
    });
    return input;
  });
  const fewer = element(
    'button',
    {
      type: 'button',
      disabled: !values.length,
      ariaLabel: 'One layer fewer',
      title: 'One layer fewer',
      dataset: { at: `${key}-less` },
      onclick: () => send(values.slice(0, -1)),
    },
    '−',
  );
  const more = element(
    'button',
    {
      type: 'button',
      disabled: values.length >= 8,
      ariaLabel: 'One layer more',
      title: 'One layer more',
      dataset: { at: `${key}-more` },
      onclick: () => send([...values, values.at(-1) ?? 32]),
    },
    '+',
  );
  return element('span', { className: 'layers-editor' }, ...inputs, fewer, more);
}

/** @param {Gaussian[]} values @param {(text: string) => void} set @param {number} most */
function gaussians(values, set, most) {
  const send = (/** @type {Gaussian[]} */ next) => set(inToml(next));
  const dim = values[0]?.mean.length ?? 1;
  if (dim > 2) return element('span', {}, `${values.length} in ${dim} dimensions`);
  /** @param {number} value @param {string} name @param {string} at @param {(value: number) => Gaussian[]} next */
  const cell = (value, name, at, next, min = '-1000') => {
    const input = element('input', {
      type: 'number',
      step: 'any',
      min,
      max: '1000',
      required: true,
      value: String(+value.toPrecision(4)),
      ariaLabel: name,
      dataset: { at },
      onchange: () => (input.checkValidity() ? send(next(Number(input.value))) : input.reportValidity()),
    });
    return element('td', {}, input);
  };
  const axes = dim === 1 ? ['mean'] : ['x', 'y'];
  const rows = values.map((gaussian, i) => {
    const name = `Gaussian ${i + 1}`;
    const remove = element(
      'button',
      {
        type: 'button',
        disabled: values.length === 1,
        ariaLabel: `Remove ${name}`,
        title: 'Remove',
        dataset: { at: `mode-${i}-less` },
        onclick: () => send(values.toSpliced(i, 1)),
      },
      '−',
    );
    const means = axes.map((axis, a) =>
      cell(gaussian.mean[a], `${name}, ${axis}`, `mode-${i}-${a}`, mean =>
        values.with(i, { ...gaussian, mean: gaussian.mean.with(a, mean) }),
      ),
    );
    return element(
      'tr',
      {},
      ...means,
      cell(gaussian.std, `${name}, std`, `mode-${i}-std`, std => values.with(i, { ...gaussian, std }), '0.0001'),
      cell(
        gaussian.weight,
        `${name}, weight`,
        `mode-${i}-weight`,
        weight => values.with(i, { ...gaussian, weight }),
        '0.001',
      ),
      element('td', {}, remove),
    );
  });
  const head = [...axes, 'std', 'weight', ''].map(title => element('th', { scope: 'col' }, title));
  const farthest = Math.max(...values.map(({ mean }) => mean[0])),
    last = /** @type {Gaussian} */ (values.at(-1));
  const another = { ...last, mean: last.mean.with(0, Math.min(farthest + 2, 1000)) };
  return element(
    'div',
    { className: 'gaussians' },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows)),
    element(
      'button',
      {
        type: 'button',
        hidden: most === 1,
        disabled: values.length >= most,
        dataset: { at: 'mode-more' },
        onclick: () => send([...values, another]),
      },
      'Add a Gaussian',
    ),
  );
}

/** Shortest, with the digits that 32-bit floats have. @param {number} value */
const shortest = value => String(+value.toPrecision(7));
