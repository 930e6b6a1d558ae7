import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';

/** Who computes: a process on a machine, perhaps as one task of an array job. */
export interface Worker {
  host: string;
  /** The machine until its next start, and the container: processes are known by `pid` within it. */
  machine: string;
  pid: number;
  /** When the process began, in the system's own ticks; empty where the system does not tell. */
  began: string;
  /** Unlike that of any other worker. */
  token: string;
  /** Name of the array task; no two processes that live at a time have the same. Null outside arrays. */
  task: string | null;
  /** What all tasks of an array share; null outside arrays. */
  run: string | null;
  /** Number of the task in its array; null outside arrays. */
  index: number | null;
}

/** Tokens of this process's workers that may still hold cells. */
const working = new Set<string>();

/** A worker of this process holds nothing any more. */
export function retire({ token }: Worker): void {
  working.delete(token);
}

/**
 * This process. An array task is told by Slurm's `SLURM_ARRAY_JOB_ID` and `SLURM_ARRAY_TASK_ID`, or by the `JOB_COMPLETION_INDEX`
 * of a Kubernetes Indexed Job, whose pods have the host name JOB-INDEX; elsewhere the index is put behind the host's name.
 */
export function thisWorker(env: NodeJS.ProcessEnv = process.env): Worker {
  const host = hostname();
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task, JOB_COMPLETION_INDEX: completion } = env;
  const own = {
    host,
    machine: [host, contentOf('/proc/sys/kernel/random/boot_id'), linkOf('/proc/self/ns/pid')].join(' '),
    pid: process.pid,
    began: beginOf(process.pid),
    token: randomBytes(8).toString('hex'),
  };
  working.add(own.token);
  if (job && task) return { ...own, task: `${job}_${task}`, run: job, index: Number(task) };
  if (completion) {
    const run = host.endsWith(`-${completion}`) ? host.slice(0, -completion.length - 1) : host;
    return { ...own, task: `${run}-${completion}`, run, index: Number(completion) };
  }
  return { ...own, task: null, run: null, index: null };
}

/** Whether another worker cannot be alive any more, as far as this one can tell at once. */
export function isGone(other: Worker, self: Worker): boolean {
  if (other.token === self.token) return false;
  if (other.task !== null && other.task === self.task) return true;
  if (other.machine !== self.machine) return false;
  if (other.pid === self.pid && other.began === self.began) return !working.has(other.token);
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return beginOf(other.pid) !== other.began;
}

/** When a process of this machine began: the 22nd field of its line, counted from behind the name in brackets. */
function beginOf(pid: number): string {
  const line = contentOf(`/proc/${pid}/stat`);
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
