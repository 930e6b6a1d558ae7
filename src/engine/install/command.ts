import { spawn } from 'node:child_process';
import { Cancelled, InputError, systemCode } from '../../errors.js';

/** Characters of a failed command's output that are shown. */
const SHOWN = 2000;

/**
 * Runs a command to its end.
 * @returns what it wrote to stdout. @param missing the mend where the command is not there.
 * @throws InputError with the end of its output when it fails; Cancelled.
 */
export function runCommand(
  [command, ...args]: readonly string[],
  { cwd, env, missing, signal }: { cwd?: string; env?: NodeJS.ProcessEnv; missing: string; signal?: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, signal, env: { ...process.env, ...env } });
    let [said, all] = ['', ''];
    child.stdout.on('data', (part) => {
      said += part;
      all = (all + part).slice(-SHOWN);
    });
    child.stderr.on('data', (part) => {
      all = (all + part).slice(-SHOWN);
    });
    child.on('error', (error) => {
      if (signal?.aborted) reject(new Cancelled());
      else if (systemCode(error) === 'ENOENT') reject(new InputError(`there is no ${command} here`, missing));
      else reject(error);
    });
    child.on('close', (code, how) => {
      if (signal?.aborted) reject(new Cancelled());
      else if (code === 0) resolve(said);
      else reject(new InputError(`${command} ${args[0] ?? ''} failed (${code ?? how}):\n${all.trim()}\n`, missing));
    });
  });
}
