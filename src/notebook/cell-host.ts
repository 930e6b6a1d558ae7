/** One thing to show in several forms, by MIME type: text, base64 for pictures, an object for JSON. Front ends choose the richest. */
export type MimeBundle = Record<string, unknown>;

/** How something is shown. */
export interface DisplayOptions {
  /** Name under which it can be replaced later. */
  id?: string;
  /** Replaces what was shown under `id`. */
  update?: boolean;
  /** Emptied when the cell ends, however it ends: progress. */
  passing?: boolean;
  /** By MIME type, e.g. the size of a picture. */
  metadata?: Record<string, unknown>;
}

/** The notebook cell that code runs in, as the kernel offers it. */
export interface CellHost {
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Number of the cell that the calling code belongs to. */
  readonly cell: number;
  /** Aborted when the cell is interrupted; undefined outside of cells. */
  readonly signal: AbortSignal | undefined;
}

/** Kernels put their host here: the library of a notebook need not be the kernel's own copy of it. */
export const CELL_HOST: symbol = Symbol.for('softpatch-lab.cell');

/** The kernel's host; undefined outside of notebooks. */
export function cellHost(): CellHost | undefined {
  return (globalThis as Record<symbol, unknown>)[CELL_HOST] as CellHost | undefined;
}

/**
 * The signal of the running cell, aborted when the reader presses stop; undefined outside of notebooks. Hand it to long work:
 * `evaluate(…, { signal: cellSignal() })`.
 */
export function cellSignal(): AbortSignal | undefined {
  return cellHost()?.signal;
}
