/**
 * An error the user can mend: bad input, a full disk, an impossible ratio.
 * The command line prints its message alone, without a stack, and exits with 1.
 */
export class InputError extends Error {
  /** @param problem what is wrong, naming the file. @param fix what to do about it. */
  constructor(problem: string, fix: string, options?: ErrorOptions) {
    super(`${withoutStop(problem)}. ${withoutStop(fix)}.`, options);
    this.name = 'InputError';
  }
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

/** The work was stopped on request (Ctrl-C or an AbortSignal); nothing half-written remains. */
export class Cancelled extends Error {
  constructor(message = 'stopped on request; nothing half-written was left') {
    super(message);
    this.name = 'Cancelled';
  }
}

/** Throws {@link Cancelled} once the signal is aborted. */
export function checkCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw new Cancelled();
}

/** Why a file cannot be read, and what mends that, by the system's code. */
const UNREADABLE: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  ENOENT: ['there is no such file', 'Check the path'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Check the path'],
  EISDIR: ['it is a folder', 'Give a file'],
  EACCES: ['you may not read it', 'Give yourself permission to read it'],
  EPERM: ['you may not read it', 'Give yourself permission to read it'],
  ELOOP: ['it is a link that leads in a circle', 'Remove or mend it'],
  ENAMETOOLONG: ['its name is too long', 'Choose a shorter one'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open', 'Close other programs'],
  EIO: ['the disk fails', 'Copy it from a backup'],
};

/** Why a file cannot be read, in words. */
export function whyUnreadable(error: unknown): string {
  return UNREADABLE[systemCode(error)]?.[0] ?? (error as Error).message;
}

/** The error of a file that cannot be read: `cannot read image a.png: there is no such file. Check the path.` */
export function unreadableFile(what: string, path: string, error: unknown): InputError {
  const fix = UNREADABLE[systemCode(error)]?.[1] ?? 'Check the path';
  return new InputError(`cannot read ${what} ${path}: ${whyUnreadable(error)}`, fix, { cause: error });
}

/** The system error code (`ENOENT`, `ENOSPC`, …) of a thrown value, or an empty string. */
export function systemCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : '';
}
