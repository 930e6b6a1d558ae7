import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Detector } from '../detector/model.js';
import { InputError } from '../errors.js';
import type { WeightSource } from '../features/spec.js';
import { WEIGHTS_FOLDER } from '../features/weight-files.js';
import { weightsIdentity } from '../features/weights-identity.js';

/**
 * The weights a detector was fitted with: where they were, else by hash among the files of their kind of `data/weights`, beside the
 * detector, and of the folder they were in, files of the same name first.
 * @param model path of the detector. @throws InputError that says what is missing and how to give it.
 */
export async function locateWeights(
  model: string,
  { features, weightsSha256 }: Pick<Detector, 'features' | 'weightsSha256'>,
): Promise<WeightSource> {
  const { backbone, weights } = features;
  if (weights.kind === 'random' || weights.within) return weights;
  const folders = [
    ...new Set([WEIGHTS_FOLDER, dirname(resolve(model)), dirname(weights.path)].map((folder) => resolve(folder))),
  ];
  const here = await Promise.all(folders.map((folder) => filesOf(folder, extname(weights.path))));
  const sameName = (path: string): number => (basename(path) === basename(weights.path) ? 0 : 1);
  const others = here.flat().filter((path) => path !== resolve(model));
  for (const path of [weights.path, ...others.sort((a, b) => sameName(a) - sameName(b))]) {
    const source = { kind: 'file', path } as const;
    const found = await weightsIdentity({ backbone, weights: source }).catch(() => null);
    if (found === weightsSha256) return source;
  }
  throw new InputError(
    `${model} needs the ${backbone} weights it was fitted with (${weights.path}, SHA-256 ${weightsSha256.slice(0, 16)}…), ` +
      `and they are neither there nor in ${folders.join(', ')}`,
    'Give them with --weights FILE or put them into one of these folders; softpatch fit --self-contained keeps them in the detector',
  );
}

async function filesOf(folder: string, extension: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
}
