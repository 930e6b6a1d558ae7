import { csvFormatRows } from 'd3-dsv';

/** One figure of a table. */
export interface Figure {
  mean: number;
  /** Standard deviation over draws (n − 1); null for one draw. */
  deviation: number | null;
  /** Number of draws n; undefined for a figure that is no mean over draws. */
  count?: number;
  /** What the paper prints (or whoever {@link FigureTable.beside} names); undefined where it prints nothing. */
  paper?: number;
  best?: boolean;
}

/** A table as data: a row is a label and its figures; null where nothing was measured. */
export interface FigureTable {
  title: string;
  /** Worth a line below the table. */
  caption: string;
  columns: readonly string[];
  /** Whose numbers stand beside ours. Default: paper. */
  beside?: string;
  /** The usual n: a figure over another number of draws says so. */
  draws?: number;
  /** Why a figure is missing where one is (–). Default: no result file has it yet. */
  absent?: string;
  /** How figures read: AUROC as `.727`, anything else with this many decimals. */
  digits?: number;
  rows: readonly { label: string; figures: readonly (Figure | null)[] }[];
}

/** Three decimals without the leading zero, as the paper prints AUROC; or `digits` decimals. */
export function short(value: number, digits?: number): string {
  return digits === undefined ? value.toFixed(3).replace(/^(-?)0\./, '$1.') : value.toFixed(digits);
}

const signed = (value: number, digits?: number): string => (value < 0 ? '−' : '+') + short(Math.abs(value), digits);

/** ` (n = 5)` where a table's usual n does not hold. */
const count = ({ count: n }: Figure, { draws }: FigureTable): string =>
  n === undefined || draws === undefined || n === draws ? '' : ` (n = ${n})`;

/** `.727 ±.002 (paper .710, +.017)`. */
function plain(figure: Figure, table: FigureTable): string {
  const { mean, deviation, paper } = figure;
  const { digits, beside: whose = 'paper' } = table;
  const spread = `${deviation === null ? '' : ` ±${short(deviation, digits)}`}${count(figure, table)}`;
  const beside = paper === undefined ? '' : ` (${whose} ${short(paper, digits)}, ${signed(mean - paper, digits)})`;
  return `${short(mean, digits)}${spread}${beside}`;
}

/** Marks the highest figure of each column. */
export function markBest(rows: readonly { figures: (Figure | null)[] }[]): void {
  for (const column of rows[0]?.figures.keys() ?? []) {
    const values = rows.map(({ figures }) => figures[column]?.mean ?? Number.NEGATIVE_INFINITY);
    const most = Math.max(...values);
    for (const { figures } of rows) {
      const figure = figures[column];
      if (figure && figure.mean === most) figure.best = true;
    }
  }
}

/** The caption, and what – means where there is one. */
function explained({ caption, rows, absent = 'no result file has it yet' }: FigureTable): string {
  return rows.some(({ figures }) => figures.includes(null)) ? `${caption} –: ${absent}.` : caption;
}

export function toMarkdown(table: FigureTable): string {
  const { title, columns, rows } = table;
  const escaped = (text: string): string => text.replace(/([*|])/g, '\\$1');
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (figure: Figure | null): string => {
    if (!figure) return '–';
    return figure.best ? `**${plain(figure, table)}**` : plain(figure, table);
  };
  return [
    `**${escaped(title)}**`,
    '',
    line(['', ...columns.map(escaped)]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(({ label, figures }) => line([escaped(label), ...figures.map(cell)])),
    '',
    escaped(explained(table)),
    '',
  ].join('\n');
}

export function toHtml(table: FigureTable): string {
  const { title, columns, rows } = table;
  const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const cell = (figure: Figure | null): string => {
    if (!figure) return '<td>–</td>';
    return `<td style="text-align:right">${figure.best ? `<b>${plain(figure, table)}</b>` : plain(figure, table)}</td>`;
  };
  return [
    `<table><caption style="caption-side:top;text-align:left"><b>${escaped(title)}</b><br>${escaped(explained(table))}</caption>`,
    `<thead><tr><th></th>${columns.map((column) => `<th>${escaped(column)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map(
      ({ label, figures }) =>
        `<tr><td style="text-align:left">${escaped(label)}</td>${figures.map(cell).join('')}</tr>`,
    ),
    '</tbody></table>',
    '',
  ].join('\n');
}

/** A booktabs table; the best value of a column in bold, the paper's and the difference to it in small print. */
export function toLatex(table: FigureTable): string {
  const { title, columns, rows, digits } = table;
  const escaped = (text: string): string =>
    text
      .replace(/[&%$#_{}]/g, '\\$&')
      .replace(/ρ/g, '$\\rho$')
      .replace(/τ/g, '$\\tau$')
      .replace(/±/g, '$\\pm$')
      .replace(/−/g, '$-$')
      .replace(/–/g, '--');
  const cell = (figure: Figure | null): string => {
    if (!figure) return '--';
    const { mean, deviation, paper, best } = figure;
    const spread = `${deviation === null ? '' : `\\,{\\scriptsize$\\pm$${short(deviation, digits)}}`}${count(figure, table)}`;
    const beside =
      paper === undefined ? '' : `\\,{\\scriptsize(${short(paper, digits)}, ${escaped(signed(mean - paper, digits))})}`;
    return `${best ? `\\textbf{${short(mean, digits)}}` : short(mean, digits)}${spread}${beside}`;
  };
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\caption{${escaped(title)}. ${escaped(explained(table))}}`,
    `\\begin{tabular}{l${'r'.repeat(columns.length)}}`,
    '\\toprule',
    `${['', ...columns.map(escaped)].join(' & ')} \\\\`,
    '\\midrule',
    ...rows.map(({ label, figures }) => `${[escaped(label), ...figures.map(cell)].join(' & ')} \\\\`),
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** Full precision, one column each for value, deviation, number of draws, the paper's and the difference to it. */
export function toCsv({ columns, rows, beside: whose = 'paper' }: FigureTable): string {
  const header = [
    'system',
    ...columns.flatMap((name) => [name, `${name} deviation`, `${name} n`, `${name} ${whose}`, `${name} difference`]),
  ];
  const cells = (figure: Figure | null): string[] => {
    if (!figure) return ['', '', '', '', ''];
    const { mean, deviation, count: n, paper } = figure;
    return [mean, deviation, n, paper, paper === undefined ? null : mean - paper].map((value) =>
      (value ?? '').toString(),
    );
  };
  return `${csvFormatRows([header, ...rows.map(({ label, figures }) => [label, ...figures.flatMap(cells)])])}\n`;
}
