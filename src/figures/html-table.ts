import { escapeXml } from './render.js';

/** Records as an HTML table: text left, numbers right, those that are not whole with `digits` decimals. */
export function htmlTable(columns: readonly string[], rows: readonly Record<string, unknown>[], digits = 3): string {
  const cell = (value: unknown): string => {
    if (typeof value !== 'number') return `<td style="text-align:left">${escapeXml(String(value ?? ''))}</td>`;
    return `<td style="text-align:right">${Number.isInteger(value) ? value : value.toFixed(digits)}</td>`;
  };
  const head = columns.map((name) => `<th>${escapeXml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((name) => cell(row[name])).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead>\n<tbody>${body.join('\n')}</tbody></table>`;
}
