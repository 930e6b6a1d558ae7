#!/usr/bin/env node
// A software Vulkan driver (SwiftShader) out of Debian's package chromium-common, unpacked beside the project without
// installing anything: correct and slow, for checking WebGPU code where there is no GPU. Prints the environment to run with.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = 'chromium-common';
const FILES = ['libvk_swiftshader.so', 'vk_swiftshader_icd.json', 'libvulkan.so.1'];
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
/** Seconds each step of the package tools may take. */
const PATIENCE = 120;

/** Environment in which Dawn finds the driver. @throws when the package cannot be had. */
export async function softwareVulkan(folder = join(PROJECT, '.cache', 'swiftshader')) {
  if (!existsSync(folder)) await unpack(folder);
  const inherited = process.env.LD_LIBRARY_PATH ? `:${process.env.LD_LIBRARY_PATH}` : '';
  return { VK_ICD_FILENAMES: join(folder, FILES[1]), LD_LIBRARY_PATH: `${folder}${inherited}` };
}

async function unpack(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only Debian on x86-64 has the package');
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(join(folder, '..', 'unpacking-'));
  try {
    const own = (name) => join(work, name);
    for (const name of ['lists/partial', 'archives/partial', 'root']) await mkdir(own(name), { recursive: true });
    // Own lists and archives, so that neither root nor a recent `apt-get update` is needed.
    const apt = ['-o', `Dir::State::Lists=${own('lists')}`, '-o', `Dir::Cache=${work}`, '-o', 'APT::Sandbox::User='];
    const options = { cwd: own('archives'), timeout: PATIENCE * 1000 };
    await run('apt-get', [...apt, '-qq', 'update'], options);
    await run('apt-get', [...apt, '-qq', 'download', PACKAGE], options);
    const deb = (await readdir(own('archives'))).find((name) => name.endsWith('.deb'));
    if (!deb) throw new Error(`no archive of ${PACKAGE} was downloaded`);
    await run('dpkg-deb', ['-x', join(own('archives'), deb), own('root')], options);
    await mkdir(own('kept'));
    for (const name of FILES) await cp(join(own('root'), 'usr/lib/chromium', name), join(own('kept'), name));
    const icd = JSON.parse(await readFile(join(own('kept'), FILES[1]), 'utf8'));
    icd.ICD.library_path = join(folder, FILES[0]);
    await writeFile(join(own('kept'), FILES[1]), JSON.stringify(icd));
    await rename(own('kept'), folder).catch((error) => {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const env = await softwareVulkan(process.argv[2] && resolve(process.argv[2])).catch((error) => {
    console.error(`no software Vulkan driver: ${error.message.split('\n')[0]}`);
    process.exit(1);
  });
  console.log(
    Object.entries(env)
      .map(([name, value]) => `export ${name}=${JSON.stringify(value)}`)
      .join('\n'),
  );
}
