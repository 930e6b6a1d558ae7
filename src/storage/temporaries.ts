import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';

const open = new Set<string>();

// Whatever ends the process by itself: an exit while a file is being written leaves no part of it.
process.on('exit', () => {
  for (const path of open) rmSync(path, { force: true });
});

/** A name for a part of a file, beside it, that is removed when this process exits before {@link settled}. */
export function temporaryFor(path: string): string {
  const mark = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${mark}.tmp`);
  open.add(temporary);
  return temporary;
}

/** The file has its name, or is gone. */
export function settled(temporary: string): void {
  open.delete(temporary);
}

/** Removes what the process's ended threads began below a folder: they had no chance to. */
export function removeOwnTemporaries(folder: string, pid: number = process.pid): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder, { recursive: true }).map(String);
  } catch {
    // No such folder: nothing was begun.
  }
  for (const name of names) {
    const file = basename(name);
    if (file.startsWith('.') && file.endsWith('.tmp') && file.includes(`.${pid}-`))
      rmSync(join(folder, name), { force: true });
  }
}
