// The kernel "tslab (SoftPatch Lab)": node tslab.js CONNECTION_FILE. tslab with its worst faults mended in memory: it loses output beyond
// 512 messages, sends no execute_input, reports errors without their text, and shows one form of a thing at a time.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CELL_HOST, type CellHost, type MimeBundle } from '../notebook/cell-host.js';

type Method = (this: unknown, ...args: never[]) => unknown;
type Send = (message: unknown) => Promise<void>;
type WriteStream = (name: string, text: string) => void;
interface Reply {
  status: string;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}
interface Socket {
  sendHighWaterMark: number;
  send: Send;
  close(): void;
}
interface Server {
  iopub: { send: Send; close(): void };
  handler: { execCount?: number };
  connInfo: { key: string };
}
interface Request {
  content: { code: string };
  createReply(): {
    header: { msg_type: string };
    content: object;
    signAndSend(key: string, socket: unknown): void;
  };
}
interface Tslab {
  ZmqServer: { prototype: Record<string, Method> };
  JupyterHandlerImpl: { prototype: Record<string, Method> };
  lastWriteDisplayData?: (content: object, update: boolean) => void;
}

const notebooks = join(fileURLToPath(new URL('../../..', import.meta.url)), 'notebooks', '/');
const here = createRequire(join(process.cwd(), '/'));
const own = createRequire(notebooks);
const load = (name: string): unknown => {
  try {
    return here(name);
  } catch {
    return own(name);
  }
};
const isFound = (name: string): boolean => {
  try {
    return Boolean(here.resolve(name));
  } catch {
    return false;
  }
};
// tslab finds modules from its working directory only.
if (!isFound('softpatch-lab')) process.chdir(notebooks);
const tslab = load('tslab/dist/jupyter.js') as Tslab;
const { startKernel } = load('tslab/dist/main.js') as { startKernel(options: object): void };

/** Replaces a method, handing over the one it replaces. */
function wrap<M extends Method>(prototype: Record<string, Method>, name: string, around: (inner: M) => Method): void {
  prototype[name] = around(prototype[name] as M);
}

wrap<Method>(
  tslab.ZmqServer.prototype,
  'bindSocket',
  (inner) =>
    function bind(this: Server, socket: Socket, ...rest: never[]) {
      if ((socket as unknown) === this.iopub) socket.sendHighWaterMark = 0;
      return inner.call(this, socket as never, ...rest);
    } as Method,
);
wrap<Method>(
  tslab.ZmqServer.prototype,
  'init',
  (inner) =>
    async function start(this: Server, ...args: never[]) {
      await inner.apply(this, args);
      const socket = this.iopub;
      let tail = Promise.resolve();
      // The socket is native: replace the field, not its method; messages leave one after another.
      this.iopub = {
        send(message) {
          tail = tail.then(() => socket.send(message)).catch((error) => console.error(error));
          return tail;
        },
        close: () => void tail.finally(() => socket.close()),
      };
    } as Method,
);
wrap<Method>(
  tslab.ZmqServer.prototype,
  'handleExecute',
  (inner) =>
    function execute(this: Server, socket: never, message: Request) {
      const input = message.createReply();
      input.header.msg_type = 'execute_input';
      input.content = { code: message.content.code, execution_count: (this.handler.execCount ?? 0) + 1 };
      input.signAndSend(this.connInfo.key, this.iopub);
      return inner.call(this, socket, message as never);
    } as Method,
);

/** Joins prints: a flood of lines is a few messages. */
wrap<(request: unknown, stream: WriteStream, display: Method) => Promise<unknown>>(
  tslab.JupyterHandlerImpl.prototype,
  'handleExecuteImpl',
  (inner) =>
    async function execute(this: unknown, request: unknown, stream: WriteStream, display: Method) {
      let name = '';
      let text = '';
      const flush = (): void => {
        if (text) stream(name, text);
        text = '';
      };
      const join = (to: string, part: string): void => {
        if (to !== name) flush();
        name = to;
        text += part;
      };
      const shown = (...args: never[]): void => {
        flush();
        display(...args);
      };
      const timer = setInterval(flush, 50);
      try {
        return await inner.call(this, request, join, shown);
      } finally {
        clearInterval(timer);
        flush();
      }
    } as Method,
);
wrap<(request: unknown, stream: WriteStream, display: Method) => Promise<Reply>>(
  tslab.JupyterHandlerImpl.prototype,
  'handleExecute',
  (inner) =>
    async function execute(this: unknown, request: unknown, stream: WriteStream, display: Method) {
      let errors = '';
      const heard: WriteStream = (name, part) => {
        if (name === 'stderr') errors += part;
        stream(name, part);
      };
      const reply = await inner.call(this, request, heard, display);
      if (reply.status === 'abort') return { ...reply, status: 'aborted' };
      if (reply.status !== 'error') return reply;
      const lines = errors.trim().split('\n');
      return { ...reply, ename: 'Error', evalue: lines[0] ?? '', traceback: lines };
    } as Method,
);

(globalThis as Record<symbol, unknown>)[CELL_HOST] = {
  cell: 0,
  signal: undefined,
  display(data: MimeBundle, { id, update = false, metadata = {} } = {}) {
    const transient = id === undefined ? {} : { display_id: id };
    tslab.lastWriteDisplayData?.({ data, metadata, transient }, update);
  },
} satisfies CellHost;

startKernel({ configPath: process.argv[2], enableFindLocal: false, jsKernel: false });
