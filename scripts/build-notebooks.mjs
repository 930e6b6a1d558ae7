// Puts the notebooks without their outputs beside the code, so that the package holds them for `softpatch notebooks`.
import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readNotebook, withoutOutputs, writeNotebook } from '../build/src/jupyter/notebook/notebook-file.js';

const to = 'build/src/course';
await rm(to, { recursive: true, force: true });
for (const name of readdirSync('notebooks', { recursive: true }).map(String)) {
  if (!name.endsWith('.ipynb') || /(^|[\\/])\.|node_modules/.test(name)) continue;
  await mkdir(dirname(join(to, name)), { recursive: true });
  await writeNotebook(join(to, name), withoutOutputs(await readNotebook(join('notebooks', name))));
}
