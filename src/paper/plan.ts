import { stat } from 'node:fs/promises';
import { openCategory } from '../dataset/layouts.js';
import type { NoisyCategory } from '../dataset/noise.js';
import { SYSTEMS } from '../detector/systems.js';
import { type EvaluateConfig, evaluateConfig } from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import type { WeightSource } from '../features/spec.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { contentKey } from '../storage/cache.js';
import { AUTHORS_DRAWS } from './authors-code.js';
import { CELL_VERSION } from './cell-file.js';
import type { Cell } from './grid.js';
import { paperSystem } from './systems.js';

/** What all cells of a run share. */
export interface PaperSetting {
  /** Folder of categories. */
  data: string;
  backbone: string;
  weights: WeightSource;
  /** Backbone and weights of PaDiM*, ResNet18 in the paper. */
  starWeights: WeightSource;
  /** ρ of greedy coresets. */
  ratio: number;
  /** Profile of CFLOW. */
  cflow: string;
  /** Routine of Figure 5: our exact t-SNE, or the package tsne-js on fewer rows. Default: exact. */
  tsne?: TsneEngine;
  /** Sides in pixels where they differ from the systems' own, e.g. for small pictures. */
  preprocessing?: { resize: number; crop: number };
  /** Switches of single methods, e.g. fewer epochs. */
  switches?: Readonly<Record<string, Record<string, unknown>>>;
}

/** Routines that place coresets in the plane. */
export type TsneEngine = 'exact' | 'tsne-js';

/** A cell with everything it depends on. */
export interface PlannedCell {
  cell: Cell;
  config: EvaluateConfig;
  noisy: NoisyCategory;
  tsne: TsneEngine;
  /** Hash of the full configuration: method, features, weights, names and sizes of images, noise draw. */
  key: string;
}

/** Plans cells; each category is read once, and the size of each image. Engines agree to rounding and are not part of a cell's key. */
export function createPlanner(setting: PaperSetting): (cell: Cell) => Promise<PlannedCell> {
  const categories = new Map<string, ReturnType<typeof openCategory>>();
  const sizes = new Map<string, Promise<number>>();
  const sizeOf = (path: string): Promise<number> => {
    let size = sizes.get(path);
    if (!size) {
      size = stat(path).then((found) => found.size);
      sizes.set(path, size);
    }
    return size;
  };
  return async (cell) => {
    let opened = categories.get(cell.category);
    if (!opened) {
      opened = openCategory(setting.data, cell.category);
      categories.set(cell.category, opened);
    }
    const config = cellConfig(cell, setting);
    const noisy = contaminate(await opened, config);
    const { weights: _, ...features } = config.features;
    const filter = config.filter && { ...config.filter, features: { ...config.filter.features, weights: null } };
    const content: unknown[] = [
      CELL_VERSION,
      cell,
      { ...config, features, filter },
      await weightsIdentity(config.features),
      config.filter && (await weightsIdentity(config.filter.features)),
      await Promise.all([...noisy.train, ...noisy.test].map(async ({ name, path }) => [name, await sizeOf(path)])),
    ];
    const { tsne = 'exact' } = setting;
    if (cell.kind === 'coreset' && tsne !== 'exact') content.push(tsne);
    return { cell, config, noisy, tsne, key: contentKey(content) };
  };
}

function cellConfig({ category, system, noise, overlap, draw, images }: Cell, setting: PaperSetting): EvaluateConfig {
  const { method, budget, profile } = paperSystem(system);
  const features = (name: string): { backbone?: string; weights: WeightSource } =>
    name === 'padim-star' ? { weights: setting.starWeights } : { backbone: setting.backbone, weights: setting.weights };
  const preprocessing = setting.preprocessing;
  const greedy = ['patchcore', 'softpatch-lof', 'softpatch-nearest', 'softpatch-gaussian'];
  const choice = (name: string) => ({
    method: name,
    profile: name === 'cflow' ? setting.cflow : name === 'padim' ? 'anomalib' : undefined,
    features: { ...features(name), preprocessing },
    settings: { ...(greedy.includes(name) ? { ratio: setting.ratio } : {}), ...setting.switches?.[name] },
  });
  const chosen = choice(method);
  const manifest = images && AUTHORS_DRAWS[category];
  const set = {
    ...chosen,
    profile: profile ?? chosen.profile,
    filter: budget === undefined ? null : { ...choice('padim-star'), budget },
    contamination: { noise, overlap, ...(manifest && { manifest }) },
    seed: draw,
  };
  return evaluateConfig(set, SYSTEMS);
}
