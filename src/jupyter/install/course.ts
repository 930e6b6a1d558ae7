import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDrawnCategory } from '../../dataset/drawn/ensure.js';
import { EASY_SCENES } from '../../dataset/drawn/scenes.js';
import { InputError } from '../../errors.js';
import { packageVersion } from '../../experiment/versions.js';
import { encodePng } from '../../image/codec.js';
import { LESSON_SET } from '../../notebook/lesson.js';
import type { Reporter } from '../../progress.js';
import { writeAtomically } from '../../storage/atomic.js';

/** The notebooks without outputs, as the build puts them. */
const SOURCE = fileURLToPath(new URL('../../course', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../../..', import.meta.url));

const README = `# SoftPatch Lab: notebooks

    jupyter lab                          # kernel "TypeScript (SoftPatch Lab)"
    npx softpatch kernel install         # again, once on every machine this folder is copied to

The notebooks need nothing else: their pictures are drawn, in \`data/lesson\`. One cell of each switches to real images.
Figures go to \`figures/\`; files beside a notebook are imported with \`import … from './mine'\`. Solutions of the exercises are in \`solutions/\`.
`;

/** How a folder of one's own finds this package: by its version where it was installed, else where it lies. */
function dependency(): string {
  return /[\\/]node_modules[\\/]/.test(PACKAGE) ? packageVersion() : `file:${resolve(PACKAGE)}`;
}

/**
 * Writes a folder to teach or learn from: notebooks without outputs, their drawn images, package.json and a README. What is there already
 * stays. @returns names of the notebooks. @throws InputError where one of the notebooks exists already, or nothing can be written.
 */
export async function writeCourse(folder: string, reporter: Reporter): Promise<string[]> {
  const names = (await readdir(SOURCE, { recursive: true })).map(String).filter((name) => name.endsWith('.ipynb'));
  const there = names.find((name) => existsSync(join(folder, name)));
  if (there) throw new InputError(`${join(folder, there)} exists already`, 'Name another folder');
  for (const name of names) await writeAtomically(join(folder, name), await readFile(join(SOURCE, name)));
  const manifest = { private: true, type: 'module', dependencies: { 'softpatch-lab': dependency() } };
  const texts = { 'package.json': `${JSON.stringify(manifest, null, 2)}\n`, 'README.md': README };
  for (const [name, text] of Object.entries(texts))
    if (!existsSync(join(folder, name))) await writeAtomically(join(folder, name), text);
  const data = join(folder, 'data/lesson');
  for (const scene of EASY_SCENES)
    await ensureDrawnCategory(data, scene, LESSON_SET, encodePng, reporter.stage(`draw ${scene}`));
  return names.sort();
}
