import assert from 'node:assert/strict';
import test from 'node:test';
import { BANK_METHODS } from '../../src/detector/config.js';
import { findSystem, SYSTEMS } from '../../src/detector/systems.js';

test('every bank method has a system, and names are distinct', () => {
  const names = SYSTEMS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const method of BANK_METHODS) assert.ok(names.includes(method));
});

test('every profile of every system gives settings that are set by name, from text too', () => {
  for (const system of SYSTEMS) {
    for (const profile of system.profiles) {
      const settings = system.settings(profile);
      assert.deepEqual(system.settings(profile, settings), settings, `${system.name} ${profile}`);
      const text = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
      assert.deepEqual(system.settings(profile, text), settings, `${system.name} ${profile} from text`);
      assert.ok(system.reading(profile).layers.length > 0);
      assert.throws(() => system.settings(profile, { nonsense: 1 }), /there is no switch "nonsense"/);
    }
    assert.throws(() => system.settings('nonsense'), /has no profile "nonsense"/);
  }
});

test('unknown methods name the known ones', () => {
  assert.throws(
    () => findSystem('dinomaly'),
    (error: Error) =>
      error.message.includes('there is no method "dinomaly". Choose one of ') &&
      SYSTEMS.every(({ name }) => error.message.includes(name)),
  );
});

test('PaDiM draws its channels from the seed, sorted and distinct', () => {
  const channels = (seed: number, method = 'padim-star'): readonly number[] => {
    const { reading } = findSystem(method).reading(findSystem(method).profiles[0], { seed });
    assert.ok(reading?.kind === 'maps' && reading.channels);
    return reading.channels;
  };
  assert.deepEqual(channels(3), channels(3));
  assert.notDeepEqual(channels(3), channels(4));
  assert.deepEqual([channels(0).length, channels(0, 'padim').length], [100, 550]);
  assert.ok(channels(0).every((c, i, all) => i === 0 || c > all[i - 1]) && channels(0).at(-1)! < 448);
  const padim = findSystem('padim');
  assert.throws(
    () => padim.reading('original', { backbone: 'resnet18', settings: { channels: 449 } }),
    /resnet18 has 448 channels, not 449/,
  );
});
