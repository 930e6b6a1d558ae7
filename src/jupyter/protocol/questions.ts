import type { Cells } from '../language/cells.js';
import { completeness } from '../language/completeness.js';
import { toPoints, toUnits } from './code-points.js';
import { kernelInfo } from './kernel-info.js';

type Content = Record<string, unknown>;

function complete(cells: Cells, { code, cursor_pos }: Content): Content {
  const text = String(code);
  const { start, end, matches } = cells.complete(text, toUnits(text, Number(cursor_pos)));
  const span = { start: toPoints(text, start), end: toPoints(text, end) };
  return {
    status: 'ok',
    matches: matches.map((match) => match.text),
    cursor_start: span.start,
    cursor_end: span.end,
    // JupyterLab's icons.
    metadata: {
      _jupyter_types_experimental: matches.map((match) => ({ ...span, text: match.text, type: match.kind })),
    },
  };
}

function inspect(cells: Cells, { code, cursor_pos }: Content): Content {
  const text = String(code);
  const found = cells.inspect(text, toUnits(text, Number(cursor_pos)));
  if (!found) return { status: 'ok', found: false, data: {}, metadata: {} };
  const { signature, documentation } = found;
  const data = {
    'text/plain': [signature, documentation].filter(Boolean).join('\n\n'),
    'text/markdown': [`\`\`\`typescript\n${signature}\n\`\`\``, documentation].filter(Boolean).join('\n\n'),
  };
  return { status: 'ok', found: true, data, metadata: {} };
}

/** Requests that need no running code, by their type; they are answered while a cell runs. */
export const QUESTIONS: Readonly<Record<string, (cells: Cells, content: Content) => Content>> = {
  kernel_info_request: () => kernelInfo(),
  complete_request: complete,
  inspect_request: inspect,
  is_complete_request: (_cells, { code }) => ({ ...completeness(String(code)) }),
  history_request: () => ({ status: 'ok', history: [] }),
  comm_info_request: () => ({ status: 'ok', comms: {} }),
};
