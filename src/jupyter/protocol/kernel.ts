import type { CellSink, Session } from '../session/session.js';
import { QUESTIONS } from './questions.js';
import type { Channel, Sockets } from './sockets.js';
import type { Message, Wire } from './wire.js';

/** A kernel at work, until a front end shuts it down. */
export interface Kernel {
  /** Stops the running cell, as an interrupt request does. */
  interrupt(): void;
  /** Resolves once a shutdown was asked for and answered. */
  ended: Promise<void>;
}

/** Answers a front end: cells one after another, everything else at once. */
export function startKernel(sockets: Sockets, wire: Wire, session: Session): Kernel {
  /** Cells that ran so far; a silent one leaves it. */
  let count = 0;
  /** A session numbers every run; silent ones get numbers that no cell reaches. */
  let unseen = 1e6;
  let queue: Message[] = [];
  let running: Message | null = null;
  let end: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });

  const publish = (type: string, content: object, parent: Message | null): Promise<void> => {
    const topic = [Buffer.from(type)];
    return sockets.iopub.send(wire.frames(wire.message(type, content, parent, topic)));
  };
  const status = (state: string, parent: Message | null): void =>
    void publish('status', { execution_state: state }, parent);
  const reply = (channel: Channel, request: Message, content: object): Promise<void> => {
    const type = request.header.msg_type.replace(/_request$/, '_reply');
    return channel.send(wire.frames(wire.message(type, content, request, request.routing)));
  };

  const sinkOf = (request: Message, number: number): CellSink => ({
    stream: (name, text) => void publish('stream', { name, text }, request),
    display(data, { id, update = false, metadata = {} }) {
      const transient = id === undefined ? {} : { display_id: id };
      void publish(update ? 'update_display_data' : 'display_data', { data, metadata, transient }, request);
    },
    result: (data) => void publish('execute_result', { data, metadata: {}, execution_count: number }, request),
    error: (failure) => void publish('error', failure, request),
  });

  const execute = async (request: Message): Promise<void> => {
    const {
      code,
      silent = false,
      stop_on_error: stops = true,
    } = request.content as {
      code: string;
      silent?: boolean;
      stop_on_error?: boolean;
    };
    running = request;
    const number = silent ? ++unseen : ++count;
    status('busy', request);
    if (!silent) void publish('execute_input', { code, execution_count: count }, request);
    const { failure } = await session.run(number, code, sinkOf(request, number));
    if (failure && !silent) void publish('error', failure, request);
    const how = failure ? { status: 'error', ...failure } : { status: 'ok', user_expressions: {}, payload: [] };
    await reply(sockets.shell, request, { ...how, execution_count: count });
    // What was sent before the error was known must not run after it.
    if (failure && stops) {
      for (const waiting of queue.splice(0)) {
        status('busy', waiting);
        await reply(sockets.shell, waiting, { status: 'aborted', execution_count: count });
        status('idle', waiting);
      }
    }
    running = null;
    status('idle', request);
  };
  const drain = async (): Promise<void> => {
    while (!running && queue.length > 0) await execute(queue.shift()!);
  };

  const answer = async (channel: Channel, request: Message): Promise<void> => {
    const { msg_type: type } = request.header;
    if (type === 'execute_request') {
      queue.push(request);
      return drain();
    }
    status('busy', request);
    if (type in QUESTIONS) {
      await reply(channel, request, ask(type, request));
    } else if (type === 'interrupt_request') {
      session.interrupt();
      await reply(channel, request, { status: 'ok' });
    } else if (type === 'shutdown_request') {
      session.close();
      queue = [];
      await reply(channel, request, { status: 'ok', restart: request.content.restart === true });
      end();
    }
    status('idle', request);
    // A question answered in between: the cell is still at work.
    if (running) status('busy', running);
  };
  const ask = (type: string, request: Message): object => {
    try {
      return QUESTIONS[type](session.cells, request.content);
    } catch (error) {
      const { name, message, stack = '' } = error as Error;
      return { status: 'error', ename: name, evalue: message, traceback: stack.split('\n') };
    }
  };
  const listen = async (channel: Channel): Promise<void> => {
    for await (const frames of channel.heard) {
      const request = wire.parse(frames);
      if (request) void answer(channel, request);
    }
  };
  void listen(sockets.shell);
  void listen(sockets.control);
  status('starting', null);
  return { interrupt: () => session.interrupt(), ended };
}
