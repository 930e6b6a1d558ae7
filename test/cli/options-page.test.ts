import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { softpatch } from './command.js';

test('docs/command-line.md names every option of the commands it describes', async () => {
  const page = await readFile('docs/command-line.md', 'utf8');
  let options = 0;
  for (const command of ['evaluate', 'sweep', 'fit', 'detect', 'run']) {
    const { stdout } = await softpatch([command, '--help']);
    for (const [, option] of stdout.split('Examples:')[0].matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)) {
      if (option !== '--help') assert.ok(page.includes(`\`${option}`), `${command} ${option}`);
      options++;
    }
  }
  assert.ok(options > 100, `${options} options`);
});
