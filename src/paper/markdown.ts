import { short } from '../figures/table.js';

/** Lines of a plain Markdown table. */
export const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
export const head = (names: readonly string[]): string[] => [line(names), line(names.map(() => '---'))];
/** `+.017`. */
export const signed = (value: number): string => (value < 0 ? '−' : '+') + short(Math.abs(value));
/** Stars are no emphasis. */
export const escaped = (text: string): string => text.replaceAll('*', '\\*');
