import { type ChildProcess, spawn } from 'node:child_process';

/** What a run of the command printed and how it ended. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts `softpatch` as a process of its own; `onStart` gets it, to send signals. @param env set beside this process's.
 * @param where folder it runs in, and then the whole path of the program.
 */
export function softpatch(
  args: readonly string[],
  onStart?: (child: ChildProcess) => void,
  env: NodeJS.ProcessEnv = {},
  { cwd, main = 'build/src/cli/main.js' }: { cwd?: string; main?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = {
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      cwd,
    };
    const child = spawn(process.execPath, [main, ...args], options);
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      outcome.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      outcome.stderr += chunk;
    });
    child.on('close', (code) => resolve({ ...outcome, code }));
    onStart?.(child);
  });
}
