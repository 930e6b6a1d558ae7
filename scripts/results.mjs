// Runs the grid behind the README's results table on real data, one file a cell; finished cells are kept.
//   node scripts/results.mjs [screw-0.01|magnetic_tile-0.01|screw-0.1] (SOFTPATCH_SHARED names the folder with data sets and weights)
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createRandom,
  evaluate,
  evaluateConfig,
  injectNoise,
  openCache,
  openCategory,
  readManifest,
  startThreads,
  writeJson,
} from 'softpatch-lab';
import { GRIDS } from './results-grids.mjs';

const shared = process.env.SOFTPATCH_SHARED ?? '../shared';
const wanted = process.argv.slice(2);
const threads = startThreads();
// Cells share features, weights and banks through the cache; its counts say what a cell reused.
const cacheFolder = process.env.SOFTPATCH_CACHE ?? 'data/cache';
const reporter = { stage: () => () => undefined, note: console.error };

for (const grid of GRIDS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const category = await openCategory(join(shared, grid.data), grid.category);
  for (const cell of grid.cells) {
    const path = join('data/results', grid.name, `${cell.name}.json`);
    if (existsSync(path)) continue;
    const manifest =
      cell.noise.ratio > 0 && grid.manifest ? await readManifest(join(shared, grid.manifest)) : undefined;
    const weights = { kind: 'file', path: join(shared, 'weights/resnet18.safetensors') };
    const features = { backbone: 'resnet18', weights };
    const filter = cell.filter && { ...cell.filter, features };
    const config = evaluateConfig({ ...cell, filter, features });
    const noisy = injectNoise(category, { ...config.noise, manifest }, createRandom(config.seed).fork('noise'));
    const result = await evaluate(threads, noisy, config, { reporter, cache: openCache(cacheFolder, console.error) });
    // Cells run in one process and share a cache: their timings and memory say nothing, the bench measures those.
    const { images, timings, peakMemoryBytes, cache, ...row } = result;
    row.config.features.weights.path = 'resnet18.safetensors';
    // Only what training flows cost is said: it is trained once, and the second setting of a cell finds it in the cache.
    if (timings.fit > 0 && cell.method === 'cflow') row.trainingSeconds = timings.fit;
    await writeJson(path, row);
    const shown = [result.image.auroc, result.pixel.auroc].map((value) => value?.toFixed(4) ?? '–').join(' / ');
    console.log(`${grid.name} ${cell.name}: ${shown} in ${timings.total.toFixed(1)} s`);
  }
}
await threads.close();
