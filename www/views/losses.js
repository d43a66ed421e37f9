// What happened over the run: both losses, what D makes of real and fake, and the distance that is left.

import { chart } from './chart.js';
import { byId } from './element.js';

/** @import { Model } from '../state.js' */
/** @import { Reference } from './chart.js' */

/** Often enough to look live, seldom enough not to compete with the picture. */
const EVERY_MS = 200;

/** Where the losses stand if the discriminator cannot tell: D = ½ everywhere. Only for the objectives for which that is known.
 * @param {unknown} objective @returns {Reference[]} */
function undecided(objective) {
  const d = { at: 2 * Math.LN2, label: '2 ln 2' };
  if (objective === 'non-saturating') return [d, { at: Math.LN2, label: 'ln 2' }];
  if (objective === 'saturating') return [d, { at: -Math.LN2, label: '−ln 2' }];
  return [];
}

const pause = () => new Promise(done => { setTimeout(done, 20); });

export async function losses() {
  // One after another, with frames in between, so that the picture goes on moving meanwhile.
  const loss = await chart(byId('losses'), {
    lines: [{ label: 'discriminator', colour: 'discriminator' }, { label: 'generator', colour: 'generated', dash: [6, 3] }],
    scale: { from: 0 },
  });
  await pause();
  const belief = await chart(byId('beliefs'), {
    lines: [{ label: 'D(x)', colour: 'real' }, { label: 'D(G(z))', colour: 'generated', dash: [6, 3] }],
    scale: { low: 0, high: 1 },
    format: value => value === 0.5 ? '½' : String(+value.toFixed(2)),
  });
  await pause();
  const distance = await chart(byId('distance'), {
    lines: [{ label: 'W1', colour: 'generated' }, { label: 'floor', colour: 'muted', dash: [2, 3] }],
    scale: { from: 0 },
  });
  /** @type {((model: Model, looking: number | null) => void)[]} */
  const draws = [
    ({ past: { series }, info }, looking) => loss.draw([series.step, series.d_loss, series.g_loss], undecided(info?.settings.objective), looking),
    ({ past: { series } }, looking) => belief.draw([series.step, series.d_real, series.d_fake], [{ at: 0.5, label: 'cannot tell' }], looking),
    ({ past: { series } }, looking) => {
      const measured = series.w1.length > 0 && series.w1.at(-1) !== null;
      byId('distance-figure').hidden = !measured;
      if (measured) distance.draw([series.step, series.w1, series.w1_floor], [], looking);
    },
  ];
  let turn = 0, at = 0;
  /** @type {unknown[]} */
  let drawn = [];
  return {
    redraw() { for (const one of [loss, belief, distance]) one.redraw(); },
    /** @param {Model} model */
    draw(model) {
      const looking = model.viewing?.step ?? null;
      const now = [model.past, model.viewing, model.state, model.state === 'running' ? 0 : model.live];
      if (now.some((value, i) => value !== drawn[i])) {
        drawn = now;
        for (const draw of draws) draw(model, looking);
      } else if (model.state === 'running' && performance.now() - at > EVERY_MS / draws.length) {
        // One a frame, so that no frame has to draw them all.
        at = performance.now();
        draws[turn++ % draws.length](model, looking);
      }
    },
  };
}
