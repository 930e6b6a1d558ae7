#!/usr/bin/env node
// Builds the binding of @tensorflow/tfjs-node or -gpu 4.22.0 against a current TensorFlow out of its Python wheel: the way to CUDA 12
// under tfjs-node-gpu, whose own download is TensorFlow 2.9 for CUDA 11.2.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';

const VERSION = '4.22.0';
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
const LIBRARY = 'libtensorflow_cc.so.2';
const FRAMEWORK = 'libtensorflow_framework.so.2';
/** Link in deps/lib → library of the wheel it stands for; the last of the first group is what a prebuilt binding asks for. */
const LINKS = {
  'libtensorflow.so': LIBRARY,
  'libtensorflow.so.2': LIBRARY,
  'libtensorflow.so.2.9.1': LIBRARY,
  [LIBRARY]: LIBRARY,
  'libtensorflow_framework.so': FRAMEWORK,
  [FRAMEWORK]: FRAMEWORK,
};
const HEADERS = ['tensorflow/c/c_api.h', 'tensorflow/c/eager/c_api.h', 'tensorflow/core/platform/ctstring_internal.h'];

class Unusable extends Error {}

const program = new Command('tensorflow-from-wheel')
  .description('build the TensorFlow binding for Node against an unpacked TensorFlow wheel (Linux)')
  .requiredOption('--wheel <dir>', 'folder into which the wheel was unzipped')
  .addOption(new Option('--package <name>', 'which binding').choices(PACKAGES).default(PACKAGES[0]))
  .option('--project <dir>', 'where the package is or will be installed', '.')
  .addHelpText(
    'after',
    `
Example, for a GPU with CUDA 12 (about 1 GB of libraries; TensorFlow 2.19 is the last with the library this needs):
  pip download --only-binary=:all: --dest wheels 'tensorflow[and-cuda]==2.19.*'
  for wheel in wheels/*.whl; do unzip -q -o "$wheel" -d tf; done
  node scripts/tensorflow-from-wheel.mjs --wheel tf
then run with the LD_LIBRARY_PATH it prints, and look: softpatch doctor --engine tensorflow-gpu`,
  );

async function checkedWheel(wheel) {
  const folder = join(wheel, 'tensorflow');
  for (const name of [LIBRARY, FRAMEWORK, ...HEADERS.map((header) => join('include', header))]) {
    if (existsSync(join(folder, name))) continue;
    throw new Unusable(
      `${join(folder, name)} is missing. Give the folder of an unzipped tensorflow wheel, version 2.13 to 2.19`,
    );
  }
  const symbols = await promisify(execFile)('nm', ['-D', '--defined-only', join(folder, LIBRARY)], {
    maxBuffer: 2 ** 30,
  }).catch(() => null);
  if (symbols && !/\bTFE_NewContext\b/.test(symbols.stdout)) {
    throw new Unusable(`${join(folder, LIBRARY)} does not export TFE_NewContext. Use version 2.13 to 2.19`);
  }
  return folder;
}

/** The package's folder, installed without its own install step where it is absent. */
async function packageFolder(name, project) {
  const folder = join(project, 'node_modules', name);
  const own = async () => existsSync(join(folder, 'binding.gyp'));
  if (!(await own())) await run('npm', ['install', '--ignore-scripts', '--no-save', `${name}@${VERSION}`], project);
  if (!(await own()))
    throw new Unusable(`${folder} is not the binding. Remove the override that put another package there`);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (version !== VERSION) throw new Unusable(`${name} is version ${version}. Install ${VERSION}`);
  return folder;
}

async function link(folder, wheel) {
  const lib = join(folder, 'deps', 'lib');
  await rm(join(folder, 'deps'), { recursive: true, force: true });
  await mkdir(lib, { recursive: true });
  await symlink(join(wheel, 'include'), join(folder, 'deps', 'include'));
  for (const [name, target] of Object.entries(LINKS)) await symlink(join(wheel, target), join(lib, name));
}

function run(command, args, cwd, env = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Unusable(`${command} ${args.join(' ')} failed`))));
  });
}

/** Folders of the wheel's libraries: symbolic links lose the wheel's own search path. */
async function libraryPath(wheel) {
  const cuda = join(wheel, 'nvidia');
  const parts = existsSync(cuda) ? await readdir(cuda) : [];
  const folders = parts.map((part) => join(cuda, part, 'lib')).filter((folder) => existsSync(folder));
  return [join(wheel, 'tensorflow'), ...folders].join(delimiter);
}

async function main() {
  program.parse();
  const { wheel: given, package: name, project: where } = program.opts();
  if (process.platform !== 'linux') throw new Unusable('wheels of other systems have no library to link; use Linux');
  const [wheel, project] = [resolve(given), resolve(where)];
  const tensorflow = await checkedWheel(wheel);
  const folder = await packageFolder(name, project);
  await link(folder, tensorflow);
  const builder = createRequire(join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  const gyp = join(
    dirname(createRequire(import.meta.url).resolve('node-gyp/package.json', npmPaths())),
    'bin/node-gyp.js',
  );
  await run(process.execPath, [builder, 'install', '--build-from-source'], folder, {
    npm_config_node_gyp: gyp,
    ...headers(),
  });
  console.log(
    `\nbuilt ${join(folder, 'lib')}. Run with\nexport LD_LIBRARY_PATH=${JSON.stringify(await libraryPath(wheel))}`,
  );
}

/** The headers that came with this Node, so that none have to be downloaded. */
function headers() {
  const root = dirname(dirname(process.execPath));
  return existsSync(join(root, 'include/node/node_api.h')) ? { npm_config_nodedir: root } : {};
}

/** node-gyp comes with npm. */
function npmPaths() {
  const root = dirname(dirname(process.execPath));
  return { paths: [join(root, 'lib/node_modules/npm'), '/usr/lib/node_modules/npm', '/usr/share/npm'] };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Unusable ? `tensorflow-from-wheel: ${error.message}` : error);
  process.exitCode = 1;
}
