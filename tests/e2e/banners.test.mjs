// A problem's banner goes when its cause is over, and not before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browse, says, serve, trainsOn, until, visit } from './helpers.mjs';

// The state of the page as a function of its messages: all that it asks of a browser is whether motion is reduced.
globalThis.matchMedia = () => ({ matches: false });
const { Store, reduce } = await import('../../www/state.js');

const info = (hash, settings = {}) => ({ hash, settings, kind: 'line' });
const opening = hash => ({ type: 'opening', info: info(hash) });
const opened = (hash, more) => ({
  type: 'opened',
  info: info(hash),
  device: 'cpu',
  choice: 'auto',
  restarted: true,
  ...more,
});
const problem = (kind, more) => ({ type: 'problem', kind, what: 'It failed', remedy: 'Again.', fatal: false, ...more });
const state = state => ({ type: 'state', state });
const revised = { type: 'revised', info: info('b', { batch_size: 2 }), more: false };
const moved = opened('a', { restarted: false });
const running = [opened('a'), state('running')];

/** The kind of the problem that the page shows after these messages. */
const left = (...messages) => messages.reduce(reduce, new Store().model).problem?.kind ?? null;

for (const [what, expected, ...messages] of [
  ['the run that stands in for a malformed link leaves it', 'link', problem('link', { followed: true }), opened('')],
  [
    'so does one that takes long to build',
    'link',
    problem('link', { followed: true }),
    opening(''),
    opened(''),
    state('running'),
  ],
  ['the next run resolves a link', null, problem('link', { followed: true }), opened(''), opened('b')],
  ['another run resolves a link', null, ...running, problem('link'), opened('b')],
  ['a run that goes on with a link’s settings resolves the link before it', null, ...running, problem('link'), revised],
  ['a setting that is accepted resolves one that was refused', null, ...running, problem('setting'), revised],
  ['the first run that can be built resolves one that cannot', null, problem('setting'), opened('b'), state('running')],
  ['a setting that is accepted resolves a file that was refused', null, ...running, problem('checkpoint'), revised],
  ['a checkpoint that opens resolves one that does not', null, ...running, problem('checkpoint'), opened('b')],
  [
    'the run that stands in for a rescue that cannot be read leaves it',
    'checkpoint',
    ...running,
    problem('checkpoint', { followed: true }),
    opened(''),
  ],
  [
    'digits that stand in for data leave the failure',
    'fetch',
    ...running,
    problem('fetch', { followed: true }),
    opening('b'),
    opened('b'),
    state('running'),
  ],
  [
    'data that can be fetched resolves it',
    null,
    ...running,
    problem('fetch', { followed: true }),
    opened('b'),
    opened('b'),
  ],
  ['a run resolves a module that could not be fetched', null, problem('fetch', { fatal: true }), opened('b')],
  ['a run that diverged is reset', null, ...running, problem('diverged'), state('error'), opened('a'), state('ready')],
  ['settings alone do not bring a run back that diverged', 'diverged', ...running, problem('diverged'), revised],
  ['moving a run leaves a refused setting', 'setting', ...running, problem('setting'), moved],
  ['another choice of device resolves a device', null, ...running, problem('device'), moved],
  [
    'the run that continues on the CPU leaves the loss of the GPU',
    'device',
    ...running,
    problem('device', { followed: true }),
    opened('a'),
    state('running'),
  ],
  [
    'the choice of a device after that resolves it',
    null,
    ...running,
    problem('device', { followed: true }),
    opened('a'),
    moved,
  ],
  [
    'the run that continues after a crash leaves it',
    'crash',
    ...running,
    problem('crash', { followed: true }),
    opened('a'),
    state('running'),
    revised,
    moved,
  ],
  [
    'another experiment resolves a crash',
    null,
    ...running,
    problem('crash', { followed: true }),
    opened('a'),
    opened('b'),
  ],
])
  test(what, () => assert.equal(left(...messages), expected));

const site = await serve(),
  browser = await browse();
const banner = (page, shown) => page.waitForSelector('#problem', { state: shown ? 'visible' : 'hidden' });

test('a malformed link that is taken back goes with its banner', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await page.waitForFunction(() => location.hash.length > 1);
  const good = await page.evaluate(() => location.hash);
  await page.evaluate(() => {
    location.hash = 'batch_size=banana';
  });
  await banner(page, true);
  await page.evaluate(hash => {
    location.hash = hash;
  }, good);
  await banner(page, false);
  await page.context().close();
});

test('a run that diverged says how to go on, with its message and without', async () => {
  const page = await visit(
    browser,
    `${site}#preset=mixture-1d&objective=wasserstein&generator_lr=1&discriminator_lr=1&optimizer=sgd`,
  );
  await page.waitForFunction(() => document.documentElement.dataset.state === 'error');
  await banner(page, true);
  await page.waitForFunction(() => /See the message above/.test(document.querySelector('#status-text').innerText));
  await page.click('#problem button:text("Dismiss")');
  await banner(page, false);
  await page.waitForFunction(() => /Play starts/.test(document.querySelector('#status-text').innerText));
  await page.click('#play');
  await banner(page, true);
  await page.context().close();
});

test('a crash is told of until another experiment is chosen', async () => {
  const page = await visit(browser, site);
  await until(page, 'running');
  await trainsOn(page, 50);
  const trainer = page.workers().find(worker => worker.url().endsWith('/worker/main.js'));
  await trainer.evaluate(() => {
    setTimeout(() => {
      throw new Error('the worker is lost');
    });
  });
  await says(page, /stopped.*(Training continues|starts again)/);
  await until(page, 'running');
  await trainsOn(page);
  await banner(page, true);
  await page.selectOption('#preset', 'ring');
  await page.waitForFunction(() => window.counterfeit.experiment().name === 'ring');
  await banner(page, false);
  await page.context().close();
});
