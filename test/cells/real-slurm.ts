import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Slurm of its own on this machine: one node, one partition, daemons and state in a folder. */
export interface Slurm {
  /** What its programs, and jobs, find it by. */
  env: NodeJS.ProcessEnv;
  /** Runs one of its programs. */
  call(program: string, ...args: string[]): Promise<string>;
  /** Ends the controller and starts it again from its saved state. */
  restartController(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be no Slurm here; null where there can. */
export function whyNoSlurm(): string | null {
  const missing = ['slurmctld', 'slurmd', 'sbatch', 'munged'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: environment({}) }).status !== 0,
  );
  if (missing.length > 0) return `Slurm is not installed: no ${missing.join(', ')} (Debian: slurm-wlm munge)`;
  return process.getuid?.() === 0 ? null : 'a Slurm of its own needs root';
}

const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  ...env,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts it and waits until its node is idle. @param cpus processors the node claims to have. */
export async function startSlurm(folder: string, cpus = 3): Promise<Slurm> {
  const [host] = hostname().split('.');
  const [controllerPort, nodePort] = [await freePort(), await freePort()];
  for (const name of ['state', 'spool', 'munge']) await mkdir(join(folder, name), { recursive: true });
  const [key, socket] = [join(folder, 'munge/key'), join(folder, 'munge/socket')];
  await writeFile(key, randomBytes(128), { mode: 0o600 });
  // Slurm refuses a socket in a folder that others cannot reach.
  await chmod(join(folder, 'munge'), 0o755);
  await chmod(folder, 0o755);
  const files = ['pid-file', 'log-file', 'seed-file'].map((name) => `--${name}=${join(folder, 'munge', name)}`);
  const conf = join(folder, 'slurm.conf');
  const env = environment({ SLURM_CONF: conf });
  await run('munged', ['--force', `--key-file=${key}`, `--socket=${socket}`, ...files], { env });
  await writeFile(
    conf,
    `ClusterName=trial
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
AuthType=auth/munge
AuthInfo=socket=${socket}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmUser=root
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdParameters=config_overrides
SlurmdPidFile=${folder}/slurmd.pid
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
KillWait=5
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const call = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { env })).stdout;
  // Kept, since the folder may be gone when the daemons are to end.
  const pids = new Map<string, number>();
  const note = async (file: string): Promise<void> => {
    await until(async () => {
      pids.set(file, Number(await readFile(join(folder, file), 'utf8')));
      return pids.get(file)! > 0;
    });
  };
  const endPid = async (file: string): Promise<void> => {
    const pid = pids.get(file);
    if (!pid) return;
    try {
      process.kill(pid, 'SIGTERM');
      for (let wait = 0; wait < 200; wait++) {
        process.kill(pid, 0);
        await sleep(100);
      }
    } catch {
      // It has ended.
    }
  };
  const startController = async (): Promise<void> => {
    await run('slurmctld', ['-f', conf], { env });
    await note('slurmctld.pid');
  };
  await note('munge/pid-file');
  await startController();
  // The node may claim more processors than the machine has.
  await run('slurmd', ['-f', conf], { env });
  await note('slurmd.pid');
  const slurm: Slurm = {
    env,
    call,
    async restartController() {
      await endPid('slurmctld.pid');
      await startController();
      await until(async () => /is UP/.test(await call('scontrol', 'ping')));
    },
    async stop() {
      await call('scancel', '--full', '--user=root').catch(() => undefined);
      for (const file of ['slurmd.pid', 'slurmctld.pid', 'munge/pid-file']) await endPid(file);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await until(async () => /idle/.test(await call('sinfo', '--noheader')));
  return slurm;
}

/** Waits as long as it takes; a daemon that never comes up is ended by whoever runs the tests. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await sleep(250);
}
