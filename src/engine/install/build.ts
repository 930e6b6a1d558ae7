import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { InputError } from '../../errors.js';
import { runCommand } from './command.js';
import { BINDINGS, type BindingName, bindingFolder } from './folder.js';
import { LIBRARIES } from './wheel.js';

/** The last release of the binding. */
export const BINDING = '4.22.0';
/** The wheel as the built binding's folder, `lib/napi-v8` of the package, sees it. */
const RUN_PATH = '$ORIGIN/../../../../../wheel/tensorflow';
const NO_COMPILER = 'Install a C++ compiler with make and Python (apt install build-essential python3)';

/**
 * Installs the binding's package into `folder` and builds it against `folder/wheel`; it then finds its libraries by itself, and the
 * folder may be moved as a whole. TensorFlow's libraries keep their own place, so that they find NVIDIA's beside them.
 * @throws InputError with the mend where npm, a compiler or node-gyp is missing or fails; Cancelled.
 */
export async function buildBinding(name: BindingName, folder: string, signal?: AbortSignal): Promise<void> {
  await runCommand(['g++', '--version'], { missing: NO_COMPILER, signal });
  await runCommand(['make', '--version'], { missing: NO_COMPILER, signal });
  await writeFile(join(folder, 'package.json'), '{"private": true}\n');
  await runCommand(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', `${BINDINGS[name]}@${BINDING}`], {
    cwd: folder,
    missing: 'Check the network and the registry that npm is set to',
    signal,
  });
  const binding = bindingFolder(name, folder);
  await link(binding, join(folder, 'wheel', 'tensorflow'));
  await setRunPath(join(binding, 'binding.gyp'));
  const builder = createRequire(join(binding, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  await runCommand([process.execPath, builder, 'install', '--build-from-source'], {
    cwd: binding,
    env: { npm_config_node_gyp: nodeGyp(), ...headers() },
    missing: NO_COMPILER,
    signal,
  });
  await rm(join(binding, 'build'), { recursive: true, force: true });
}

/** Headers and libraries under the names that the build asks for, relative, so that the folder can be moved. */
async function link(binding: string, tensorflow: string): Promise<void> {
  const deps = join(binding, 'deps');
  await rm(deps, { recursive: true, force: true });
  await mkdir(join(deps, 'lib'), { recursive: true });
  await symlink(relative(deps, join(tensorflow, 'include')), join(deps, 'include'));
  for (const [name, target] of [
    ['libtensorflow.so', LIBRARIES.tensorflow],
    ['libtensorflow_framework.so', LIBRARIES.framework],
  ]) {
    await symlink(relative(join(deps, 'lib'), join(tensorflow, target)), join(deps, 'lib', name));
  }
}

async function setRunPath(path: string): Promise<void> {
  const recipe = await readFile(path, 'utf8');
  const own = '$ORIGIN/../../deps/lib';
  if (!recipe.includes(own)) throw new Error(`${path} is not the recipe of ${BINDING}`);
  await writeFile(path, recipe.replace(own, RUN_PATH));
}

/** node-gyp comes with npm. */
function nodeGyp(): string {
  const root = dirname(dirname(process.execPath));
  const paths = [
    join(root, 'lib/node_modules/npm'),
    '/usr/lib/node_modules/npm',
    '/usr/share/npm',
    '/usr/share/nodejs',
  ];
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-gyp/package.json', { paths })), 'bin/node-gyp.js');
  } catch (cause) {
    throw new InputError('node-gyp, which comes with npm, is not here', 'npm install --global npm node-gyp', { cause });
  }
}

/** The headers that came with this Node, so that none have to be downloaded. */
function headers(): NodeJS.ProcessEnv {
  const root = dirname(dirname(process.execPath));
  return existsSync(join(root, 'include/node/node_api.h')) ? { npm_config_nodedir: root } : {};
}
