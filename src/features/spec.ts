import type { Affine } from '../image/affine.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { TilePlace } from '../image/tiles.js';

/**
 * Where a backbone's weights come from. `within`: a self-contained detector's file holds them, their names behind a prefix; the
 * hash is that of the weight file they were taken from.
 */
export type WeightSource =
  | { kind: 'file'; path: string; within?: { prefix: string; sha256: string } }
  | { kind: 'random'; seed: number };

/**
 * What is kept of an image's layer maps: PatchCore's patch embedding [positions × 1024]; all channels of all layers, averaged over
 * 3 × 3 patches or over none (`pool` 1), [positions × channels]; or the maps themselves, one after another, each
 * [side × side × channels], of all layers' concatenated channels perhaps only some.
 */
export type Reading =
  | { kind: 'embedding' }
  | { kind: 'concatenation'; pool: 1 | 3 }
  | { kind: 'maps'; channels: readonly number[] | null };

/** How an ONNX network gives a layer: [1 × c × h × w], [1 × h × w × c], or [1 × (others + h·w) × c]. */
export type OnnxForm = 'channels-first' | 'channels-last' | 'tokens';

/** A layer of an ONNX network as a run of it gave it. */
export interface OnnxLayer {
  layer: string;
  form: OnnxForm;
  channels: number;
  /** Rows and columns of its grid. */
  side: number;
  /** Tokens in front of the grid's (class, registers), which are dropped; 0 for maps. */
  others: number;
}

/** What is read of an ONNX file's network (`describeOnnx`); the file itself is named by the weights. */
export interface OnnxNetwork {
  layers: readonly OnnxLayer[];
}

/** Number formats of a network's weights and activations: floats, or integers of 8 bits (docs/backbones.md). */
export type NetworkPrecision = 'single' | 'int8';

export const NETWORK_PRECISIONS: readonly NetworkPrecision[] = ['single', 'int8'];

/** What an activation's values span; 0 lies within. */
export type Span = readonly [low: number, high: number];

/** Spans of a network's activations by their names. */
export type Spans = Readonly<Record<string, Span>>;

/** Everything a patch embedding depends on beside the image, and beside the engine, which agrees to rounding. */
export interface FeatureSpec {
  backbone: string;
  /** In order; the first one's grid is the patch grid. */
  layers: readonly string[];
  weights: WeightSource;
  /** Where the network is an ONNX file's: what it gives for images of the preprocessing's crop. */
  network?: OnnxNetwork;
  preprocessing: Preprocessing;
  /** The patch embedding where left out. */
  reading?: Reading;
  /** Single where left out. */
  precision?: NetworkPrecision;
  /** Of a network in 8 bits: what its activations span, measured on training images when a detector is fitted. */
  spans?: Spans;
}

/** An image to embed, with the change of an injected copy. */
export interface ImageRequest {
  path: string;
  augmentation?: Affine | null;
  /** The part of the picture that is meant, where the preprocessing is by tiles. */
  tile?: TilePlace;
}
