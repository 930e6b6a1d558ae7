import { openDevice } from '../../src/device/open.js';

// Takes the binding through registration, an upload, ops with attributes and a download.
const { device, software, facts } = await openDevice('tensorflow');
const { tf } = device;
const product = await device.attempt(async () => [
  ...(await tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 0, 1, 1], [2, 2]), false, true).data()),
]);
const sum = await device.attempt(async () => [...(await tf.add(tf.tensor1d([1, 2]), tf.tensor1d([10, 20])).data())]);
const unknown = await device
  .attempt(async () => tf.relu(tf.tensor1d([1])).data())
  .then(
    () => 'no error',
    (error: Error) => error.message,
  );
console.log(JSON.stringify({ about: device.about, backend: tf.getBackend(), software, facts, product, sum, unknown }));
