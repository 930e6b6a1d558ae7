import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../../errors.js';

/** Where a front end expects its kernel: the file whose path it hands over. */
export interface Connection {
  transport: 'tcp' | 'ipc';
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  /** Shared secret that signs messages; empty: none. */
  key: string;
}

const CONNECTION: z.ZodType<Connection> = z.object({
  transport: z.enum(['tcp', 'ipc']).default('tcp'),
  ip: z.string(),
  shell_port: z.number(),
  iopub_port: z.number(),
  stdin_port: z.number(),
  control_port: z.number(),
  hb_port: z.number(),
  key: z.string(),
  signature_scheme: z.literal('hmac-sha256').default('hmac-sha256'),
});

/** @throws InputError for a file that is none. */
export function readConnection(path: string): Connection {
  try {
    return CONNECTION.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = (error as Error).message.split('\n')[0];
    throw new InputError(`${path} is no connection file of Jupyter (${why})`, 'Let Jupyter start the kernel', {
      cause: error,
    });
  }
}
