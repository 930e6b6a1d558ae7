// Number formats of the network (docs/backbones.md): speed of each that onnxruntime takes, AUROC of single against int8.
//   node scripts/measure-precision.mjs [--speed] [--auroc] [--sets screw,bottle] [--methods 'patchcore clean,softpatch-lof']
// Neither flag: both. A method with clean behind it sees no noise. SOFTPATCH_DATA: folder of categories; SOFTPATCH_SHARED: folder with weights/. Rows are kept as they come.
// Writes data/results/precision.json and the tables in docs/backbones.md.
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importOnnxRuntime, onnxVersion } from '../build/src/engine/onnx.js';
import { onnxGraph } from '../build/src/engine/onnx-graph.js';
import { withSpans } from '../build/src/experiment/network-spans.js';
import { specNetwork, specParameters, specWriter } from '../build/src/features/embedder.js';
import { networkInput } from '../build/src/features/input.js';
import { IMAGE } from '../build/src/features/network.js';
import { channelsFirst } from '../build/src/features/onnx-forward.js';
import { addNetwork, onnxModel } from '../build/src/features/onnx-model.js';
import { evaluate, evaluateConfig, featureReader, openCategory, openLab, SYSTEMS } from '../build/src/index.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';

const SHARED = process.env.SOFTPATCH_SHARED ?? '../shared';
const DATA = process.env.SOFTPATCH_DATA ?? join(SHARED, 'datasets/mvtec');
const RESULTS = 'data/results/precision.json';
const PAGE = 'docs/backbones.md';
const BACKBONES = {
  resnet18: { kind: 'file', path: join(SHARED, 'weights/resnet18.safetensors') },
  wide_resnet50_2: { kind: 'random', seed: 0 },
};
/** Types of ONNX tensors. */
const [HALF, BFLOAT] = [10, 16];
const ROUNDS = 25;

const { values } = parseArgs({
  options: {
    speed: { type: 'boolean', default: false },
    auroc: { type: 'boolean', default: false },
    sets: { type: 'string', default: 'screw,bottle' },
    methods: { type: 'string', default: 'patchcore clean,patchcore,softpatch-lof' },
  },
});
const both = !values.speed && !values.auroc;
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : { speed: {}, auroc: {} };
const reporter = { stage: () => () => undefined, note: () => undefined };
const runtime = await importOnnxRuntime();
const configOf = (choice, precision) =>
  evaluateConfig({ ...choice, features: { ...choice.features, precision } }, SYSTEMS);

if (both || values.speed) for (const backbone of Object.keys(BACKBONES)) await measureSpeed(backbone);
if (both || values.auroc) await measureAuroc();
await writePage();

/** Milliseconds an image of the network alone on one thread, formats in turns, and images a second from file to patches on all. */
async function measureSpeed(backbone) {
  const uncached = await openLab({ engine: 'onnx', reporter });
  const features = { backbone, weights: BACKBONES[backbone] };
  const { train } = await openCategory(DATA, 'screw');
  const spec = (precision) => configOf({ method: 'patchcore', features }, precision).features;
  const single = spec('single');
  const int8 = await withSpans(uncached, spec('int8'), train);
  const network = specNetwork(single);
  const parameters = await specParameters(single, network);
  const { crop: side } = single.preprocessing;
  const model = (add) => onnxModel(network, parameters, side, add);
  const formats = {
    'single, graph as written': [model(), 'disabled'],
    single: [model(), 'all'],
    float16: [castModel(network, parameters, side, HALF, 17), 'all'],
    bfloat16: [castModel(network, parameters, side, BFLOAT, 22), 'all'],
    int8: [model(specWriter(int8)), 'all'],
  };
  const sessions = {};
  const failures = {};
  for (const [name, [bytes, graphOptimizationLevel]] of Object.entries(formats)) {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3, graphOptimizationLevel };
    try {
      sessions[name] = await runtime.InferenceSession.create(bytes, options);
    } catch (error) {
      failures[name] = error.message.split(' node with name')[0];
    }
  }
  const { input } = await networkInput(single, train[0]);
  const feeds = { [IMAGE]: new runtime.Tensor('float32', channelsFirst(input, side), [1, 3, side, side]) };
  const milliseconds = await inTurns(sessions, (session) => session.run(feeds));
  for (const session of Object.values(sessions)) await session.release();

  const images = train.slice(0, 24).map(({ path }) => ({ path }));
  const readers = {};
  const labs = [];
  for (const [name, own] of Object.entries({ single, int8 })) {
    const lab = await openLab({ engine: 'onnx', reporter });
    labs.push(lab);
    readers[name] = await featureReader(lab, own);
  }
  const seconds = await inTurns(readers, (reader) => reader.read(images), 9);
  for (const lab of [uncached, ...labs]) await lab.close();
  const imagesASecond = Object.fromEntries(Object.entries(seconds).map(([name, ms]) => [name, (1000 * 24) / ms]));
  results.machine = {
    processor: cpus()[0].model,
    ...(existsSync('/proc/cpuinfo') && { instructions: instructions() }),
    cores: cpus().length,
    node: process.version,
    onnxruntime: onnxVersion(runtime),
  };
  results.speed[backbone] = { milliseconds, failures, imagesASecond };
  await writeJson(RESULTS, results);
  console.log(backbone, JSON.stringify(results.speed[backbone]));
}

/** Of what integer and short products are made. */
function instructions() {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].trim().split(' '));
  return ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'avx512_fp16', 'amx_int8', 'amx_bf16'].filter(
    (name) => flags.has(name),
  );
}

/** Median milliseconds of each, run in turns after a warm-up, so that other work on the machine meets all alike. */
async function inTurns(all, work, rounds = ROUNDS) {
  const times = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (const own of Object.values(all)) await work(own);
  for (let round = 0; round < rounds; round++) {
    for (const [name, own] of Object.entries(all)) {
      const begin = performance.now();
      await work(own);
      times[name].push(performance.now() - begin);
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, own]) => [name, own.sort((a, b) => a - b)[Math.floor(own.length / 2)]]),
  );
}

/** The network with all constants and activations of another float type. */
function castModel(network, parameters, side, to, opset) {
  const graph = onnxGraph(network.backbone, { opset });
  const cast = (value, type, output) => graph.op('Cast', [value], { to: type }, output);
  graph.input(IMAGE, [1, 3, side, side]);
  cast(IMAGE, to, 'cast image');
  const steps = network.steps.map((step) => (step.input === IMAGE ? { ...step, input: 'cast image' } : step));
  addNetwork(
    { ...graph, constant: (...given) => cast(graph.constant(...given), to) },
    { ...network, steps },
    parameters,
  );
  for (const { output, channels, stride } of network.outputs) {
    const own = Math.ceil(side / stride);
    graph.output(cast(output, 1, `single ${output}`), [1, channels, own, own]);
  }
  return graph.bytes();
}

/** Image and pixel AUROC and AUPRO, r = .1 with overlap or clean, ρ = .1, seed 0. */
async function measureAuroc() {
  const lab = await openLab({ engine: 'onnx', cache: process.env.SOFTPATCH_CACHE ?? 'data/cache', reporter });
  try {
    for (const set of values.sets.split(',')) {
      const category = await openCategory(DATA, set);
      for (const name of values.methods.split(',')) {
        const [method, clean] = name.split(' ');
        const found = results.auroc[set]?.[name] ?? {};
        results.auroc[set] = { ...results.auroc[set], [name]: found };
        for (const precision of ['single', 'int8']) {
          if (found[precision]) continue;
          const features = { backbone: 'resnet18', weights: BACKBONES.resnet18 };
          const contamination = clean ? {} : { noise: 0.1, overlap: true };
          const config = configOf({ method, features, settings: { ratio: 0.1 }, contamination }, precision);
          const { image, pixel } = await evaluate(lab, category, config);
          found[precision] = { image: image.auroc, pixel: pixel.auroc, aupro: pixel.aupro };
          await writeJson(RESULTS, results);
          console.log(set, name, precision, JSON.stringify(found[precision]));
        }
      }
    }
  } finally {
    await lab.close();
  }
}

async function writePage() {
  const { machine, speed, auroc } = results;
  const table = (head, rows) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const backbones = Object.keys(speed);
  const names = ['single, graph as written', 'single', 'float16', 'bfloat16', 'int8'];
  const cell = ({ milliseconds, imagesASecond }, name) => {
    if (!milliseconds[name]) return 'no kernels';
    const times = (milliseconds.single / milliseconds[name]).toFixed(2);
    const whole = imagesASecond[name] ? `; ${imagesASecond[name].toFixed(1)} images a second` : '';
    return `${milliseconds[name].toFixed(1)} ms, ${times} ×${whole}`;
  };
  const speeds = table(
    ['format', ...backbones.map((name) => `\`${name}\``)],
    names.map((name) => [name, ...backbones.map((backbone) => cell(speed[backbone], name))]),
  );
  const figures = ({ image, pixel, aupro }) => `${image.toFixed(4)} / ${pixel.toFixed(4)} / ${aupro.toFixed(4)}`;
  const aurocs = table(
    ['category', 'method', 'single', 'int8'],
    Object.entries(auroc).flatMap(([set, methods]) =>
      Object.entries(methods)
        .filter(([, found]) => found.single && found.int8)
        .map(([method, found]) => [`\`${set}\``, method, figures(found.single), figures(found.int8)]),
    ),
  );
  const on = machine
    ? `${machine.processor}, ${machine.cores} cores (${machine.instructions?.join(', ')}), Node ${machine.node}, onnxruntime ${machine.onnxruntime}.`
    : '';
  const page = readFileSync(PAGE, 'utf8');
  const [before, , after] = page.split(/(?<=<!-- precision -->\n)([\s\S]*?)(?=<!-- \/precision -->)/);
  await writeAtomically(PAGE, `${before}${on}\n\n${speeds}\n\n${aurocs}\n${after}`);
}
