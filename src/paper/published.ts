/** A number the paper's appendix prints (or, where it prints none, the mean of what it prints), r = 0.1, WideResNet50. */
export interface Published {
  table: 'table-5' | 'table-6' | 'table-7' | 'table-8';
  system: string;
  overlap: boolean;
  /** Mean over the 15 categories of MVTec AD; null where only single categories are at hand. */
  mean: number | null;
  /** Single categories that are at hand. */
  categories?: Readonly<Record<string, number>>;
  /** Table 7 as printed repeats detection numbers in four columns; this is the localisation number of Table 5. */
  corrected?: number;
}

const table = (
  name: Published['table'],
  overlap: boolean,
  rows: readonly (readonly [string, number, Record<string, number>?, number?])[],
): Published[] =>
  rows.map(([system, mean, categories, corrected]) => ({
    table: name,
    system,
    overlap,
    mean,
    ...(categories && { categories }),
    ...(corrected !== undefined && { corrected }),
  }));

/** Tables 5 (pixel AUROC), 6 (image AUROC) and 7 (captioned pixel AUROC) of the appendix (docs/methods.md 9). */
export const PUBLISHED: readonly Published[] = [
  ...table('table-5', false, [
    ['padim', 0.9719, { cable: 0.916 }],
    ['cflow', 0.9689, { transistor: 0.887 }],
    ['patchcore', 0.9555, { metal_nut: 0.842 }],
    ['softpatch-nearest', 0.9709, { metal_nut: 0.894 }],
    ['softpatch-gaussian', 0.9769, { wood: 0.946 }],
    ['softpatch-lof', 0.9795, { wood: 0.939 }],
  ]),
  ...table('table-5', true, [
    ['padim-star', 0.9549, { grid: 0.879 }],
    ['cflow', 0.9618, { transistor: 0.834 }],
    ['patchcore', 0.6534, { transistor: 0.317, screw: 0.745 }],
    ['patchcore-random', 0.9506, { grid: 0.882 }],
    ['softpatch-lof', 0.9689, { hazelnut: 0.924, screw: 0.969 }],
  ]),
  ...table('table-6', true, [
    ['padim-star', 0.7403, { transistor: 0.471 }],
    ['padim-star+padim-star', 0.828, { screw: 0.542 }],
    ['cflow', 0.9103, { screw: 0.57 }],
    ['padim-star+cflow', 0.9093, { screw: 0.639 }],
    ['patchcore', 0.6827, { hazelnut: 0.441, screw: 0.71 }],
    ['padim-star-0.1+patchcore', 0.9157, { transistor: 0.777 }],
    ['padim-star+patchcore', 0.935, { transistor: 0.825 }],
    ['softpatch-lof', 0.9815, { screw: 0.923 }],
  ]),
  ...table('table-7', true, [
    ['padim-star', 0.74, undefined, 0.9549],
    ['padim-star+padim-star', 0.963, undefined, 0.9626],
    ['cflow', 0.91, undefined, 0.9618],
    ['padim-star+cflow', 0.969, undefined, 0.9687],
    ['patchcore', 0.683, undefined, 0.6534],
    ['padim-star-0.1+patchcore', 0.865, undefined, 0.8653],
    ['padim-star+patchcore', 0.889, undefined, 0.8894],
    ['softpatch-lof', 0.982, undefined, 0.9689],
  ]),
];

/** Table 8: mean seconds of a category, training and inference, on an RTX TITAN. */
export const PUBLISHED_SECONDS: readonly { system: string; train: number; infer: number }[] = [
  { system: 'softpatch-lof', train: 21.3, infer: 15.61 },
  { system: 'patchcore', train: 21.39, infer: 15.88 },
  { system: 'padim-star+patchcore', train: 74.29, infer: 15.54 },
];

/**
 * What the authors' README claims of SoftPatch-LOF at r = 0.1 without overlap: image and pixel AUROC (docs/methods.md 4.5). Another run
 * than Table 5's: single categories of the two differ by up to .036.
 */
export const AUTHORS_README: Readonly<Record<string, readonly [image: number, pixel: number]>> = {
  bottle: [1, 0.988],
  cable: [0.99, 0.986],
  capsule: [0.965, 0.988],
  carpet: [0.997, 0.992],
  grid: [1, 0.994],
  hazelnut: [1, 0.991],
  leather: [1, 0.993],
  metal_nut: [0.999, 0.985],
  pill: [0.956, 0.98],
  screw: [0.953, 0.994],
  tile: [0.987, 0.965],
  toothbrush: [0.993, 0.986],
  transistor: [0.997, 0.906],
  wood: [0.985, 0.971],
  zipper: [0.975, 0.989],
};
