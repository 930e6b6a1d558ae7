import assert from 'node:assert/strict';
import test from 'node:test';
import { Command, InvalidArgumentError } from 'commander';
import { addCalibrationOptions } from '../../src/cli/calibration-options.js';
import { refuseIgnored } from '../../src/cli/ignored-options.js';
import { list, numbers } from '../../src/cli/lists.js';
import { addMethodOptions } from '../../src/cli/method-options.js';
import { addCacheOptions, addFeatureOptions, addNoiseOptions, byteCount } from '../../src/cli/options.js';

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
  const command = new Command(name).argument('[path...]').option('--data <dir>').option('--good <dir...>');
  command.option('--category <name>');
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

test('empty values are refused: a variable of a script that is not set', () => {
  assert.match(refused('fit', '--data', ''), /^--data is given an empty value/);
  assert.match(refused('fit', '--good', 'a', '', 'c'), /^--good is given an empty value/);
  assert.match(refused('fit', ''), /an argument is empty/);
});

test('of sweeps and plain folders too, what changes nothing is refused', () => {
  const [sweep, evaluate] = ['sweep', 'evaluate'].map((name) => (...args: string[]): string => {
    const command = new Command(name).option('--chart <file>').option('--mixed <dir>').option('--good <dir...>');
    for (const option of ['--taus <n>', '--ks <n>', '--ratios <n>', '--mask-mode <m>']) command.option(option);
    addMethodOptions(addNoiseOptions(command)).parse(args, { from: 'user' });
    try {
      refuseIgnored(command);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  });
  assert.match(sweep('--tau', '0.1'), /^--tau would be ignored: the sweep runs over τ/);
  assert.match(sweep('--k', '3', '--ks', '4'), /^--k would be ignored/);
  assert.match(sweep('--ratio', '0.1', '--ratios', '0.2'), /^--ratio would be ignored/);
  assert.equal(sweep('--tau', '0.1', '--ks', '3') + sweep('--tau', '0.1', '--chart', 'c.svg'), '');
  assert.match(evaluate('--good', 'a'), /^--good would be ignored: it needs --mixed/);
  assert.match(evaluate('--mixed', 'a'), /^--mixed would be ignored: it needs --good/);
  assert.match(evaluate('--good', 'a', '--mixed', 'b', '--mask-mode', 'half'), /^--mask-mode .* have no masks/);
  assert.match(
    evaluate('--noise', '0.1', '--noise-manifest', 'm', '--repeat-noise'),
    /^--repeat-noise would be ignored: the manifest/,
  );
});

test('an amount of memory is bytes, or K, M, G, T of them', () => {
  assert.equal(byteCount('6GB'), 6 * 2 ** 30);
  assert.equal(byteCount('1.5 GiB'), 1.5 * 2 ** 30);
  assert.equal(byteCount('800m'), 800 * 2 ** 20);
  assert.equal(byteCount('12345'), 12345);
  for (const text of ['', '0', 'GB', '-1GB', '6 gigabytes', '1e9']) {
    assert.throws(() => byteCount(text), InvalidArgumentError, text);
  }
});
