// The page of steps per second.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, serve, visit } from './helpers.mjs';

const site = await serve(),
  browser = await browse(); // without WebGPU

test('the bench page measures what the browser has, says what it has not, and copies a table', async () => {
  const page = await visit(browser, `${site}www/bench.html`);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('#run');
  await page.waitForFunction(() => document.querySelector('#status').textContent === 'Done.');
  const cells = await page.$$eval('#results tbody tr', rows =>
    rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent)),
  );
  assert.equal(cells.length, 2);
  for (const [cpu, ...webgpu] of cells) {
    assert.ok(Number(cpu.replaceAll(',', '')) > 1, cpu);
    assert.deepEqual(webgpu, ['no WebGPU here', 'no WebGPU here']);
  }
  await page.click('#copy');
  await page.waitForFunction(() => document.querySelector('#status').textContent === 'Copied.');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const [head, rule, first, second, , machine] = copied.split('\n');
  assert.match(head, /^\| Steps per second \| CPU \| WebGPU \| WebGPU, host only \|$/);
  assert.match(rule, /^\| --- \|( ---: \|){3}$/);
  for (const [i, line] of [first, second].entries()) assert.ok(line.includes(cells[i][0]), line);
  assert.match(machine, /^\d+ cores · .*Chrome.* · \d{4}-\d\d-\d\d$/);
});
