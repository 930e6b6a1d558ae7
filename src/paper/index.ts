// The paper's experiments: grid, cells, tables and figures.

export type { ClaimTimes } from '../cells/claims.js';
export type { Worker } from '../cells/worker.js';
export { authorsReadmeTable } from './authors-readme.js';
export {
  type CellResult,
  type CoresetPoints,
  type Measured,
  type NaturalRanking,
  readCell,
  type Timed,
  writeCell,
} from './cell-file.js';
export { type CoresetRow, coresetChart, coresetRows } from './coresets.js';
export { readFinished } from './finished.js';
export { type Cell, cellName, EXPERIMENTS, type Experiment, experimentCells, gridOf, shardOf } from './grid.js';
export { liveTrendChart } from './live-trends.js';
export { type MarkedTexts, stalePages, writePages } from './pages.js';
export { createPlanner, type PaperSetting, type PlannedCell, type TsneEngine } from './plan.js';
export { publishedCell, publishedColumns, publishedMean } from './published.js';
export {
  type AurocTable,
  PUBLISHED_CATEGORIES,
  PUBLISHED_COLUMNS,
  type PublishedColumn,
} from './published-cells.js';
export { PUBLISHED_TABLES, type PublishedTable, publishedTable } from './published-tables.js';
export { type ResultRow, resultRows } from './result-rows.js';
export { type CellFailure, finishedCells, type RunOptions, type RunOutcome, runCells } from './run.js';
export type { TestScores } from './statistics.js';
export { PAPER_SYSTEMS, type PaperSystem } from './systems.js';
export { aurocTable } from './tables.js';
export { type TimingRow, timingChart, timingRows } from './timing.js';
export { timingTable } from './timing-table.js';
export { type TrendRow, type TrendView, trendChart, trendRows } from './trends.js';
export { writeChart, writeExperiment, writeFigure, writeTable } from './write.js';
