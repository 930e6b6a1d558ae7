import { inspect } from 'node:util';
import type { SentError } from './messages.js';

/** Chains of causes longer than this say nothing more. */
const DEPTH = 4;

/** A thrown value as it travels to the kernel; anything may be thrown. */
export function sentError(thrown: unknown, depth = 0): SentError {
  if (!isError(thrown)) return { name: 'Thrown', message: inspect(thrown, { depth: 2 }), stack: '' };
  const { name, message, stack, cause } = thrown;
  const { errors } = thrown as AggregateError;
  const sent: SentError = { name: String(name), message: String(message), stack: String(stack ?? '') };
  if (depth >= DEPTH) return sent;
  if (cause !== undefined) sent.cause = sentError(cause, depth + 1);
  if (Array.isArray(errors)) sent.errors = errors.slice(0, DEPTH).map((error) => sentError(error, depth + 1));
  return sent;
}

/** Also of another realm or copy of a class. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}
