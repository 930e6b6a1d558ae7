import assert from 'node:assert/strict';
import test from 'node:test';
import { engineError, explainFailure } from '../../src/engine/explain-failure.js';
import type { EngineChoice } from '../../src/engine/names.js';

/** Messages as the packages and loaders print them, with what has to be said of them. */
const CASES: [choice: Exclude<EngineChoice, 'auto'>, message: string, reason: RegExp, fix: RegExp][] = [
  [
    'webgpu',
    "Cannot find package 'webgpu' imported from /home/u/node_modules/softpatch-lab/build/src/engine/webgpu.js",
    /package webgpu is not installed/,
    /^npm install webgpu@0\.6\.2 @tensorflow\/tfjs-backend-webgpu@4\.22\.0$/,
  ],
  [
    'webgpu',
    "Cannot find package '@tensorflow/tfjs-backend-webgpu' imported from x.js",
    /package @tensorflow\/tfjs-backend-webgpu is not installed/,
    /^npm install webgpu/,
  ],
  [
    'tensorflow-gpu',
    "Cannot find module '@tensorflow/tfjs-backend-webgl'\nRequire stack:\n- /x/tfjs/dist/tf.node.js",
    /package @tensorflow\/tfjs-backend-webgl is not installed/,
    /^npm install @tensorflow\/tfjs-backend-webgl@4\.22\.0, or build it on .*softpatch engine install tensorflow-gpu$/,
  ],
  [
    'webgpu',
    "Cannot find package '@tensorflow/tfjs-backend-cpu' imported from x.js",
    /package @tensorflow\/tfjs-backend-cpu is not installed/,
    /^npm install @tensorflow\/tfjs-backend-cpu@4\.22\.0$/,
  ],
  ['webgpu', 'libvulkan.so.1 cannot be loaded', /library libvulkan\.so\.1 is missing/, /libvulkan1/],
  ['webgpu', 'no adapter: no graphics driver offers what WebGPU needs', /no graphics driver/, /driver of your GPU/],
  [
    'tensorflow-gpu',
    "Cannot find module '@tensorflow/tfjs-node-gpu'\nRequire stack:\n- /x/tensorflow.js",
    /tfjs-node-gpu is not installed/,
    /^softpatch engine install tensorflow-gpu$/,
  ],
  [
    'tensorflow',
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/lib/napi-v8/tfjs_binding.node.',
    /without its compiled binding/,
    /npm rebuild @tensorflow\/tfjs-node .*softpatch engine install tensorflow$/,
  ],
  ['tensorflow', "Backend name 'tensorflow' not found in registry", /not TensorFlow's binding/, /^softpatch engine/],
  [
    'tensorflow',
    'libtensorflow.so.2: cannot open shared object file: No such file or directory',
    /library libtensorflow\.so\.2 is missing/,
    /npm rebuild @tensorflow\/tfjs-node/,
  ],
  [
    'tensorflow-gpu',
    'libcudart.so.11.0: cannot open shared object file: No such file or directory',
    /libcudart\.so\.11\.0 is missing/,
    /CUDA 11\.2 with cuDNN 8\.1, or .*softpatch engine install tensorflow-gpu/,
  ],
  [
    'tensorflow',
    "The module '/x/tfjs_binding.node' was compiled against a different Node.js version using NODE_MODULE_VERSION 93.",
    /built for another Node .*93/,
    /npm rebuild @tensorflow\/tfjs-node/,
  ],
  ['tensorflow', '(0, util_1.isNullOrUndefined) is not a function', /does not run on Node/, /Node 20 or 22/],
  [
    'onnx',
    'libonnxruntime.so.1: cannot open shared object file: No such file or directory',
    /libonnxruntime\.so\.1 is missing/,
    /npm install onnxruntime-node/,
  ],
  [
    'onnx:cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    /cuda provider fails/,
    /CUDA 13 and cuDNN 9.*cuda12/,
  ],
  [
    'onnx:cuda',
    '/x/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_shared.so: cannot open shared object file',
    /libonnxruntime_providers_shared\.so is missing/,
    /npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12.*onnxruntime-gpu/,
  ],
  [
    'onnx:cuda',
    'libcublasLt.so.13: cannot open shared object file: No such file or directory',
    /libcublasLt\.so\.13 is missing/,
    /CUDA 13 with cuDNN 9.*LD_LIBRARY_PATH/,
  ],
  ['onnx:webgpu', 'Failed to get a WebGPU adapter: No supported adapters.', /no graphics driver/, /driver of your GPU/],
  ['onnx:dml', 'this build of onnxruntime offers cpu, webgpu only', /dml provider fails/, /Windows/],
  ['wasm', 'something new', /^something new$/, /reinstall/],
];

for (const [choice, message, reason, fix] of CASES) {
  test(`${choice}: ${message.slice(0, 60)}`, () => {
    const found = explainFailure(choice, new Error(message));
    assert.match(found.reason, reason);
    assert.match(found.fix, fix);
  });
}

test('an engine’s error is explained by what caused it', () => {
  const error = engineError('webgpu', new Error("Cannot find package 'webgpu' imported from x.js"));
  assert.match(
    error.message,
    /^the engine webgpu does not start: the package webgpu is not installed\. To mend it, npm/,
  );
  assert.equal(explainFailure('webgpu', error).reason, 'the package webgpu is not installed');
});

test('what is not an Error is told as it is', () => {
  assert.match(explainFailure('wasm', 'broken').reason, /^broken$/);
  assert.match(explainFailure('wasm', undefined).reason, /^undefined$/);
});
