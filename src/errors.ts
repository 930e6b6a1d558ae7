/**
 * An error the user can mend: bad input, a full disk, an impossible ratio.
 * The command line prints its message alone, without a stack, and exits with 1.
 */
export class InputError extends Error {
  /** @param problem what is wrong, naming the file. @param fix what to do about it. */
  constructor(problem: string, fix: string, options?: ErrorOptions) {
    super(`${problem}. ${fix}.`, options);
    this.name = 'InputError';
  }
}

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

/** Why a file could not be opened or read, in words. */
export function whyUnreadable(error: unknown): string {
  return systemCode(error) === 'ENOENT' ? 'there is no such file' : (error as Error).message;
}

/** The system error code (`ENOENT`, `ENOSPC`, …) of a thrown value, or an empty string. */
export function systemCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : '';
}
