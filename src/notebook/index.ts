// What notebooks open and show.

export { cellReporter } from './cell-reporter.js';
export { featurePictures, patchDistances } from './feature-pictures.js';
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
