/** What went between host and device: waits for an answer, and bytes there and back. */
export interface Traffic {
  trips: number;
  up: number;
  down: number;
}

/** The parts of a TensorFlow.js backend through which data pass. */
interface Backend {
  write(values: ArrayLike<number> | null, ...rest: unknown[]): unknown;
  read(...rest: unknown[]): Promise<ArrayLike<number>>;
}

const counted = new WeakMap<object, Traffic>();

/** What a TensorFlow.js backend has moved since this was first asked for: its data pass through two of its methods. */
export function trafficOf(backend: object): Traffic {
  const known = counted.get(backend);
  if (known) return known;
  const traffic = { trips: 0, up: 0, down: 0 };
  counted.set(backend, traffic);
  const own = backend as Backend;
  const { write, read } = own;
  own.write = (values, ...rest) => {
    traffic.up += 4 * (values?.length ?? 0);
    return write.call(own, values, ...rest);
  };
  own.read = async (...rest) => {
    traffic.trips++;
    const values = await read.call(own, ...rest);
    traffic.down += 4 * values.length;
    return values;
  };
  return traffic;
}
