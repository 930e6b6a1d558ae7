import { createDeviceNetwork } from '../device/network.js';
import { openDevice } from '../device/open.js';
import { explainFailure } from '../engine/explain-failure.js';
import { type Engine, type EngineChoice, engineOf, isDevice, parseChoice } from '../engine/names.js';
import { importOnnxRuntime, offeredProviders, onnxVersion } from '../engine/onnx.js';
import { loadTensorFlow } from '../engine/tensorflow.js';
import { createEmbedder } from '../features/embedder.js';
import type { FeatureSpec } from '../features/spec.js';
import { createRandom } from '../random.js';
import { relativeDifference } from './relative-difference.js';

/** What was found of an engine. */
export interface EngineFinding {
  engine: Exclude<EngineChoice, 'auto'>;
  /** `software`: it works, but on a driver that only imitates a GPU, so `auto` never takes it. */
  state: 'ready' | 'software' | 'skipped';
  /** Library, version and device. */
  about?: string;
  facts?: Record<string, string>;
  /** Largest difference of a small network's features to the wasm engine's, relative to the largest value. */
  error?: number;
  /** ResNet18 with layers 2 and 3 at 224 px: images a second, of one thread or of the device. Null where that would take too long. */
  imagesPerSecond?: number | null;
  reason?: string;
  fix?: string;
}

/** Features may differ by rounding only. */
const MOST_ERROR = 1e-4;
/** Seconds for one 64-pixel image beyond which the 224-pixel ones are not timed. */
const PATIENCE = 0.4;

const probeSpec = (crop: number): FeatureSpec => ({
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 1 },
  preprocessing: { resize: crop, crop, filter: 'bilinear' },
});

/** Embeds a batch of images [count × side × side × 3]. */
type Forward = (images: Float32Array, count: number) => Promise<Float32Array>;

/** An engine ready to run networks of a given side. */
interface Started {
  about: string;
  software: boolean;
  facts: Record<string, string>;
  batch: number;
  network(side: number): Promise<Forward>;
}

/** Starts an engine, checks it and times it. Never throws: what is wrong is in the finding. */
export async function probeEngine(engine: EngineFinding['engine']): Promise<EngineFinding> {
  try {
    const started = await start(engine);
    const { about, software, facts, batch } = started;
    const small = drawn(64, 1);
    const reference = await (await threadNetwork('wasm', 64))(small, 1);
    // After the reference, which leaves its own backend current.
    await start(engine);
    const own = await started.network(64);
    const error = relativeDifference(await own(small, 1), reference);
    if (!(error < MOST_ERROR)) {
      const reason = `its features differ from those of wasm by ${error.toExponential(1)}, relative`;
      return { engine, state: 'skipped', about, facts, error, reason, fix: 'update its driver or package' };
    }
    const [once] = await timed(() => own(small, 1));
    const rate = once > PATIENCE ? null : await imagesPerSecond(await started.network(224), batch);
    return { engine, state: software ? 'software' : 'ready', about, facts, error, imagesPerSecond: rate };
  } catch (error) {
    return { engine, state: 'skipped', ...explainFailure(engine, error) };
  }
}

async function start(engine: EngineFinding['engine']): Promise<Started> {
  const { name, provider } = parseChoice(engine);
  if (isDevice(name)) {
    const { device, software, facts } = await openDevice(name);
    // The backend may have changed since it was opened.
    await loadTensorFlow(name);
    return {
      about: device.about,
      software,
      facts,
      batch: software ? 1 : 32,
      async network(side) {
        const network = await createDeviceNetwork(device, probeSpec(side));
        return (images, count) => device.attempt(() => network.read(images, count));
      },
    };
  }
  const network = (side: number): Promise<Forward> => threadNetwork(engineOf(engine), side);
  if (name !== 'onnx') {
    const tf = await loadTensorFlow(name as 'wasm' | 'cpu');
    return { about: `tfjs ${tf.version_core} (${name})`, software: false, facts: {}, batch: 1, network };
  }
  const runtime = await importOnnxRuntime();
  const offered = offeredProviders(runtime);
  if (!offered.includes(provider)) throw new Error(`this build of onnxruntime offers ${offered.join(', ')} only`);
  const about = `onnxruntime ${onnxVersion(runtime)} (${provider})`;
  return { about, software: false, facts: { providers: offered.join(', ') }, batch: 1, network };
}

async function threadNetwork(engine: Engine, side: number): Promise<Forward> {
  const embedder = await createEmbedder(probeSpec(side), engine);
  return async (images) => embedder.embed(await embedder.forward(images, side));
}

function drawn(side: number, count: number): Float32Array {
  const random = createRandom(1);
  return Float32Array.from({ length: count * side * side * 3 }, () => random.uniform(-2, 2));
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, value: T]> {
  const begin = performance.now();
  const value = await work();
  return [(performance.now() - begin) / 1000, value];
}

async function imagesPerSecond(forward: Forward, batch: number): Promise<number> {
  const images = drawn(224, batch);
  await forward(images, batch);
  let [seconds, runs] = [0, 0];
  while (seconds < 0.5 && runs < 20) {
    seconds += (await timed(() => forward(images, batch)))[0];
    runs++;
  }
  return (runs * batch) / seconds;
}
