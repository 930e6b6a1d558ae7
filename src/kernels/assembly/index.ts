export { rowDistances } from './distance';
export { gemm4, pack4, pack8 } from './gemm';
export { addDistances, build, chooseTop, dismiss, enlist, pollJob, select, serve, settle, sleepOn } from './greedy';
export { nearest } from './search';
export { nearestMany } from './search-many';
export { boundFour } from './whole';
