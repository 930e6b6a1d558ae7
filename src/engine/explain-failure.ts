import { InputError } from '../errors.js';
import { BINDINGS } from './install/folder.js';
import { type EngineChoice, type EngineName, type Provider, parseChoice } from './names.js';

/** Why an engine cannot be used, and what would mend it. */
export interface Diagnosis {
  reason: string;
  fix: string;
}

/**
 * Installs an engine: the package, and TensorFlow.js's backend where that is apart. TensorFlow's binding is built on a current
 * TensorFlow; its own package (`npm install @tensorflow/tfjs-node-gpu@4.22.0`) downloads one for CUDA 11.2.
 */
export const INSTALL: Readonly<Record<EngineName, string>> = {
  'tensorflow-gpu': 'softpatch engine install tensorflow-gpu',
  tensorflow: 'softpatch engine install tensorflow',
  webgpu: 'npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0',
  onnx: 'npm install onnxruntime-node@1.30.0 --onnxruntime-node-install=skip',
  wasm: 'npm install softpatch-lab',
  cpu: 'npm install softpatch-lab',
};

/** Package whose absence explains why an engine is not there. */
const PACKAGES: Readonly<Record<EngineName, string>> = {
  ...BINDINGS,
  webgpu: 'webgpu',
  onnx: 'onnxruntime-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
  cpu: '@tensorflow/tfjs-backend-cpu',
};

/** How onnxruntime's provider for CUDA is got; both ways download it from beside npm. Its version has to be the package's. */
const CUDA_PROVIDER =
  'npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12, or copy onnxruntime/capi/libonnxruntime_providers_*.so of the Python wheel onnxruntime-gpu, same version, beside libonnxruntime.so.1 (docs/gpu.md)';
/** What onnxruntime's providers need beside the package. */
const PROVIDER_FIX: Readonly<Record<Exclude<Provider, 'cpu'>, string>> = {
  cuda: `install CUDA 13 and cuDNN 9, then ${CUDA_PROVIDER}`,
  webgpu: 'install the driver of your GPU with Vulkan',
  dml: 'use Windows 10 or later with a DirectX 12 GPU',
  coreml: 'use macOS',
};

const WHEEL = (name: EngineName): string => `build it on a current TensorFlow: softpatch engine install ${name}`;

/** What went wrong when an engine was started, in words a user can act on. @param thrown may be an {@link engineError}. */
export function explainFailure(choice: Exclude<EngineChoice, 'auto'>, thrown: unknown): Diagnosis {
  const { name, provider } = parseChoice(choice);
  const error = thrown instanceof InputError && thrown.cause ? thrown.cause : thrown;
  const message = String((error as Error)?.message ?? error);
  const first = message.split('\n')[0].slice(0, 300);
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined && !missing.startsWith('.') && !missing.startsWith('/')) {
    return { reason: `the package ${missing} is not installed`, fix: missingFix(name, missing) };
  }
  const binding = name === 'tensorflow' || name === 'tensorflow-gpu';
  if (
    binding &&
    /native addon module|tfjs_binding/i.test(message) &&
    !/NODE_MODULE_VERSION|shared object/.test(message)
  ) {
    return {
      reason: `${PACKAGES[name]} is installed without its compiled binding (its install step downloads from the internet)`,
      fix: `npm rebuild ${PACKAGES[name]} with internet access, or ${WHEEL(name)}`,
    };
  }
  if (binding && /could not start its tensorflow backend|not found in registry/i.test(message)) {
    return {
      reason: `what is installed as ${PACKAGES[name]} is not TensorFlow's binding (an override of another package, such as danfojs-node needs)`,
      fix: INSTALL[name],
    };
  }
  if (/NODE_MODULE_VERSION|was compiled against a different Node/i.test(message)) {
    const wanted = /NODE_MODULE_VERSION (\d+)/.exec(message)?.[1];
    return {
      reason: `${PACKAGES[name]} was built for another Node (its version ${wanted ?? 'differs'}, this is ${process.versions.modules})`,
      fix: `npm rebuild ${PACKAGES[name]} with this Node ${process.version}`,
    };
  }
  const library =
    /(lib[\w.+-]+\.(?:so(?:\.\d+)*|dylib)|[\w-]+\.dll)[^\n]*(?:cannot open shared object|cannot be loaded|not found|no such file|could not be found)/i.exec(
      message,
    )?.[1];
  if (library !== undefined) return { reason: `the library ${library} is missing`, fix: libraryFix(name, library) };
  if (/is not a function|is not a constructor/.test(message) && binding) {
    return {
      reason: `${PACKAGES[name]} does not run on Node ${process.versions.node}: ${first}`,
      fix: 'use Node 20 or 22',
    };
  }
  if ((name === 'webgpu' || provider === 'webgpu') && /adapter/i.test(message)) {
    return {
      reason: 'no graphics driver offers a WebGPU adapter',
      fix: 'install the driver of your GPU with Vulkan: NVIDIA’s driver, or apt install mesa-vulkan-drivers for AMD and Intel',
    };
  }
  if (provider !== 'cpu') {
    return { reason: `onnxruntime’s ${provider} provider fails: ${first}`, fix: PROVIDER_FIX[provider] };
  }
  return { reason: first, fix: `reinstall it: ${INSTALL[name]}` };
}

/** The error for a user who named an engine that does not start; its cause is what the package threw. */
export function engineError(choice: Exclude<EngineChoice, 'auto'>, error: unknown): InputError {
  const { reason, fix } = explainFailure(choice, error);
  return new InputError(
    `the engine ${choice} does not start: ${reason}`,
    `To mend it, ${fix}; softpatch doctor shows more`,
    { cause: error },
  );
}

/** What installs a missing package: a part of an engine that is there otherwise is installed alone. */
function missingFix(name: EngineName, missing: string): string {
  const part = missing.startsWith('@tensorflow/') && missing !== PACKAGES[name] && !INSTALL[name].includes(missing);
  if (!part) return INSTALL[name];
  const alone = `npm install ${missing}@4.22.0`;
  return name in BINDINGS ? `${alone}, or ${WHEEL(name)}` : alone;
}

function libraryFix(name: EngineName, library: string): string {
  if (/vulkan/.test(library)) return 'apt install libvulkan1 (Windows and macOS need none), and the driver of your GPU';
  if (/onnxruntime_providers/.test(library)) return PROVIDER_FIX.cuda;
  if (/tensorflow/.test(library)) return `npm rebuild ${PACKAGES[name]} with internet access, or ${WHEEL(name)}`;
  if (/cuda|cudart|cublas|cudnn|cufft|curand|cusolver|cusparse/.test(library)) {
    return name === 'tensorflow-gpu'
      ? `install CUDA 11.2 with cuDNN 8.1, or ${WHEEL(name)}, which brings CUDA 12.5`
      : 'install CUDA 13 with cuDNN 9 (for instance pip install nvidia-cublas nvidia-cuda-runtime nvidia-cufft nvidia-curand nvidia-cudnn-cu13) and put their lib folders on LD_LIBRARY_PATH';
  }
  return `install the system package that has ${library}, or reinstall: ${INSTALL[name]}`;
}
