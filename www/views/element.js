// A shorthand for making elements.

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag
 * @param {Partial<Omit<HTMLElementTagNameMap[T], 'dataset' | 'style'>> & { dataset?: Record<string, string>,
 * style?: string, for?: string }} [properties] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]} */
export function element(tag, properties = {}, ...children) {
  const { dataset, style, for: target, ...rest } = properties;
  const made = document.createElement(tag);
  Object.assign(made, rest);
  Object.assign(made.dataset, dataset);
  if (style) made.style.cssText = style;
  if (target) made.setAttribute('for', target);
  made.append(...children);
  return made;
}

/** The element of an id that the page is known to have. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Enables and disables buttons; the focus of one that is disabled goes to the first that is not.
 * @param {...[button: HTMLButtonElement, enabled: boolean]} states */
export function enable(...states) {
  const focused = states.find(([button, enabled]) => !enabled && button === document.activeElement);
  for (const [button, enabled] of states) button.disabled = !enabled;
  if (focused) states.find(([, enabled]) => enabled)?.[0].focus();
}
