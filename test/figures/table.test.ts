import assert from 'node:assert/strict';
import test from 'node:test';
import { type FigureTable, short, toCsv, toHtml, toLatex, toMarkdown } from '../../src/figures/table.js';

const table: FigureTable = {
  title: 'A & B_c',
  caption: '50 % of <all>',
  columns: ['screw', 'mean'],
  rows: [
    { label: 'PaDiM*', figures: [{ mean: 0.7271, deviation: 0.0021, paper: 0.71, best: true }, null] },
    {
      label: 'x|y',
      figures: [
        { mean: 1, deviation: null },
        { mean: 0.5, deviation: null, paper: 0.6 },
      ],
    },
  ],
};

test('short drops the leading zero, signs stay', () => {
  assert.deepEqual([short(0.72749), short(1), short(-0.02), short(21.34, 1)], ['.727', '1.000', '-.020', '21.3']);
});

test('Markdown: deviation, paper and difference, best in bold, stars and bars escaped', () => {
  const text = toMarkdown(table);
  assert.match(text, /\| PaDiM\\\* \| \*\*\.727 ±\.002 \(paper \.710, \+\.017\)\*\* \| – \|/);
  assert.match(text, /\| x\\\|y \| 1\.000 \| \.500 \(paper \.600, −\.100\) \|/);
});

test('HTML escapes text; LaTeX escapes specials and uses booktabs; CSV keeps full precision', () => {
  assert.match(toHtml(table), /A &#38; B_c[\s\S]*50 % of &#60;all&#62;[\s\S]*<b>\.727/);
  const latex = toLatex(table);
  assert.match(latex, /\\caption\{A \\& B\\_c\. 50 \\% of <all> --: no result file has it yet\.\}/);
  assert.match(
    latex,
    /\\toprule[\s\S]*\\midrule[\s\S]*\\textbf\{\.727\}\\,\{\\scriptsize\$\\pm\$\.002\}\\,\{\\scriptsize\(\.710, \+\.017\)\}[\s\S]*\(\.600, \$-\$\.100\)[\s\S]*\\bottomrule/,
  );
  const [header, first] = toCsv(table).split('\n');
  assert.match(header, /^system,screw,screw deviation,screw n,screw paper,screw difference,mean,/);
  assert.deepEqual(first.split(',').slice(0, 4), ['PaDiM*', '0.7271', '0.0021', '']);
  assert.equal(first.split(',')[4], '0.71');
  assert.ok(Math.abs(Number(first.split(',')[5]) - 0.0171) < 1e-12);
  assert.match(first, /,,,,,$/);
});

test('a figure over another number of draws says so, one over the usual number does not', () => {
  const figures = [
    { mean: 0.5, deviation: 0.01, count: 3 },
    { mean: 0.5, deviation: 0.01, count: 5 },
    { mean: 0.5, deviation: null, count: 1 },
  ];
  const counted: FigureTable = { ...table, draws: 3, columns: ['a', 'b', 'c'], rows: [{ label: 'x', figures }] };
  assert.match(toMarkdown(counted), /\| \.500 ±\.010 \| \.500 ±\.010 \(n = 5\) \| \.500 \(n = 1\) \|/);
  assert.match(toHtml(counted), /<td[^>]*>\.500 ±\.010 \(n = 5\)<\/td>/);
  assert.match(toLatex(counted), /\.010\} \(n = 5\) & \.500 \(n = 1\)/);
  assert.match(toCsv(counted), /x,0\.5,0\.01,3,,,0\.5,0\.01,5,,,0\.5,,1,,/);
});

test('what is missing has its reason below the table, and a table without gaps has none', () => {
  assert.match(toMarkdown(table), /\n50 % of <all> –: no result file has it yet\.\n/);
  assert.match(
    toHtml({ ...table, absent: 'no such stage' }),
    /<br>50 % of &#60;all&#62; –: no such stage\.<\/caption>/,
  );
  const whole = { ...table, rows: table.rows.slice(1) };
  assert.match(toMarkdown(whole), /\n50 % of <all>\n/);
});
