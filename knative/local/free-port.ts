import { createServer } from 'node:net';

/**
 * Ports for instances lie below those that systems give to outgoing connections (from 32768 on Linux, 49152 on
 * macOS), so that nobody takes one between our look and the instance's listening.
 */
const first = 18_000;
const count = 14_000;
let next = (process.pid * 37) % count;

/** A port on loopback that nobody listens on, another one at each call. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    next = (next + 1) % count;
    if (await isFree(first + next)) return first + next;
  }
  throw new Error('no free port on 127.0.0.1');
}

const isFree = (port: number) =>
  new Promise<boolean>((done) => {
    const probe = createServer()
      .once('error', () => done(false))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => done(true)));
  });
