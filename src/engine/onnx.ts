import type { Provider } from './names.js';
import { prepareNvidia } from './nvidia-environment.js';
import { refuseTelemetry } from './telemetry.js';

/** The part of onnxruntime-node that is used; the package is an optional peer and may be absent. */
export interface OnnxRuntime {
  env: { versions: { node?: string; common?: string } };
  Tensor: new <Data extends Float32Array | Uint8Array>(
    type: Data extends Float32Array ? 'float32' : 'uint8',
    data: Data,
    shape: readonly number[],
  ) => { data: Data; dims: number[] };
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      /** @param fetches tensors into which results are written. */
      run(feeds: object, fetches?: object): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>;
      release(): Promise<void>;
    }>;
  };
  listSupportedBackends?(): { name: string; bundled: boolean }[];
}

const PACKAGE = 'onnxruntime-node';

/** onnxruntime-node, its telemetry off. @throws whatever it throws where it is missing or broken. */
export async function importOnnxRuntime(): Promise<OnnxRuntime> {
  prepareNvidia();
  refuseTelemetry();
  const loaded = (await import(PACKAGE)) as OnnxRuntime & { default?: OnnxRuntime };
  return loaded.default ?? loaded;
}

/** onnxruntime-node, or undefined where it is not installed or does not load. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime | undefined> {
  return importOnnxRuntime().catch(() => undefined);
}

/** `1.30.0`. */
export function onnxVersion({ env }: OnnxRuntime): string {
  return env.versions.node ?? env.versions.common ?? '';
}

/** Providers that this build of the library offers. */
export function offeredProviders(runtime: OnnxRuntime): Provider[] {
  return (runtime.listSupportedBackends?.() ?? [{ name: 'cpu' }]).map(({ name }) => name as Provider);
}
