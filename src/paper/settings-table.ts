import type { Figure, FigureTable } from '../figures/table.js';
import { AUTHORS_CODE } from './authors-code.js';
import { settingText, spreadText, usualDraws } from './captions.js';
import type { CellResult, Measured } from './cell-file.js';
import { TABLE_NOISE } from './grid.js';
import { meanAndDeviation } from './statistics.js';
import { GRID_SYSTEMS, paperSystem } from './systems.js';

/** The three settings of a system, as columns. */
const SETTINGS = [
  { name: 'clean', text: 'r = 0', noise: 0, overlap: true },
  { name: 'noOverlap', text: 'r = 0.1, no overlap', noise: TABLE_NOISE, overlap: false },
  { name: 'overlap', text: 'r = 0.1, overlap', noise: TABLE_NOISE, overlap: true },
] as const;

/** What is known of a fit on the noisiest setting, r = 0.1 with overlap. */
const SHARES = {
  coresetNoiseShare: 'coreset from noise',
  noisePatchesRemoved: 'noise patches removed',
} as const;
const COLUMNS = [
  ...SETTINGS.map(({ text }) => `image, ${text}`),
  ...SETTINGS.map(({ text }) => `pixel, ${text}`),
  ...Object.values(SHARES),
];

/** Ours over the draws of a system in a setting; null where there is none or it is not defined. */
function over(results: readonly CellResult[], value: (measured: Measured) => number | null): Figure | null {
  const values = results.map(({ evaluate }) => value(evaluate!)).filter((found) => found !== null);
  return values.length > 0 ? { ...meanAndDeviation(values), count: values.length } : null;
}

function figuresOf(results: readonly CellResult[], system: string): (Figure | null)[] {
  const own = results.filter(({ cell, evaluate }) => evaluate && cell.system === system);
  const of = ({ noise, overlap }: (typeof SETTINGS)[number]): CellResult[] =>
    own.filter(({ cell }) => cell.noise === noise && cell.overlap === overlap);
  return [
    ...SETTINGS.map((setting) => over(of(setting), ({ image }) => image.auroc)),
    ...SETTINGS.map((setting) => over(of(setting), ({ pixel }) => pixel.auroc)),
    ...Object.keys(SHARES).map((share) =>
      over(of(SETTINGS[2]), ({ diagnostics }) => diagnostics[share as keyof typeof SHARES]),
    ),
  ];
}

/** Every system of a category in every setting. */
export function settingsTable(category: string, results: readonly CellResult[]): FigureTable {
  const own = results.filter(({ cell }) => cell.category === category && !cell.images);
  const draws = usualDraws(own);
  return {
    title: `Every system in every setting: ${category}`,
    caption: `AUROC, and two shares at r = 0.1 with overlap; ours: ${settingText(own)}; ${spreadText(draws)}.`,
    columns: COLUMNS,
    draws,
    absent: 'not computed, or nothing of the kind (no patch is removed without a discriminator)',
    rows: GRID_SYSTEMS.filter(({ name }) => own.some(({ cell }) => cell.system === name)).map(({ name, label }) => ({
      label,
      figures: figuresOf(own, name),
    })),
  };
}

/** Ours on the images the authors' code was run on, its figures beside: the draws differ in projection and start rows alone. */
export function authorsCodeTable(category: string, results: readonly CellResult[]): FigureTable {
  const own = results.filter(({ cell }) => cell.category === category && (cell.images || cell.noise === 0));
  const draws = usualDraws(own);
  return {
    title: `The authors’ code on the same images: ${category}`,
    caption:
      `AUROC, and two shares at r = 0.1 with overlap; ours: ${settingText(own)}; noise images fixed, so ± is the standard deviation over ` +
      `n = ${draws} draws of projections and start rows. In brackets the authors’ functions, one run, and the difference.`,
    beside: 'authors',
    columns: COLUMNS,
    draws,
    absent: 'not computed, or nothing of the kind (no patch is removed without a discriminator)',
    rows: (AUTHORS_CODE[category] ?? []).map(({ system, image, pixel, ...shares }) => {
      const theirs = [image.clean, image.noOverlap, image.overlap, pixel.clean, pixel.noOverlap, pixel.overlap];
      const all = [...theirs, shares.coresetNoiseShare, shares.noisePatchesRemoved];
      const figures = figuresOf(own, system).map((figure, i) => figure && { ...figure, paper: all[i] });
      return { label: paperSystem(system).label, figures };
    }),
  };
}
