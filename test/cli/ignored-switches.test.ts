import assert from 'node:assert/strict';
import test from 'node:test';
import { refuseIdleSwitches } from '../../src/cli/ignored-switches.js';
import { findSystem } from '../../src/detector/systems.js';

/** What is refused of switches, those of sweeps as further points. */
function refused(method: string, given: Record<string, unknown>, points: Record<string, unknown>[] = [{}]): string {
  const system = findSystem(method);
  const settings = system.settings(system.profiles[0], given);
  try {
    refuseIdleSwitches(
      method,
      Object.keys({ ...given, ...points[0] }),
      points.map((point) => ({ ...settings, ...point })),
    );
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('switches that change nothing with the others are refused, with the reason', () => {
  for (const [method, given, message] of [
    ['patchcore', { k: 9 }, /^patchcore would ignore k: only LOF has neighbours/],
    ['softpatch-nearest', { k: 9 }, /would ignore k/],
    ['patchcore', { softWeights: false }, /would ignore softWeights: there are none/],
    ['patchcore', { normalisation: 'imageMedian' }, /would ignore normalisation/],
    ['patchcore', { discriminator: 'nearest' }, /would ignore discriminator: with τ = 0/],
    ['patchcore', { sampler: 'identity', ratio: 0.2 }, /would ignore ratio: the sampler identity/],
    ['patchcore', { firstPickFromKept: true }, /would ignore firstPickFromKept/],
    ['witness', { k: 5 }, /^witness would ignore k/],
    ['witness', { doubt: 'never', alpha: 0.1 }, /would ignore alpha: with doubt=never/],
  ] as const) {
    assert.match(refused(method, given), message, method);
  }
  for (const [method, given] of [
    ['softpatch-lof', { k: 9, tau: 0.2, softWeights: false, firstPickFromKept: true }],
    ['patchcore', { discriminator: 'lof', k: 5, tau: 0.1 }],
    ['witness', { judges: 'both', k: 5, others: 3 }],
  ] as const) {
    assert.equal(refused(method, given), '');
  }
});

test('of a sweep, a switch counts that one of its points uses', () => {
  assert.equal(refused('patchcore', { discriminator: 'nearest' }, [{ tau: 0 }, { tau: 0.1 }]), '');
  assert.match(refused('softpatch-gaussian', {}, [{ k: 3 }, { k: 5 }]), /would ignore k/);
});
