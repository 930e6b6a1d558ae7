import { openAdapter } from './webgpu.js';

// A process of its own, whose output is not shown.
const outcome = await openAdapter().then(
  () => 'adapter',
  (error: Error) => error.message.split('\n')[0],
);
process.stdout.write(`\n${outcome}\n`, () => process.exit(0));
