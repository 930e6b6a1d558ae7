import { type Compute, threadCompute } from '../../src/detector/compute.js';
import { deviceCompute } from '../../src/device/stages.js';
import { createDevice, type Device } from '../../src/device/device.js';
import { openDevice } from '../../src/device/open.js';
import { type EngineChoice, isDevice, parseChoice } from '../../src/engine/names.js';
import { importOnnxRuntime, onnxVersion } from '../../src/engine/onnx.js';
import { type Backend, loadTensorFlow } from '../../src/engine/tensorflow.js';
import { startThreads } from '../../src/kernels/threads.js';
import { runOps } from './ops.js';
import { readingStages, type StageResult, stages } from './stages.js';

/**
 * Runs every op and every stage on one engine and prints the results as JSON, or one reason why the engine is not
 * here. In a process of its own: a broken driver may end it, and native loaders read their environment at its start.
 */
const [name, ...images] = process.argv.slice(2);
const threads = startThreads(2);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function device(): Promise<{ device: Device; about: string }> {
  if (isDevice(name)) {
    const { device: opened, software } = await openDevice(name);
    return { device: opened, about: `${opened.about}${software ? ', software' : ''}` };
  }
  const tf = await loadTensorFlow(name as Backend);
  const about = `tfjs ${tf.version_core} (${name})`;
  return { device: createDevice(tf, { name, about, budget: 2 ** 26 }), about };
}

try {
  let compute: Compute = threadCompute(threads);
  let about = 'threads';
  let ops: Awaited<ReturnType<typeof runOps>> = {};
  const onThreads = name === 'threads' || parseChoice(name as 'onnx').name === 'onnx';
  if (!onThreads) {
    const opened = await device();
    ({ about } = opened);
    ops = await runOps(opened.device.tf);
    compute = deviceCompute(opened.device, threads);
  }
  const results: Record<string, StageResult | string> = {};
  const executor = onThreads && name !== 'threads' ? (name as EngineChoice) : 'wasm';
  if (executor !== 'wasm') about = `onnxruntime ${onnxVersion(await importOnnxRuntime())} (${executor})`;
  // onnxruntime runs networks only; the other stages stay on the threads, the reference.
  const chosen = { ...readingStages(images, executor), ...(executor === 'wasm' ? stages() : {}) };
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
