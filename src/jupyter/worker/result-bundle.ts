import { inspect } from 'node:util';
import type { MimeBundle } from '../../notebook/cell-host.js';

/** The value of a cell's last expression as its output; null for what says nothing. */
export async function resultBundle(value: unknown): Promise<MimeBundle | null> {
  if (value === undefined || value === null) return null;
  const isText = typeof value === 'string' && !value.startsWith('<');
  if (isText || !['object', 'string', 'function'].includes(typeof value)) return { 'text/plain': inspect(value) };
  // Loaded with the first value: charts and images are heavy, and a cell that only declares needs none of them.
  const { describe } = await import('../../notebook/show/show.js');
  try {
    return await describe(value);
  } catch (error) {
    return { 'text/plain': `${inspect(value, { depth: 1 })}\n(cannot be drawn: ${(error as Error).message})` };
  }
}
