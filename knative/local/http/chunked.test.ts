import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedReader } from './chunked.ts';

/** Reads `wire` in parts of the given sizes. */
function readAll(wire: Buffer, sizes: readonly number[] = [wire.length]) {
  const reader = new ChunkedReader();
  const parts: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < wire.length && !reader.done; turn++) {
    const part = wire.subarray(at, at + Math.max(1, sizes[turn % sizes.length]!));
    const used = reader.read(part, (slice) => parts.push(Buffer.from(slice)));
    if (used < 0) return { broken: true, done: false, used: at, payload: '' };
    at += used;
  }
  return { broken: false, done: reader.done, used: at, payload: Buffer.concat(parts).toString('latin1') };
}

describe('a chunked body', () => {
  it('ends where its last chunk ends, extensions and trailers dropped', () => {
    const wire = Buffer.from('5;name=value\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nx-trailer: 1\r\n\r\nGET /next');
    expect(readAll(wire)).toEqual({ broken: false, done: true, used: wire.length - 9, payload: 'hello world' });
  });

  it('is the same for any split of the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (chunks, sizes) => {
          const wire = Buffer.concat([
            ...chunks.flatMap((chunk) => [
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              Buffer.from(chunk),
              Buffer.from('\r\n'),
            ]),
            Buffer.from('0\r\n\r\n'),
          ]);
          expect(readAll(wire, sizes)).toEqual({
            broken: false,
            done: true,
            used: wire.length,
            payload: Buffer.concat(chunks).toString('latin1'),
          });
        },
      ),
    );
  });

  it.each([
    '\r\n',
    '5\nhello',
    '5\r\nhelloX\r\n',
    '5\r\nhello\n',
    'g\r\n',
    '-1\r\n',
    '0x5\r\n',
    ' 5\r\n',
    '5 \r\n',
    '123456789\r\n',
    '0\r\nx\n',
    `1;${'x'.repeat(5_000)}`,
    '5\r\rhello',
  ])('%j is malformed', (wire) => {
    expect(readAll(Buffer.from(wire)).broken).toBe(true);
  });
});
