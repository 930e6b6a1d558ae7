import { createDevice, type Device } from '../../src/device/device.js';
import { openDevice } from '../../src/device/open.js';
import { deviceCompute } from '../../src/device/stages.js';
import { type Engine, type EngineChoice, engineOf, isDevice, parseChoice } from '../../src/engine/names.js';
import { importOnnxRuntime, onnxVersion } from '../../src/engine/onnx.js';
import { type Compute, threadCompute } from '../../src/engine/stage.js';
import { type Backend, loadTensorFlow } from '../../src/engine/tensorflow.js';
import { startThreads } from '../../src/kernels/threads.js';
import { runOps } from './ops.js';
import { readingRuns, type StageResult, stageRuns } from './stage-runs.js';

/**
 * Runs every op and every stage on one engine and prints the results as JSON, or one reason why the engine is not
 * here. In a process of its own: a broken driver may end it, and native loaders read their environment at its start.
 */
const [name, ...images] = process.argv.slice(2);
const threads = startThreads(2);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function openEngine(engine: Engine): Promise<{ device: Device; about: string }> {
  if (isDevice(engine)) {
    const { device, software } = await openDevice(engine);
    return { device, about: `${device.about}${software ? ', software' : ''}` };
  }
  const tf = await loadTensorFlow(engine as Backend);
  const about = `tfjs ${tf.version_core} (${engine})`;
  return { device: createDevice(tf, { name: engine, about, budget: 2 ** 26 }), about };
}

try {
  const engine = name === 'threads' ? 'wasm' : engineOf(name as Exclude<EngineChoice, 'auto'>);
  const onnx = parseChoice(engine).name === 'onnx';
  let compute: Compute = threadCompute(threads, engine);
  let about = 'threads';
  let ops: Awaited<ReturnType<typeof runOps>> = {};
  if (onnx) about = `onnxruntime ${onnxVersion(await importOnnxRuntime())} (${engine})`;
  else if (name !== 'threads') {
    const opened = await openEngine(engine);
    ({ about } = opened);
    ops = await runOps(opened.device.tf);
    compute = deviceCompute(opened.device, threads);
  }
  const results: Record<string, StageResult | string> = {};
  // onnxruntime runs networks only; the other stages stay on the threads, the reference.
  const chosen = { ...readingRuns(images), ...(onnx ? {} : stageRuns()) };
  for (const [stage, run] of Object.entries(chosen)) {
    const begin = performance.now();
    results[stage] = await run(compute).catch((error: Error) => String(error.stack));
    if (process.env.PARITY_TIMES) console.error(stage, Math.round(performance.now() - begin), 'ms');
  }
  print({ about, ops, stages: results });
} catch (error) {
  print({ absent: (error as Error).message });
}
await threads.close();
