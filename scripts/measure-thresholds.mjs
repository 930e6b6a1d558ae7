// Measures what decision thresholds promise and keep: fits every system on a part of a category's good training images, and counts
// false alarms on the others, which nothing has seen, and misses on the test set's defects. Needs the shared data sets.
//   node scripts/measure-thresholds.mjs [--sets screw,bottle,magnetic_tile] [--systems patchcore,…] [--ways leave-one-out,refit]
// Writes data/results/thresholds.json, keeping rows of earlier runs, and the table in docs/thresholds.md.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createRandom,
  detect,
  evaluateConfig,
  fitDetector,
  openCategory,
  openLab,
  promised,
  SYSTEMS,
  thresholdAt,
} from '../build/src/index.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';

const SHARED = process.env.SOFTPATCH_SHARED ?? '../shared';
const SETS = {
  screw: ['datasets/mvtec/screw', 80],
  bottle: ['datasets/mvtec/bottle', 60],
  magnetic_tile: ['datasets/mtd/magnetic_tile', 80],
};
/** Training images at most, so that a set fits memory. */
const MOST = 240;
const RATES = [0.01, 0.05, 0.1];
const RESULTS = 'data/results/thresholds.json';
const PAGE = 'docs/thresholds.md';

const { values } = parseArgs({
  options: { sets: { type: 'string' }, systems: { type: 'string' }, ways: { type: 'string' } },
});
const sets = values.sets?.split(',') ?? Object.keys(SETS);
const systems = values.systems?.split(',').filter(Boolean) ?? SYSTEMS.map(({ name }) => name);
const ways = values.ways?.split(',') ?? ['leave-one-out', 'refit'];
const rows = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : [];
const reporter = { stage: () => () => undefined, note: () => undefined };
const lab = await openLab({ cache: process.env.SOFTPATCH_CACHE ?? 'data/cache', reporter });
try {
  for (const set of sets) for (const method of systems) await measure(set, method);
} finally {
  await lab.close();
}
await writePage();

async function measure(set, method) {
  const [path, out] = SETS[set];
  const { train, test } = await openCategory(join(SHARED, path));
  const order = [...createRandom(0).fork('held out').distinct(train.length, train.length)];
  const held = order.slice(0, out).map((i) => train[i].path);
  const own = order.slice(out, out + MOST).sort((a, b) => a - b);
  const images = own.map((i) => ({ ...train[i], noise: false, augmentation: null }));
  const defects = test.filter(({ label }) => label === 1).map((sample) => sample.path);
  const weights = { kind: 'file', path: join(SHARED, 'weights/resnet18.safetensors') };
  const profile = method === 'cflow' ? 'small' : undefined;
  const config = evaluateConfig({ method, profile, features: { backbone: 'resnet18', weights } }, SYSTEMS);
  const bank = !['padim', 'padim-star', 'cflow'].includes(method);
  let known;
  for (const how of bank ? ways : ['refit']) {
    const begin = performance.now();
    const detector = await fitDetector(lab, set, images, config, { how });
    const seconds = (performance.now() - begin) / 1000;
    // The same fit either way: only the threshold differs.
    known ??= { held: await scores(detector, held), defects: await scores(detector, defects) };
    const rates = RATES.map((rate) => {
      const { decisionThreshold, above, expected } = thresholdAt(detector.calibration, rate);
      const { above: alarms, interval } = promised({ scores: known.held }, decisionThreshold);
      const found = known.defects.filter((score) => score > decisionThreshold).length;
      return { rate, decisionThreshold, above, expected, alarms, interval, found };
    });
    const row = {
      set,
      method,
      how,
      images: images.length,
      heldOut: held.length,
      defects: defects.length,
      seconds,
      rates,
    };
    const at = rows.findIndex((other) => other.set === set && other.method === method && other.how === how);
    if (at < 0) rows.push(row);
    else rows[at] = row;
    await writeJson(RESULTS, rows);
    console.log(line(row));
  }
}

async function scores(detector, paths) {
  const found = [];
  for await (const { score } of detect(lab, detector, paths)) found.push(score);
  return found.sort((a, b) => a - b);
}

function line({ set, method, how, images, heldOut, defects, rates }) {
  const cells = rates.flatMap(({ alarms, interval, found }) => [
    `${alarms} of ${heldOut} (${interval.map((share) => Math.round(share * 100)).join('–')} %)`,
    `${found} of ${defects}`,
  ]);
  return `| ${[set, method, how, images, ...cells].join(' | ')} |`;
}

async function writePage() {
  const order = ({ set, method, how }) =>
    [Object.keys(SETS).indexOf(set), SYSTEMS.findIndex(({ name }) => name === method), how].join('/');
  const sorted = [...rows].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const head = [
    'set',
    'system',
    'calibration',
    'images',
    ...RATES.flatMap((rate) => [`alarms at ${rate * 100} %`, 'defects found']),
  ];
  const table = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...sorted.map(line)].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const [before, , after] = page.split(/(?<=<!-- measured -->\n)([\s\S]*?)(?=<!-- \/measured -->)/);
  await writeAtomically(PAGE, `${before}${table}\n${after}`);
}
