// The start from a pre-trained checkpoint of the server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { browse, inSettings, report, says, serve, step, trainTo, trainsOn, until, visit } from './helpers.mjs';

const browser = await browse();
const FILE = 'digits-mlp.safetensors';
/** What the server has in the folder of pre-trained runs. @type {Record<string, Buffer | string>} */
let folder = {};
const site = await serve(({ url }, response) => {
  const [, name] = /^\/www\/pretrained\/(.*)$/.exec(url) ?? [];
  if (!name) return false;
  if (folder[name]) response.writeHead(200).end(folder[name]);
  else response.writeHead(404).end();
  return true;
});
const STEPS = 30;
const samples = page => page.evaluate(() => String(window.counterfeit.picture().generated));

/** The same file of another seed. @param {Buffer} saved */
function ofAnotherSeed(saved) {
  const other = Buffer.from(saved);
  const at = other.indexOf('seed = 0');
  assert.ok(at > 0);
  other.write('seed = 7', at);
  return other;
}

test('an image preset starts from the checkpoint of the server, and says so', async () => {
  const link = `${site}#preset=digits-mlp`;
  const first = await visit(browser, link);
  await trainTo(first, STEPS);
  assert.ok(await first.isHidden('#pretrained'), 'this server has none');
  const [download] = await Promise.all([first.waitForEvent('download'), first.click('#save')]);
  const saved = readFileSync(await download.path());
  const wanted = await samples(first);
  assert.ok(wanted.length > 1000);
  assert.deepEqual(first.errors, [], 'a folder that is not there is no error');
  await first.context().close();

  const entry = { file: FILE, step: STEPS, bytes: saved.length };
  folder = {
    'index.json': JSON.stringify({ 'digits-mlp': entry, 'digits-smoothing': { ...entry, file: '../secret' } }),
  };
  const page = await visit(browser, link);
  await until(page, 'running');
  await trainsOn(page, 5);
  await says(page, /from\sscratch\sabout\s\d+\ss/);
  assert.match(
    await page.innerText('#about-pretrained'),
    new RegExp(`^Step ${STEPS}, 5\\.\\d MB; from\\sscratch\\sabout`),
  );
  assert.match(await page.getAttribute('#start-pretrained', 'title'), new RegExp(`5\\.\\d MB.*${STEPS} steps.*Undo`));
  await page.click('#play');
  await until(page, 'paused');
  await page.evaluate(() => window.counterfeit.step(1));
  const before = await step(page);

  // What cannot be used is refused, and the run before it stays.
  const problem = page.locator('#problem');
  await page.click('#start-pretrained');
  for (const [sentence, next] of [
    [/\/www\/pretrained\/digits-mlp\.safetensors is not on this server\. The run here goes on/, ofAnotherSeed(saved)],
    [/is of another experiment: #preset=digits-mlp&seed=7\. The run here goes on/, saved.subarray(0, 1000)],
    [/ends before the [\d,]+ bytes of its index/, Buffer.concat([saved, Buffer.of(0)])],
    [/goes on after the [\d,]+ bytes of its index/, saved],
  ]) {
    await says(page, sentence);
    assert.deepEqual(await problem.locator('button').allInnerTexts(), ['Try again', 'Dismiss']);
    assert.equal(await step(page), before);
    assert.ok(await page.isHidden('#progress'));
    folder[FILE] = next;
    await problem.getByText('Try again').click();
  }

  await says(page, new RegExp(`Started from a pre-trained checkpoint at step ${STEPS}\\.`));
  await until(page, 'paused');
  assert.ok((await page.isHidden('#problem')) && (await page.isHidden('#start-pretrained')));
  assert.equal(await page.innerText('#name'), 'Digits, fully connected', 'the preset itself');
  assert.equal((await report(page)).step, STEPS);
  assert.equal(await samples(page), wanted);
  await page.click('#step');
  await page.waitForFunction(n => Number(document.documentElement.dataset.step) === n, STEPS + 1);
  await says(page, new RegExp(`Started from a pre-trained checkpoint at step ${STEPS}\\.`));

  await inSettings(page, () => page.click('#undo'));
  await page.waitForFunction(n => Number(document.documentElement.dataset.step) === n, before);
  await page.waitForSelector('#start-pretrained');
  assert.doesNotMatch(await page.innerText('#stage'), /Started from/);
  // There and back again, as often as one likes.
  for (const [button, at] of [
    ['#redo', STEPS],
    ['#undo', before],
    ['#redo', STEPS],
    ['#undo', before],
  ]) {
    await inSettings(page, () => page.click(button));
    await page.waitForFunction(n => Number(document.documentElement.dataset.step) === n, at);
    assert.equal((await report(page)).step, at);
  }
  await page.waitForSelector('#start-pretrained');

  // Neither a changed preset nor one without an entry that can be used has the button.
  for (const [hash, name] of [
    ['preset=digits-mlp&seed=7', 'Digits, fully connected, changed'],
    ['preset=digits-smoothing', 'Digits, label smoothing'],
  ]) {
    await page.evaluate(hash => (location.hash = hash), hash);
    await page.waitForFunction(name => document.querySelector('#name').textContent === name, name);
    assert.ok(await page.isHidden('#pretrained'), hash);
  }
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
