import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { stream, streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { InputError } from '../../errors.js';
import { pack } from '../view/pack.js';
import type { ViewState } from '../view/state.js';
import { JUDGES, type Stop } from '../view/stop.js';
import { refusal, SAFE_HEADERS } from './guard.js';
import type { Room } from './room.js';

const number = z.coerce.number();
const stopSchema: z.ZodType<Stop> = z.object({
  judge: z.enum(JUDGES as [Stop['judge'], ...Stop['judge'][]]),
  k: number.int().min(0),
  ratio: number.gt(0).lt(1),
  noise: number.min(0),
});
const stateSchema: z.ZodType<ViewState> = z.object({
  judge: z.enum(JUDGES as [Stop['judge'], ...Stop['judge'][]]),
  k: z.number().int().min(0),
  ratio: z.number().gt(0).lt(1),
  noise: z.number().min(0),
  tau: z.number().min(0).lt(1),
  level: z.number(),
  threshold: z.number().nullable(),
  order: z.enum(['worst', 'wrong']),
  train: z.string().nullable(),
  test: z.string().nullable(),
});
const jobSchema = z.object({
  kind: z.enum(['base', 'curve', 'point', 'map']),
  stop: stopSchema,
  chosen: z.number().optional(),
});

/** How often an idle stream says that it lives. */
const ALIVE_MS = 15_000;

/** The page and what it asks for, all below `/TOKEN/`; whatever fails {@link refusal} gets nothing but 403. */
export function exploreApp(room: Room, token: string): Hono<{ Bindings: { incoming: IncomingMessage } }> {
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
  app.use(async (context, next) => {
    const { headers, url = '' } = context.env.incoming;
    const one = (name: string): string | undefined => [headers[name]].flat()[0];
    // The path as it was sent: a parsed one has lost its dots.
    const path = url.split('?')[0];
    const why = refusal(
      { host: headers.host, origin: one('origin'), site: one('sec-fetch-site'), path, upgrade: one('upgrade') },
      token,
    );
    for (const [name, value] of Object.entries(SAFE_HEADERS)) context.header(name, value);
    if (why) return context.text(`refused: ${why}`, 403);
    await next();
  });
  app.onError((error, context) =>
    error instanceof InputError || error instanceof z.ZodError
      ? context.text(error instanceof z.ZodError ? 'the request is malformed' : error.message, 400)
      : context.text(room.failed(error), 500),
  );
  const at = (path: string): string => `/:token/${path}`;
  app.get(at(''), (context) => context.html(room.html));
  app.get(at('app.js'), (context) => {
    context.header('Content-Type', 'text/javascript; charset=utf-8');
    return context.body(room.script);
  });
  app.get(at('app.css'), (context) => {
    context.header('Content-Type', 'text/css; charset=utf-8');
    return context.body(room.style);
  });
  app.get(at('session'), (context) => context.json(room.session));
  app.get(at('ready'), async (context) => context.json(await room.ready()));
  app.get(at('base'), async (context) => {
    const base = await room.base(stopSchema.parse(context.req.query()));
    if (!base) return context.body(null, 204);
    const { weights, suspected, defects, picks, counts, from, score, masks, ...facts } = base;
    const bytes = pack(facts, { weights, suspected, defects, picks, counts, from, score, masks });
    return context.body(bytes as Uint8Array<ArrayBuffer>);
  });
  app.get(at('exact'), async (context) => context.json(await room.exact(stopSchema.parse(context.req.query()))));
  app.get(at('map'), async (context) => {
    const map = await room.map(stopSchema.parse(context.req.query()));
    return map ? context.body(pack({}, map) as Uint8Array<ArrayBuffer>) : context.body(null, 204);
  });
  app.get(at('picture'), async (context) => {
    const jpeg = await room.picture(context.req.query('name') ?? '');
    if (!jpeg) return context.text('refused: no image of this category', 403);
    context.header('Content-Type', 'image/jpeg');
    context.header('Cache-Control', 'private, max-age=3600');
    return context.body(jpeg as Uint8Array<ArrayBuffer>);
  });
  app.post(at('snapshot'), async (context) => {
    const state = stateSchema.parse(await context.req.json());
    const pieces = room.snapshot(state)[Symbol.asyncIterator]();
    // What is wrong with the state shows with the first piece, while an error can still be answered.
    const first = await pieces.next();
    context.header('Content-Type', 'text/html; charset=utf-8');
    return stream(context, async (out) => {
      for (let piece = first; !piece.done; piece = await pieces.next()) await out.write(piece.value);
    });
  });
  app.post(at('jobs'), async (context) => {
    const { kind, stop, chosen } = jobSchema.parse(await context.req.json());
    return context.json({ id: room.start(kind, stop, chosen) }, 202);
  });
  app.delete(at('jobs/:id'), (context) =>
    room.cancel(Number(context.req.param('id'))) ? context.body(null, 204) : context.text('no such job', 404),
  );
  app.get(at('events'), (context) =>
    streamSSE(context, async (stream) => {
      const send = (data: unknown): void => void stream.writeSSE({ data: JSON.stringify(data) });
      for (const state of room.jobs()) send(state);
      const stop = room.watch(send);
      const alive = setInterval(() => void stream.writeSSE({ event: 'alive', data: '' }), ALIVE_MS).unref();
      await new Promise<void>((resolve) => {
        stream.onAbort(resolve);
        context.env.incoming.socket.once('close', () => resolve());
      });
      clearInterval(alive);
      stop();
    }),
  );
  return app;
}
