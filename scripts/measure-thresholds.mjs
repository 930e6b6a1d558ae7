// Measures what decision thresholds promise and keep: fits every system on a part of a category's good training images, and counts
// false alarms on the others, which nothing has seen, and misses on the test set's defects. Needs the shared data sets.
//   node scripts/measure-thresholds.mjs [--sets screw,bottle,magnetic_tile] [--systems patchcore,…] [--ways leave-one-out,refit]
//     [--leaks 0,0.1] share of defects, relative to the good training images, that leak into training
// Writes data/results/thresholds.json, keeping rows of earlier runs and skipping what they hold, and the tables in docs/thresholds.md.
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
  options: {
    sets: { type: 'string' },
    systems: { type: 'string' },
    ways: { type: 'string' },
    leaks: { type: 'string' },
  },
});
const sets = values.sets?.split(',') ?? Object.keys(SETS);
const systems = values.systems?.split(',').filter(Boolean) ?? SYSTEMS.map(({ name }) => name);
const ways = values.ways?.split(',') ?? ['leave-one-out', 'refit'];
const leaks = values.leaks?.split(',').map(Number) ?? [0];
const rows = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : [];
const reporter = { stage: () => () => undefined, note: () => undefined };
const lab = await openLab({ cache: process.env.SOFTPATCH_CACHE ?? 'data/cache', reporter });
try {
  for (const leak of leaks) for (const set of sets) for (const method of systems) await measure(set, method, leak);
} finally {
  await lab.close();
}
await writePage();

async function measure(set, method, leak) {
  const bank = !['padim', 'padim-star', 'cflow'].includes(method);
  const left = (bank ? ways : ways.filter((how) => how === 'refit')).filter(
    (how) => !rows.some((row) => same(row, { set, method, how, leak })),
  );
  if (left.length === 0) return;
  const [path, out] = SETS[set];
  const { train, test } = await openCategory(join(SHARED, path));
  const random = createRandom(0);
  const order = [...random.fork('held out').distinct(train.length, train.length)];
  const held = order.slice(0, out).map((i) => train[i].path);
  const own = order.slice(out, out + MOST).sort((a, b) => a - b);
  const bad = test.filter(({ label }) => label === 1);
  const leaked = [...random.fork('leaked').distinct(bad.length, Math.trunc(leak * own.length))];
  const images = [...own.map((i) => train[i]), ...leaked.map((i) => bad[i])].map((sample) => ({
    ...sample,
    noise: sample.label === 1,
    augmentation: null,
  }));
  const defects = bad.filter((_, i) => !leaked.includes(i)).map((sample) => sample.path);
  const weights = { kind: 'file', path: join(SHARED, 'weights/resnet18.safetensors') };
  const profile = method === 'cflow' ? 'small' : undefined;
  const config = evaluateConfig({ method, profile, features: { backbone: 'resnet18', weights } }, SYSTEMS);
  let known;
  for (const how of left) {
    const begin = performance.now();
    // Without a share the method's own estimate of the dirt counts.
    for (const assumeDefective of method === 'witness' && leak > 0 ? [0, undefined] : [0]) {
      const detector = await fitDetector(lab, set, images, config, { how, assumeDefective });
      const seconds = (performance.now() - begin) / 1000;
      // The same fit either way: only the threshold differs.
      known ??= { held: await scores(detector, held), defects: await scores(detector, defects) };
      const all = detector.calibration.scores;
      const trimmed = [0, ...(leak > 0 && assumeDefective === 0 ? [leaked.length] : [])];
      for (const top of trimmed) {
        const by = assumeDefective === undefined ? 'method' : top > 0 ? 'share' : 'none';
        const assumed = { by, images: detector.calibration.assumedDefective + top };
        const rates = judge(all.slice(0, all.length - top), known);
        const row = { set, method, how, leak, assumed, images: images.length, leaked: leaked.length };
        rows.push({ ...row, heldOut: held.length, defects: defects.length, seconds, rates });
        console.log(line(rows.at(-1)));
      }
    }
    await writeJson(RESULTS, rows);
  }
}

function same(row, { set, method, how, leak }) {
  return row.set === set && row.method === method && row.how === how && row.leak === leak;
}

/** Alarms and found defects at each rate. */
function judge(calibration, known) {
  return RATES.map((rate) => {
    const { decisionThreshold, above, expected } = thresholdAt({ scores: calibration }, rate);
    const { above: alarms, interval } = promised({ scores: known.held }, decisionThreshold);
    const found = known.defects.filter((score) => score > decisionThreshold).length;
    return { rate, decisionThreshold, above, expected, alarms, interval, found };
  });
}

async function scores(detector, paths) {
  const found = [];
  for await (const { score } of detect(lab, detector, paths)) found.push(score);
  return found.sort((a, b) => a - b);
}

function line({ set, method, how, leak, leaked, assumed, images, heldOut, defects, rates }) {
  const cells = rates.flatMap(({ alarms, interval, found }) => [
    `${alarms} of ${heldOut} (${interval.map((share) => Math.round(share * 100)).join('–')} %)`,
    `${found} of ${defects}`,
  ]);
  const dirt =
    leak > 0
      ? [`${leaked} of ${images}`, `${assumed.images}${assumed.by === 'method' ? ' (its own estimate)' : ''}`]
      : [images];
  return `| ${[set, method, how, ...dirt, ...cells].join(' | ')} |`;
}

async function writePage() {
  const rank = ({ set, method }) =>
    100 * Object.keys(SETS).indexOf(set) + SYSTEMS.findIndex(({ name }) => name === method);
  const assumptions = ['none', 'share', 'method'];
  const sorted = [...rows].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.how < b.how ? -1 : a.how > b.how ? 1 : 0) ||
      a.leak - b.leak ||
      assumptions.indexOf(a.assumed.by) - assumptions.indexOf(b.assumed.by),
  );
  const table = (head, own) => {
    const all = [
      'set',
      'system',
      'calibration',
      ...head,
      ...RATES.flatMap((rate) => [`alarms at ${rate * 100} %`, 'defects found']),
    ];
    return [`| ${all.join(' | ')} |`, `|${' --- |'.repeat(all.length)}`, ...own.map(line), ''].join('\n');
  };
  const tables = {
    measured: table(
      ['images'],
      sorted.filter(({ leak }) => leak === 0),
    ),
    leaked: table(
      ['leaked', 'left out'],
      sorted.filter(({ leak }) => leak > 0),
    ),
  };
  let page = readFileSync(PAGE, 'utf8');
  for (const [mark, text] of Object.entries(tables)) {
    const [before, , after] = page.split(new RegExp(`(?<=<!-- ${mark} -->\n)([\\s\\S]*?)(?=<!-- /${mark} -->)`));
    page = `${before}${text}${after}`;
  }
  await writeAtomically(PAGE, page);
}
