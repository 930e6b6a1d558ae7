import assert from 'node:assert/strict';
import test from 'node:test';
import { watchHang } from '../../../src/jupyter/notebook/hang.js';

/** Why a watch with a limit of 3 s says hung, over CPU seconds at each pulse; a sign of progress before the pulses of `signs`. */
function judged(cpu: number[], signs: number[] = []): string[] {
  const said: string[] = [];
  const watch = watchHang(3, (why) => said.push(why));
  cpu.forEach((value, i) => {
    if (signs.includes(i)) watch.sign();
    watch.pulse(value);
  });
  return said;
}
const pulses = (count: number, each: number): number[] => Array.from({ length: count }, (_, i) => i * each);

test('watchHang: work without a sign of progress is a hang by its CPU seconds, told once', () => {
  assert.deepEqual(judged(pulses(7, 0.5)), ['worked 3 s without a sign of progress']);
  assert.deepEqual(judged(pulses(9, 0.5)), ['worked 3 s without a sign of progress']);
  assert.deepEqual(judged(pulses(12, 0.5), [4, 8]), [], 'with signs it may take as long as it likes');
});

test('watchHang: a starved machine is no hang, waiting without any work is', () => {
  assert.deepEqual(judged(pulses(40, 0.05)), [], 'little CPU a pulse: 2 s in all');
  assert.deepEqual(judged(Array(8).fill(0)), ['waited 3 s for nothing']);
  assert.deepEqual(judged([0, 0, 0, 0, 0, 0.5, 0.5, 0.5]), []);
});
