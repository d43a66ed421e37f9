// Both networks as boxes of layers with their widths, and the samples and gradients that pass between them.

/** @import { ExperimentInfo, Updated } from '../messages.js' */

const SVG = 'http://www.w3.org/2000/svg';
/** The tallest layer, the distance of layers, and their width, in units of the drawing. */
const TALL = 56,
  STEP = 34,
  WIDE = 12;

/** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
function make(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}

/** The height of a layer of so many numbers. @param {number} width @param {number} widest */
const tall = (width, widest) => 8 + (TALL - 8) * (Math.log2(1 + width) / Math.log2(1 + widest));

/** @param {HTMLElement} place */
export function diagram(place) {
  const svg = make('svg', { role: 'img', class: 'networks' });
  place.append(svg);
  return {
    /** @param {ExperimentInfo} info @param {Updated | null} network The one that is updated.
     * @param {'sample' | 'generate' | 'discriminate' | 'update' | null} stage */
    draw({ generator_widths: g, discriminator_widths: d }, network, stage) {
      const widest = Math.max(...g, ...d),
        middle = TALL / 2 + 18;
      let x = 22;
      /** @type {Element[]} */
      const parts = [];
      /** @param {number[]} widths @param {string} name @param {string} of @param {boolean} active */
      const layers = (widths, name, of, active) => {
        const from = x;
        widths.forEach((width, i) => {
          const height = tall(width, widest);
          if (i) parts.push(make('path', { class: 'wire', d: `M${x - STEP + WIDE} ${middle}H${x}` }));
          const box = { x, y: middle - height / 2, width: WIDE, height, rx: 2 };
          parts.push(make('rect', { ...box, class: `layer-box ${i === 0 ? 'data' : of}` }));
          parts.push(make('text', { x: x + WIDE / 2, y: middle + TALL / 2 + 14 }, width.toLocaleString('en')));
          x += STEP;
        });
        x -= STEP - WIDE;
        const label = make('text', { x: (from + x) / 2, y: 12, class: `name ${of}` }, name);
        parts.push(label);
        if (active) {
          parts.push(
            make('rect', { class: `active ${of}`, x: from - 6, y: 17, width: x - from + 12, height: TALL + 2, rx: 6 }),
          );
        }
        return [from, x];
      };
      const isOfG = network === 'generator';
      const generator = layers(g, 'G', 'generator', stage === 'generate' || (stage === 'update' && isOfG));
      const gap = x;
      x += 46;
      const into = x;
      parts.push(make('path', { class: 'wire', d: `M${gap} ${middle}H${into}` }));
      parts.push(make('text', { x: (gap + into) / 2, y: middle - 8, class: 'generated' }, 'x̃'));
      if (!isOfG) {
        parts.push(make('path', { class: 'wire', d: `M${into - 22} ${TALL + 30}V${middle + 4}H${into}` }));
        parts.push(make('text', { x: into - 22, y: TALL + 44, class: 'real' }, 'x'));
      }
      const discriminator = layers(d, 'D', 'discriminator', stage === 'discriminate' || (stage === 'update' && !isOfG));
      parts.push(make('text', { x: 8, y: middle + 4, class: 'name' }, 'z'));
      if (stage === 'update') {
        // The gradient flows backwards from the loss: through D, and on through G for the generator's.
        const y = 4 + TALL + 16 + 22;
        const end = isOfG ? generator[0] : discriminator[0];
        parts.push(
          make('path', {
            class: `back ${isOfG ? 'generator' : 'discriminator'}`,
            d: `M${x} ${y}H${end}m6 -4l-6 4l6 4`,
          }),
        );
        parts.push(make('text', { x: (x + end) / 2, y: y + 13 }, 'gradient'));
      }
      const width = x + 16,
        height = TALL + 62 + 12;
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      svg.style.maxWidth = `${width * 1.4}px`;
      svg.setAttribute('aria-label', `Generator: ${g.join(' → ')} numbers. Discriminator: ${d.join(' → ')} numbers.`);
      svg.replaceChildren(...parts);
    },
  };
}
