import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InputError, unreadableFile } from '../errors.js';
import type { Affine } from '../image/affine.js';
import type { NoiseAugmentation } from './augmentation.js';

/** A noise draw on paper: which test images were injected, relative to the category's folder, in drawn order. */
export interface NoiseManifest {
  category: string;
  /** r, relative to the nominal images; `ratio` in files made elsewhere. */
  noise: number;
  images: string[];
  overlap?: boolean;
  seed?: number;
  augmentation?: NoiseAugmentation;
  /** One drawn change an image, null for none. */
  draws?: (Affine | null)[];
}

const draw: z.ZodType<Affine> = z.object({
  angle: z.number(),
  shiftX: z.number(),
  shiftY: z.number(),
  scale: z.number().positive(),
  shear: z.number(),
});

const fields = z.object({
  category: z.string(),
  noise: z.number().min(0),
  images: z.array(z.string()),
  overlap: z.boolean().optional(),
  seed: z.number().int().optional(),
  augmentation: z.enum(['none', 'affine', 'rotation', 'slight']).optional(),
  draws: z.array(draw.nullable()).optional(),
});

/** Draws on paper from elsewhere name r `ratio`. */
const schema = z.preprocess((json) => {
  if (typeof json !== 'object' || json === null || 'noise' in json || !('ratio' in json)) return json;
  const { ratio, ...rest } = json;
  return { ...rest, noise: ratio };
}, fields) as z.ZodType<NoiseManifest>;

/**
 * Reads a noise manifest `{category, noise, images: […]}`.
 * @throws InputError naming the file: missing, not JSON, or fields of the wrong kind.
 */
export async function readManifest(path: string): Promise<NoiseManifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadableFile('noise manifest', path, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError(`noise manifest ${path} is not JSON`, 'Give {"category", "noise", "images"}');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const why = /received undefined/.test(issue.message) ? 'is missing' : issue.message.toLowerCase();
  throw new InputError(
    `noise manifest ${path}: ${issue.path.join('.') || 'it'} ${why}`,
    'Give {"category", "noise", "images"}',
  );
}
