import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';

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
  'analysis',
  'figures',
  'paper',
  'notebook',
  'cli',
];
/** Packages that are native or heavy, each with the one file that may import it. */
const NATIVE: Record<string, string> = {
  sharp: 'image/libvips.ts',
  '@tensorflow/tfjs-core': 'engine/tensorflow.ts',
  '@tensorflow/tfjs-backend-wasm': 'engine/tensorflow.ts',
  '@tensorflow/tfjs-backend-cpu': 'engine/tensorflow.ts',
  vega: 'figures/vega.ts',
  'vega-lite': 'figures/vega.ts',
  'danfojs-node': 'figures/danfo.ts',
};

const sources = readdirSync('src', { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts') && !file.startsWith(join('kernels', 'assembly')));

function imports(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8');
  return [...text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^']+)'|import\('([^']+)'\)/gms)].map(
    (m) => m[1] ?? m[2],
  );
}

function room(file: string): number {
  return ROOMS.indexOf(file.split(/[\\/]/)[0]);
}

test('every source file lies in a known room or at the top', () => {
  const top = ['errors.ts', 'index.ts', 'numeric.ts', 'progress.ts', 'random.ts'];
  for (const file of sources) assert.ok(room(file) >= 0 || top.includes(file), file);
});

test('a room imports only from rooms above it', () => {
  let checked = 0;
  for (const file of sources.filter((name) => room(name) >= 0)) {
    for (const target of imports(file).filter((name) => name.startsWith('.'))) {
      const to = relative('.', join(dirname(file), target));
      if (room(to) < 0) assert.ok(/^(errors|progress|random)\.js$/.test(to), `${file} imports ${to}`);
      else assert.ok(room(to) <= room(file), `${file} imports ${to}, which lies below it`);
      checked++;
    }
  }
  assert.ok(checked > 100);
});

test('native and heavy packages are imported in one file each', () => {
  for (const file of sources) {
    for (const name of imports(file)) {
      if (NATIVE[name]) assert.equal(file, join(...NATIVE[name].split('/')), `${file} imports ${name}`);
    }
  }
});
