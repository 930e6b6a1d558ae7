import { InputError } from '../../errors.js';
import type { Connection } from './connection.js';

/** A socket that answers: what it hears, and a way back. */
export interface Channel {
  /** Messages as frames, until the socket is closed. */
  heard: AsyncIterable<Buffer[]>;
  /** Sends in order of the calls. */
  send(frames: Buffer[]): Promise<void>;
  close(): void;
}

/** The five sockets of a kernel. */
export interface Sockets {
  shell: Channel;
  control: Channel;
  stdin: Channel;
  iopub: Pick<Channel, 'send' | 'close'>;
  close(): void;
}

/** ZeroMQ, an optional dependency. @throws InputError where it cannot be loaded. */
export async function loadZeromq(): Promise<typeof import('zeromq')> {
  try {
    return await import('zeromq');
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    throw new InputError(`zeromq cannot be loaded (${why})`, 'Run npm install zeromq@6.8.0', { cause: error });
  }
}

/** Binds the sockets a front end expects. Heartbeats are echoed here. @throws InputError where ZeroMQ cannot be loaded. */
export async function bindSockets({ transport, ip, ...ports }: Connection): Promise<Sockets> {
  const zmq = await loadZeromq();
  const address = (port: number): string => `${transport}://${ip}${transport === 'tcp' ? ':' : '-'}${port}`;
  const ordered = (socket: { send(frames: Buffer[]): Promise<void> }): ((frames: Buffer[]) => Promise<void>) => {
    let tail = Promise.resolve();
    return (frames) => {
      // ZeroMQ takes one message at a time; one that is lost must not hold back the next.
      tail = tail.then(() => socket.send(frames)).catch((error) => console.error(error));
      return tail;
    };
  };
  const router = async (port: number): Promise<Channel> => {
    const socket = new zmq.Router({ linger: 1000 });
    await socket.bind(address(port));
    return { heard: socket as AsyncIterable<Buffer[]>, send: ordered(socket), close: () => socket.close() };
  };
  // No limit: a front end that falls behind must not lose outputs.
  const publisher = new zmq.Publisher({ sendHighWaterMark: 0, linger: 1000 });
  await publisher.bind(address(ports.iopub_port));
  const [shell, control, stdin, heartbeat] = await Promise.all(
    [ports.shell_port, ports.control_port, ports.stdin_port, ports.hb_port].map(router),
  );
  void (async () => {
    for await (const frames of heartbeat.heard) await heartbeat.send(frames);
  })();
  const iopub = { send: ordered(publisher), close: () => publisher.close() };
  return {
    shell,
    control,
    stdin,
    iopub,
    close: () => {
      for (const socket of [shell, control, stdin, heartbeat, iopub]) socket.close();
    },
  };
}
