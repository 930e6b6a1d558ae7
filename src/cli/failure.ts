import { Cancelled, InputError, systemCode } from '../errors.js';

/**
 * What a person reads when a command fails: one line without a stack. A failure that nobody foresaw says where to tell of it, and
 * shows its stack where SOFTPATCH_DEBUG is set.
 */
export function describeFailure(error: unknown, debug: boolean = Boolean(process.env.SOFTPATCH_DEBUG)): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InputError || error instanceof Cancelled) return `softpatch: ${message}`;
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  // The system's own words name the file.
  if (systemCode(error).startsWith('E')) return `softpatch: ${message}${stack}`;
  return `softpatch: this should not happen: ${message}. Run it again with SOFTPATCH_DEBUG=1 and report what it prints.${stack}`;
}
