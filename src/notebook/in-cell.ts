import type { Resources } from '../engine/resources.js';
import { cellSignal } from './cell-host.js';

/**
 * A lab for notebooks: its signal is that of whatever cell calls, so that long work stops when the reader presses stop.
 * `{ ...lab, cache }` within a cell keeps that cell's signal.
 */
export function inCell<T extends Resources>(lab: T): T {
  return Object.defineProperty({ ...lab }, 'signal', { get: cellSignal, enumerable: true });
}
