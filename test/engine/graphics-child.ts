import { installWebGpu } from '../../src/engine/webgpu.js';

// What a command does first: look for an adapter. Anything on stderr would reach the terminal.
console.log(
  await installWebGpu().then(
    () => 'adapter',
    (error: Error) => error.message,
  ),
);
process.exit(0);
