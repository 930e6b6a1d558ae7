import type { Command } from 'commander';
import { InputError } from '../errors.js';
import { writeAtomically } from '../storage/atomic.js';
import { checkWritable, checkWritableFolder } from '../storage/writable.js';

/** The name by which an output goes to the terminal or a pipe. */
export const STDOUT = '-';

const FILES = ['csv', 'json', 'chart'] as const;
const FOLDERS = ['maps', 'results', 'to'] as const;
/** Commands whose `--out` is a folder. */
const INTO_FOLDER = ['demo', 'run', 'audit'];

/**
 * Checks before the work that everything a command was told to write can be written. Where results go to standard output, what is
 * meant for people goes to standard error. @throws InputError naming the path.
 */
export async function checkOutputs(command: Command): Promise<void> {
  const folder = INTO_FOLDER.includes(command.name());
  const options = command.opts<Record<string, unknown>>();
  const given = (name: string): string[] => {
    const value = options[name];
    return typeof value === 'string' && value !== STDOUT ? [value] : [];
  };
  for (const name of ['out', 'chart']) {
    // Written as bytes, through the name that systems give it.
    if (options[name] === STDOUT && !folder) command.setOptionValue(name, '/dev/stdout');
  }
  for (const name of folder ? [...FOLDERS, 'out'] : FOLDERS) {
    if (options[name] === STDOUT)
      throw new InputError(`--${name} takes a folder, not standard output`, 'Give a folder');
  }
  if (takesStdout(...[...FILES, 'out'].map((name) => options[name]).filter(isText))) console.log = console.error;
  for (const path of [...FILES.flatMap(given), ...(folder ? [] : given('out'))]) await checkWritable(path);
  for (const path of [...FOLDERS.flatMap(given), ...(folder ? given('out') : [])]) await checkWritableFolder(path);
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Whether one of these outputs takes standard output. */
export function takesStdout(...paths: readonly string[]): boolean {
  return paths.some((path) => /^(-|\/dev\/stdout|\/dev\/fd\/1|\/proc\/self\/fd\/1)$/.test(path));
}

/** Writes text to a file, or for `-` and its like to standard output. @throws InputError as writing a file does. */
export async function writeOutput(path: string, text: string): Promise<void> {
  if (!takesStdout(path)) return writeAtomically(path, text);
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes JSON as {@link writeOutput}. */
export async function writeJsonOutput(path: string, value: unknown): Promise<void> {
  await writeOutput(path, `${JSON.stringify(value, null, 2)}\n`);
}
