import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Numbers to three decimals: what differs beyond is another libm, not another figure. */
const rounded = (svg: string): string =>
  svg.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(3))));

/** Compares with the stored SVG; on a mismatch the new one is written beside it. */
export function matches(name: string, svg: string): void {
  const path = `test/snapshots/${name}.svg`;
  const stored = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (stored === rounded(svg)) return;
  writeFileSync(path.replace('.svg', '-changed.svg'), rounded(svg));
  assert.fail(`${path} differs; see ${name}-changed.svg`);
}
