// npm run bench -- --against REV [--runs N]: this working tree's build against an earlier commit's, stage by stage, in one run. The commit is
// taken out of git into a temporary folder, gets the packages of its own lock file (those here where the lock is the same) and is built;
// the folder goes at the end, and on Ctrl-C. Runs alternate, so that drift of the machine hits both alike; results are compared byte for byte.
import { execFileSync, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createRandom, encodePng, writeDrawnCategory } from 'softpatch-lab';
import { writeJson } from '../build/src/storage/atomic.js';
import { drawPatches, median } from './bench-inputs.mjs';

/** Changes of a result that were meant: the commit that made it, and why. Told where a release from before it differs. */
const ON_PURPOSE = [];

const STAGES = {
  coreset: ['greedy coreset', 'patches × 128, ρ = 0.1'],
  weights: ['LOF weights', 'images, 24 positions'],
  search: ['nearest rows, index included', '× 1024'],
  others: ['nearest rows of other images', 'patches × 1024'],
  pixels: ['pixel AUROC, AP and AUPRO', 'maps of 224²'],
};
const FILE = 'data/results/against.json';

/** An evaluation that needs nothing but the program. */
async function drawnJob(folder) {
  const data = join(folder, 'drawn');
  await writeDrawnCategory(data, 'bolt', { seed: 0, train: 60, good: 20, defective: 20 }, encodePng);
  return { folder: data, category: 'bolt', weights: null, ratio: 0.1 };
}

/** Writes the inputs of every stage, the same for both. */
async function writeInputs(folder, job, small) {
  const random = createRandom(1);
  const [projected, bank, queries, side, maps] = small ? [6000, 1000, 784, 224, 4] : [60_000, 10_000, 7_840, 224, 40];
  const put = (name, array) => writeFileSync(join(folder, name), array);
  put('projected', drawPatches(random, projected, 128));
  put('weighed', drawPatches(random, 352 * 24, 128));
  put('bank', drawPatches(random, bank, 1024));
  put('queries', drawPatches(random, queries, 1024));
  const scores = Float32Array.from({ length: maps * side * side }, () => Math.abs(random.normal()));
  const masks = new Uint8Array(scores.length);
  // A square of defect on every second map, scored higher.
  for (let i = 0; i < maps; i += 2) {
    for (let y = 60; y < 100; y++) {
      for (let x = 80; x < 130; x++) {
        const at = (i * side + y) * side + x;
        masks[at] = 1;
        scores[at] += 1;
      }
    }
  }
  put('maps', scores);
  put('masks', masks);
  const sizes = { picks: projected / 10, positions: 24, groups: 10, side, job: job ?? (await drawnJob(folder)) };
  writeFileSync(join(folder, 'sizes.json'), JSON.stringify(sizes));
  return {
    coreset: projected.toLocaleString('en'),
    weights: '352',
    search: `${queries.toLocaleString('en')} queries in ${bank.toLocaleString('en')} rows`,
    others: queries.toLocaleString('en'),
    pixels: String(maps),
  };
}

const shared = resolve(process.env.SOFTPATCH_SHARED ?? '../shared');
const weights = join(shared, 'weights/resnet18.safetensors');
const manifest = join(shared, 'golden/noise-screw-0.1.json');
const screw =
  existsSync(join(shared, 'datasets/mvtec/screw')) && existsSync(weights)
    ? { folder: join(shared, 'datasets/mvtec'), category: 'screw', weights, manifest, ratio: 0.1 }
    : null;

/**
 * Compares the build here with a commit's, and writes what was measured.
 * @param runs of each stage and of the whole evaluation. @param small a look at whether it works, on the drawn set.
 */
export async function benchAgainst(revision, { runs, small, out = FILE }) {
  const job = small ? null : screw;
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 30 }).trim();
  const commit = git('rev-parse', '--verify', `${revision}^{commit}`);
  // What is built here, before anything moves on.
  const here = { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', 'src') !== '' };
  const folder = mkdtempSync(join(tmpdir(), 'softpatch-against-'));
  const children = new Set();
  const clear = () => {
    // Their evaluations end with them: they hear that their parent left.
    for (const child of children) {
      if (child.connected) child.disconnect();
      else child.kill();
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const leave = (signal) => {
    clear();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);
  const told = (child) => {
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const call = (command, args, cwd) =>
    new Promise((done, fail) => {
      const child = told(spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }));
      child.once('error', fail);
      child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`${command} ${args.join(' ')}: ${code}`))));
    });
  try {
    const root = join(folder, 'release');
    mkdirSync(root);
    console.error(`${commit.slice(0, 7)}: taken out, built`);
    await call('sh', ['-c', `git archive ${commit} | tar -x -C '${root}'`]);
    if (git('show', `${commit}:package-lock.json`) === readFileSync('package-lock.json', 'utf8').trim()) {
      symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    } else {
      const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
      await call('npm', ['ci', ...flags], root);
    }
    await call('npm', ['run', 'build'], root);
    const data = join(folder, 'inputs');
    mkdirSync(data);
    const amounts = await writeInputs(data, job, small);
    const releases = [root, '.'].map((own) => fork('scripts/bench-release.mjs', [own, data]));
    for (const child of releases) told(child);
    const answer = (child) =>
      new Promise((done, fail) => {
        const gone = (code) => fail(new Error(`a release ended with ${code}`));
        child.once('exit', gone);
        child.once('message', (message) => {
          child.off('exit', gone);
          if (message.failed) fail(new Error(message.failed));
          else done(message);
        });
      });
    await Promise.all(releases.map(answer));
    const measure = (child, stage) => {
      const answered = answer(child);
      child.send({ stage });
      return answered;
    };
    /** Both releases' runs of a stage, in turns after one each that warms up. */
    const alternate = async (stage, warm) => {
      const all = [[], []];
      for (let run = warm ? -1 : 0; run < runs; run++) {
        for (const [at, child] of releases.entries()) {
          const found = await measure(child, stage);
          if (found.missing) return null;
          if (run >= 0) all[at].push(found);
        }
      }
      return all;
    };
    const rows = [];
    const add = (key, stage, before, after, same) => {
      const row = { key, stage, before, after, ratio: before.seconds / after.seconds, same };
      const meant = ON_PURPOSE.find((own) => own.stage === key && !isAncestor(git, own.commit, commit));
      rows.push({ ...row, note: same || !meant ? null : meant.why });
      console.error(
        `${stage}: ${before.seconds.toFixed(2)} → ${after.seconds.toFixed(2)} s, ${same ? 'same' : 'OTHER'} result`,
      );
    };
    for (const [key, [name, of]] of Object.entries(STAGES)) {
      const found = await alternate(key, true);
      if (!found) {
        rows.push({ key, stage: `${name}, ${amounts[key]} ${of}`, before: null, after: null, ratio: null, same: null });
        continue;
      }
      const results = found.flat().map(({ result }) => result);
      const same = new Set(results).size === 1;
      add(key, `${name}, ${amounts[key]} ${of}`, medians(found[0]), medians(found[1]), same);
    }
    const found = await alternate('evaluate', false);
    const [before, after] = found.map((all) => all[0].result);
    const plain = ({ image, pixel, scores }) => JSON.stringify([image, pixel, scores]);
    const same = new Set(found.flat().map(({ result }) => plain(result))).size === 1;
    add(
      'evaluate',
      `whole \`evaluate\` of ${job ? '`screw`' : 'drawn `bolt`'}, ρ = 0.1`,
      medians(found[0]),
      medians(found[1]),
      same,
    );
    for (const stage of Object.keys(after.timings)) {
      if (stage === 'total' || !(after.timings[stage] > 0)) continue;
      const of = (all) => ({ seconds: median(all.map(({ result }) => result.timings[stage] ?? 0)), cpu: null });
      rows.push({
        key: `evaluate/${stage}`,
        stage: `– ${stage}`,
        before: of(found[0]),
        after: of(found[1]),
        same: null,
      });
    }
    const farthest = Math.max(...after.scores.map((score, i) => Math.abs(score - before.scores[i]) / score));
    const machine = {
      cpu: cpus()[0].model.trim(),
      threads: availableParallelism(),
      node: process.version,
      load: loadavg()[1],
    };
    const metrics = [before, after].map(({ image, pixel }) => ({ image, pixel }));
    const against = { commit, date: git('show', '-s', '--format=%cs', commit) };
    await writeJson(out, { machine, runs, against, here, rows, metrics, farthest });
    console.log(out);
  } finally {
    clear();
  }
}

const medians = (all) => ({
  seconds: median(all.map(({ seconds }) => seconds)),
  cpu: median(all.map(({ cpu }) => cpu)),
});

function isAncestor(git, older, newer) {
  try {
    git('merge-base', '--is-ancestor', older, newer);
    return true;
  } catch {
    return false;
  }
}
