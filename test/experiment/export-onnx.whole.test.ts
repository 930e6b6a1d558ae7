import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { chromium } from 'playwright-core';
import { openCategory } from '../../src/dataset/layouts.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { exportDetector } from '../../src/experiment/export-onnx.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { openLab } from '../../src/experiment/lab.js';
import { decodeRgb } from '../../src/image/codec.js';
import { resizeAndCrop } from '../../src/image/preprocess.js';
import { realOnnxruntimeWeb } from '../real-onnxruntime-web.js';
import { pythonPrints, realPython } from '../real-python.js';
import { needs, shared } from '../shared.js';
import { temporaryFolder } from '../temporary.js';

const SCREW = 'datasets/mvtec/screw';
const WEIGHTS = 'weights/resnet18.safetensors';
const BROWSER = process.env.SOFTPATCH_CHROMIUM ?? '/usr/bin/chromium';

/** Scores all images a batch at a time and prints scores, levels and largest map values as JSON. */
const PYTHON = `
import json, sys, numpy as np, onnxruntime as ort
session = ort.InferenceSession(sys.argv[1])
pixels = np.fromfile(sys.argv[2], np.uint8).reshape(-1, 224, 224, 3)
maps = np.fromfile(sys.argv[3], np.float32).reshape(-1, 224, 224)
out = {"version": ort.__version__, "score": [], "level": [], "apart": 0.0}
for start in range(0, len(pixels), int(sys.argv[4])):
    score, level, found = session.run(["score", "level", "map"], {"pixels": pixels[start:start + int(sys.argv[4])]})
    out["score"] += score.tolist(); out["level"] += level.tolist()
    wanted = maps[start:start + len(found)]
    out["apart"] = max(out["apart"], float(np.abs(found - wanted).max() / wanted.max()))
print(json.dumps(out))
`;

/** The same in a page. */
const PAGE = `<script src="ort.wasm.min.js"></script><script>
async function score(count) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create('detector.onnx');
  const bytes = new Uint8Array(await (await fetch('pixels')).arrayBuffer());
  const each = 224 * 224 * 3, out = { score: [], level: [] };
  for (let i = 0; i < count; i += 2) {
    const n = Math.min(2, count - i);
    const pixels = new ort.Tensor('uint8', bytes.slice(i * each, (i + n) * each), [n, 224, 224, 3]);
    const found = await session.run({ pixels });
    out.score.push(...found.score.data); out.level.push(...found.level.data);
  }
  return out;
}
</script>`;

/** Levels magnify rounding where scores of good images lie close together. */
const TOLERANCE: Record<string, number> = { score: 1e-5, map: 1e-5, level: 1e-4 };

function worst(found: readonly number[], wanted: readonly number[]): number {
  assert.equal(found.length, wanted.length);
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(found[i] - value))) / scale;
}

test(
  'the exported detector of screw gives detect’s scores in Python and in a browser',
  needs(SCREW, WEIGHTS),
  async (t) => {
    const folder = await temporaryFolder(t as never);
    const category = await openCategory(shared(SCREW));
    const lab = await openLab({ engine: 'onnx' });
    const weights = { kind: 'file', path: shared(WEIGHTS) } as const;
    const features = { backbone: 'resnet18', layers: ['layer2', 'layer3'], weights };
    const config = evaluateConfig({ method: 'softpatch-lof', settings: { ratio: 0.01 }, features }, SYSTEMS);
    const train = category.train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
    const detector = await fitDetector(lab, 'screw', train as never, config);
    const { bytes } = await exportDetector(detector, { raw: true });
    const path = join(folder, 'detector.onnx');
    await writeFile(path, bytes);
    const images = category.test.map((sample) => sample.path);
    assert.equal(images.length, 160);
    const pixels = new Uint8Array(images.length * 224 * 224 * 3);
    const maps = new Float32Array(images.length * 224 * 224);
    const wanted = { score: [] as number[], level: [] as number[] };
    let at = 0;
    for await (const { score, level, map } of detect(lab, detector, images)) {
      pixels.set(resizeAndCrop(await decodeRgb(images[at]), config.features.preprocessing).data, at * 224 * 224 * 3);
      maps.set(map, at++ * map.length);
      wanted.score.push(score);
      wanted.level.push(level);
    }
    await lab.close();
    await writeFile(join(folder, 'pixels'), pixels);
    await writeFile(join(folder, 'maps'), maps);

    await t.test('Python', async (own) => {
      const found = await realPython();
      if (typeof found === 'string') return own.skip(found);
      for (const batch of [1, 2, 7]) {
        const files = [path, join(folder, 'pixels'), join(folder, 'maps'), String(batch)];
        const said = JSON.parse(await pythonPrints(found.python, PYTHON, files));
        const errors = {
          score: worst(said.score, wanted.score),
          level: worst(said.level, wanted.level),
          map: said.apart,
        };
        own.diagnostic(
          `onnxruntime ${said.version}, batch ${batch}, ${(bytes.length / 1e6).toFixed(1)} MB: ${JSON.stringify(errors)}`,
        );
        for (const [name, error] of Object.entries(errors)) assert.ok(error < TOLERANCE[name], `${name}: ${error}`);
      }
    });

    const missing = existsSync(BROWSER) ? false : `needs ${BROWSER} (apt install chromium)`;
    await t.test('browser', { skip: missing }, async (own) => {
      const web = await realOnnxruntimeWeb();
      if (typeof web === 'string') return own.skip(web);
      const server = createServer(async (request, response) => {
        const name = (request.url ?? '/').slice(1);
        const type = name.endsWith('js') ? 'text/javascript' : name.endsWith('wasm') ? 'application/wasm' : 'text/html';
        const body =
          name === ''
            ? PAGE
            : await readFile(join(name === 'pixels' || name === 'detector.onnx' ? folder : web.folder, name)).catch(
                () => null,
              );
        response.writeHead(body === null ? 404 : 200, { 'content-type': type });
        response.end(body ?? '');
      });
      await new Promise<void>((done) => server.listen(0, done));
      const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(0);
        await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
        const said = (await page.evaluate(`score(${images.length})`)) as typeof wanted;
        const errors = { score: worst(said.score, wanted.score), level: worst(said.level, wanted.level) };
        own.diagnostic(`${await browser.version()}: ${JSON.stringify(errors)}`);
        for (const [name, error] of Object.entries(errors)) assert.ok(error < TOLERANCE[name], `${name}: ${error}`);
      } finally {
        await browser.close();
        server.close();
      }
    });
  },
);
