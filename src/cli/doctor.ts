import { execFile } from 'node:child_process';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { type Command, Option } from 'commander';
import type { EngineFinding } from '../doctor/engine-probe.js';
import { automatic, findEngines, probedEngines } from '../doctor/find-engines.js';
import { ENGINE_CHOICES, isDevice } from '../engine/names.js';
import { tuneEngine } from '../experiment/lab.js';
import { packageVersion } from '../experiment/versions.js';
import { startThreads } from '../kernels/threads.js';
import { writeJsonOutput } from './outputs.js';
import { terminalReporter } from './reporter.js';
import { textTable } from './table.js';

interface Options {
  engine?: EngineFinding['engine'][];
  json?: string | true;
  tune?: boolean;
}

/** What `softpatch doctor --json` writes; the names are a contract. */
export interface DoctorReport {
  machine: { node: string; system: string; processor: string; cores: number; memoryGiB: number; nvidia: string | null };
  softpatchLab: string;
  /** What `--engine auto` takes of the engines that were asked for. */
  automatic: string | null;
  engines: EngineFinding[];
}

/** `softpatch doctor`: what can compute here, and how to mend what cannot. */
export function addDoctor(program: Command): void {
  const choices = ENGINE_CHOICES.filter((name) => name !== 'auto');
  program
    .command('doctor')
    .description('show which engines work here, how fast, and how to mend the others')
    .addOption(new Option('--engine <name...>', 'only these').choices(choices))
    .option('--tune', 'also measure every stage on the devices that work against threads, for --engine auto')
    .option('--json [file]', 'write the findings as JSON, without a file to the terminal')
    .addHelpText(
      'after',
      `
Each engine is started in a process of its own, checked against the wasm engine with a small network, and timed.

Examples:
  softpatch doctor
  softpatch doctor --tune
  softpatch doctor --engine webgpu onnx --json engines.json`,
    )
    .action(runDoctor);
}

async function runDoctor(options: Options): Promise<void> {
  const reporter = terminalReporter();
  const wanted = options.engine ?? probedEngines();
  const progress = reporter.stage('engines');
  let engines: EngineFinding[];
  try {
    engines = await findEngines(wanted, (_engine, done) => progress(done, wanted.length));
  } finally {
    reporter.stop();
  }
  const report: DoctorReport = {
    machine: await machine(),
    softpatchLab: packageVersion(),
    automatic: automatic(engines)?.engine ?? null,
    engines,
  };
  if (options.json === true) console.log(JSON.stringify(report, null, 2));
  else print(report, options.engine !== undefined);
  if (typeof options.json === 'string') await writeJsonOutput(options.json, report);
  if (options.tune && options.json !== true) await tune(engines);
  if (engines.every(({ state }) => state === 'skipped')) process.exitCode = 1;
}

async function machine(): Promise<DoctorReport['machine']> {
  return {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    nvidia: await nvidia(),
  };
}

/** NVIDIA cards with driver and memory as the driver's own tool names them, or null. */
function nvidia(): Promise<string | null> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: 10_000 }, (error, stdout) => {
      resolve(error ? null : stdout.trim().split('\n').join('; ') || null);
    });
  });
}

function print({ machine: own, engines, automatic: chosen, softpatchLab }: DoctorReport, some: boolean): void {
  console.log(`SoftPatch Lab ${softpatchLab}, Node ${own.node}, ${own.system}`);
  console.log(
    `${own.processor}, ${own.cores} cores, ${own.memoryGiB} GiB; NVIDIA: ${own.nvidia ?? 'no driver found'}\n`,
  );
  const state = { ready: 'works', software: 'software', skipped: 'no' } as const;
  const speed = (rate: number | null | undefined): string =>
    rate === undefined ? '' : rate === null ? 'slow' : rate.toFixed(1);
  console.log(
    textTable(
      ['engine', 'state', 'images/s', 'difference', 'with'],
      engines.map((found) => [
        found.engine,
        state[found.state],
        speed(found.imagesPerSecond),
        found.error === undefined ? '' : found.error.toExponential(0),
        found.about ?? '',
      ]),
    ),
  );
  console.log(
    '\nimages/s: ResNet18 at 224 px, of one thread or of the whole device; difference: of features to those of wasm',
  );
  for (const { engine, reason, fix, facts } of engines) {
    const details = Object.entries(facts ?? {}).map(([name, value]) => `${name} ${value}`);
    if (details.length > 0) console.log(`\n${engine}: ${details.join(', ')}`);
    if (reason !== undefined) console.log(`\n${engine}: ${reason}\n  mend: ${fix}`);
  }
  console.log(`\n${conclusion(engines, chosen, some)}`);
}

/** What follows from the findings. */
function conclusion(engines: readonly EngineFinding[], chosen: string | null, some: boolean): string {
  if (chosen !== null) return `${some ? 'of these --engine auto would take' : '--engine auto takes'} ${chosen}`;
  const works = engines.filter(({ state }) => state !== 'skipped').map(({ engine }) => engine);
  if (works.length === 0) return 'no engine works';
  return `--engine auto takes none of these by itself; by name: ${works.map((name) => `--engine ${name}`).join(', ')}`;
}

/** Prints what each stage takes on the devices that work and on threads. */
async function tune(engines: readonly EngineFinding[]): Promise<void> {
  const threads = startThreads();
  const milliseconds = (seconds: number): string => (seconds < 1e6 ? (1000 * seconds).toFixed(0) : 'fails');
  try {
    for (const { engine, state } of engines) {
      if (state === 'skipped' || !isDevice(engine)) continue;
      const profile = await tuneEngine(engine, threads);
      const rows = Object.entries(profile.threads).map(([stage, seconds]) => [
        stage,
        milliseconds(profile.device[stage]),
        milliseconds(seconds),
        profile.plan.includes(stage) ? engine : 'threads',
      ]);
      console.log(`\n${textTable(['stage', `${engine}, ms`, 'threads, ms', 'faster'], rows)}`);
    }
  } finally {
    await threads.close();
  }
}
