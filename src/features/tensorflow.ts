/** The one place that imports TensorFlow.js; a heavy package, so it is loaded on first use. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

let loaded: Promise<TensorFlow> | undefined;

/** TensorFlow.js with the `wasm` (or, where asked, plain `cpu`) backend ready. */
export function loadTensorFlow(backend: 'wasm' | 'cpu' = 'wasm'): Promise<TensorFlow> {
  loaded ??= import('@tensorflow/tfjs-core');
  return loaded.then(async (tf) => {
    if (tf.getBackend() === backend) return tf;
    if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
    else await import('@tensorflow/tfjs-backend-cpu');
    tf.enableProdMode();
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend`);
    await tf.ready();
    return tf;
  });
}
