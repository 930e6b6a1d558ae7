import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { toMarkdown } from '../figures/table.js';
import { writeAtomically } from '../storage/atomic.js';
import type { AgainstFile } from './against-table.js';
import { claimText } from './claim.js';
import { findingsPage } from './findings-page.js';
import { readFinished } from './finished.js';
import { EXPERIMENTS } from './grid.js';
import { fillMarked } from './marked.js';
import { chosenResults } from './ratios.js';
import { type Rehearsal, rehearsalText } from './rehearsal.js';
import { resultsPage } from './results-page.js';
import { type BenchFile, type MeasuredRun, speedPage } from './speed-page.js';
import { summaryTable } from './summary-table.js';
import { timingTable } from './timing-table.js';
import { writeExperiment } from './write.js';

/** Texts between marks: by page, then by the name of their marks. */
export type MarkedTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Writes all that is made from the result files of a project: `figures/`, `docs/results.md`, `docs/findings.md`, `docs/speed.md`, the
 * rehearsal in `docs/reproduce.md` and the marked texts of `README.md`. The data sets are not needed.
 * @param target the folder they are written below; the project itself, or another to compare with. @param marked texts of other pages.
 * @returns the paths, relative to `target`. @throws InputError for a damaged result or a page without the marks.
 */
export async function writePages(project: string, target: string, marked: MarkedTexts = {}): Promise<string[]> {
  const results = await readFinished(join(project, 'data/results/paper'));
  const paths: string[] = [];
  for (const experiment of EXPERIMENTS) {
    paths.push(...(await writeExperiment(join(target, 'figures'), experiment, chosenResults(experiment, results))));
  }
  const summary = summaryTable(chosenResults('table-6', results));
  const readme = { claim: claimText(summary), 'results-summary': toMarkdown(summary) };
  const against = join(project, 'data/results/against.json');
  const pages: Record<string, string> = {
    'docs/results.md': await resultsPage(results),
    'docs/findings.md': findingsPage(results),
    'docs/speed.md': speedPage(
      await readJson<BenchFile>(join(project, 'data/results/bench.json')),
      await measuredRuns(join(project, 'data/results/measured')),
      timingTable(chosenResults('table-8', results)),
      existsSync(against) ? await readJson<AgainstFile>(against) : null,
    ),
  };
  const rehearsal = join(project, 'data/results/rehearsal.json');
  const known: MarkedTexts = existsSync(rehearsal)
    ? { 'docs/reproduce.md': { rehearsal: rehearsalText(await readJson<Rehearsal>(rehearsal)) } }
    : {};
  for (const [path, texts] of Object.entries({ 'README.md': readme, ...known, ...marked })) {
    const text = await readFile(join(project, path), 'utf8');
    pages[path] = Object.entries(texts).reduce((before, [name, made]) => fillMarked(path, before, name, made), text);
  }
  for (const [path, text] of Object.entries(pages)) {
    await writeAtomically(join(target, path), text);
    paths.push(join(target, path));
  }
  return paths.map((path) => relative(target, path));
}

/** Paths of a project that its result files no longer give. Pixels may differ with another rasteriser build; what they are drawn from may not. */
export async function stalePages(project: string, marked: MarkedTexts = {}): Promise<string[]> {
  const fresh = await mkdtemp(join(tmpdir(), 'softpatch-pages-'));
  try {
    const paths = (await writePages(project, fresh, marked)).filter((path) => !path.endsWith('.png'));
    const text = (folder: string, path: string): Promise<string> =>
      readFile(join(folder, path), 'utf8').catch(() => '');
    const stale: string[] = [];
    for (const path of paths) {
      if ((await text(project, path)) !== (await text(fresh, path))) stale.push(path);
    }
    return stale;
  } finally {
    await rm(fresh, { recursive: true });
  }
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8'));
}

async function measuredRuns(folder: string): Promise<MeasuredRun[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readJson<MeasuredRun>(join(folder, name))));
}
