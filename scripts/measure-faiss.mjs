// The authors' search, faiss' flat index, beside ours on this machine: test patches of `screw` in a bank of ρ = 0.1, real features.
//   PYTHON=/path/to/python node scripts/measure-faiss.mjs   (pip install faiss-cpu numpy; SOFTPATCH_SHARED as for measure.mjs; a quiet machine)
// Writes data/results/measured/10-faiss.json.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectKept } from '../build/src/analysis/select-kept.js';
import { gather } from '../build/src/detector/bank.js';
import { checkBankConfig } from '../build/src/detector/config.js';
import { indexNeighbours } from '../build/src/detector/neighbours.js';
import { contaminate } from '../build/src/experiment/contaminate.js';
import { featureReader } from '../build/src/features/reader.js';
import { createRandom, evaluateConfig, openCategory, openLab, readManifest } from '../build/src/index.js';
import { writeJson } from '../build/src/storage/atomic.js';
import { median } from './bench-inputs.mjs';

const PYTHON = process.env.PYTHON ?? 'python3';
const RUNS = 3;
/** Product, search, found rows; one line of JSON. */
const FAISS = `
import faiss, json, sys, time
import numpy as np
bank, queries, out, threads, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
faiss.omp_set_num_threads(threads)
b = np.fromfile(bank, np.float32).reshape(-1, 1024)
q = np.fromfile(queries, np.float32).reshape(-1, 1024)
a = np.random.rand(2048, 1024).astype(np.float32)
def seconds(work):
    start = time.perf_counter(); work(); return time.perf_counter() - start
a @ a.T
product = sorted(seconds(lambda: a @ a.T) for _ in range(5))[2]
def search():
    global rows
    index = faiss.IndexFlatL2(1024); index.add(b); rows = index.search(q, 1)[1]
print(json.dumps({"version": faiss.__version__, "gflops": 2 * 2048 * 2048 * 1024 / product / 1e9,
  "seconds": sorted(seconds(search) for _ in range(runs))[runs // 2]}))
rows.astype(np.int32).tofile(out)
`;
const shared = process.env.SOFTPATCH_SHARED ?? '../shared';
const folder = mkdtempSync(join(tmpdir(), 'softpatch-faiss-'));
const lab = await openLab({ cache: join(folder, 'cache') });
try {
  const category = await openCategory(join(shared, 'datasets/mvtec'), 'screw');
  const manifest = await readManifest(join(shared, 'golden/noise-screw-0.1.json'));
  const features = { weights: { kind: 'file', path: join(shared, 'weights/resnet18.safetensors') } };
  const contamination = { noise: 0.1, overlap: true, manifest };
  const config = evaluateConfig({ method: 'patchcore', features, contamination, settings: { ratio: 0.1 } });
  const { train, test } = contaminate(category, config);
  const reader = await featureReader(lab, config.features);
  const patches = await reader.patches(train, () => ({}));
  const bank = checkBankConfig(config.settings);
  const [picks] = await selectKept(lab, patches, bank, [null], createRandom(0));
  const { dimensions: d } = patches;
  const { rows } = gather({ rows: await patches.rows(), dimensions: d }, picks, null, bank);
  const queries = await reader.read(test, {});
  const paths = ['bank', 'queries', 'found'].map((name) => join(folder, name));
  writeFileSync(paths[0], rows);
  writeFileSync(paths[1], queries);
  const times = [];
  let ours;
  for (let run = 0; run < RUNS; run++) {
    const begin = performance.now();
    ours = await (await indexNeighbours(lab.threads, rows, d, 1)).search(queries);
    times.push((performance.now() - begin) / 1000);
  }
  const given = ['-c', FAISS, ...paths, String(lab.threads.count), String(RUNS)];
  const { status, stdout } = spawnSync(PYTHON, given, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${PYTHON} ended with ${status}`);
  const { version, gflops, seconds } = JSON.parse(stdout);
  const bytes = readFileSync(paths[2]);
  const theirs = new Int32Array(bytes.buffer, bytes.byteOffset, ours.rows.length);
  const alike = ours.rows.filter((row, i) => row === theirs[i]).length;
  const own = median(times);
  const count = (n) => n.toLocaleString('en');
  await writeJson('data/results/measured/10-faiss.json', {
    what: `nearest of ${count(rows.length / d)} rows for ${count(queries.length / d)} queries, index included: the authors’ search (faiss ${version}, flat index) on the same machine`,
    command: 'PYTHON=python3 node scripts/measure-faiss.mjs',
    machine: `${cpus()[0].model.trim()}, ${cpus().length} threads, Node ${process.version}`,
    figures: {
      ours: `${own.toFixed(1)} s`,
      faiss: `${seconds.toFixed(1)} s`,
      ratio: `${(seconds / own).toFixed(1)} ×`,
      'rows that are the same': `${alike} of ${ours.rows.length}`,
      'the library’s matrix product': `${gflops.toFixed(0)} GFLOP/s`,
    },
  });
} finally {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
}
