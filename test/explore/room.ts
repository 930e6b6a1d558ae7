import type { Room } from '../../src/explore/server/room.js';

/** A room without images or work, which tells what was asked of it. */
export function emptyRoom(asked: string[] = []): Room {
  return {
    session: {
      category: 'bolt',
      stops: { judges: ['lof'], ks: [6], ratios: [0.1], noises: [0] },
      start: { judge: 'lof', k: 6, ratio: 0.1, noise: 0, chosen: null },
      options: [],
      notes: [],
      version: '0',
    },
    html: '<!doctype html>',
    script: '',
    style: '',
    ready: async () => [],
    base: async () => null,
    exact: async () => ({ curve: [], points: [] }),
    map: async () => null,
    async picture(name) {
      asked.push(name);
      return name === 'test/good/000.png' ? Uint8Array.of(0xff, 0xd8) : null;
    },
    async *snapshot() {
      yield '<!doctype html>';
    },
    start: () => 1,
    cancel: () => false,
    jobs: () => [],
    watch: () => () => undefined,
    failed: String,
    close: async () => undefined,
  };
}
