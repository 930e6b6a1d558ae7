import { basename, resolve } from 'node:path';
import { InputError } from '../errors.js';
import { readPixels } from '../image/codec.js';
import { gatherMaskDoubts } from '../image/mask-doubts.js';
import { readMask } from '../image/mask-file.js';
import type { ImageFacts, StoredPixels } from '../image/stored-pixels.js';
import type { Progress } from '../progress.js';
import type { Category, Sample } from './category.js';
import { imageTraits, traitTally } from './image-traits.js';
import { surveyCategory } from './layouts.js';
import { addUp, leftOutLine } from './left-out.js';
import { surveyFolder } from './listing.js';
import { type CountReport, checkCounts } from './mvtec-counts.js';

/** All that is worth knowing of a category before a run. */
export interface CategoryCheck extends CountReport {
  layout: string;
  /** Images of each kind: `png grey 8`. */
  kinds: Record<string, number>;
  /** Smallest and largest side of all images in pixels, upright. */
  sides: [least: number, most: number];
  /** What a run would stop at: files that cannot be read, images without mask, masks of another size. */
  errors: string[];
  /** What is read otherwise than one may expect. */
  warnings: string[];
  /** One line of files that are not read; empty where all are. */
  leftOut: string;
}

/**
 * Reads every image and mask of a category once and reports all there is to say, instead of stopping at the first.
 * @param folder of a category; a folder that is no category but holds images is checked as nominal ones.
 * @throws InputError when there is neither a category nor an image.
 */
export async function checkCategory(folder: string, name?: string, progress?: Progress): Promise<CategoryCheck> {
  const { problems, layout, ...category } = await open(folder, name);
  const errors = problems.map(({ message }) => message);
  const traits = traitTally();
  const doubts = gatherMaskDoubts();
  const kinds: Record<string, number> = {};
  const sides: [number, number] = [Number.POSITIVE_INFINITY, 0];
  const samples = [...category.train, ...category.test];
  for (const [i, sample] of samples.entries()) {
    const pixels = await attempt(() => readPixels(sample.path), errors);
    if (pixels) {
      count(kinds, sides, pixels.facts);
      traits.add(sample.path, imageTraits(pixels));
      if (pixels.data instanceof Float32Array)
        errors.push(`${sample.path} has ${pixels.facts.bits} bits a channel, which needs a window`);
      await checkMask(sample, pixels, doubts, errors);
    }
    progress?.(i + 1, samples.length);
  }
  return {
    ...checkCounts(category),
    layout,
    kinds,
    sides,
    errors,
    warnings: [...traits.sentences(), ...doubts.sentences()],
    leftOut: leftOutLine(category.leftOut),
  };
}

type Opened = Awaited<ReturnType<typeof surveyCategory>>;

async function open(folder: string, name: string | undefined): Promise<Opened> {
  try {
    return await surveyCategory(folder, name);
  } catch (error) {
    const { images, leftOut, problems } = await surveyFolder(folder);
    if (name || images.length === 0) throw error;
    const plain = { label: 0, type: 'good', mask: null } as const;
    const train = images.map(({ path, file }): Sample => ({ ...plain, path, name: file }));
    const category: Category = {
      name: basename(resolve(folder)),
      root: resolve(folder),
      train,
      test: [],
      masked: false,
      leftOut: addUp(leftOut),
    };
    return { ...category, problems, layout: 'a plain folder' };
  }
}

async function attempt<T>(work: () => Promise<T>, errors: string[]): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    errors.push(error.message);
    return undefined;
  }
}

function count(kinds: Record<string, number>, sides: [number, number], facts: ImageFacts): void {
  const kind = `${facts.format} ${facts.colour} ${facts.bits}`;
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  sides[0] = Math.min(sides[0], facts.width, facts.height);
  sides[1] = Math.max(sides[1], facts.width, facts.height);
}

async function checkMask(
  { mask, path }: Sample,
  { facts }: StoredPixels,
  doubts: ReturnType<typeof gatherMaskDoubts>,
  errors: string[],
): Promise<void> {
  if (!mask) return;
  const reading = await attempt(() => readMask(mask), errors);
  if (!reading) return;
  doubts.add(mask, reading.doubts);
  const { width, height } = reading.mask;
  if (width !== facts.width || height !== facts.height) {
    errors.push(`mask ${mask} is ${width}×${height}, its image ${path} is ${facts.width}×${facts.height}`);
  }
}
