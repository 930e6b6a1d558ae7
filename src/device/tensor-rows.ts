import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkIndices } from '../arguments.js';
import { type FarRows, isFar, type Rows } from '../engine/rows.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Device } from './device.js';
import { stay } from './resident.js';

/** Rows that lie on a device as tensors [rows of the part × d], one after another. */
export interface TensorRows extends FarRows {
  readonly device: Device;
  readonly parts: readonly Tensor2D[];
}

/** Kept tensors as rows that later stages find where they lie. */
export function tensorRows(device: Device, parts: readonly Tensor2D[]): TensorRows {
  const { tf } = device;
  const d = parts[0].shape[1];
  const count = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  let home: Promise<Float32Array> | undefined;
  let free = (): void => {};
  const rows: TensorRows = {
    device,
    parts,
    count,
    d,
    here() {
      // They are held on to until then, since nobody else need do so.
      home ??= readHome(parts, count * d).finally(() => rows);
      home.catch(() => {
        home = undefined;
      });
      return home;
    },
    gather: async (wanted) => tensorRows(device, [gatherRows(device, parts, wanted, count)]),
    free: () => free(),
  };
  free = stay(tf, rows, 4 * count * d, disposing(tf, parts));
  return rows;
}

/** Frees tensors; a closure of {@link tensorRows}'s own would hold on to the rows. */
function disposing(tf: Device['tf'], parts: readonly Tensor2D[]): () => void {
  return () => tf.dispose([...parts]);
}

/** The tensors of rows that lie on this device, else null. */
export function partsOf({ tf }: Device, rows: Rows): readonly Tensor2D[] | null {
  return isFar(rows) && (rows as TensorRows).device?.tf === tf ? ((rows as TensorRows).parts ?? null) : null;
}

async function readHome(parts: readonly Tensor2D[], length: number): Promise<Float32Array> {
  const out = sharedFloats(length);
  let at = 0;
  for (const part of parts) {
    const values = await part.data();
    out.set(values, at);
    at += values.length;
  }
  return out;
}

/** Gathers in each part, then brings what was found into the order asked for. */
function gatherRows({ tf }: Device, parts: readonly Tensor2D[], wanted: Int32Array, count: number): Tensor2D {
  checkIndices('rows', wanted, count);
  return tf.tidy(() => {
    const found: Tensor2D[] = [];
    const order = new Int32Array(wanted.length);
    let [first, placed] = [0, 0];
    for (const part of parts) {
      const own: number[] = [];
      for (let i = 0; i < wanted.length; i++) {
        if (wanted[i] < first || wanted[i] >= first + part.shape[0]) continue;
        order[i] = placed + own.length;
        own.push(wanted[i] - first);
      }
      if (own.length > 0) found.push(tf.gather(part, tf.tensor1d(own, 'int32')));
      first += part.shape[0];
      placed += own.length;
    }
    return tf.keep(tf.gather(found.length === 1 ? found[0] : tf.concat(found, 0), tf.tensor1d(order, 'int32')));
  });
}
