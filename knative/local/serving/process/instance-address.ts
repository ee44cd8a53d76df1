import { createServer } from 'node:net';
import { freePort } from './free-port.ts';

/** Where an instance listens. */
export interface InstanceAddress {
  host: string;
  port: number;
}

let last = Math.floor(Math.random() * 2 ** 21);

/**
 * An address of loopback for one instance (127.64.0.0 to 127.127.255.254), so that many can listen on the port that is
 * written into their program. Where that port is taken on every address, or where there is only 127.0.0.1 (macOS), it is
 * another port.
 */
export async function instanceAddress(port: number): Promise<InstanceAddress> {
  const host = nextAddress();
  if (await isFree(host, port)) return { host, port };
  return { host: (await isFree(host, 0)) ? host : '127.0.0.1', port: await freePort() };
}

function nextAddress(): string {
  last = (last + 1) % 2 ** 21;
  const [high, middle, low] = [64 + (last >> 15), (last >> 7) & 0xff, 1 + (last & 0x7f)];
  return `127.${high}.${middle}.${low}`;
}

const isFree = (host: string, port: number) =>
  new Promise<boolean>((done) => {
    const server = createServer()
      .once('error', () => done(false))
      .listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
  });
