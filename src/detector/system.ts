import type { OnnxGraph } from '../engine/onnx-graph.js';
import type { Resources } from '../engine/resources.js';
import type { FeatureReader } from '../features/reader.js';
import type { FeatureSpec, ImageRequest, OnnxNetwork } from '../features/spec.js';
import type { Random } from '../random.js';
import type { StoredTensor } from '../storage/safetensors.js';

/** A method's switches: plain values, so that they can be written to JSON and set by name. */
export type Settings = Record<string, unknown>;

/** Named tensors: what a fitted detector is made of. */
export type Tensors = Record<string, StoredTensor>;

/** What a system reads of an image unless the user says otherwise. */
export type ReadingDefaults = Pick<FeatureSpec, 'backbone' | 'layers' | 'preprocessing' | 'reading'>;

/** What the user chose that a reading depends on. */
export interface ReadingChoice {
  backbone?: string;
  layers?: readonly string[];
  /** Where the backbone is an ONNX file's. */
  network?: OnnxNetwork;
  settings?: Settings;
  seed?: number;
}

/** The test set, for rules that look at it while training. */
export interface Judge {
  /** Identity of what it measures, for checkpoints. */
  key(): Promise<string>;
  measure(half: Fitted): Promise<{ image: number | null; pixel: number | null }>;
}

/** What a fit is given beside the images. */
export interface FitGiven {
  /** Every draw of the fit comes from it. */
  random: Random;
  /** Measures a half-trained detector on the test set; only for rules that look there (docs/methods.md 6.2). */
  judge?: Judge;
  /** Images whose features memory takes at a time; null or left out: all. Only for systems that {@link System.streams}. */
  atATime?: number | null;
  /** [images] the picture each is a tile of; left out where images are whole pictures. Only for systems of {@link System.tiles}. */
  pictures?: Int32Array;
}

/** Patches that memory does not take together. */
export interface StreamSize {
  images: number;
  /** Patches an image, values a patch. */
  positions: number;
  dimensions: number;
}

/** What fitting on them takes. */
export interface StreamCost {
  /** Bytes of memory beside a block of features and the networks. */
  bytes: number;
  /** Times that all features are read. */
  passes: number;
  /** Work after the network, in multiplications of a projection; roughly. */
  products: number;
}

/** What a detector says of an image. */
export interface Scored {
  score: number;
  /** [crop × crop], of pictures seen in tiles [height × width]; larger is more anomalous. */
  map: Float32Array;
}

/** What a method that judges its training images found, with its reasons; plain values, as they are written to JSON. */
export interface Decision {
  /** Whether dirt is found, so that doubt is more than free. */
  cleans: boolean;
  /** Estimated share of dirty images, with an interval. */
  share: number;
  interval: [lower: number, upper: number];
  judges: {
    name: string;
    /** Whether it found dirt, so that it was heard. */
    heard: boolean;
    /** Share of ordinary images that doubt in full would raise, where dirt is likely or proven; else null. */
    price: number | null;
    /** Whether doubt is sparing, and the deviations above an ordinary image from which a patch is doubted; null where none is for being odd. */
    sparing: boolean;
    from: number | null;
    interval: [lower: number, upper: number];
    /** Images beyond each cut, those expected if all were clean, and how likely so many are then. */
    tail: { beyond: number; images: number; expected: number; pValue: number }[];
  }[];
  /** Suspected images, worst first: index in the training list, the judge, its deviations, and the p-value of a clean image. */
  suspects: { image: number; judge: string; deviations: number; pValue: number }[];
  /** Patches doubted, and coreset rows among them. */
  doubtedPatches: number;
  doubtedRows: number;
}

/** A detector that has seen its training images. */
export interface Fitted {
  /** Seconds by stage so far: `fit`, `denoise`, `coreset`, `search`, `map`. */
  seconds: Partial<Record<'fit' | 'denoise' | 'coreset' | 'search' | 'map', number>>;
  /** Worth saying beside the result, e.g. where training stopped. */
  notes?: readonly string[];
  /**
   * Scores images, in order; the signal is the lab's it was fitted or restored with.
   * @param options `alone`: score each image by itself, as in production; otherwise the images are one test set, to which a system
   * may relate its scores (CFLOW does, as its authors).
   */
  score(images: readonly ImageRequest[], options?: { alone?: boolean }): AsyncGenerator<Scored>;
  /** For methods that judge their training images: what was found. Images suspected are dropped where the method is a filter. */
  decision?: Decision;
  /** Everything needed to {@link System.restore} it. */
  tensors(): Promise<Tensors>;
  /** Scores some training images as if they were new; without it the calibration refits in folds. */
  leaveOut?(indices: readonly number[]): Promise<Float32Array>;
}

/** A graph that reads images as far as a detector's layers. */
export interface OnnxStart {
  graph: OnnxGraph;
  spec: FeatureSpec;
  /** Each layer's map [n × channels × side × side]. */
  maps: readonly string[];
  tensors: Tensors;
  settings: Settings;
  /** Whether large constants are kept in half precision. */
  half: boolean;
}

/** A detector's end of a graph. */
export interface OnnxEnd {
  /** [n] */
  score: string;
  /** [n × crop × crop] */
  map: string;
}

/** A method by name: fit(images) → score. Adding one means one file like padim.ts and one line in systems.ts. */
export interface System {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Named sets of switches; the first is the default. */
  readonly profiles: readonly string[];
  /**
   * What it reads of an image under a profile, with the channels it draws.
   */
  reading(profile: string, chosen?: ReadingChoice): ReadingDefaults;
  /** All switches under a profile with some set by the user. @throws InputError naming an impossible or unknown one. */
  settings(profile: string, set?: Settings): Settings;
  /** Its images may be tiles of pictures; {@link Fitted.leaveOut} then takes pictures. */
  readonly tiles?: boolean;
  /** It fits on more images than memory holds, block by block, to the same numbers; what that takes. */
  streams?(size: StreamSize, settings: Settings): StreamCost;
  fit(
    lab: Resources,
    reader: FeatureReader,
    train: readonly ImageRequest[],
    settings: Settings,
    given: FitGiven,
  ): Promise<Fitted>;
  /** A detector from what {@link Fitted.tensors} gave. @throws InputError when they do not fit together. */
  restore(lab: Resources, reader: FeatureReader, tensors: Tensors, settings: Settings): Promise<Fitted>;
  /** Adds what {@link Fitted.score} does with an image alone to an ONNX graph; a system without it cannot be exported. */
  addToGraph?(start: OnnxStart): OnnxEnd;
}
