// Writes the README's tables from data/results; --check fails when they are stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRIDS } from './results-grids.mjs';

const LABELS = {
  patchcore: 'PatchCore',
  'patchcore-random': 'PatchCore 1 % random',
  'lof-release': 'SoftPatch-LOF (release, k = 5)',
  'lof-paper': 'SoftPatch-LOF (paper, tensor, k = 6)',
  'padim-star': 'PaDiM\\*',
  padim: 'PaDiM (original profile, ResNet18)',
  cflow: 'CFLOW `small`',
  'padim-star+padim-star': 'PaDiM\\* + PaDiM\\*',
  'padim-star-0.1+patchcore': 'PaDiM\\* (t = 0.1) + PatchCore',
  'padim-star+patchcore': 'PaDiM\\* + PatchCore',
  'padim-star+cflow': 'PaDiM\\* + CFLOW `small`',
  nearest: 'SoftPatch-nearest',
  gaussian: 'SoftPatch-gaussian',
};
const SETTINGS = { r0: 'r = 0', 'no-overlap': 'r = 0.1, no overlap', overlap: 'r = 0.1, overlap' };

const digits = (value, places) => value.toFixed(places).replace(/^0/, '');
/** Mean, with the spread (max − min)/2 where there is more than one draw. */
function figure(values, places) {
  if (values.some((value) => value === null)) return '–';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = (Math.max(...values) - Math.min(...values)) / 2;
  return digits(mean, places) + (values.length > 1 ? ` ±${digits(spread, places)}` : '');
}

function table({ name, title, cells, reference, paper }) {
  const systems = [...new Set(cells.map(({ system }) => system))];
  const lines = [
    `**${title}** (image / pixel AUROC${reference ? '; authors’ code in brackets' : ''}${paper ? '; the paper’s image AUROC in brackets' : ''})`,
    '',
  ];
  const pipelines = cells.some(({ filter }) => filter);
  const columns = [
    ...Object.values(SETTINGS),
    'coreset from noise',
    pipelines ? 'images dropped, of them noise' : 'noise patches removed',
  ];
  lines.push(`| method | ${columns.join(' | ')} |`, `| --- |${' --- |'.repeat(columns.length)}`);
  for (const system of systems) {
    const own = cells.filter((cell) => cell.system === system);
    const read = (setting) =>
      own
        .filter((cell) => cell.setting === setting)
        .map((cell) => join('data/results', name, `${cell.name}.json`))
        .filter((path) => existsSync(path))
        .map((path) => JSON.parse(readFileSync(path, 'utf8')));
    const row = Object.keys(SETTINGS).map((setting) => {
      const results = read(setting);
      if (results.length === 0) return '–';
      const ours = `${figure(
        results.map(({ image }) => image.auroc),
        3,
      )} / ${figure(
        results.map(({ pixel }) => pixel.auroc),
        4,
      )}`;
      const theirs = reference?.[system]?.[setting];
      if (theirs) return `${ours} (${digits(theirs[0], 3)} / ${digits(theirs[1], 3)})`;
      const printed = paper?.[system]?.[setting];
      return printed === undefined ? ours : `${ours} (${digits(printed, 3)})`;
    });
    const noisy = read('overlap');
    const share = (key) =>
      noisy.length > 0
        ? figure(
            noisy.map(({ diagnostics }) => diagnostics[key]),
            3,
          )
        : '–';
    const dropped = noisy[0]?.filter ? `${noisy[0].filter.dropped.length}, ${noisy[0].filter.noiseDropped}` : '–';
    const last = pipelines ? dropped : share('noisePatchesRemoved');
    lines.push(`| ${LABELS[system]} | ${row.join(' | ')} | ${share('coresetNoiseShare')} | ${last} |`);
  }
  return lines.join('\n');
}

/** The bench's rows, then the real job against the authors' code. */
function bench() {
  const path = 'data/results/bench.json';
  if (!existsSync(path)) return '';
  const { machine, rows, authors = [], screw } = JSON.parse(readFileSync(path, 'utf8'));
  const cell = (value) => (value === null ? '–' : String(Number(value.toPrecision(3))));
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const lines = [
    `${machine.cpu}, ${machine.threads} threads, Node ${machine.node}.`,
    '',
    line(['stage', 'unit', 'ours', 'plain TypeScript', 'ratio']),
    line(['---', '---', '---', '---', '---']),
    ...rows.map(({ stage, unit, ours, plain, ratio }) =>
      line([stage, unit, cell(ours), cell(plain), ratio === null ? '–' : `${cell(ratio)} ×`]),
    ),
  ];
  if (authors.length > 0) {
    lines.push(
      '',
      line(['`screw`, r = 0.1, ρ = 0.1 (352 + 160 images)', 'ours, s', 'authors, s', 'ratio']),
      line(['---', '---', '---', '---']),
    );
    for (const { stage, ours, theirs, ratio } of authors)
      lines.push(line([stage, cell(ours), cell(theirs), `${cell(ratio)} ×`]));
    const { total } = screw.timings;
    lines.push('', `The whole \`evaluate\` took ${total.toFixed(0)} s cold. ${slowest(screw.timings)}`);
  }
  return lines.join('\n');
}

/** Single runs, each with the command that gave it. */
function measured() {
  const folder = 'data/results/measured';
  if (!existsSync(folder)) return '';
  const runs = readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const rows = runs.map(({ what, command, figures }) => {
    const call = command.startsWith('node') ? command : `softpatch ${command}`;
    const values = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    return `| ${what}<br>\`${call}\` | ${values.join('<br>')} |`;
  });
  const machines = [...new Set(runs.map(({ machine }) => machine))].join('; ');
  return [`${machines}.`, '', '| run | measured |', '| --- | --- |', ...rows].join('\n');
}

function slowest({ total, ...stages }) {
  const [name, seconds] = Object.entries(stages).sort((a, b) => b[1] - a[1])[0];
  return `The slowest remaining stage is ${name} (${seconds.toFixed(1)} s).`;
}

const readme = readFileSync('README.md', 'utf8');
const fill = (text, mark, made) =>
  text.replace(
    new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`),
    (_, open, close) => `${open}\n${made}\n\n${close}`,
  );
const example = readFileSync('test/detector/own-system.ts', 'utf8').replaceAll('../../src/index.js', 'softpatch-lab');
const parts = {
  example: `\`\`\`ts\n${example}\`\`\``,
  results: GRIDS.map(table).join('\n\n'),
  paper: ['table-5', 'table-6', 'table-7', 'authors-readme', 'table-8']
    .map((name) => `figures/${name}.md`)
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').trimEnd())
    .join('\n\n'),
  bench: bench(),
  measured: measured(),
};
const fresh = Object.entries(parts).reduce((text, [mark, made]) => fill(text, mark, made), readme);
if (process.argv.includes('--check')) {
  if (fresh !== readme) {
    console.error('the tables in README.md are stale; run node scripts/readme-table.mjs');
    process.exit(1);
  }
} else writeFileSync('README.md', fresh);
