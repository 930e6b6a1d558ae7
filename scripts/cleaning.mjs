// Measures witness beside its relatives over shares of dirt, and writes docs/cleaning-results.md from the result files.
//   node scripts/cleaning.mjs --data data/mvtec --categories screw,bottle --weights data/weights/resnet18.safetensors
//     [--noise 0,0.05,0.1,0.2,0.4] [--draws 1,2] [--systems patchcore,witness,padim-star+patchcore] [--ratio 0.1] [--minutes 60]
//   node scripts/cleaning.mjs --write
// Cells that have a result are passed over, so a stopped run goes on where it was; --minutes starts no further cell after that.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flatGroup } from 'd3-array';
import { evaluate, evaluateConfig, openCategory, openLab, SYSTEMS } from '../build/src/index.js';
import { trendChart, writeChart } from '../build/src/paper/index.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';

/** Lines of the figure. */
const LABELS = {
  witness: 'witness',
  'softpatch-lof': 'SoftPatch-LOF',
  'softpatch-nearest': 'SoftPatch-nearest',
  'softpatch-gaussian': 'SoftPatch-gaussian',
  patchcore: 'PatchCore',
};
const FOLDER = 'data/results/cleaning';
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    categories: { type: 'string', default: '' },
    weights: { type: 'string' },
    noise: { type: 'string', default: '0,0.02,0.05,0.1,0.2,0.4' },
    draws: { type: 'string', default: '1,2' },
    systems: { type: 'string', default: 'patchcore,witness,softpatch-lof' },
    ratio: { type: 'string', default: '0.1' },
    minutes: { type: 'string', default: 'Infinity' },
    cache: { type: 'string', default: 'data/cache' },
    write: { type: 'boolean', default: false },
  },
});
const list = (text) => text.split(',').filter(Boolean);

if (values.data) await measureAll();
if (values.write) {
  await writeAtomically('docs/cleaning-results.md', page(results()));
  await drawTrends(results());
}

async function measureAll() {
  const until = Date.now() + 60_000 * Number(values.minutes);
  mkdirSync(FOLDER, { recursive: true });
  const lab = await openLab({ cache: values.cache });
  try {
    for (const draw of list(values.draws).map(Number))
      for (const name of list(values.categories)) {
        const category = await openCategory(values.data, name);
        for (const noise of list(values.noise).map(Number))
          for (const overlap of noise === 0 ? [false] : [true, false])
            for (const system of list(values.systems)) {
              if (Date.now() > until) return;
              const cell = { category: name, system, noise, overlap, draw, ratio: Number(values.ratio) };
              await measureCell(lab, category, cell).catch((error) =>
                console.error(JSON.stringify(cell), error.message),
              );
            }
      }
  } finally {
    await lab.close();
  }
}

async function measureCell(lab, category, cell) {
  const { category: name, system, noise, overlap, draw, ratio } = cell;
  const path = join(
    FOLDER,
    `${name}_${system}_r${noise}_${overlap ? 'overlap' : 'apart'}_draw${draw}_rho${ratio}.json`,
  );
  try {
    readFileSync(path);
    return;
  } catch {
    // Not measured yet.
  }
  const weights = { kind: 'file', path: values.weights };
  const contamination = { noise, overlap, repeat: true };
  const [method, denoiser] = system.split('+').reverse();
  const filter = denoiser ? { method: denoiser, features: { weights }, budget: 0.15 } : null;
  // patchcore-random has a share of its own, 1 %.
  const settings = method === 'patchcore-random' ? {} : { ratio };
  const set = { method, features: { weights }, settings, filter, contamination, seed: draw };
  const begin = performance.now();
  const { image, pixel, decision, diagnostics } = await evaluate(lab, category, evaluateConfig(set, SYSTEMS));
  const { noiseImages, trainImages } = diagnostics;
  const told = decision && {
    ...decision,
    suspects: decision.suspects.length,
    leaksSuspected: decision.suspects.filter((own) => !own.name.startsWith('train/')).length,
  };
  const seconds = (performance.now() - begin) / 1000;
  await writeJson(path, { cell, image, pixel, noiseImages, trainImages, decision: told, seconds });
  console.log(path, image.auroc, pixel.auroc);
}

function results() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
}

/** AUROC against dirt with overlap on the sets with most shares of dirt: figures/dirt.* */
async function drawTrends(all) {
  const shown = all.filter(
    ({ cell: { category, system, noise, overlap, ratio } }) =>
      ['bottle', 'screw'].includes(category) && LABELS[system] && ratio === 0.1 && (overlap || noise === 0),
  );
  const rows = [];
  const keys = ['category', 'system', 'noise'].map(
    (name) =>
      ({ cell }) =>
        cell[name],
  );
  for (const [category, system, noise, own] of flatGroup(shown, ...keys))
    for (const metric of ['image', 'pixel']) {
      const found = own.map((one) => one[metric].auroc);
      const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
      const row = { category, metric: `${metric} AUROC`, system: LABELS[system], noise, mean };
      rows.push({ ...row, low: Math.min(...found), high: Math.max(...found) });
    }
  rows.sort((a, b) => a.noise - b.noise);
  const view = { systems: Object.values(LABELS), ticks: [0, 0.1, 0.2, 0.3, 0.4] };
  await writeChart('figures', 'dirt', trendChart(rows, view), rows);
}

function page(all) {
  const systems = [...new Set(all.map(({ cell }) => cell.system))].sort();
  const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const figure = (value) => (Number.isFinite(value) ? value.toFixed(3).replace(/^0/, '') : '–');
  const keyOf = ({ cell: { category, noise, overlap, ratio } }) => [category, ratio, noise, overlap].join('|');
  const byNoise = (a, b) => {
    const [[one, , low], [other, , high]] = [a.split('|'), b.split('|')];
    return one.localeCompare(other) || Number(low) - Number(high);
  };
  const settings = [...new Set(all.map(keyOf))].sort(byNoise);
  const of = (setting, system, what) =>
    mean(
      all.filter((own) => keyOf(own) === setting && own.cell.system === system).map((own) => own[what].auroc ?? NaN),
    );
  const label = (setting) => {
    const [category, ratio, noise, overlap] = setting.split('|');
    const own = all.filter((one) => keyOf(one) === setting).map(({ cell }) => cell.draw);
    const draws = [...new Set(own)].sort().join(', ');
    return `| ${category}, ρ ${ratio} | ${noise} | ${noise === '0' ? '' : overlap === 'true' ? 'yes' : 'no'} | ${draws} `;
  };
  const head = (more) => `| set | r | overlap | draws | ${more.join(' | ')} |\n|${'---|'.repeat(4 + more.length)}`;
  const draws = [...new Set(all.map(({ cell }) => cell.draw))].sort();
  const table = settings.map(
    (setting) =>
      `${label(setting)}| ${systems.map((s) => `${figure(of(setting, s, 'image'))} / ${figure(of(setting, s, 'pixel'))}`).join(' | ')} |`,
  );
  const regret = settings.map((setting) => {
    const values = systems.map((s) => of(setting, s, 'image'));
    const best = Math.max(...values.filter(Number.isFinite));
    return `${label(setting)}| ${values.map((value) => figure(best - value)).join(' | ')} |`;
  });
  const worst = systems.map((s) =>
    Math.max(
      ...settings
        .map((t) => Math.max(...systems.map((o) => of(t, o, 'image')).filter(Number.isFinite)) - of(t, s, 'image'))
        .filter(Number.isFinite),
    ),
  );
  const judged = settings.map((setting) => {
    const own = all.filter((one) => keyOf(one) === setting && one.decision);
    if (own.length === 0) return '';
    const truth = mean(own.map(({ noiseImages, trainImages }) => noiseImages / trainImages));
    const covered = own.filter(({ decision, noiseImages, trainImages }) => {
      const [lower, upper] = decision.interval;
      return lower <= noiseImages / trainImages && noiseImages / trainImages <= upper;
    }).length;
    const leaks = own.map(({ decision, noiseImages }) => `${decision.leaksSuspected} of ${noiseImages}`);
    return `${label(setting)}| ${figure(truth)} | ${figure(mean(own.map(({ decision }) => decision.share)))} | ${covered} of ${own.length} | ${leaks.join(', ')} | ${own.map(({ decision }) => decision.suspects).join(', ')} |`;
  });
  return `# witness on held-out draws

Made by \`node scripts/cleaning.mjs --write\` from \`${FOLDER}\`. Draw 0 served to choose the rules (docs/cleaning.md 6); these are draws ${draws.join(', ')}, means over
those that a row names. ResNet18, 224 px.

## Image / pixel AUROC
${head(systems)}
${table.join('\n')}

![AUROC against the share of leaked images, with overlap](../figures/dirt.png)

Bands, where there is more than one draw, go from the lowest to the highest (\`figures/dirt.csv\`).

## Regret: image AUROC lost against the best system of the row
${head(systems)}
${regret.join('\n')}
| **largest** | | | | ${worst.map(figure).join(' | ')} |

## What witness found
${head(['dirty', 'estimate', 'interval holds the truth', 'leaks suspected', 'suspected'])}
${judged.filter(Boolean).join('\n')}
`;
}
