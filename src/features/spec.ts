import type { Affine } from '../image/affine.js';
import type { Preprocessing } from '../image/preprocess.js';

/**
 * Where a backbone's weights come from. `within`: a self-contained detector's file holds them, their names behind a prefix; the
 * hash is that of the weight file they were taken from.
 */
export type WeightSource =
  | { kind: 'file'; path: string; within?: { prefix: string; sha256: string } }
  | { kind: 'random'; seed: number };

/**
 * What is kept of an image's layer maps: PatchCore's patch embedding [positions × 1024], or the maps themselves, one
 * after another, each [side × side × channels]; of all layers' concatenated channels perhaps only some.
 */
export type Reading = { kind: 'embedding' } | { kind: 'maps'; channels: readonly number[] | null };

/** Everything a patch embedding depends on beside the image, and beside the engine, which agrees to rounding. */
export interface FeatureSpec {
  backbone: string;
  /** In order; the first one's grid is the patch grid. */
  layers: readonly string[];
  weights: WeightSource;
  preprocessing: Preprocessing;
  /** The patch embedding where left out. */
  reading?: Reading;
}

/** An image to embed, with the change of an injected copy. */
export interface ImageRequest {
  path: string;
  augmentation?: Affine | null;
}
