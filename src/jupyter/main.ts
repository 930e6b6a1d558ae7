// The kernel that Jupyter starts: node main.js CONNECTION_FILE, in the notebook's folder.
import { InputError } from '../errors.js';
import { readConnection } from './protocol/connection.js';
import { startKernel } from './protocol/kernel.js';
import { bindSockets } from './protocol/sockets.js';
import { createWire } from './protocol/wire.js';
import { startSession } from './session/session.js';

try {
  const connection = readConnection(process.argv[2] ?? '');
  const session = startSession(process.cwd());
  const sockets = await bindSockets(connection);
  const kernel = startKernel(sockets, createWire(connection.key), session);
  process.on('SIGINT', () => kernel.interrupt());
  process.on('SIGTERM', () => process.exit());
  // A front end that died cannot shut its kernel down.
  const parent = process.ppid;
  if (process.env.JPY_PARENT_PID) setInterval(() => process.ppid !== parent && process.exit(), 1000).unref();
  process.on('exit', () => session.close());
  await kernel.ended;
  sockets.close();
  process.exit();
} catch (error) {
  console.error(error instanceof InputError ? error.message : error);
  process.exit(1);
}
