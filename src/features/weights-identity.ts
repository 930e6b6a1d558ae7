import { stat } from 'node:fs/promises';
import { externalFiles, readOnnx } from '../engine/onnx-file.js';
import { InputError, unreadableFile } from '../errors.js';
import { contentKey } from '../storage/cache.js';
import { fileHash } from '../storage/file-hash.js';
import type { FeatureSpec } from './spec.js';

/** Hashes of files by path, size and time of change: a run asks several times, a file is read once. */
const known = new Map<string, Promise<string>>();

/** Files with constants of ONNX files, by their hash and path. */
const filesBeside = new Map<string, Promise<string[]>>();

/**
 * Identity of a backbone's weights, for caches, cell files and saved detectors: SHA-256 of the file's bytes, streamed, or of
 * what random ones are drawn from. Nothing is loaded.
 * @throws InputError naming a file that cannot be read.
 */
export async function weightsIdentity({
  backbone,
  weights,
}: Pick<FeatureSpec, 'backbone' | 'weights'>): Promise<string> {
  if (weights.kind === 'random') return contentKey(['random weights', backbone, weights.seed]);
  if (weights.within) return weights.within.sha256;
  const { path } = weights;
  if (path.endsWith('.onnx')) return networkIdentity(path);
  return fileIdentity(path, 'Give a .safetensors file');
}

/** Of an ONNX file, together with those beside it that hold its constants. */
async function networkIdentity(path: string): Promise<string> {
  const own = await fileIdentity(path, 'Give a .onnx file');
  const version = `${own} ${path}`;
  let beside = filesBeside.get(version);
  if (!beside) {
    beside = readOnnx(path).then((model) => externalFiles(path, model));
    filesBeside.set(version, beside);
    beside.catch(() => filesBeside.delete(version));
  }
  const files = await beside;
  if (files.length === 0) return own;
  return contentKey([own, await Promise.all(files.map((file) => fileIdentity(file, 'Give a file of weights')))]);
}

async function fileIdentity(path: string, fix: string): Promise<string> {
  const unreadable = (error: Error): never => {
    throw unreadableFile('the weights', path, error);
  };
  const found = await stat(path).catch(unreadable);
  if (!found.isFile()) throw new InputError(`the weights ${path} are not a file`, fix);
  const version = `${path}:${found.size}:${found.mtimeMs}`;
  let hash = known.get(version);
  if (!hash) {
    hash = fileHash(path).catch(unreadable);
    known.set(version, hash);
    hash.catch(() => known.delete(version));
  }
  return hash;
}
