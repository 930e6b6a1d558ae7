import assert from 'node:assert/strict';
import test from 'node:test';
import { Command, InvalidArgumentError } from 'commander';
import { addCalibrationOptions } from '../../src/cli/calibration-options.js';
import { refuseIgnored } from '../../src/cli/ignored-options.js';
import { list, numbers } from '../../src/cli/lists.js';
import { addMethodOptions } from '../../src/cli/method-options.js';
import { addCacheOptions, addFeatureOptions, addNoiseOptions } from '../../src/cli/options.js';

test('lists are read, empty items are errors', () => {
  assert.deepEqual(list('layer1, layer2'), ['layer1', 'layer2']);
  for (const text of ['', 'a,,b', 'a,', ',']) assert.throws(() => list(text), InvalidArgumentError);
});

test('numbers come as a list or a range', () => {
  assert.deepEqual(numbers('0, 0.1,0.2'), [0, 0.1, 0.2]);
  assert.deepEqual(numbers('0:0.3:0.1'), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(numbers('0.2:0.2:1'), [0.2]);
  for (const text of [
    '',
    '0,,1',
    '0,1,',
    'a',
    '0:1',
    '0:1:0.1:2',
    '0.4:0:0.1',
    '0:0.4:0',
    '0:1:-1',
    '0::1',
    '0:1:1e-9',
  ]) {
    assert.throws(() => numbers(text), InvalidArgumentError, text);
  }
});

/** What is refused of a command line. */
function refused(name: string, ...args: string[]): string {
  const command = new Command(name).option('--data <dir>').option('--good <dir...>').option('--category <name>');
  addFeatureOptions(command).option('--extend <file>').option('--out <file>');
  addCacheOptions(addNoiseOptions(addMethodOptions(addCalibrationOptions(command))));
  command.parse(args, { from: 'user' });
  try {
    refuseIgnored(command);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('options that would be ignored are refused, with the reason', () => {
  for (const [args, message] of [
    [['--data', 'd', '--good', 'g'], /^--data would be ignored: images come from --data or from --good/],
    [['--good', 'g', '--category', 'c'], /^--category would be ignored: it names a folder below --data/],
    [['--overlap'], /^--overlap would be ignored: without --noise/],
    [['--noise-augmentation', 'affine'], /^--noise-augmentation would be ignored/],
    [['--filter-budget', '0.1'], /^--filter-budget would be ignored: without --filter/],
    [['--no-cache', '--cache-limit', '3'], /^--cache-limit would be ignored/],
    [['--calibration', 'none', '--folds', '3'], /^--folds would be ignored/],
  ] as const) {
    assert.match(refused('evaluate', ...args), message);
  }
  assert.match(refused('fit', '--data', 'd', '--noise', '0.1', '--overlap'), /^--overlap .* fit has no test set/);
  assert.match(refused('fit', '--good', 'g', '--noise', '0.1'), /^--noise would be ignored: only a category/);
  const extend = ['--extend', 'a', '--out', 'b', '--good', 'g'];
  for (const [option, value] of [
    ['--tau', '0.1'],
    ['--method', 'patchcore'],
    ['--crop', '64'],
    ['--data', 'd'],
    ['--folds', '3'],
  ]) {
    assert.match(refused('fit', ...extend, option, value), new RegExp(`^${option} would be ignored`));
  }
  assert.match(refused('fit', '--extend', 'a', '--data', 'd'), /^--extend would be ignored: new images come from/);
  assert.equal(refused('fit', ...extend, '--seed', '3', '--false-alarms', '0.1', '--no-cache'), '');
  for (const args of [[], ['--data', 'd', '--category', 'c', '--noise', '0.1', '--overlap'], ['--folds', '3']]) {
    assert.equal(refused('evaluate', ...args), '');
  }
});
