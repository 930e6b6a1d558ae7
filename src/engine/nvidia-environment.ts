import process from 'node:process';

/**
 * Makes NVIDIA's libraries compute float32 as float32, the same way each time, and TensorFlow take memory as it needs it.
 * From Ampere on cuBLAS and cuDNN would round the factors of products to TF32 (10 bits of fraction, 10⁻³ relative after
 * some layers: other picks, other decimals); TensorFlow would choose convolution algorithms by timing them, and take the
 * whole GPU, so that two shards could not share one. What TensorFlow tells of its start is kept from the terminal.
 *
 * To be called on the main thread, where setting a variable reaches native code, before the libraries start. What the
 * user set stands.
 */
export function prepareNvidia(env: NodeJS.ProcessEnv = process.env): void {
  env.NVIDIA_TF32_OVERRIDE ??= '0';
  env.TF_CUDNN_DETERMINISTIC ??= '1';
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // Errors only: it tells of its instruction sets, and of every GPU library it looks for.
  env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}
