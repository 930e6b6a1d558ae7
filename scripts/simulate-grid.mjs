// Replays a grid on many tasks with measured cell times: 15 categories × 14 systems × 7 noise ratios × 2 settings × 5 draws, claimed cell by cell as
// `softpatch run` claims them. Times are those of the result files for screw (352 training, 160 test images), in proportion to a category's images.
//   node scripts/simulate-grid.mjs        writes data/results/grid-simulation.json and the table in docs/scale.md
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startingAt } from '../build/src/cells/work.js';
import { MVTEC_COUNTS } from '../build/src/dataset/mvtec-counts.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';

const PAGE = 'docs/scale.md';
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const NOISE = [0, 0.02, 0.05, 0.08, 0.1, 0.15, 0.2];
const DRAWS = 5;
const TASKS = [1, 8, 64, 512];
/** Seconds from the start of a process to its first claim: Node, the engine, names and sizes of a category's images. */
const START = 3;
/** Operations on the results folder, counted by strace (docs/scale.md). */
const OPS = { cell: 46, beat: 3, beatSeconds: 30, listing: 100 };

const seconds = systemSeconds();
const cells = gridCells();
const rows = TASKS.map(simulate);
await writeJson('data/results/grid-simulation.json', { cells: cells.length, seconds, rows });
await writeAtomically(PAGE, marked(readFileSync(PAGE, 'utf8')));
console.log(table());

/** Of training (a fit, which the next setting finds where the same task takes it) and of the rest, on screw at r = 0.1, by system. */
function systemSeconds() {
  const folder = 'data/results/paper/cells/screw';
  const timing = (system) => {
    const file = readdirSync(folder).find((name) => name.startsWith(`timing_${system}_`));
    const { train, infer } = json(join(folder, file)).timing;
    const sum = (part) => Object.values(part).reduce((total, value) => total + value, 0);
    return { train, fit: sum(train), test: sum(infer) };
  };
  const [lof, core, piped] = ['softpatch-lof', 'patchcore', 'padim-star+patchcore'].map(timing);
  const { rows: bench } = json('data/results/bench.json');
  const ours = (stage) => bench.find((row) => row.stage.startsWith(stage)).ours;
  const filter = piped.train.filter;
  const padim = json('data/results/measured/7-padim-wide.json').figures;
  const [padimFit, padimAll] = [padim.fit, padim['whole run']].map(Number.parseFloat);
  // CFLOW small: two passes over 64² + 32² + 16² vectors of 352 images, two threads.
  const cflow = (2 * 352 * (64 ** 2 + 32 ** 2 + 16 ** 2)) / (2 * ours('CFLOW training'));
  const witness =
    json('data/results/cleaning/bottle_witness_r0.1_overlap_draw1_rho0.1.json').seconds /
    json('data/results/cleaning/bottle_patchcore_r0.1_overlap_draw1_rho0.1.json').seconds;
  const bank = { fit: lof.fit, test: lof.test };
  return {
    padim: { fit: padimFit, test: padimAll - padimFit },
    'padim-star': { fit: filter, test: core.test },
    'padim-star+padim-star': { fit: 2 * filter, test: core.test },
    cflow: { fit: cflow, test: core.test },
    'padim-star+cflow': { fit: filter + cflow, test: core.test },
    patchcore: { fit: core.fit, test: core.test },
    'patchcore-random': { fit: core.fit - core.train.coreset, test: core.test },
    'padim-star-0.1+patchcore': { fit: piped.fit, test: piped.test },
    'padim-star+patchcore': { fit: piped.fit, test: piped.test },
    'softpatch-nearest': bank,
    'softpatch-gaussian': { fit: core.fit + (784 * ours('gaussian')) / 1000 / 2, test: core.test },
    'softpatch-lof': bank,
    'softpatch-lof-release': bank,
    witness: { fit: witness * core.fit, test: witness * core.test },
  };
}

/** In the order in which tasks go through them: both settings of a fit side by side. */
function gridCells() {
  const all = [];
  for (const [category, [train, good, anomalous]] of Object.entries(MVTEC_COUNTS)) {
    for (const [system, { fit, test }] of Object.entries(seconds)) {
      for (const noise of NOISE) {
        for (let draw = 0; draw < DRAWS; draw++) {
          for (const overlap of [false, true]) {
            const tested = good + anomalous - (overlap ? 0 : Math.min(anomalous, Math.trunc(noise * train)));
            all.push({
              fitting: `${category} ${system} ${noise} ${draw}`,
              fit: (fit * train * (1 + noise)) / 352,
              test: (test * tested) / 160,
              name: `${category} ${system}`,
            });
          }
        }
      }
    }
  }
  return all;
}

function simulate(tasks) {
  const taken = new Uint8Array(cells.length);
  const orders = Array.from({ length: tasks }, (_, t) => startingAt([...cells.keys()], tasks === 1 ? null : t + 1));
  const state = orders.map((order, t) => ({ t, order, next: 0, free: START, last: '', busy: 0 }));
  let [makespan, longest, again] = [0, 0, 0];
  const working = [...state];
  while (working.length > 0) {
    // The task that is free first; few enough for a plain search.
    let first = 0;
    for (let i = 1; i < working.length; i++) if (working[i].free < working[first].free) first = i;
    const task = working[first];
    while (task.next < task.order.length && taken[task.order[task.next]]) task.next++;
    if (task.next === task.order.length) {
      working.splice(first, 1);
      continue;
    }
    const cell = cells[task.order[task.next]];
    taken[task.order[task.next]] = 1;
    const fresh = task.last !== cell.fitting;
    const cost = (fresh ? cell.fit : 0) + cell.test;
    task.last = cell.fitting;
    task.busy += cost;
    task.free += cost;
    makespan = Math.max(makespan, task.free);
    longest = Math.max(longest, cell.fit + cell.test);
    if (fresh) again++;
  }
  const busy = state.reduce((sum, task) => sum + task.busy, 0);
  const held = state.reduce((sum, { free }) => sum + free, 0);
  const folders = 2 * (Object.keys(MVTEC_COUNTS).length + 1);
  const ops = (cells.length * (OPS.cell + folders + OPS.listing) + (busy / OPS.beatSeconds) * OPS.beat) / makespan;
  return {
    tasks,
    hours: makespan / 3600,
    /** Share of the time from the first start to the last end in which a task computes nothing; array tasks that leave give their place back. */
    idle: 1 - busy / (makespan * tasks),
    idleHeld: 1 - busy / held,
    longestMinutes: longest / 60,
    fitsAgain: again - cells.length / 2,
    operations: ops,
  };
}

function table() {
  const lines = rows.map(
    ({ tasks, hours, idle, idleHeld, operations }) =>
      `| ${tasks} | ${hours < 10 ? hours.toFixed(1) : hours.toFixed(0)} | ${(rows[0].hours / hours).toFixed(1)} | ${(100 * idle).toFixed(1)} % | ${(100 * idleHeld).toFixed(1)} % | ${operations.toFixed(operations < 10 ? 1 : 0)} |`,
  );
  return [
    `| tasks | hours | times faster | idle until the last ends | idle while held | file operations a second |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function marked(page) {
  const text = `<!-- simulation -->\n\n${table()}\n\n${cells.length} cells; the longest takes ${rows[0].longestMinutes.toFixed(0)} minutes.\n\n<!-- /simulation -->`;
  return page.replace(/<!-- simulation -->[\s\S]*<!-- \/simulation -->/, () => text);
}
