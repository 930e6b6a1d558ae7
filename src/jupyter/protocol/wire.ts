import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** Version of Jupyter's messages that this kernel speaks. */
export const PROTOCOL_VERSION = '5.3';

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message of Jupyter's protocol. */
export interface Message {
  /** Who asked, as ZeroMQ routes it; for publications their topic. */
  routing: Buffer[];
  header: Header;
  /** The request that this belongs to. */
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
}

const DELIMITER = '<IDS|MSG>';

/** Turns messages into signed frames and back. */
export interface Wire {
  frames(message: Message): Buffer[];
  /** Null for a message whose signature is not ours. */
  parse(frames: readonly Buffer[]): Message | null;
  /** A message that answers or follows a request. */
  message(type: string, content: object, parent: Message | null, routing?: Buffer[], metadata?: object): Message;
}

/** @param key shared secret of the connection; empty: messages are not signed. */
export function createWire(key: string): Wire {
  const session = randomUUID();
  const signature = (parts: readonly Buffer[]): string => {
    if (!key) return '';
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  };
  const isOurs = (given: string, parts: readonly Buffer[]): boolean => {
    const [own, other] = [Buffer.from(signature(parts)), Buffer.from(given)];
    return own.length === other.length && timingSafeEqual(own, other);
  };
  return {
    frames({ routing, header, parent, metadata, content }) {
      const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
      return [...routing, Buffer.from(DELIMITER), Buffer.from(signature(parts)), ...parts];
    },
    parse(frames) {
      const at = frames.findIndex((frame) => frame.toString() === DELIMITER);
      const parts = frames.slice(at + 2, at + 6);
      if (at < 0 || parts.length < 4 || !isOurs(frames[at + 1].toString(), parts)) return null;
      const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()));
      return { routing: frames.slice(0, at), header, parent, metadata, content };
    },
    message(type, content, parent, routing = [], metadata = {}) {
      const header: Header = {
        msg_id: randomUUID(),
        msg_type: type,
        session,
        username: 'kernel',
        date: new Date().toISOString(),
        version: PROTOCOL_VERSION,
      };
      return {
        routing,
        header,
        parent: parent?.header ?? {},
        metadata: metadata as Record<string, unknown>,
        content: content as Record<string, unknown>,
      };
    },
  };
}
