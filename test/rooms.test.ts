import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { circles, importedFiles, imports, sources } from './imports.js';

/** The order in which data flows; a room imports from rooms before it only. */
const ROOMS = [
  'kernels',
  'storage',
  'engine',
  'image',
  'dataset',
  'features',
  'denoise',
  'coreset',
  'detector',
  'metrics',
  'device',
  'doctor',
  'experiment',
  'cells',
  'analysis',
  'figures',
  'paper',
  'explore',
  'notebook',
  'jupyter',
  'cli',
];
/** Packages that are native or heavy, each with the one file that may import it; in the browser a page has its own. */
const NATIVE: Record<string, string | readonly string[]> = {
  sharp: 'image/libvips.ts',
  '@tensorflow/tfjs-core': 'engine/tensorflow.ts',
  '@tensorflow/tfjs-backend-wasm': 'engine/tensorflow.ts',
  '@tensorflow/tfjs-backend-cpu': 'engine/tensorflow.ts',
  vega: ['figures/vega.ts', 'explore/page/vega.ts'],
  'vega-lite': ['figures/vega.ts', 'explore/page/vega.ts'],
  'vega-interpreter': 'explore/page/vega.ts',
  hono: 'explore/server/app.ts',
  '@hono/node-server': 'explore/server/serve.ts',
  'danfojs-node': 'figures/danfo.ts',
  typescript6: 'jupyter/language/typescript.ts',
  zeromq: 'jupyter/protocol/sockets.ts',
};

function room(file: string): number {
  return ROOMS.indexOf(file.split('/')[0]);
}

test('every source file lies in a known room or at the top', () => {
  const top = ['arguments.ts', 'errors.ts', 'index.ts', 'numeric.ts', 'progress.ts', 'quantile.ts', 'random.ts'];
  for (const file of sources) assert.ok(room(file) >= 0 || top.includes(file), file);
});

test('a room imports only from rooms above it, types too', () => {
  let checked = 0;
  for (const file of sources.filter((name) => room(name) >= 0)) {
    for (const to of importedFiles(file)) {
      if (room(to) < 0)
        assert.ok(/^(arguments|errors|progress|quantile|random)\.ts$/.test(to), `${file} imports ${to}`);
      else assert.ok(room(to) <= room(file), `${file} imports ${to}, which lies below it`);
      checked++;
    }
  }
  assert.ok(checked > 500);
});

test('no file imports itself through others, types and tasks included', () => {
  assert.deepEqual(
    circles(sources, importedFiles).map((circle) => circle.join(' → ')),
    [],
  );
});

test('the check sees every form of import, and circles', () => {
  for (const file of sources) {
    for (const to of importedFiles(file)) assert.ok(existsSync(join('src', to)), `${file} imports ${to}`);
  }
  assert.ok(importedFiles('denoise/weights.ts').includes('denoise/weigh-task.ts'), 'a task’s module');
  assert.ok(importedFiles('kernels/worker.ts').includes('kernels/task.ts'), 'a type');
  assert.ok(importedFiles('numeric.ts').includes('kernels/arena.ts'), 'an export');
  const graph: Record<string, string[]> = { a: ['b', 'c'], b: ['d'], c: ['d', 'e'], d: [], e: ['c', 'f'], f: ['a'] };
  assert.deepEqual(
    circles(Object.keys(graph), (name) => graph[name]),
    [
      ['c', 'e'],
      ['a', 'c', 'e', 'f'],
    ],
  );
});

test('native and heavy packages are imported in one file each', () => {
  for (const file of sources) {
    for (const { name, typeOnly } of imports(file)) {
      if (NATIVE[name] && !typeOnly) assert.ok([NATIVE[name]].flat().includes(file), `${file} imports ${name}`);
    }
  }
});
