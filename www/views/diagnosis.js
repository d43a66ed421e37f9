// The buttons of the finding that the status names: its evidence in the charts, its fixes, and its end.

import { consequences, inWords } from '../settings.js';
import { byId, element } from './element.js';

/** @import { Evidence, Finding } from '../diagnosis.js' */
/** @import { Fix } from '../fixes.js' */
/** @import { Change } from '../messages.js' */
/** @import { Settings } from '../settings.js' */
/** @import { Standing } from '../standing.js' */
/** @import { Model, Store } from '../state.js' */

/** The changes of a fix with those that they require; null where they require one that the visitor should know of.
 * @param {Fix} fix @param {Settings} settings @returns {Change[] | null} */
function complete({ changes }, settings) {
  const { quietly, offered } = consequences(changes, settings);
  return offered.length ? null : [...changes, ...quietly];
}

/** @param {Store} store @param {Standing} standing
 * @param {{ compare: (changes: Change[]) => void, mark: (evidence: Evidence[]) => void, reveal: (charts: string[]) =>
 * void }} acts */
export function diagnosisView(store, standing, { compare, mark, reveal }) {
  const place = byId('finding');
  /** @type {Finding | null} */
  let shown = null;
  let isMarked = false;

  const evidence = element('button', { type: 'button', id: 'show-evidence' }, 'Show evidence');
  evidence.onclick = () => {
    isMarked = !isMarked;
    write();
    if (isMarked && shown) reveal(shown.evidence.map(({ chart }) => chart));
    store.draw();
  };
  const fixes = element('span', { className: 'fixes' });
  const dismiss = element(
    'button',
    { type: 'button', id: 'dismiss-finding', title: 'Not again in this run' },
    'Dismiss',
  );
  dismiss.onclick = () => {
    standing.dismiss();
    store.draw();
  };
  place.append(evidence, fixes, dismiss);

  function write() {
    evidence.setAttribute('aria-pressed', String(isMarked));
    mark(isMarked && shown ? shown.evidence : []);
  }

  /** @param {Finding} finding @param {Settings} settings */
  function make(finding, settings) {
    place.ariaLabel = finding.title;
    fixes.replaceChildren(
      ...finding.fixes.flatMap(fix => {
        const changes = complete(fix, settings);
        if (!changes) return [];
        const title = `Compare with a run B of the same seed. ${changes.map(inWords).join(', ')}`;
        return [element('button', { type: 'button', title, onclick: () => compare(changes) }, `Try: ${fix.label}`)];
      }),
    );
  }

  return {
    /** @param {Model} model */
    draw(model) {
      standing.update(model);
      const finding = standing.shown(model);
      byId('status').classList.toggle('found', finding !== null);
      // It is about the run, and not about an earlier picture, whose status is shown then; its room stays.
      place.classList.toggle('withheld', model.viewing !== null);
      if (finding === shown) return;
      const isOther = finding?.fault !== shown?.fault;
      // A button that goes leaves the focus to the run.
      if (isOther && place.contains(document.activeElement)) byId('play').focus({ preventScroll: true });
      shown = finding;
      place.hidden = !finding;
      if (isOther) isMarked = false;
      if (isOther && finding && model.info) make(finding, model.info.settings);
      write();
    },
  };
}
