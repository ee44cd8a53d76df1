import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestHead } from './request-head.ts';

const plain = { method: 'GET', path: '/', fields: ['host', 'a'], body: undefined, length: 0, upgrade: '' };

it.each([
  ['a line end in a value', { fields: ['host', 'a', 'x', 'b\r\nevil: 1'] }],
  ['a bare line feed in a value', { fields: ['host', 'a', 'x', 'b\nevil: 1'] }],
  ['a letter beyond a byte', { fields: ['host', 'a', 'x', 'ż'] }],
  ['a name with a space', { fields: ['host', 'a', 'x y', 'b'] }],
  ['an empty name', { fields: ['host', 'a', '', 'b'] }],
  ['a path with a space', { path: '/ HTTP/1.1\r\nhost: b\r\n\r\nGET /' }],
  ['a method that is none', { method: 'GET /' }],
  ['an upgrade with a line end', { upgrade: 'a\r\nb: c' }],
])('%s is not sent', (_, wrong) => {
  expect(() => requestHead({ ...plain, ...wrong })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_CHAR' }));
});

it('the message is framed by its body alone, whatever fields say', () => {
  const fields = [
    'host',
    'a',
    'Content-Length',
    '7',
    'Transfer-Encoding',
    'chunked',
    'connection',
    'x',
    'Upgrade',
    'y',
  ];
  const body = Buffer.from('abc');
  expect(requestHead({ ...plain, method: 'POST', fields, body, length: 3 })).toBe(
    'POST / HTTP/1.1\r\nhost: a\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\n',
  );
});

const server = createServer();
let port = 0;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** How node:http reads a head; `undefined` when it is no request for it. */
function readBy(head: string): Promise<IncomingMessage | undefined> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    server.removeAllListeners('request').once('request', (request: IncomingMessage) => {
      done(request);
      socket.destroy();
    });
    socket
      .on('close', () => done(undefined))
      .on('error', () => {})
      .resume();
    socket.write(head, 'latin1');
  });
}

it('what is sent is one request with those fields for node:http', { timeout: 60_000 }, async () => {
  const name = fc.string({ unit: fc.constantFrom(...'ab-_.!~: \r\n\0ü'), minLength: 1, maxLength: 6 });
  const value = fc.string({ unit: fc.constantFrom(...'ab ,;:"\t\r\n\0\x7fü\u0100'), maxLength: 8 });
  const path = fc.string({ unit: fc.constantFrom(...'/a?%# \r\nü'), maxLength: 8 }).map((rest) => `/${rest}`);
  await fc.assert(
    fc.asyncProperty(path, fc.array(fc.tuple(name, value), { maxLength: 4 }), async (path, pairs) => {
      const fields = ['host', 'a', ...pairs.flatMap(([name, value]) => [`x-${name}`, value])];
      let head: string;
      try {
        head = requestHead({ ...plain, path, fields });
      } catch {
        fc.pre(false);
        return;
      }
      const request = await readBy(head);
      expect(request?.url).toBe(path);
      const trimmed = fields.map((each) => each.replace(/^[ \t]+|[ \t]+$/g, ''));
      expect(request?.rawHeaders).toEqual([...trimmed, 'connection', 'keep-alive']);
    }),
    { numRuns: 300 },
  );
});
