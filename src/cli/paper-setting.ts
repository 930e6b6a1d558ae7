import { existsSync } from 'node:fs';
import type { WeightSource } from '../features/spec.js';
import { weightPath, weightsIn } from '../features/weight-files.js';
import type { PaperSetting, TsneEngine } from '../paper/plan.js';

/** What `softpatch run` lets a user choose of the paper's setting. */
export interface PaperOptions {
  /** Folder of weight files. */
  weights: string;
  backbone?: string;
  ratio: number;
  cflow: string;
  tsne: TsneEngine;
  size?: number;
  set?: Record<string, Record<string, unknown>>;
}

/** The setting all cells share: WideResNet50 where its weights are at hand, else ResNet18; PaDiM* is always ResNet18. */
export function paperSettingOf(options: PaperOptions, data: string, note: (text: string) => void): PaperSetting {
  const { ratio, cflow, tsne, size, set: switches } = options;
  const weightsOf = (backbone: string): WeightSource => {
    const found = weightsIn(options.weights, backbone);
    const path = weightPath(backbone, options.weights);
    if (found.kind === 'random') note(`${path} is not there: ${backbone} runs with seeded random weights`);
    return found;
  };
  const wide = 'wide_resnet50_2';
  const backbone = options.backbone ?? (existsSync(weightPath(wide, options.weights)) ? wide : 'resnet18');
  const weights = weightsOf(backbone);
  const starWeights = backbone === 'resnet18' ? weights : weightsOf('resnet18');
  const preprocessing = size === undefined ? undefined : { resize: size, crop: size };
  return { data, backbone, weights, starWeights, ratio, cflow, tsne, preprocessing, switches };
}
