import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../errors.js';
import type { Raster } from '../../image/raster.js';
import { createRandom, type Random } from '../../random.js';
import { writeAtomically, writeError } from '../../storage/atomic.js';
import { isFolder } from '../listing.js';
import { toBytes } from './canvas.js';
import { type Difficulty, harder, PLAIN } from './difficulty.js';
import type { Defect, Scene } from './scene.js';
import { SCENES } from './scenes.js';

/** How large a drawn category is. */
export interface DrawnOptions {
  seed: number;
  train: number;
  /** Nominal test images. */
  good: number;
  /** Images of each defect type. */
  defective: number;
  /** Side in pixels. */
  side?: number;
  /** What makes it harder; what is left out is plain. */
  difficulty?: Partial<Difficulty>;
}

/** A small set for tests and the quick start. */
export const SMALL_SET: DrawnOptions = { seed: 0, train: 40, good: 12, defective: 8 };

/** Encodes 8-bit pixels [side × side × channels] as a PNG. */
export type Encode = (image: Raster) => Promise<Uint8Array>;

/** One drawn picture and the exact mask of what the defect changed (all zero without a defect). */
export function drawPicture(
  scene: Scene,
  random: Random,
  side: number,
  defect?: Defect,
): { pixels: Uint8Array; mask: Uint8Array } {
  const pose = scene.pose(random.fork('pose'), side);
  const render = (flawed?: Defect): Uint8Array => {
    const canvas = scene.draw(random.fork('draw'), side, pose);
    flawed?.(canvas, random.fork('defect'), pose);
    scene.finish(canvas, random.fork('finish'));
    return toBytes(canvas);
  };
  const clean = render();
  const pixels = defect ? render(defect) : clean;
  const mask = new Uint8Array(side * side);
  for (let i = 0; i < pixels.length; i++) if (pixels[i] !== clean[i]) mask[Math.floor(i / 3)] = 255;
  return { pixels, mask };
}

/**
 * Writes a drawn category in MVTec's layout under `data/category`: same options, same bytes. The folder appears whole or
 * not at all.
 * @throws InputError for an unknown category, an existing folder, or an unwritable place.
 */
export async function writeDrawnCategory(
  data: string,
  category: string,
  options: DrawnOptions,
  encode: Encode,
  progress?: (done: number, total: number) => void,
): Promise<string> {
  const plain = SCENES[category];
  if (!plain)
    throw new InputError(`there is no drawn category "${category}"`, `Choose one of ${Object.keys(SCENES).join(', ')}`);
  const scene = harder(plain, { ...PLAIN, ...options.difficulty });
  const root = resolve(data, category);
  if (await isFolder(root)) throw new InputError(`${root} exists already`, 'Remove it or choose another folder');
  const side = options.side ?? 256;
  const temporary = join(dirname(root), `.${basename(root)}.${randomBytes(6).toString('hex')}.tmp`);
  const types = Object.entries(scene.defects);
  const total = options.train + options.good + options.defective * types.length;
  let done = 0;
  const write = async (folder: string, index: number, defect?: [string, Defect]): Promise<void> => {
    const seeded = createRandom(options.seed).fork(`${category}/${folder}/${index}`);
    const { pixels, mask } = drawPicture(scene, seeded, side, defect?.[1]);
    const name = String(index).padStart(3, '0');
    const image = await encode({ width: side, height: side, channels: 3, data: pixels });
    await writeAtomically(join(temporary, folder, `${name}.png`), image);
    if (defect) {
      const encoded = await encode({ width: side, height: side, channels: 1, data: mask });
      await writeAtomically(join(temporary, 'ground_truth', defect[0], `${name}_mask.png`), encoded);
    }
    progress?.(++done, total);
  };
  try {
    await mkdir(temporary, { recursive: true });
    for (let i = 0; i < options.train; i++) await write('train/good', i);
    for (let i = 0; i < options.good; i++) await write('test/good', i);
    for (const type of types) for (let i = 0; i < options.defective; i++) await write(`test/${type[0]}`, i, type);
    await rename(temporary, root);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw writeError(root, error);
  }
  return root;
}
