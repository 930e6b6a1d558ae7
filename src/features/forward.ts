/** An activation: [height × width × channels], row-major, channels last. */
export interface FeatureMap {
  height: number;
  width: number;
  channels: number;
  data: Float32Array;
}

/** Runs a network: one normalised image [side × side × 3] in, the asked-for layers out, in order. */
export interface Forward {
  /** For reports, e.g. `onnxruntime 1.30.0 (cpu)`. */
  readonly library: string;
  forward(image: Float32Array, side: number): Promise<FeatureMap[]>;
  dispose(): Promise<void>;
}
