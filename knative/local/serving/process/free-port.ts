import { createServer, type Server } from 'node:net';

/**
 * Ports for programs lie below the ephemeral range (from 32768 on Linux, 49152 on macOS), so that no outgoing connection
 * takes one between our check and the program's listen. They are allocated in blocks: a process listens on the first port
 * of its block for its whole life, which reserves the block.
 */
const first = 18_000;
const blockSize = 200;
const blocks = 70;
let base: Promise<number> | undefined;
let last = 0;

/** A free loopback port; different at each call. */
export async function freePort(): Promise<number> {
  base ??= claimBlock();
  const claimed = await base;
  for (let tries = 1; tries < blockSize; tries++) {
    last = (last % (blockSize - 1)) + 1;
    const port = claimed + last;
    const probe = await listening(port);
    if (!probe) continue;
    await new Promise((done) => probe.close(done));
    return port;
  }
  throw new Error(`no free port on 127.0.0.1 from ${claimed} to ${claimed + blockSize - 1}`);
}

/** @returns the first port of a block that is now this process's own */
async function claimBlock(): Promise<number> {
  const start = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const port = first + ((start + i) % blocks) * blockSize;
    const claim = await listening(port);
    if (!claim) continue;
    claim.unref();
    return port;
  }
  base = undefined;
  throw new Error(`no free block of ports on 127.0.0.1: ${blocks} programs have one`);
}

const listening = (port: number) =>
  new Promise<Server | undefined>((done) => {
    const server = createServer((socket) => socket.destroy())
      .once('error', () => done(undefined))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => done(server));
  });
