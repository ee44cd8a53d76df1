import { connect, type Socket } from 'node:net';

export interface RawOptions {
  port: number;
  /** Address of 127.0.0.0/8 that it comes from. */
  from: string;
}

/** A connection from an address of one's own, open. Its errors are those of an attacker: nobody's business. */
export function openRaw({ port, from }: RawOptions): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
    socket
      .once('error', failed)
      .once('close', () => failed(Object.assign(new Error('closed'), { code: 'closed' })))
      .on('error', () => {})
      .once('connect', () => done(socket));
  });
}

/** The statuses in what a server sent, the interim ones left out. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/^HTTP\/1\.1 ([2-5]\d\d) /gm)].map(([, status]) => Number(status));
