import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { arrayFile, gatherFile, quoted, slurmOptions } from '../../src/cells/slurm.js';

const job = (options: string) => ({
  options: slurmOptions(options),
  command: ['/usr/bin/node', '/opt/soft patch/main.js', 'run', 'all', '--data', "it's"],
  folder: '/home/some one',
  logs: '/shared/logs',
});

test('an sbatch file says what was asked for, ends cleanly before its limit, and is requeued', () => {
  assert.equal(
    arrayFile(job('partition=x,time=2:00:00,cpus=8,mem=12G,array=32%8')),
    `#!/bin/bash
# Written by softpatch run --slurm. Every task takes cells that nobody has until none are left; logs are appended.
#SBATCH --job-name=softpatch
#SBATCH --partition=x
#SBATCH --time=2:00:00
#SBATCH --cpus-per-task=8
#SBATCH --mem=12G
#SBATCH --array=1-32%8
#SBATCH --output=/shared/logs/%A_%a.log
#SBATCH --open-mode=append
# A task that is told to end gives its cell back and asks for another turn.
#SBATCH --requeue
#SBATCH --signal=B:TERM@120

cd '/home/some one'
exec /usr/bin/node '/opt/soft patch/main.js' run all --data 'it'\\''s' --threads "$SLURM_CPUS_PER_TASK"
`,
  );
});

test('the gather job needs neither the tasks’ processors nor their memory', () => {
  const text = gatherFile(job('partition=x,cpus=8,mem=12G,account=lab'));
  assert.match(text, /--partition=x\n#SBATCH --account=lab\n/);
  assert.doesNotMatch(text, /cpus|mem=|--array|requeue/);
  assert.match(text, /--gather\n$/);
});

test('options are sbatch’s own; commas within values and flags without are kept, nonsense is refused', () => {
  assert.deepEqual([...slurmOptions('gres=gpu:a100:1,constraint=a|b,nodelist=n1,n2,exclusive')].slice(0, 4), [
    ['gres', 'gpu:a100:1'],
    ['constraint', 'a|b'],
    ['nodelist', 'n1,n2'],
    ['exclusive', null],
  ]);
  assert.equal(slurmOptions('array=3,5').get('array'), '3,5');
  assert.equal(slurmOptions('array=0-9:2%4').get('array'), '0-9:2%4');
  assert.equal(slurmOptions('time=1:00').get('array'), '1-8');
  for (const bad of ['Partition=x', 'array=many', 'signal=USR1', 'time=1\n#SBATCH --uid=0', ''])
    assert.throws(() => slurmOptions(bad), /Error|no option|no array|itself/, bad);
});

test('quoted words come back from a shell as they were', () => {
  for (const word of ['plain', "it's", 'a b', '$HOME', '`x`', 'a"b', '\\', '*', 'ü', '']) {
    assert.equal(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`]).toString(), word);
  }
});
