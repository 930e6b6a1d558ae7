// Measures witness beside its relatives over shares of dirt, and writes docs/cleaning-results.md from the result files.
//   node scripts/cleaning.mjs --data data/mvtec --categories screw,bottle --weights data/weights/resnet18.safetensors
//     [--noise 0,0.05,0.1,0.2,0.4] [--draws 1,2] [--systems patchcore,witness,padim-star+patchcore] [--ratio 0.1] [--affine] [--minutes 60]
//   node scripts/cleaning.mjs --write
// Cells that have a result are passed over, so a stopped run goes on where it was; --minutes starts no further cell after that.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
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
const ABLATIONS = 'data/results/cleaning-ablations.json';
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    categories: { type: 'string', default: '' },
    weights: { type: 'string' },
    noise: { type: 'string', default: '0,0.02,0.05,0.1,0.2,0.4' },
    draws: { type: 'string', default: '1,2' },
    systems: { type: 'string', default: 'patchcore,witness,softpatch-lof' },
    ratio: { type: 'string', default: '0.1' },
    affine: { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
    cache: { type: 'string', default: 'data/cache' },
    write: { type: 'boolean', default: false },
  },
});
const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const figure = (value) => (Number.isFinite(value) ? value.toFixed(3).replace(/^0/, '').replace(/^-0/, '−') : '–');
const head = (more) => `| set | r | overlap | draws | ${more.join(' | ')} |\n|${'---|'.repeat(4 + more.length)}`;
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
              const augmentation = values.affine ? 'affine' : 'none';
              const cell = { category: name, system, noise, overlap, draw, ratio: Number(values.ratio), augmentation };
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
  const { category: name, system, noise, overlap, draw, ratio, augmentation } = cell;
  const path = join(
    FOLDER,
    `${name}_${system}_r${noise}_${overlap ? 'overlap' : 'apart'}_draw${draw}_rho${ratio}${augmentation === 'none' ? '' : `_${augmentation}`}.json`,
  );
  try {
    readFileSync(path);
    return;
  } catch {
    // Not measured yet.
  }
  const weights = { kind: 'file', path: values.weights };
  const contamination = { noise, overlap, augmentation, repeat: true };
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
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))
    .map((own) => ({ ...own, cell: { augmentation: 'none', ...own.cell } }));
}

/** AUROC against dirt with overlap on the sets with most shares of dirt: figures/dirt.* */
async function drawTrends(all) {
  const shown = all.filter(
    ({ cell: { category, system, noise, overlap, ratio, augmentation } }) =>
      ['bottle', 'screw'].includes(category) &&
      LABELS[system] &&
      ratio === 0.1 &&
      augmentation === 'none' &&
      (overlap || noise === 0),
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

/** Cells of one set, augmentation, share and overlap, by system and draw. */
function settingsOf(all) {
  const keyOf = ({ cell: { category, augmentation, ratio, noise, overlap } }) =>
    JSON.stringify([category, augmentation, ratio, noise, overlap]);
  return [...new Set(all.map(keyOf))]
    .map((key) => {
      const [category, augmentation, ratio, noise, overlap] = JSON.parse(key);
      const own = all.filter((one) => keyOf(one) === key);
      const draws = [...new Set(own.map(({ cell }) => cell.draw))].sort((a, b) => a - b);
      const affine = augmentation === 'none' ? '' : `, ${augmentation}`;
      const label = `| ${category}, ρ ${ratio}${affine} | ${noise} | ${noise === 0 ? '' : overlap ? 'yes' : 'no'} | ${draws.join(', ')} `;
      return { category, augmentation, noise, overlap, own, draws, label };
    })
    .sort(
      (a, b) =>
        a.category.localeCompare(b.category) ||
        b.augmentation.localeCompare(a.augmentation) ||
        a.noise - b.noise ||
        Number(a.overlap) - Number(b.overlap),
    );
}

/** The share of draws that a system misses stands behind its figures. */
function cellText({ own, draws }, system) {
  const found = own.filter(({ cell }) => cell.system === system);
  if (found.length === 0) return '–';
  const of = (what) => figure(mean(found.map((one) => one[what].auroc ?? Number.NaN)));
  const part = found.length < draws.length ? ` (${found.map(({ cell }) => cell.draw).join(', ')})` : '';
  return `${of('image')} / ${of('pixel')}${part}`;
}

/** What a system loses against the best of each draw that it was measured on, on average. */
function regretOf({ own, draws }, system, metric = 'image') {
  const lost = draws.flatMap((draw) => {
    const values = own
      .filter(({ cell }) => cell.draw === draw)
      .map((one) => [one.cell.system, one[metric].auroc ?? Number.NaN]);
    const [, mine] = values.find(([name]) => name === system) ?? [];
    return mine === undefined ? [] : [Math.max(...values.map(([, value]) => value)) - mine];
  });
  return lost.length > 0 ? mean(lost) : Number.NaN;
}

/** Tables of witness with one switch changed, and PatchCore at the same ρ: image / pixel AUROC and the estimate. */
function ablations() {
  if (!existsSync(ABLATIONS)) return '';
  const rows = JSON.parse(readFileSync(ABLATIONS, 'utf8'));
  const cellOf = ({ category, noise, overlap }) =>
    `${category} ${noise}${noise === 0 ? '' : overlap ? ' overlap' : ' no overlap'}`;
  const cells = [...new Set(rows.map(cellOf))];
  const nameOf = ({ method, changed }) => {
    const text = Object.entries(changed).map(([name, value]) => `${name} ${value}`);
    return [method === 'witness' ? '' : method, ...text].filter(Boolean).join(', ') || 'default';
  };
  const names = [...new Set(rows.map(nameOf))];
  const lines = names.map((name) => {
    const texts = cells.map((cell) => {
      const own = rows.find((row) => nameOf(row) === name && cellOf(row) === cell);
      if (!own) return '–';
      return `${figure(own.image)} / ${figure(own.pixel)}${own.share === null ? '' : ` (${figure(own.share)})`}`;
    });
    return `| ${name} | ${texts.join(' | ')} |`;
  });
  return `
## One switch at a time
On draw 0, which the rules were chosen on: image / pixel AUROC, and the estimated share in brackets. Doubt is as strong as set whatever it costs, and none is without
proof (\`dear=1\`, \`free=false\`): what a switch does by itself. Each line changes what it names and leaves the rest at its default (\`docs/cleaning.md\` 7). Made by \`node scripts/cleaning-ablations.mjs\`.

| changed | ${cells.join(' | ')} |
|${'---|'.repeat(1 + cells.length)}
${lines.join('\n')}
`;
}

function page(all) {
  const systems = [...new Set(all.map(({ cell }) => cell.system))].sort();
  const settings = settingsOf(all);
  const draws = [...new Set(all.map(({ cell }) => cell.draw))].sort((a, b) => a - b);
  const table = settings.map((own) => `${own.label}| ${systems.map((system) => cellText(own, system)).join(' | ')} |`);
  const regrets = settings.map((own) => systems.map((system) => regretOf(own, system)));
  const regret = settings.map((own, i) => `${own.label}| ${regrets[i].map(figure).join(' | ')} |`);
  const finite = (s) => regrets.map((row) => row[s]).filter(Number.isFinite);
  const worst = systems.map((_, s) => Math.max(...finite(s)));
  const average = systems.map((_, s) => mean(finite(s)));
  const judged = settings.map((setting) => {
    const own = setting.own.filter((one) => one.decision);
    if (own.length === 0) return '';
    const truth = mean(own.map(({ noiseImages, trainImages }) => noiseImages / trainImages));
    const covered = own.filter(({ decision, noiseImages, trainImages }) => {
      const [lower, upper] = decision.interval;
      return lower <= noiseImages / trainImages && noiseImages / trainImages <= upper;
    }).length;
    const leaks = own.map(({ decision, noiseImages }) => `${decision.leaksSuspected} of ${noiseImages}`);
    return `${setting.label}| ${figure(truth)} | ${figure(mean(own.map(({ decision }) => decision.share)))} | ${covered} of ${own.length} | ${leaks.join(', ')} | ${own.map(({ decision }) => decision.suspects).join(', ')} |`;
  });
  return `# witness on held-out draws

Made by \`node scripts/cleaning.mjs --write\` from \`${FOLDER}\`. Draw 0 served to choose the rules (docs/cleaning.md 6); these are draws ${draws.join(', ')}, means over
those that a row names, or of fewer, which stand behind them. ResNet18, 224 px.

## Image / pixel AUROC
${head(systems)}
${table.join('\n')}

![AUROC against the share of leaked images, with overlap](../figures/dirt.png)

Bands, where there is more than one draw, go from the lowest to the highest (\`figures/dirt.csv\`).

## Regret: image AUROC lost against the best system of the same draw
${head(systems)}
${regret.join('\n')}
| **largest** | | | | ${worst.map(figure).join(' | ')} |
| **mean of its rows** | | | | ${average.map(figure).join(' | ')} |

## What witness found
${head(['dirty', 'estimate', 'interval holds the truth', 'leaks suspected', 'suspected'])}
${judged.filter(Boolean).join('\n')}
${ablations()}`;
}
