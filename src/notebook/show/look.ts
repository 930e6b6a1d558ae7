import type { MimeBundle } from '../cell-host.js';

/** How values of one kind look in a notebook. Kinds are told by their shape: values may come from another copy of this package. */
export interface Look {
  matches(value: unknown): boolean;
  /** The value in the forms a front end may choose from; `text/plain` is added where it is missing. */
  bundle(value: never): MimeBundle | Promise<MimeBundle>;
}

/** Whether a value is an object with all of these properties. */
export function has(value: unknown, ...names: string[]): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
