import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from './problem-error.ts';
import { checkTarget, fieldOf, readRequestFields, readRequestFields2 } from './request-fields.ts';

const statusOf = (read: () => unknown): number => {
  try {
    read();
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
  return 200;
};

describe('the header of an HTTP/1.x request', () => {
  it('says what a proxy needs, with names in lower case', () => {
    const fields = readRequestFields(
      ['Host', 'example.org:8080', 'Content-Length', '12', 'X-One', '1', 'x-one', '2', 'traceparent', 't'],
      1,
    );
    expect(fields).toMatchObject({ host: 'example.org:8080', length: 12, upgrade: '', traceparent: 't' });
    expect(fields.all.slice(0, 4)).toEqual(['host', 'example.org:8080', 'content-length', '12']);
    expect(fieldOf(fields.all, 'x-one')).toBe('1, 2');
    expect(fieldOf(fields.all, 'x-two')).toBeUndefined();
  });

  it('asks for another protocol only when Connection says so, and never for h2c', () => {
    const upgrade = (connection: string, value: string) =>
      readRequestFields(['host', 'a', 'connection', connection, 'upgrade', value], 1).upgrade;
    expect(upgrade('keep-alive, Upgrade', 'websocket')).toBe('websocket');
    expect(upgrade('keep-alive', 'websocket')).toBe('');
    expect(upgrade('Upgrade, HTTP2-Settings', 'h2c')).toBe('');
  });

  it.each([
    ['two lengths', 400, ['host', 'a', 'content-length', '1', 'content-length', '2']],
    ['lengths in a list', 400, ['host', 'a', 'content-length', '1, 1']],
    ['a length and chunks', 400, ['host', 'a', 'content-length', '1', 'transfer-encoding', 'chunked']],
    ['a signed length', 400, ['host', 'a', 'content-length', '+1']],
    ['a length in hex', 400, ['host', 'a', 'content-length', '0x1']],
    ['an empty length', 400, ['host', 'a', 'content-length', '']],
    ['no host', 400, ['x', '1']],
    ['two hosts', 400, ['host', 'a', 'host', 'a']],
    ['a host with a path', 400, ['host', 'a/b']],
    ['a host with a user', 400, ['host', 'a@b']],
    ['a Connection that names the length', 400, ['host', 'a', 'connection', 'content-length']],
    ['a Connection of very much white space', 400, ['host', 'a', 'connection', `close,${' '.repeat(15_000)}close`]],
    ['a Connection that names Host', 400, ['host', 'a', 'connection', 'close, Host']],
    ['two codings', 501, ['host', 'a', 'transfer-encoding', 'gzip, chunked']],
    ['chunks twice', 501, ['host', 'a', 'transfer-encoding', 'chunked', 'transfer-encoding', 'chunked']],
    ['a no-break space as white space', 501, ['host', 'a', 'transfer-encoding', '\u00a0chunked']],
    ['another expectation', 417, ['host', 'a', 'expect', 'something']],
    ['101 fields', 431, ['host', 'a', ...Array.from({ length: 100 }, () => ['x', '1']).flat()]],
  ])('is rejected with %s (%i)', (_what, status, raw) => {
    expect(statusOf(() => readRequestFields(raw, 1))).toBe(status);
  });

  it('has no chunks in HTTP/1.0, and needs no host', () => {
    expect(statusOf(() => readRequestFields(['transfer-encoding', 'chunked'], 0))).toBe(400);
    expect(statusOf(() => readRequestFields([], 0))).toBe(200);
  });

  it('either has one length or is rejected, whatever it says', () => {
    const name = fc.constantFrom('content-length', 'Transfer-Encoding', 'host', 'connection', 'x');
    const value = fc.oneof(fc.constantFrom('1', 'chunked', 'close', 'a', '5, 5'), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
        let length: number | undefined;
        const status = statusOf(() => {
          length = readRequestFields(pairs.flat(), 1).length;
        });
        const framing = pairs.filter(([given]) => /length|encoding/i.test(given));
        if (framing.length > 1) expect(status).toBeGreaterThanOrEqual(400);
        else if (status === 200 && framing.length === 1) expect(length).toBe(length! < 0 ? -1 : Number(framing[0]![1]));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the header of an HTTP/2 request', () => {
  it('has its authority as host, and no pseudo-fields', () => {
    const raw = [':method', 'POST', ':path', '/', ':authority', 'a:80', 'content-length', '3', 'x', '1'];
    expect(readRequestFields2(raw, false)).toMatchObject({
      host: 'a:80',
      length: 3,
      all: ['content-length', '3', 'x', '1'],
    });
    expect(readRequestFields2([':path', '/', 'host', 'a'], true)).toMatchObject({ host: 'a', length: 0 });
  });

  it('needs one authority', () => {
    expect(statusOf(() => readRequestFields2([':authority', 'a', 'host', 'b'], true))).toBe(400);
    expect(statusOf(() => readRequestFields2([':path', '/'], true))).toBe(400);
  });
});

it('a request target has visible ASCII characters only, and at most 8 KiB of them', () => {
  expect(statusOf(() => checkTarget('/a?b=%20~'))).toBe(200);
  for (const target of ['', '/a b', '/a\tb', '/\u00e9', '/a\x7f'])
    expect(
      statusOf(() => checkTarget(target)),
      target,
    ).toBe(400);
  expect(statusOf(() => checkTarget(`/${'a'.repeat(9_000)}`))).toBe(414);
});
