// Charts, tables and contact sheets.

export { auditPage } from './audit/page.js';
export { compareTable } from './compare.js';
export { contactSheet, type SheetRow } from './contact-sheet.js';
export { type DataFrame, frameHtml, type GroupStatistics, groupStatistics, toDanfo } from './danfo.js';
export { type GrowthRow, growthChart } from './growth.js';
export { type HeatColumn, type HeatRow, heatSheet, leakedAndUnseen } from './heat-sheet.js';
export { linkedPlaneChart, type PlanePoint } from './live/linked-plane.js';
export { type TauPoint, tauCurveChart } from './live/tau-curves.js';
export { tauWeightChart } from './live/tau-weights.js';
export { thresholdChart } from './live/threshold.js';
export { type PatchWeightWords, patchWeightsFigure, type WeighedImage } from './patch-weights.js';
export { maskView, networkView, pictureAndMask } from './pictures.js';
export { purityChart } from './purity.js';
export { renderPng } from './render.js';
export { type ScoreRow, scoreChart, scoreRows } from './score-strip.js';
export { suspectSheet } from './suspect-sheet.js';
export { type SweepCurveRow, sweepChart } from './sweep-curve.js';
export { type Figure, type FigureTable, toCsv, toHtml, toLatex, toMarkdown } from './table.js';
export { renderChart } from './vega.js';
export { weightChart } from './weight-histogram.js';
