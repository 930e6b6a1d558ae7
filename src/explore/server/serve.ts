import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { InputError } from '../../errors.js';
import { exploreApp } from './app.js';
import type { Room } from './room.js';

/** A page being served. */
export interface Served {
  /** Where to find it: this machine alone, the token in the path. */
  url: string;
  close(): Promise<void>;
}

/** Serves a room on 127.0.0.1. @param port 0 takes a free one. @throws InputError for a port that is taken. */
export async function serveRoom(room: Room, port = 0): Promise<Served> {
  const token = randomBytes(18).toString('base64url');
  const server = createAdaptorServer({ fetch: exploreApp(room, token).fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new InputError(`port ${port} is taken`, 'Give another --port, or none for a free one')
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/${token}/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Streams of events never end by themselves.
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
