// What notebooks open and show.

export { type RemovalRow, removalByTau } from '../analysis/removal-by-tau.js';
export { bankPlane } from './bank-plane.js';
export { type CellHost, cellSignal, type DisplayOptions, type MimeBundle } from './cell-host.js';
export { cellReporter } from './cell-reporter.js';
export { type ExploreOptions, type ExplorerCell, explore } from './explore.js';
export { featurePictures, patchDistances } from './feature-pictures.js';
export { inCell } from './in-cell.js';
export {
  type Lesson,
  type LessonChoice,
  type LessonFilter,
  type LessonSettings,
  openLesson,
  projectFolder,
} from './lesson.js';
export { type PaperRun, type QuickLook, runPaper } from './paper-lesson.js';
export { chartPng, sheetPng, svgPng } from './pictures.js';
export { describe, show } from './show/show.js';
