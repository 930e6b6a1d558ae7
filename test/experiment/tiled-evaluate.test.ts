import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { checkBankConfig } from '../../src/detector/config.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { openLab } from '../../src/experiment/lab.js';
import { featureReader } from '../../src/features/reader.js';
import { encodePng } from '../../src/image/codec.js';
import { stitch, tilesOf } from '../../src/image/tiles.js';
import { createRandom } from '../../src/random.js';
import { temporaryFolder } from '../temporary.js';

/** Pictures of stripes with a little noise; the flawed one has a bright spot, far from the middle. */
async function pictures(folder: string, sizes: readonly [number, number][], flaw: boolean): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const random = createRandom(flaw ? 2 : 1);
  return Promise.all(
    sizes.map(async ([width, height], i) => {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
        const x = Math.floor(at / 3) % width;
        const y = Math.floor(at / 3 / width);
        if (flaw && Math.hypot(x - (width - 20), y - 18) < 9) return 255;
        return 60 + 60 * (Math.floor(x / 8) % 2) + random.integer(8);
      });
      const path = join(folder, `${i}.png`);
      await writeFile(path, await encodePng({ width, height, channels: 3, data }));
      return path;
    }),
  );
}

test('a bank of tiles is fitted on pictures of any size and finds a spot where it is; score and map are those of the tiles', async (t) => {
  const root = await temporaryFolder(t);
  const sizes: [number, number][] = [
    [200, 96],
    [160, 64],
    [200, 96],
    [64, 64],
  ];
  const good = await pictures(join(root, 'good'), sizes, false);
  const [flawed] = await pictures(join(root, 'bad'), [[200, 96]], true);
  const lab = await openLab({ engine: 'wasm', threads: 2 });
  t.after(() => lab.close());
  const preprocessing = { resize: 64, crop: 64, tile: { overlap: 16 } };
  const features = { weights: { kind: 'random', seed: 0 }, preprocessing } as const;
  const config = evaluateConfig({ method: 'patchcore', settings: { ratio: 0.5 }, features });
  const plain = { label: 0, type: 'good', mask: null, noise: false, augmentation: null } as const;
  const train = good.map((path) => ({ ...plain, path, name: path }));
  const fitted = await fitDetector(lab, 'stripes', train, config);
  assert.equal(fitted.calibration.how, 'leave-one-out');
  assert.equal(fitted.calibration.scores.length, 4, 'a score a picture, not a tile');
  const path = join(root, 'model.safetensors');
  await saveDetector(path, fitted);
  const detector = await loadDetector(path);
  assert.deepEqual(detector.features.preprocessing.tile, { overlap: 16 });
  const found = [];
  for await (const one of detect(lab, detector, [flawed, good[0]])) found.push(one);
  assert.deepEqual(
    found.map(({ anomalous }) => anomalous),
    [true, false],
  );
  const [{ map, score }] = found;
  assert.equal(map.length, 200 * 96);
  const most = map.indexOf(Math.max(...map));
  assert.ok(
    Math.hypot((most % 200) - 180, Math.floor(most / 200) - 18) < 14,
    `the map is highest at ${most % 200}, ${Math.floor(most / 200)}`,
  );

  // By the definition: every tile scored alone, the worst one's score, the maps stitched.
  const { restore } = lab.systems.find(({ name }) => name === 'patchcore')!;
  const reader = await featureReader(lab, detector.features);
  const bare = await restore(lab, reader, detector.tensors, checkBankConfig(detector.settings));
  const size = { width: 200, height: 96 };
  const places = tilesOf(size, 64, 16);
  const scored = [];
  for (const tile of places) for await (const one of bare.score([{ path: flawed, tile }])) scored.push(one);
  assert.equal(score, Math.max(...scored.map((one) => one.score)));
  assert.deepEqual(
    map,
    stitch(
      places,
      scored.map((one) => one.map),
      size,
      64,
    ),
  );

  const padim = evaluateConfig({ method: 'padim', features });
  await assert.rejects(fitDetector(lab, 'stripes', train, padim), /padim cannot be fitted on tiles/);
  const small = await pictures(join(root, 'small'), [[200, 40]], false);
  await assert.rejects(
    fitDetector(lab, 'x', [{ ...plain, path: small[0], name: 'x' }], config),
    /200×40 px is smaller than a tile/,
  );
});
