import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import test, { after, before } from 'node:test';
import type { DoctorReport } from '../../src/cli/doctor.js';
import type { EngineFinding } from '../../src/doctor/engine-probe.js';

/** The package as a user has it: built files and hard dependencies, none of the optional packages. */
let home: string;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'softpatch-doctor-'));
  await cp('build/src', join(home, 'build/src'), { recursive: true });
  await cp('package.json', join(home, 'package.json'));
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(home, 'node_modules', name)), { recursive: true });
    await symlink(resolve('node_modules', name), join(home, 'node_modules', name));
  }
});
after(() => rm(home, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
}

function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const command = [join(home, 'build/src/cli/main.js'), 'doctor', ...args];
  // Engines that this user has installed are none of the package's.
  const own = { ...process.env, SOFTPATCH_ENGINES: join(home, 'engines'), ...env };
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: home, env: own }, (error, stdout) =>
      done({ code: error ? Number(error.code) : 0, stdout }),
    );
  });
}

async function found(
  engines: EngineFinding['engine'][],
  env: Record<string, string> = {},
): Promise<{ report: DoctorReport; of(engine: string): EngineFinding }> {
  const { stdout } = await doctor(['--json', '--engine', ...engines], env);
  const report = JSON.parse(stdout) as DoctorReport;
  return { report, of: (engine) => report.engines.find((finding) => finding.engine === engine)! };
}

/** Puts a package in place for one test; `main` is its CommonJS file. */
async function install(name: string, main: string): Promise<() => Promise<void>> {
  const folder = join(home, 'node_modules', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.cjs' }));
  await writeFile(join(folder, 'index.cjs'), main);
  return () => rm(folder, { recursive: true, force: true });
}

test('with no optional package every one is named with its install line, and wasm is taken', async () => {
  const { report, of } = await found(['tensorflow-gpu', 'webgpu', 'onnx', 'tensorflow', 'wasm']);
  assert.equal(report.automatic, 'wasm');
  const lines = {
    'tensorflow-gpu': 'softpatch engine install tensorflow-gpu',
    webgpu: 'npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0',
    onnx: 'npm install onnxruntime-node@1.30.0 --onnxruntime-node-install=skip',
    tensorflow: 'softpatch engine install tensorflow',
  };
  for (const [engine, line] of Object.entries(lines)) {
    assert.equal(of(engine).state, 'skipped', engine);
    assert.match(of(engine).reason!, /is not installed/);
    assert.equal(of(engine).fix, line);
  }
  const wasm = of('wasm');
  assert.equal(wasm.state, 'ready');
  assert.ok(wasm.error! < 1e-6 && wasm.imagesPerSecond! > 0);
  assert.match(report.machine.node, /^v\d+/);
});

test('a missing library, another Node and a crash are told apart, each with its mend', async () => {
  const undo = [
    await install(
      'onnxruntime-node',
      "throw new Error('libonnxruntime.so.1: cannot open shared object file: No such file or directory');",
    ),
    await install(
      '@tensorflow/tfjs-node',
      'throw new Error("The module \'/x/tfjs_binding.node\' was compiled against a different Node.js version using NODE_MODULE_VERSION 93.");',
    ),
    await install('@tensorflow/tfjs-node-gpu', "process.kill(process.pid, 'SIGSEGV'); while (true) {}"),
  ];
  try {
    const { report, of } = await found(['tensorflow-gpu', 'onnx', 'tensorflow', 'wasm']);
    assert.equal(report.automatic, 'wasm');
    assert.match(of('onnx').reason!, /libonnxruntime\.so\.1 is missing/);
    assert.match(of('onnx').fix!, /npm install onnxruntime-node/);
    assert.match(of('tensorflow').reason!, /built for another Node .*93/);
    assert.match(of('tensorflow').fix!, /npm rebuild @tensorflow\/tfjs-node/);
    assert.match(of('tensorflow-gpu').reason!, /ended with SIGSEGV/);
    assert.match(of('tensorflow-gpu').fix!, /update the graphics driver/);
  } finally {
    for (const remove of undo) await remove();
  }
});

test('a binding without its compiled part, and a package that is not the binding', async () => {
  const undo = [
    await install(
      '@tensorflow/tfjs-node-gpu',
      "throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x.');",
    ),
    await install('@tensorflow/tfjs-node', 'module.exports = {};'),
  ];
  try {
    const { of } = await found(['tensorflow-gpu', 'tensorflow']);
    assert.match(of('tensorflow-gpu').reason!, /without its compiled binding/);
    assert.match(of('tensorflow-gpu').fix!, /npm rebuild .*softpatch engine install tensorflow-gpu/);
    assert.match(of('tensorflow').reason!, /not TensorFlow's binding/);
  } finally {
    for (const remove of undo) await remove();
  }
});

test('a library that onnxruntime names on stderr only is named', async () => {
  const remove = await install(
    'onnxruntime-node',
    `const line = 'FAIL : Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file';
     const create = async () => { console.error(line); throw new Error('Failed to load shared library'); };
     const listSupportedBackends = () => [{ name: 'cpu' }, { name: 'cuda' }];
     module.exports = { env: { versions: { node: '9.9.9' } }, InferenceSession: { create }, listSupportedBackends };`,
  );
  try {
    const { of } = await found(['onnx:cuda']);
    assert.equal(of('onnx:cuda').reason, 'the library libcudnn.so.9 is missing');
    assert.match(of('onnx:cuda').fix!, /CUDA 13 with cuDNN 9/);
  } finally {
    await remove();
  }
});

test('without a graphics driver WebGPU says what to install', async () => {
  // The real package, pointed at no driver.
  const target = join(home, 'node_modules/webgpu');
  const backend = join(home, 'node_modules/@tensorflow/tfjs-backend-webgpu');
  await symlink(resolve('node_modules/webgpu'), target);
  await symlink(resolve('node_modules/@tensorflow/tfjs-backend-webgpu'), backend);
  try {
    const { of } = await found(['webgpu'], { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' });
    assert.equal(of('webgpu').state, 'skipped');
    assert.match(of('webgpu').reason!, /libvulkan|no graphics driver/);
    assert.match(of('webgpu').fix!, /driver of your GPU/);
  } finally {
    await rm(target);
    await rm(backend);
  }
});

test('wrong values are not trusted, however well an engine starts', async () => {
  // A library that answers zeros for every layer.
  const remove = await install(
    'onnxruntime-node',
    `class Tensor { constructor(type, data, dims) { this.data = data; this.dims = dims; } }
     const session = { run: async () => new Proxy({}, { get: (_, name) => ({ data: new Float32Array(name.startsWith('layer3') ? 4096 : 8192), dims: [1, name.startsWith('layer3') ? 256 : 128, name.startsWith('layer3') ? 4 : 8, name.startsWith('layer3') ? 4 : 8] }) }), release: async () => {} };
     module.exports = { env: { versions: { node: '9.9.9' } }, Tensor, InferenceSession: { create: async () => session } };`,
  );
  try {
    const { report, of } = await found(['onnx', 'wasm']);
    assert.equal(report.automatic, 'wasm');
    assert.equal(of('onnx').state, 'skipped');
    assert.equal(of('onnx').error, 1);
    assert.match(of('onnx').reason!, /differ from those of wasm/);
  } finally {
    await remove();
  }
});

test('the report for people shows what works, why the rest does not, and what auto takes', async () => {
  const file = join(home, 'engines.json');
  const { stdout, code } = await doctor(['--engine', 'webgpu', 'wasm', '--json', file]);
  assert.equal(code, 0);
  assert.match(stdout, /wasm\s+works\s+\d+\.\d/);
  assert.match(stdout, /webgpu: the package webgpu is not installed\n\s+mend: npm install webgpu@/);
  assert.match(stdout, /of these --engine auto would take wasm/);
  assert.equal((JSON.parse(await readFile(file, 'utf8')) as DoctorReport).automatic, 'wasm');
  assert.equal((await doctor(['--engine', 'webgpu'])).code, 1, 'nothing works');
});

test('an engine that works but that auto would not take is told as working', async () => {
  // A library with the provider, whose session answers as the real one would.
  const real = JSON.stringify(resolve('node_modules/onnxruntime-node'));
  const remove = await install(
    'onnxruntime-node',
    `const real = require(${real});
     const create = (model, options) => real.InferenceSession.create(model, { ...options, executionProviders: ['cpu'] });
     const listSupportedBackends = () => [{ name: 'cpu' }, { name: 'cuda' }];
     module.exports = { env: real.env, Tensor: real.Tensor, InferenceSession: { create }, listSupportedBackends };`,
  );
  try {
    const { stdout, code } = await doctor(['--engine', 'onnx:cuda']);
    assert.match(stdout, /onnx:cuda\s+works/);
    assert.match(stdout, /auto takes none of these by itself; by name: --engine onnx:cuda/);
    assert.equal(code, 0);
  } finally {
    await remove();
  }
});
