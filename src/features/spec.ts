import type { Affine } from '../image/affine.js';
import type { Preprocessing } from '../image/preprocess.js';

/** Where a backbone's weights come from. */
export type WeightSource = { kind: 'file'; path: string } | { kind: 'random'; seed: number };

/** Which library runs the network; `auto` prefers the faster one that is present. */
export type ExecutorChoice = 'auto' | 'onnx' | 'tfjs';

export const EXECUTORS: readonly ExecutorChoice[] = ['auto', 'onnx', 'tfjs'];

/** Everything a patch embedding depends on beside the image. */
export interface FeatureSpec {
  backbone: string;
  /** In order; the first one's grid is the patch grid. */
  layers: readonly string[];
  weights: WeightSource;
  preprocessing: Preprocessing;
  executor: ExecutorChoice;
}

/** An image to embed, with the change of an injected copy. */
export interface ImageRequest {
  path: string;
  augmentation?: Affine | null;
}
