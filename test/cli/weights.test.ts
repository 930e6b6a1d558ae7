import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { resnet } from '../../src/features/resnet.js';
import { createRandom } from '../../src/random.js';
import { type StoredTensor, writeSafetensors } from '../../src/storage/safetensors.js';
import { below, temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

test('weights fetch downloads, checks every tensor, falls over from a bad source, and lists the file', async (t) => {
  const folder = await temporaryFolder(t);
  const random = createRandom(1);
  const tensors: Record<string, StoredTensor> = {};
  for (const step of resnet('resnet18', ['layer3']).steps) {
    if (step.op !== 'conv' || !step.norm) continue;
    const { out, in: from } = step.channels;
    const shape = [out, from, step.size, step.size];
    tensors[step.weight] = {
      dtype: 'F32',
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() * 0.05),
    };
    // Separate batch norm, as in the files users have.
    for (const name of Object.values(step.norm))
      tensors[name] = { dtype: 'F32', shape: [out], data: new Float32Array(out).fill(1) };
  }
  const good = join(folder, 'good.safetensors');
  await writeSafetensors(good, tensors);
  delete tensors['layer1.0.bn1.running_mean'];
  const bad = join(folder, 'bad.safetensors');
  await writeSafetensors(bad, tensors);
  const server = createServer(async (request, response) => {
    const file = request.url === '/good' ? good : request.url === '/bad' ? bad : null;
    if (file) response.end(await readFile(file));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const to = join(folder, 'weights');
  const { code, stdout, stderr } = await softpatch([
    'weights',
    'fetch',
    'resnet18',
    '--to',
    to,
    '--source',
    `${url}/none`,
    `${url}/bad`,
    `${url}/good`,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /none: the server answered 404[\s\S]*bad: .*no tensor "layer1\.0\.bn1\.running_mean"/);
  assert.match(stdout, /saved .*resnet18\.safetensors/);
  assert.deepEqual(await below(to), ['resnet18.safetensors']);
  const again = await softpatch(['weights', 'fetch', 'resnet18', '--to', to]);
  assert.match(again.stdout, /is there already/);
  const checked = await softpatch(['weights', 'check', join(to, 'resnet18.safetensors'), '--backbone', 'resnet18']);
  assert.match(checked.stdout, /fits resnet18: 15 layers/);
  assert.match((await softpatch(['weights', 'list', '--in', to])).stdout, /resnet18\.safetensors/);
  assert.match(
    (await softpatch(['weights', 'fetch', 'resnet50v2', '--to', to])).stderr,
    /no source of resnet50v2 is known/,
  );
});
