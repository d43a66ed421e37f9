// The sentence on the state of a run: true of the numbers that are shown, and silent where nothing is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../www/history.js';
import { statusOf } from '../../www/views/status.js';

const RING = Array.from({ length: 8 }, () => ({ mean: [0, 0], std: 0.1, weight: 1 }));

/** The title and the sentence for these numbers. */
function said(numbers, { settings = {}, history = new History(), state = 'running', problem = null } = {}) {
  const { step = 5000, metrics = {}, ...rest } = numbers;
  const readings = Object.entries(metrics).map(([name, [value, floor]]) => ({ name, value, floor }));
  const snapshot = {
    step,
    d_real: 0.5,
    d_fake: 0.5,
    score_real: 0,
    score_fake: 0,
    picture: null,
    terms: [],
    metrics: readings,
    ...rest,
  };
  const info = {
    settings: { objective: 'non-saturating', label_smoothing: 1, mixture: RING, ...settings },
    outputs_probability: ['saturating', 'non-saturating'].includes(settings.objective ?? 'non-saturating'),
  };
  const { title, text } = statusOf(snapshot, { info, history, state, problem });
  return `${title}. ${text}`;
}

test('a balance is at the output of an undecided discriminator, and not anywhere', () => {
  assert.match(said({ d_real: 0.52, d_fake: 0.47 }), /^In balance/);
  assert.doesNotMatch(said({ d_real: 0.85, d_fake: 0.9 }), /balance/);
  assert.doesNotMatch(said({ d_real: 0.1, d_fake: 0.12 }), /balance/);
  // Half of the target of real samples.
  assert.match(said({ d_real: 0.36, d_fake: 0.34 }, { settings: { label_smoothing: 0.7 } }), /^In balance/);
  assert.doesNotMatch(said({ d_real: 0.52, d_fake: 0.5 }, { settings: { label_smoothing: 0.7 } }), /balance/);
});

test('mode collapse is said of samples that are on few modes, not of samples that are on none', () => {
  const metrics = (modes, quality) => ({ modes: [modes, 8], high_quality: [quality, 0.99] });
  assert.match(said({ metrics: metrics(2, 0.9) }), /^Mode collapse. .*2 of the 8 modes/);
  assert.doesNotMatch(said({ metrics: metrics(2, 0.02) }), /collapse/);
  assert.match(said({ metrics: metrics(2, 0.02) }), /^Samples between the modes. 2%/);
  assert.match(said({ metrics: metrics(8, 0.02) }), /^Samples between the modes. 2%.*8 of the 8 modes/);
});

test('an earlier picture is judged by what came before it', () => {
  const history = new History();
  // W1 falls to .1 at step 500, and then rises to 1.
  for (let step = 0; step <= 1000; step += 10) {
    const value = step <= 500 ? 1.1 - step / 500 : 0.1 + (step - 500) / 550;
    history.add({ step, metrics: [{ name: 'w1', value, floor: 0.04 }], terms: [], picture: null });
  }
  const at = (step, w1) => said({ step, metrics: { w1: [w1, 0.04] } }, { history, settings: { mixture: [] } });
  assert.match(at(400, 0.3), /^W1 is falling. W1 fell from 0.500 to 0.300/);
  assert.match(at(600, 0.282), /^W1 is rising. W1 rose from 0.200 to 0.282/);
  assert.match(at(1000, 1.009), /^W1 is rising/);
});

test('a checkpoint that was just opened is not before the first step', () => {
  const opened = { step: 1420, d_real: null, d_fake: null, score_real: null, score_fake: null };
  assert.match(said(opened, { state: 'paused' }), /^At step 1,420/);
  assert.match(said({ ...opened, metrics: { modes: [2, 8], high_quality: [0.9, 0.99] } }), /^Mode collapse/);
  assert.match(said({ ...opened, step: 0 }), /^Before the first step/);
});

test('an adversarial autoencoder’s discriminator compares samples of the prior with codes', () => {
  const codes = (numbers, settings = {}) =>
    said(numbers, { settings: { architecture: 'autoencoder', mixture: [], ...settings } });
  for (const numbers of [{}, { d_real: 0.95, d_fake: 0.05 }, { d_real: 0.4, d_fake: 0.6 }]) {
    assert.match(codes(numbers), /D\(z\).*z: a sample of the prior \(real\); E\(x\): the code of an image \(fake\)/);
    assert.doesNotMatch(codes(numbers), /D\(x\)|G\(z\)|real samples|generated/);
    assert.match(said(numbers), /D\(x\)/);
  }
  assert.match(codes({ d_real: 0.95, d_fake: 0.05 }, { objective: 'saturating' }), /as D\(E\(x\)\) goes to 0/);
  for (const objective of ['least-squares', 'hinge', 'wasserstein']) {
    for (const numbers of [
      { score_real: 3, score_fake: -3 },
      { score_real: 0.6, score_fake: 0.3 },
    ]) {
      const text = codes(numbers, { objective });
      assert.match(text, /samples of the prior.*codes of images/, text);
      assert.doesNotMatch(text, /real samples|generated/, text);
    }
  }
});

test('a run that has stopped refers to its message while that is shown', () => {
  const stopped = problem => said({}, { state: 'error', problem });
  for (const problem of [
    { kind: 'diverged', fatal: false },
    { kind: 'crash', fatal: true },
  ])
    assert.equal(stopped(problem), 'Stopped. See the message above.');
  for (const problem of [null, { kind: 'setting', fatal: false }])
    assert.equal(stopped(problem), 'Stopped. Play starts the same experiment again, from step 0.');
});
