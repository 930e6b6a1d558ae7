/** How a layer enters the embedding: a sparse linear map from its 3×3 neighbourhoods to embedding channels. */
export interface LayerMap {
  /** Embedding channels this layer touches: [first, first + count). */
  first: number;
  count: number;
  /** Entries of channel j are [start[j], start[j + 1]). */
  start: Int32Array;
  /** Channel of the layer and tap 0…8 (row-major in the 3×3 patch) of each entry, and its factor. */
  channel: Int32Array;
  tap: Int32Array;
  factor: Float32Array;
}
