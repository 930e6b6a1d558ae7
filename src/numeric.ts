// softpatch-lab/kernels: the numeric functions by themselves, on typed arrays and threads.

export { type Anchors, startRows } from './coreset/anchors.js';
export { type GreedyOptions, greedyCoreset } from './coreset/greedy.js';
export type { SelectionRoom } from './coreset/greedy-layout.js';
export { type Axes, principalAxes } from './coreset/principal-axes.js';
export { principalCoordinates } from './coreset/principal-coordinates.js';
export { binomialLower, binomialTail, binomialUpper } from './denoise/binomial.js';
export { type Dirt, estimateDirt } from './denoise/dirt.js';
export type { WeightOptions } from './denoise/discriminator.js';
export { falseDiscovery } from './denoise/false-discovery.js';
export { gaussianScores } from './denoise/gaussian.js';
export { gridMean } from './denoise/grid-mean.js';
export { isolation } from './denoise/isolation.js';
export { lofScores, tensorLofScores } from './denoise/lof.js';
export { nearestScores } from './denoise/nearest.js';
export { PROJECTED_DIMENSIONS, randomProjection } from './denoise/projection.js';
export { patchWeights } from './denoise/weights.js';
export { type GroupIndex, type GroupJob, indexGroups } from './detector/group-index.js';
export { imageScores } from './detector/image-scores.js';
export { nearestOthers, type Others, type OthersJob } from './detector/nearest-others.js';
export { indexNeighbours, type NeighbourIndex, type Neighbours, type SearchOptions } from './detector/neighbours.js';
export { MOST_BANKS, type NearestInBanks, nearestInBanks } from './detector/neighbours-many.js';
export { patchScores } from './detector/score.js';
export { type Arena, createArena, sharedFloats, toShared } from './kernels/arena.js';
export { multiplyTransposed } from './kernels/multiply.js';
export type { Task } from './kernels/task.js';
export { type EachOptions, type RunOptions, startThreads, type Threads } from './kernels/threads.js';
