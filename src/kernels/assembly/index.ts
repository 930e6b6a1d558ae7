export { pack4, pack8, gemm4 } from './gemm';
export { squaredDistance, rowDistances } from './distance';
export { smallest, nearest } from './search';
export { build, select, awaitJob, serve, dismiss, addDistances } from './greedy';
