/**
 * JSON as Python's `json.dumps(…, indent=1, sort_keys=True, ensure_ascii=False)` writes it: what Jupyter saves, so that a notebook opened
 * and saved there is unchanged.
 */
export function pythonJson(value: unknown, indent = 0): string {
  const inner = ' '.repeat(indent + 1);
  const closing = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + pythonJson(item ?? null, indent + 1)).join(',\n')}${closing}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, own]) => own !== undefined);
    if (entries.length === 0) return '{}';
    const lines = entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, own]) => `${inner}${text(key)}: ${pythonJson(own, indent + 1)}`);
    return `{\n${lines.join(',\n')}${closing}}`;
  }
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? text(value) : JSON.stringify(value ?? null);
}

/** JavaScript escapes lone surrogates, Python does not meet them; DEL and the rest stay as they are in both. */
const text = (value: string): string => JSON.stringify(value);

/** Python writes exponents from 1e-5 downwards and with two digits. */
function number(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (value === 0 || Number.isInteger(value) || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
