import { short } from '../figures/table.js';
import type { Contrast, ContrastTerm } from './contrast.js';
import { TABLE_NOISE } from './grid.js';
import { publishedColumn, publishedMean } from './published.js';
import type { AurocTable } from './published-cells.js';
import { paperSystem } from './systems.js';

/** A sentence of the appendix as contrasts of AUROCs: it holds where each is above 0, or within the margin of 0. */
export interface Claim {
  title: string;
  /** What the paper says, in our words. */
  says: string;
  contrasts: readonly Contrast[];
  /** The claim is that nothing moves: intervals must lie within ± this. */
  level?: number;
}

/** AUROC differences below this are called level: the project's tolerance for a reproduced cell. */
export const LEVEL = 0.03;

/** The paper's mean over its fifteen categories, with overlap. */
const printedMean = (table: AurocTable, system: string): string =>
  short(publishedMean(publishedColumn(table, system, true)!));

const METRICS = ['image', 'pixel'] as const;
const label = (system: string): string => paperSystem(system).label;
const term = (sign: 1 | -1, system: string, noise: number): ContrastTerm => ({ sign, system, noise, overlap: true });
/** How far a system falls from r = 0 to r = 0.1 with overlap. */
const fall = (system: string): ContrastTerm[] => [term(1, system, 0), term(-1, system, TABLE_NOISE)];
const minus = (terms: readonly ContrastTerm[]): ContrastTerm[] =>
  terms.map((t) => ({ ...t, sign: t.sign === 1 ? -1 : 1 }));
const versus = (one: string, other: string, metric: Contrast['metric'], noise = TABLE_NOISE): Contrast => ({
  label: `${metric}: ${label(one)} − ${label(other)}`,
  metric,
  terms: [term(1, one, noise), term(-1, other, noise)],
});

/** The appendix's claims about accuracy (docs/methods.md 8 and 9). */
export const CLAIMS: readonly Claim[] = [
  {
    title: 'PatchCore falls most',
    says: 'Figures 6 and 7: with growing noise PatchCore loses most, CFLOW and PaDiM a little. Here r = 0 against r = 0.1 with overlap.',
    contrasts: METRICS.flatMap((metric) =>
      ['cflow', 'padim-star', 'softpatch-lof'].map((system) => ({
        label: `${metric}: fall of PatchCore − fall of ${label(system)}`,
        metric,
        terms: [...fall('patchcore'), ...minus(fall(system))],
      })),
    ),
  },
  {
    title: 'SoftPatch stays level',
    says: `Figures 6 and 7: SoftPatch-LOF hardly moves with noise. Level means within ${LEVEL} here.`,
    contrasts: METRICS.map((metric) => ({
      label: `${metric}: fall of SoftPatch-LOF`,
      metric,
      terms: fall('softpatch-lof'),
    })),
    level: LEVEL,
  },
  {
    title: 'Without noise SoftPatch lies slightly below PatchCore',
    says: 'Figures 6 and 7 at r = 0; the appendix lays it to the conservative τ.',
    contrasts: METRICS.map((metric) => versus('patchcore', 'softpatch-lof', metric, 0)),
  },
  {
    title: 'With noise SoftPatch detects best',
    says: 'Table 6: SoftPatch-LOF leads every other system in image AUROC, r = 0.1 with overlap.',
    contrasts: [
      'padim-star',
      'padim-star+padim-star',
      'cflow',
      'padim-star+cflow',
      'patchcore',
      'padim-star+patchcore',
    ].map((system) => versus('softpatch-lof', system, 'image')),
  },
  {
    title: 'Image-level denoising improves existing methods dramatically',
    says: `A.4. Its own Table 6 denies it for CFLOW: mean ${printedMean('table-6', 'cflow')} → ${printedMean('table-6', 'padim-star+cflow')}.`,
    contrasts: [
      versus('padim-star+padim-star', 'padim-star', 'image'),
      versus('padim-star+cflow', 'cflow', 'image'),
      versus('padim-star+patchcore', 'patchcore', 'image'),
      versus('padim-star+patchcore', 'patchcore', 'pixel'),
    ],
  },
  {
    title: 'A random memory without any denoising localises better than PaDiM*+PatchCore',
    says:
      'Not a sentence of the appendix, but what its Tables 5 and 7 print: means ' +
      `${printedMean('table-5', 'patchcore-random')} and ${printedMean('table-7', 'padim-star+patchcore')}.`,
    contrasts: [versus('patchcore-random', 'padim-star+patchcore', 'pixel')],
  },
];
