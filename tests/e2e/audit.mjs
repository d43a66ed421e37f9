// axe-core on a page, as it is.
import assert from 'node:assert/strict';
import { root } from './helpers.mjs';

/** Finds nothing serious or critical. */
export async function audit(page) {
  if (!(await page.evaluate(() => 'axe' in window)))
    await page.addScriptTag({ path: `${root}node_modules/axe-core/axe.min.js` });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      at: nodes.map(({ target, failureSummary }) => [String(target), failureSummary]),
    }));
  });
  const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave, [], JSON.stringify(grave, null, 1));
}
