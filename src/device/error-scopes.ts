/** What reports errors that WebGPU does not throw. */
export interface ErrorScopes {
  pushErrorScope(kind: 'out-of-memory' | 'validation'): void;
  popErrorScope(): Promise<{ message: string } | null>;
  /** Hands in what was gathered so far, so that its errors fall into this scope. */
  submit?(): void;
  /** What was made so far is sound. */
  trust?(): void;
  /** Something was refused: whatever may have come of that is not used again. */
  doubt?(): void;
}
