import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { python } from './python.js';

/** What a kernel said on its public channel. */
export interface Heard {
  type: string;
  /** Id of the request it belongs to. */
  parent: string;
  // biome-ignore lint/suspicious/noExplicitAny: the content of a message is whatever its type says.
  content: any;
}

export interface Ran {
  /** Ids of the requests. */
  sent: string[];
  messages: Heard[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  replies: any[];
}

/** A kernel driven by Jupyter's own client. */
export interface Driver {
  /** Runs a cell. @param interruptOn interrupts whenever the next of these texts is printed. @param more cells sent at the same time. @param timeout seconds. */
  run(code: string, interruptOn?: string[], more?: string[], timeout?: number): Promise<Ran>;
  // biome-ignore lint/suspicious/noExplicitAny: a reply's content.
  ask(kind: 'complete' | 'inspect', code: string, cursor: number): Promise<any>;
  /** What is published within some seconds, or until there are `enough` messages. */
  listen(seconds: number, enough?: number): Promise<Heard[]>;
  /** CPU seconds of the kernel with its children within some seconds. */
  cpu(seconds: number): Promise<number>;
  interrupt(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a kernel by name. @param folder its working directory. @param path folder with `kernels`, as JUPYTER_PATH. */
export async function driveKernel(name: string, folder: string, path: string): Promise<Driver> {
  const child = spawn(python('python'), ['test/jupyter/drive.py'], {
    env: { ...process.env, JUPYTER_PATH: path },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  // biome-ignore lint/suspicious/noExplicitAny: each command has an answer of its own.
  const send = async (command: object): Promise<any> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('the driver ended');
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`${answer.error} after ${JSON.stringify(command)}: ${value.slice(0, 2000)}`);
    return answer;
  };
  await send({ do: 'start', kernel: name, cwd: folder });
  return {
    run: (code, interruptOn = [], more = [], timeout = 600) =>
      send({ do: 'run', code, interrupt_on: interruptOn, more, timeout }),
    ask: (kind, code, cursor) => send({ do: 'ask', kind, code, cursor }),
    listen: async (seconds, enough) => (await send({ do: 'listen', seconds, enough })).messages,
    cpu: async (seconds) => (await send({ do: 'cpu', seconds })).cpu,
    interrupt: () => send({ do: 'interrupt' }),
    async stop() {
      await send({ do: 'stop' });
      child.stdin.end();
      child.kill();
    },
  };
}

/** Text printed by a run, both streams. */
export function printed({ messages }: Pick<Ran, 'messages'>): string {
  return messages
    .filter(({ type }) => type === 'stream')
    .map(({ content }) => content.text)
    .join('');
}
