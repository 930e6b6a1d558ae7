export { rowDistances } from './distance';
export { gemm4, pack4, pack8 } from './gemm';
export { addDistances, awaitJob, build, dismiss, select, serve } from './greedy';
export { nearest, nearestMany } from './search';
export { boundFour } from './whole';
