import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Http1Response } from './http1-response.ts';
import { createUnsentBytes, type UnsentBytes } from './unsent-bytes.ts';

/** A response to a client that takes nothing until it is told to. */
function unread(unsent: UnsentBytes) {
  const taken: (() => void)[] = [];
  const socket = Object.assign(new Socket(), {
    _write: (_bytes: Buffer, _encoding: string, done: () => void) => void taken.push(done),
    _writev: (_parts: unknown, done: () => void) => void taken.push(done),
  });
  const outgoing = new ServerResponse(new IncomingMessage(socket));
  outgoing.assignSocket(socket);
  socket.on('drain', () => outgoing.emit('drain')); // as node:http's server does
  let drained = 0;
  const response = new Http1Response(
    outgoing,
    () => false,
    () => drained++,
    unsent,
  );
  response.head(200, 'OK', ['content-length', '1000000'], false);
  return {
    response,
    drained: () => drained,
    take: () => {
      for (const done of taken.splice(0)) done();
    },
    end: () => socket.destroy(),
  };
}

it('a function goes on until 256 KiB wait for the client, and goes on again when it has taken them', async () => {
  const { response, take, drained } = unread(createUnsentBytes());
  const part = Buffer.alloc(65_536);
  expect([1, 2, 3, 4].map(() => response.write(part))).toEqual([true, true, true, false]);
  expect(response.unsent).toBeGreaterThan(4 * 65_536);
  while (response.unsent > 0) {
    take();
    await new Promise((turn) => setImmediate(turn));
  }
  expect(drained()).toBeGreaterThan(0);
  expect(response.write(part)).toBe(true);
});

it('what waits for all clients together is bounded; what a connection takes with it waits no more', async () => {
  const unsent = createUnsentBytes(100_000, 150_000);
  const [first, second] = [unread(unsent), unread(unsent)];
  const part = Buffer.alloc(80_000);
  expect([first.response.write(part), second.response.write(part)]).toEqual([true, false]);
  first.end();
  second.response.abort();
  await new Promise((turn) => setImmediate(turn));
  expect([unread(unsent).response.write(part), unread(unsent).response.write(part)]).toEqual([true, false]);
});
