import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../errors.js';
import { runCommand } from './command.js';
import type { BindingName } from './folder.js';

/** The last TensorFlow whose wheel has the library that the binding needs. */
export const TENSORFLOW = '2.19.1';
/** The wheels of a processor's and of a GPU's build. */
const WHEELS: Readonly<Record<BindingName, string>> = { tensorflow: 'tensorflow-cpu', 'tensorflow-gpu': 'tensorflow' };
/** Libraries of a wheel: TensorFlow's C functions, and what they rest on. */
export const LIBRARIES = { tensorflow: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' } as const;
const HEADERS = ['tensorflow/c/c_api.h', 'tensorflow/c/eager/c_api.h', 'tensorflow/core/platform/ctstring_internal.h'];

const NO_PIP =
  'Install Python with pip (apt install python3-pip), or download the wheel elsewhere and give --wheel DIR';
/** Python whose wheels are taken; only their libraries and headers are used. */
const PYTHON = [
  '--python-version',
  '3.11',
  '--implementation',
  'cp',
  '--abi',
  'cp311',
  '--abi',
  'abi3',
  '--abi',
  'none',
];
/** Keeps libraries, headers, licences and what each wheel needs of the wheels in argv[2:], in folder argv[1]. */
const UNPACK = `
import re, sys, zipfile
wanted = re.compile(r'tensorflow/(libtensorflow_[^/]*$|include/|THIRD_PARTY)|nvidia/[^/]+/lib/|[^/]+\\.dist-info/(METADATA|LICENSE|licenses/)')
for path in sys.argv[2:]:
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(sys.argv[1], [name for name in wheel.namelist() if wanted.match(name)])
`;

/** What a download hears and stops by. */
export interface Downloading {
  note(text: string): void;
  signal?: AbortSignal;
}

/**
 * Downloads TensorFlow's wheel with pip, for a GPU also NVIDIA's libraries that it names, and unpacks what the binding needs into
 * `folder`.
 * @throws InputError where pip is missing or finds no wheel; Cancelled.
 */
export async function downloadWheel(name: BindingName, folder: string, { note, signal }: Downloading): Promise<void> {
  const options = { missing: NO_PIP, signal };
  const loading = `${folder}-loading`;
  const platforms = platformTags().flatMap((tag) => ['--platform', tag]);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--dest', loading];
  await mkdir(folder, { recursive: true });
  const download = async (requirements: readonly string[]): Promise<void> => {
    note(`downloading ${requirements.join(', ')} with pip`);
    const pip = ['python3', '-m', 'pip', 'download', ...quiet, ...PYTHON, ...platforms, ...requirements];
    try {
      await runCommand(pip, options);
      const files = (await readdir(loading)).map((file) => join(loading, file));
      await runCommand(['python3', '-c', UNPACK, folder, ...files], options);
    } finally {
      await rm(loading, { recursive: true, force: true });
    }
  };
  await download([`${WHEELS[name]}==${TENSORFLOW}`]);
  if (name === 'tensorflow-gpu') await download(await nvidiaWheels(folder));
}

/** pip's names of this machine, from the oldest C library on. */
function platformTags(): string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return ['manylinux1', 'manylinux2010', 'manylinux2014', 'manylinux_2_17', 'manylinux_2_27', 'manylinux_2_28'].map(
    (tag) => `${tag}_${machine}`,
  );
}

/** NVIDIA's wheels of the extra `and-cuda`, as the wheel's own metadata lists them, but for the compiler. */
async function nvidiaWheels(folder: string): Promise<string[]> {
  const info = (await readdir(folder)).find((entry) => /^tensorflow-.*\.dist-info$/.test(entry));
  const metadata = info ? await readFile(join(folder, info, 'METADATA'), 'utf8') : '';
  const listed = metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) ?\(?(==[\w.]+)\)?.*and-cuda/gm);
  return [...listed].filter(([, wheel]) => !wheel.includes('nvcc')).map(([, wheel, version]) => `${wheel}${version}`);
}

/**
 * Checks the folder of an unzipped wheel.
 * @throws InputError naming what is missing.
 */
export async function checkWheel(wheel: string): Promise<void> {
  const folder = join(wheel, 'tensorflow');
  const fix = `Give the folder of an unzipped tensorflow wheel, version 2.13 to ${TENSORFLOW}`;
  for (const name of [...Object.values(LIBRARIES), ...HEADERS.map((header) => join('include', header))]) {
    if (!existsSync(join(folder, name))) throw new InputError(`${join(folder, name)} is missing`, fix);
  }
  const library = join(folder, LIBRARIES.tensorflow);
  const symbols = await runCommand(['nm', '-D', '--defined-only', library], { missing: '' }).catch(() => null);
  if (symbols !== null && !/\bTFE_NewContext\b/.test(symbols)) {
    throw new InputError(`${library} does not export TFE_NewContext`, fix);
  }
}
