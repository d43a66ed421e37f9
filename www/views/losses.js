// What happened over the run: both losses, the value that they play for, what D makes of real and fake, and the distance left.

import { chart } from './chart.js';
import { byId } from './element.js';

/** @import { Model } from '../state.js' */
/** @import { Reference } from './chart.js' */
/** @import { Settings } from '../settings.js' */

/** Often enough to look live, seldom enough not to compete with the picture. */
const EVERY_MS = 200;
/** V of a discriminator that cannot tell, D = ½ everywhere. */
const UNDECIDED = -2 * Math.LN2;

/** Where the losses stand if the discriminator cannot tell and the generator has nothing to gain, for a real label α: then
 * D = α/2 everywhere (½ without smoothing), and a hinge's score 0. A reconstruction has no such place.
 * @param {Settings} settings @returns {Reference[]} */
function undecided(settings) {
  const alpha = settings.label_smoothing ?? 1,
    half = alpha / 2,
    plain = alpha === 1;
  const d = {
    at: -(alpha * Math.log(half) + (2 - alpha) * Math.log(1 - half)),
    label: plain ? '2 ln 2' : 'D undecided',
  };
  switch (settings.objective) {
    case 'non-saturating':
      return [d, { at: -Math.log(half), label: plain ? 'ln 2' : 'G then' }];
    case 'saturating':
      return [d, { at: Math.log(1 - half), label: plain ? '−ln 2' : 'G then' }];
    case 'least-squares':
      return [
        { at: half ** 2, label: plain ? '¼' : 'D undecided' },
        { at: (half - 1) ** 2 / 2, label: plain ? '⅛' : 'G then', below: true },
      ];
    case 'hinge':
      return [{ at: 2, label: '2' }];
    case 'wasserstein':
      return [{ at: 0, label: 'no distance' }];
    default:
      return [];
  }
}

/** The chart of D's outputs. @param {Model['info']} info */
function discriminatorOutputs(info) {
  /** @type {Record<string, { title: string, at: Reference[] }>} */
  const scores = {
    'least-squares': { title: 'Scores, 1 for real and 0 for generated', at: [{ at: 0.5, label: 'cannot tell' }] },
    hinge: { title: 'Critic’s scores', at: [{ at: 0, label: 'cannot tell' }] },
    began: { title: 'How well D copies them (0 is exactly)', at: [] },
  };
  if (!info || info.outputs_probability) return null;
  return scores[String(info.settings.objective)] ?? { title: 'Critic’s scores', at: [] };
}

const pause = () =>
  new Promise(done => {
    setTimeout(done, 20);
  });

export async function losses() {
  // One after another, with frames in between, so that the picture goes on moving meanwhile.
  const loss = await chart(byId('losses'), {
    lines: [
      { label: 'discriminator', colour: 'discriminator' },
      { label: 'generator', colour: 'generated', dash: [6, 3] },
    ],
    scale: { shows: [0] },
  });
  await pause();
  const value = await chart(byId('values'), {
    lines: [
      { label: 'V', colour: 'discriminator' },
      { label: 'best D', colour: 'muted', dash: [6, 3] },
    ],
    // Room under the reference for its words; what lies far below it is not worth the room.
    scale: { shows: [0, -1.75], least: -3 },
  });
  await pause();
  const belief = await chart(byId('beliefs'), {
    lines: [
      { label: 'D(x)', colour: 'real' },
      { label: 'D(G(z))', colour: 'generated', dash: [6, 3] },
    ],
    scale: { low: 0, high: 1 },
    format: number => (number === 0.5 ? '½' : String(+number.toPrecision(3)).replace('-', '−')),
  });
  await pause();
  const distance = await chart(byId('distance'), {
    lines: [
      { label: 'W1', colour: 'generated' },
      { label: 'floor', colour: 'muted', dash: [2, 3] },
      { label: 'estimate', colour: 'discriminator', dash: [6, 3] },
    ],
    scale: { shows: [0] },
  });
  /** @type {((model: Model, looking: number | null) => void)[]} */
  const draws = [
    ({ history: { series }, info }, looking) =>
      loss.draw([series.step, series.d_loss, series.g_loss], undecided(info?.settings ?? {}), looking),
    ({ history: { series }, viewing, live }, looking) => {
      const now = viewing ?? live,
        ceiling = now?.value_ceiling ?? null;
      byId('value-figure').hidden = now?.value == null;
      if (now?.value == null) return;
      byId('ceiling-key').hidden = ceiling === null;
      byId('value-explained').textContent =
        ceiling === null
          ? 'D raises it and G lowers it; at −2 ln 2 D cannot tell.'
          : 'The best D reaches 2 JS − 2 ln 2; a perfect G brings that down to −2 ln 2.';
      const references = [{ at: UNDECIDED, label: '−2 ln 2', below: true }];
      value.draw(
        [series.step, series.value, series.value_ceiling],
        ceiling === null ? references : [...references, { at: ceiling, label: '2 JS − 2 ln 2', bare: true }],
        looking,
      );
    },
    ({ history: { series }, info }, looking) => {
      const scores = discriminatorOutputs(info);
      byId('beliefs-title').textContent = scores?.title ?? 'D(x) and D(G(z))';
      byId('real-name').textContent = scores ? 'real' : 'D(x)';
      byId('fake-name').textContent = scores ? 'generated' : 'D(G(z))';
      if (scores) belief.draw([series.step, series.score_real, series.score_fake], scores.at, looking, { shows: [] });
      else
        belief.draw([series.step, series.d_real, series.d_fake], [{ at: 0.5, label: 'cannot tell' }], looking, {
          low: 0,
          high: 1,
        });
    },
    ({ history: { series }, info }, looking) => {
      const measured = series.w1.length > 0 && series.w1.at(-1) !== null,
        estimated = info?.settings.objective === 'wasserstein';
      byId('distance-figure').hidden = !measured && !estimated;
      byId('distance-title').textContent = measured ? 'Distance left, W1' : 'Distance left, estimated';
      byId('estimate-key').hidden = byId('distance-explained').hidden = !estimated;
      for (const key of document.querySelectorAll('.measured')) /** @type {HTMLElement} */ (key).hidden = !measured;
      if (!measured && !estimated) return;
      const estimate = series.d_loss.map(loss => (estimated && loss !== null ? -loss : null));
      distance.draw([series.step, series.w1, series.w1_floor, estimate], [], looking);
    },
  ];
  let turn = 0,
    at = 0;
  /** @type {unknown[]} */
  let drawn = [];
  return {
    redraw() {
      for (const one of [loss, value, belief, distance]) one.redraw();
    },
    /** @param {Model} model */
    draw(model) {
      const looking = model.viewing?.step ?? null;
      const now = [model.history, model.viewing, model.state, model.state === 'running' ? 0 : model.live];
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
