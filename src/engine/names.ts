/** What runs the networks and, on a device, every other stage too (docs/engines.md). */
export type EngineName = 'tensorflow-gpu' | 'webgpu' | 'onnx' | 'tensorflow' | 'wasm' | 'cpu';

/** In the order in which `auto` prefers them. */
export const ENGINES: readonly EngineName[] = ['webgpu', 'tensorflow-gpu', 'onnx', 'tensorflow', 'wasm', 'cpu'];

/** Engines that take whole batches from the main thread and keep every stage; the others share images out over threads. */
export const DEVICES = ['tensorflow-gpu', 'webgpu', 'tensorflow'] as const;

export type DeviceName = (typeof DEVICES)[number];

/** Execution providers of onnxruntime-node by the names that its `executionProviders` takes. */
export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

export const PROVIDERS: readonly Provider[] = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'];

/** An engine with, for onnxruntime, its provider; plain `onnx` is the processor's. What results are remembered by. */
export type Engine = EngineName | `onnx:${Exclude<Provider, 'cpu'>}`;

/** What a user may ask for. */
export type EngineChoice = 'auto' | Engine | 'onnx:cpu';

export const ENGINE_CHOICES: readonly EngineChoice[] = [
  'auto',
  ...ENGINES,
  ...PROVIDERS.map((provider): EngineChoice => `onnx:${provider}`),
];

export function isDevice(name: string): name is DeviceName {
  return (DEVICES as readonly string[]).includes(name);
}

/** The engine and, for onnxruntime, the provider of a choice other than `auto`. */
export function parseChoice(choice: Exclude<EngineChoice, 'auto'>): { name: EngineName; provider: Provider } {
  const [name, provider = 'cpu'] = choice.split(':') as [EngineName, Provider | undefined];
  return { name, provider };
}

/** The one name of a choice: `onnx:cpu` is `onnx`. */
export function engineOf(choice: Exclude<EngineChoice, 'auto'>): Engine {
  return choice === 'onnx:cpu' ? 'onnx' : choice;
}
