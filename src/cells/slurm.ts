import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { InputError, systemCode } from '../errors.js';

/** What a user says of a job array: `sbatch`'s long options, `cpus` and `mem` for short, and `array`. */
export type SlurmOptions = ReadonlyMap<string, string | null>;

const SHORT: Readonly<Record<string, string>> = { cpus: 'cpus-per-task', name: 'job-name', dir: 'chdir' };
/** What the file says itself. */
const TAKEN = ['dependency', 'output', 'error', 'open-mode', 'signal', 'requeue', 'no-requeue', 'wrap', 'parsable'];

/**
 * Reads `partition=x,time=2:00:00,cpus=8,mem=12G,array=32%8`. A comma within a value stays where no option follows it.
 * @throws InputError for what sbatch would not take, or what the file sets itself.
 */
export function slurmOptions(text: string): SlurmOptions {
  const options = new Map<string, string | null>();
  for (const part of text.split(/,(?=[a-z][a-z-]*(?:=|,|$))/)) {
    const found = /^([a-z][a-z-]*)(?:=([^\n\r]*))?$/.exec(part.trim());
    if (!found)
      throw new InputError(`"${part}" is no option of sbatch`, "Give name=value, such as 'partition=x,array=32%8'");
    const [, given, value] = found;
    const name = SHORT[given] ?? given;
    if (TAKEN.includes(name)) throw new InputError(`${name} is set by softpatch run itself`, 'Leave it out of --slurm');
    options.set(name, value ?? null);
  }
  const array = options.get('array') ?? '8';
  if (!/^(\d+|\d+-\d+(:\d+)?|\d+(,\d+)+)(%\d+)?$/.test(array))
    throw new InputError(`array=${array} is no array`, 'Give a number of tasks, perhaps with how many at a time: 32%8');
  options.set('array', /^\d+(%\d+)?$/.test(array) ? `1-${array}` : array);
  return options;
}

/** Seconds before the time limit at which a task is told to end. */
export const WARNING = 120;

export interface SlurmJob {
  options: SlurmOptions;
  /** The command of a task; of the gather job with `--gather` behind it. */
  command: readonly string[];
  folder: string;
  /** Folder of the logs. */
  logs: string;
}

/** The file of the job array. */
export function arrayFile({ options, command, folder, logs }: SlurmJob): string {
  const lines = [...options].map(directive);
  if (!options.has('job-name')) lines.unshift('#SBATCH --job-name=softpatch');
  const threads =
    options.has('cpus-per-task') && !command.includes('--threads') ? ' --threads "$SLURM_CPUS_PER_TASK"' : '';
  return `#!/bin/bash
# Written by softpatch run --slurm. Every task takes cells that nobody has until none are left; logs are appended.
${lines.join('\n')}
#SBATCH --output=${logs}/%A_%a.log
#SBATCH --open-mode=append
# A task that is told to end gives its cell back and asks for another turn.
#SBATCH --requeue
#SBATCH --signal=B:TERM@${WARNING}

cd ${quoted(folder)}
exec ${command.map(quoted).join(' ')}${threads}
`;
}

/** Resources a gather job has no use for. */
const HEAVY = ['array', 'cpus-per-task', 'mem', 'gres', 'gpus', 'job-name', 'nodes', 'ntasks', 'exclusive'];

/** The file of the job that writes tables once every task has ended, however it ended. */
export function gatherFile({ options, command, folder, logs }: SlurmJob): string {
  const lines = [...options].filter(([name]) => !HEAVY.includes(name)).map(directive);
  return `#!/bin/bash
# Written by softpatch run --slurm. Makes tables of the cells that are there; computes none.
${['#SBATCH --job-name=softpatch-gather', ...lines].join('\n')}
#SBATCH --output=${logs}/gather_%j.log
#SBATCH --open-mode=append

cd ${quoted(folder)}
exec ${[...command, '--gather'].map(quoted).join(' ')}
`;
}

const directive = ([name, value]: [string, string | null]): string =>
  `#SBATCH --${name}${value === null ? '' : `=${value}`}`;

/** A word as the shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Submits a file. @returns the job's id. @throws InputError with what Slurm says. */
export async function submit(file: string, more: readonly string[] = []): Promise<string> {
  const out = await slurm('sbatch', ['--parsable', ...more, file]);
  return out.trim().split(';')[0];
}

/**
 * Puts this array task in the queue again, unless it is being cancelled.
 * @returns whether Slurm took it; then this process is ended by Slurm.
 */
export async function requeueThisTask(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = env;
  if (!job || !task) return false;
  try {
    const state = await slurm('scontrol', ['--oneliner', 'show', 'job', `${job}_${task}`]);
    if (!/\bJobState=RUNNING\b/.test(state)) return false;
    await slurm('scontrol', ['requeue', `${job}_${task}`]);
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

async function slurm(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args)).stdout;
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      throw new InputError(
        `there is no ${program} here`,
        'Submit from a machine that has Slurm, or write with --dry-run',
      );
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new InputError(
      `${program}: ${(stderr || message).trim().replaceAll('\n', '; ')}`,
      'Mend --slurm and submit again',
    );
  }
}
