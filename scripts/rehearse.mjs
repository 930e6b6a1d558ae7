// Rehearses the day the real weights and the full archive arrive: from an empty folder to all tables, with drawn categories under the fifteen
// official names and random weights of wide_resnet50_2's shape, over the same commands a user gives. Writes data/results/rehearsal.json.
//   node scripts/rehearse.mjs [--size 32] [--draws 1] [--systems patchcore,padim-star] [--full screw]
// --full then runs one drawn category with the official number of images at full size, for time and memory.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom, encodePng, writeDrawnCategory } from 'softpatch-lab';
import { MVTEC_COUNTS } from '../build/src/dataset/mvtec-counts.js';
import { randomParameters } from '../build/src/features/parameters.js';
import { resnet } from '../build/src/features/resnet.js';
import { writeJson } from '../build/src/storage/atomic.js';
import { writeSafetensors } from '../build/src/storage/safetensors.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '32' },
    draws: { type: 'string', default: '1' },
    systems: { type: 'string' },
    full: { type: 'string' },
  },
});
const root = mkdtempSync(join(tmpdir(), 'softpatch-rehearsal-'));
const main = join(process.cwd(), 'build/src/cli/main.js');
const steps = [];

/** Peak memory of a running process in bytes; null where the system does not say. */
function peak(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  } catch {
    return null;
  }
}

/** Runs the command in the empty folder; seconds, peak memory, output. @param killAfter ends it as soon as its output matches. */
function softpatch(args, killAfter) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [main, ...args], { cwd: root });
    let text = '';
    let bytes = null;
    const watch = setInterval(() => {
      bytes = peak(child.pid) ?? bytes;
    }, 200);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
        if (killAfter?.test(text)) child.kill('SIGKILL');
      });
    }
    child.on('close', (code, signal) => {
      clearInterval(watch);
      if (code !== 0 && !(signal === 'SIGKILL' && killAfter)) {
        reject(new Error(`softpatch ${args.join(' ')} ended with ${code ?? signal}:\n${text}`));
      } else resolve({ seconds: (performance.now() - begin) / 1000, peakBytes: bytes, text });
    });
  });
}

/** A step of the sequence, timed and noted. */
async function step(args, killAfter) {
  const { seconds, peakBytes, text } = await softpatch(args, killAfter);
  steps.push({ command: `softpatch ${args.join(' ').replaceAll(root, '.')}`, seconds, peakBytes });
  console.log(`${seconds.toFixed(1)} s  ${steps.at(-1).command}`);
  return text;
}

/** A drawn category under an official name. */
async function drawAs(folder, name, seed, size) {
  const scenes = ['weave', 'bracket', 'bolt'];
  const scene = scenes[seed % scenes.length];
  await writeDrawnCategory(folder, scene, { seed, ...size }, encodePng);
  renameSync(join(folder, scene), join(folder, name));
}

/** Random weights with torchvision's names and separate batch norm, the whole trunk. */
async function writeRandomWeights(backbone, path) {
  const network = resnet(backbone, ['layer2', 'layer3', 'layer4']);
  const parameters = randomParameters(network, createRandom(0));
  const tensors = {};
  const add = (name, data, shape = [data.length]) => {
    tensors[name] = { dtype: 'F32', shape, data };
  };
  for (const s of network.steps) {
    if (s.op !== 'conv') continue;
    const { weight, bias } = parameters.get(s.output);
    add(s.weight, weight, [s.channels.out, s.channels.in, s.size, s.size]);
    for (const name of [s.norm.mean, s.norm.beta]) add(name, bias);
    for (const name of [s.norm.variance, s.norm.gamma]) add(name, new Float32Array(bias.length).fill(1));
  }
  await writeSafetensors(path, tensors);
}

/** Serves the weight files as a mirror does. */
async function mirror(folder) {
  const server = createServer((request, response) => response.end(readFileSync(join(folder, request.url.slice(1)))));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

try {
  const names = Object.keys(MVTEC_COUNTS);
  const archive = join(root, 'archive');
  for (const [i, name] of names.entries())
    await drawAs(archive, name, i, { train: 20, good: 6, defective: 2, side: 64 });
  spawnSync('tar', ['-czf', join(root, 'mvtec_anomaly_detection.tar.gz'), '-C', archive, ...names], {
    stdio: 'inherit',
  });
  rmSync(archive, { recursive: true });
  await step(['data', 'import', 'mvtec_anomaly_detection.tar.gz', '--to', 'data/mvtec']);

  const served = join(root, 'served');
  const backbones = ['wide_resnet50_2', 'resnet18'];
  for (const backbone of backbones) await writeRandomWeights(backbone, join(served, `${backbone}.safetensors`));
  const { url, close } = await mirror(served);
  for (const backbone of backbones) {
    const file = `${backbone}.safetensors`;
    const sha256 = createHash('sha256')
      .update(readFileSync(join(served, file)))
      .digest('hex');
    await step(['weights', 'fetch', backbone, '--source', `${url}/${file}`, '--sha256', sha256]);
  }
  close();

  const tables = ['table-5', 'table-6', 'table-7', 'table-8', 'authors-readme', 'figure-5', 'figure-7'];
  const quick = [
    '--size',
    values.size,
    '--set',
    'cflow.epochs=1',
    '--set',
    'cflow.blocks=1',
    '--set',
    'cflow.fibre=16',
  ];
  const small = ['--set', 'padim-star.channels=16', '--set', 'padim.channels=16', '--draws', values.draws];
  const only = values.systems ? ['--systems', values.systems] : [];
  const run = ['run', ...tables, '--data', 'data/mvtec', ...quick, ...small, ...only];
  await step(run, /\[20\/\d+\]/);
  const whole = await step(run);
  const again = await step(run);
  const counts = (text) => /(\d+) cells computed, (\d+) found finished, (\d+) failed/.exec(text).slice(1).map(Number);
  const [[computed, kept, failed], [recomputed, found]] = [counts(whole), counts(again)];
  if (failed > 0 || recomputed > 0 || kept < 19) throw new Error(`the sequence is not resumable:\n${whole}\n${again}`);
  for (const made of ['table-6.md', 'figure-7.svg']) {
    if (!existsSync(join(root, 'figures', made))) throw new Error(`${made} was not written`);
  }

  let full = null;
  if (values.full) {
    const [train, good, anomalous] = MVTEC_COUNTS[values.full];
    await drawAs(join(root, 'large'), values.full, 1, { train, good, defective: Math.ceil(anomalous / 4), side: 256 });
    const systems = ['patchcore', 'softpatch-lof', 'padim-star', 'padim-star+patchcore'];
    const timed = [];
    for (const system of systems) {
      const args = ['run', 'table-6', '--data', 'large', '--systems', system, '--draws', '1', '--results', 'full'];
      const { seconds, peakBytes } = await softpatch(args);
      timed.push({ system, seconds, peakBytes });
      console.log(`${seconds.toFixed(1)} s  ${system}, full size`);
    }
    full = { category: values.full, train, good, anomalous, backbone: 'wide_resnet50_2', ratio: 0.1, systems: timed };
  }
  const before = existsSync('data/results/rehearsal.json')
    ? JSON.parse(readFileSync('data/results/rehearsal.json', 'utf8'))
    : {};
  const machine = `${cpus()[0].model.trim()}, ${cpus().length} threads, Node ${process.version}`;
  const load = Math.round(loadavg()[2]);
  const result = { machine, load, size: Number(values.size), categories: names.length, computed, found, kept, steps };
  await writeJson('data/results/rehearsal.json', { ...result, full: full ?? before.full ?? null });
} finally {
  rmSync(root, { recursive: true, force: true });
}
