import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluateCommand } from '../../../src/explore/view/command.js';
import type { Session } from '../../../src/explore/view/session.js';
import { chosenOf, fromHash, startState, stopOf, toHash, type ViewState } from '../../../src/explore/view/state.js';

const session: Session = {
  category: 'bolt',
  stops: { judges: ['lof', 'witness'], ks: [3, 6], ratios: [0.01, 0.1], noises: [0, 0.1] },
  start: { judge: 'lof', k: 6, ratio: 0.01, noise: 0.1, chosen: 0.2 },
  options: ['--data', "it's data", '--category', 'bolt', '--overlap'],
  notes: [],
  version: '0',
};

test('fromHash gives back what toHash wrote', () => {
  const state: ViewState = {
    ...{ judge: 'witness', k: 3, ratio: 0.1, noise: 0, tau: 0.155, level: 2.5, threshold: 17.25, order: 'wrong' },
    ...{ train: 'train/good/ä b.png', test: 'test/dent/000.png' },
  };
  assert.deepEqual(fromHash(`#${toHash(state)}`, session), state);
  assert.deepEqual(fromHash(toHash(startState(session)), session), startState(session));
});

test('fromHash begins as the session does where an address says nothing possible', () => {
  const start = startState(session);
  assert.equal(start.tau, 0.2);
  for (const hash of [
    '',
    '#judge=magic&k=4&ratio=2&noise=x&tau=0.9&level=99&threshold=&order=best',
    '#judge=nearest&tau=NaN&k=',
  ]) {
    assert.deepEqual(fromHash(hash, session), start);
  }
});

test('the cut and k belong to the judge', () => {
  const state = startState(session);
  assert.equal(chosenOf(state), 0.2);
  assert.deepEqual(stopOf({ ...state, judge: 'witness' }), { judge: 'witness', k: 0, ratio: 0.01, noise: 0.1 });
  assert.equal(chosenOf({ ...state, judge: 'witness', level: 3 }), 3);
});

test('evaluateCommand is one line for a shell, without overlap where nothing is injected', () => {
  const state = startState(session);
  assert.equal(
    evaluateCommand(session, state),
    "softpatch evaluate --data 'it'\\''s data' --category bolt --overlap --method softpatch-lof --tau 0.2 --k 6 --ratio 0.01 --noise 0.1",
  );
  assert.equal(
    evaluateCommand(session, { ...state, judge: 'witness', level: 1.5, noise: 0 }),
    "softpatch evaluate --data 'it'\\''s data' --category bolt --method witness --set level=1.5 --ratio 0.01",
  );
});

test('evaluateCommand leaves the form of LOF out for the cleaning method, which has none', () => {
  const state = startState(session);
  const released = { options: ['--data', 'd', '--profile', 'release', '--seed', '3'] };
  assert.match(evaluateCommand(released, state), /--data d --profile release --seed 3 --method softpatch-lof/);
  assert.match(evaluateCommand(released, { ...state, judge: 'witness' }), /--data d --seed 3 --method witness/);
});
