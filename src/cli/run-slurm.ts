import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { arrayFile, gatherFile, type SlurmJob, type SlurmOptions, submit } from '../cells/slurm.js';
import { writeAtomically } from '../storage/atomic.js';

/** Options of the submitting command that its tasks do not have; the first has a value. */
const OWN = ['--slurm', '--dry-run'];

/** The command line again, without what makes it a submission. */
export function taskCommand(argv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === OWN[0]) i++;
    else if (argv[i] !== OWN[1] && !argv[i].startsWith(`${OWN[0]}=`)) kept.push(argv[i]);
  }
  return kept;
}

/** Writes the files of a job array and of its gather job, and submits both unless told not to. */
export async function runOnSlurm(options: SlurmOptions, results: string, dryRun: boolean): Promise<void> {
  const folder = resolve(results, 'slurm');
  const job: SlurmJob = {
    options,
    command: taskCommand(process.argv),
    folder: process.cwd(),
    logs: join(folder, 'logs'),
  };
  const [array, gather] = [join(folder, 'array.sbatch'), join(folder, 'gather.sbatch')];
  await mkdir(job.logs, { recursive: true });
  await writeAtomically(array, arrayFile(job));
  await writeAtomically(gather, gatherFile(job));
  if (dryRun) {
    console.log(`sbatch --parsable ${array}\nsbatch --parsable --dependency=afterany:ID ${gather}`);
    return;
  }
  const id = await submit(array);
  const gatherId = await submit(gather, [`--dependency=afterany:${id}`]);
  console.log(`job array ${id}, gather job ${gatherId}; logs in ${job.logs}`);
}
