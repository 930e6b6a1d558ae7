import { type FigureTable, toMarkdown } from '../figures/table.js';
import { type AgainstFile, againstTable } from './against-table.js';
import { head, line } from './markdown.js';

/** What `npm run bench` writes. */
export interface BenchFile {
  machine: { cpu: string; threads: number; node: string };
  rows: { stage: string; unit: string; ours: number; plain: number | null; ratio: number | null }[];
  /** The real `screw` job against the authors' code; missing where the shared data was. */
  authors?: { stage: string; ours: number; theirs: number; ratio: number }[];
  screw?: { timings: Record<string, number> };
}

/** What `node scripts/measure.mjs` writes: a single run with the command that gave it. */
export interface MeasuredRun {
  what: string;
  command: string;
  machine: string;
  figures: Record<string, string>;
}

/** Three significant digits. */
const significant = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
const times = (ratio: number | null): string => (ratio === null ? '–' : `${significant(ratio)} ×`);

/** Stages against plain TypeScript, then the real job against the authors' code. */
export function benchTables({ machine, rows, authors = [], screw }: BenchFile): string {
  const lines = [
    `${machine.cpu}, ${machine.threads} threads, Node ${machine.node}.`,
    '',
    ...head(['stage', 'unit', 'ours', 'plain TypeScript', 'ratio']),
    ...rows.map(({ stage, unit, ours, plain, ratio }) =>
      line([stage, unit, significant(ours), significant(plain), times(ratio)]),
    ),
  ];
  if (authors.length > 0) {
    lines.push('', ...head(['`screw`, r = 0.1, ρ = 0.1 (352 + 160 images)', 'ours, s', 'authors, s', 'ratio']));
    for (const { stage, ours, theirs, ratio } of authors)
      lines.push(line([stage, significant(ours), significant(theirs), times(ratio)]));
  }
  if (screw) {
    const { total, ...stages } = screw.timings;
    const [name, seconds] = Object.entries(stages).reduce((most, stage) => (stage[1] > most[1] ? stage : most));
    lines.push(
      '',
      `The whole \`evaluate\` took ${total.toFixed(0)} s cold. The slowest remaining stage is ${name} (${seconds.toFixed(1)} s).`,
    );
  }
  return lines.join('\n');
}

/** Single runs, each with the command that gave it. */
export function measuredTable(runs: readonly MeasuredRun[]): string {
  const rows = runs.map(({ what, command, figures }) => {
    const call = command.startsWith('node') ? command : `softpatch ${command}`;
    const values = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    return line([`${what}<br>\`${call}\``, values.join('<br>')]);
  });
  const machines = [...new Set(runs.map(({ machine }) => machine))].join('; ');
  return [`${machines}.`, '', ...head(['run', 'measured']), ...rows].join('\n');
}

/** What things cost, as one page of Markdown. @param timing Table 8 of our runs. @param against null where no comparison was made. */
export function speedPage(
  bench: BenchFile,
  runs: readonly MeasuredRun[],
  timing: FigureTable,
  against: AgainstFile | null,
): string {
  return `# Speed

Written from the files in [data/results](../data/results) by \`npm run results\`; \`npm run check\` fails when it is stale.

## Stages

\`npm run bench\` times every stage against plain TypeScript and the machine's own limits in the same run, and on the real \`screw\` job
against the authors' code (PyTorch 1.13, OpenBLAS, faiss 1.7.3, 2 cores); \`-- --growth\` adds the chart.

${benchTables(bench)}

![Seconds of coreset, LOF and search from 25,000 to 350,000 patches](../figures/growth.png)

## Beside an earlier commit

\`npm run bench -- --against REV\` takes a commit out of git, builds it with the packages of its own lock file and runs its stages and this
one's in turns, on the same inputs; what it made goes afterwards. Generated rows are alike far from each other, so that a search finds no blocks to leave
out; those of the real job are near each other, where pruning pays.

${against ? againstTable(against) : 'Not compared yet.'}

## Single runs

Each by \`node scripts/measure.mjs NAME\` from the command beside it (DATA, WEIGHTS and MANIFEST stand for the data set, ResNet18's weights
and the fixed noise draw).

${measuredTable(runs)}

## Training and inference by stage

${toMarkdown(timing)}
![Seconds of training and inference by stage, Table 8](../figures/table-8-chart.png)
`;
}
