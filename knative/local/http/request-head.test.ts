import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from './problem-error.ts';
import { RequestHead } from './request-head.ts';

const read = (...lines: string[]): RequestHead => {
  const head = new RequestHead();
  head.read(`${lines.join('\r\n')}\r\n`);
  return head;
};
const rejected = (...lines: string[]): number => {
  try {
    read(...lines);
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
  return 200;
};

describe('the head of a request', () => {
  it('gives what the ingress needs', () => {
    const head = read(
      'POST /a?b=c HTTP/1.1',
      'Host: example.org:8080',
      'content-length: 12',
      'X-One: 1',
      'x-one:2 ',
      'traceparent: t',
    );
    expect(head).toMatchObject({
      method: 'POST',
      target: '/a?b=c',
      host: 'example.org:8080',
      length: 12,
      keepAlive: true,
      traceparent: 't',
    });
    expect(head.field('x-one')).toBe('1, 2');
    expect(head.field('x-two')).toBeUndefined();
  });

  it('forgets the request before on the same connection', () => {
    const head = new RequestHead();
    head.read(
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close, x-hop\r\nexpect: 100-continue\r\ntraceparent: t\r\nupgrade: u\r\n',
    );
    head.read('GET / HTTP/1.1\r\nhost: b\r\n');
    expect(head).toMatchObject({
      length: 0,
      keepAlive: true,
      hop: [],
      expectContinue: false,
      traceparent: '',
      upgrade: '',
    });
  });

  it.each([
    ['two lengths', ['POST / HTTP/1.1', 'host: a', 'content-length: 1', 'content-length: 2']],
    ['the same length twice', ['POST / HTTP/1.1', 'host: a', 'content-length: 1', 'content-length: 1']],
    ['lengths in a list', ['POST / HTTP/1.1', 'host: a', 'content-length: 1, 1']],
    ['a length and chunks', ['POST / HTTP/1.1', 'host: a', 'content-length: 1', 'transfer-encoding: chunked']],
    ['a signed length', ['POST / HTTP/1.1', 'host: a', 'content-length: +1']],
    ['a length in hex', ['POST / HTTP/1.1', 'host: a', 'content-length: 0x1']],
    ['an empty length', ['POST / HTTP/1.1', 'host: a', 'content-length:']],
    ['chunks in HTTP/1.0', ['POST / HTTP/1.0', 'host: a', 'transfer-encoding: chunked']],
    ['a space before the colon', ['POST / HTTP/1.1', 'host: a', 'content-length : 1']],
    ['a folded line', ['POST / HTTP/1.1', 'host: a', 'x: 1', ' 2']],
    ['a line without a colon', ['GET / HTTP/1.1', 'host: a', 'x']],
    ['an empty name', ['GET / HTTP/1.1', 'host: a', ': x']],
    ['a NUL', ['GET / HTTP/1.1', 'host: a', 'x: \0']],
    ['a bare line feed', ['GET / HTTP/1.1', 'host: a', 'x: 1\ny: 2']],
    ['a bare carriage return', ['GET / HTTP/1.1', 'host: a', 'x: 1\ry: 2']],
    ['no host', ['GET / HTTP/1.1', 'x: 1']],
    ['two hosts', ['GET / HTTP/1.1', 'host: a', 'host: a']],
    ['a host with a path', ['GET / HTTP/1.1', 'host: a/b']],
    ['a host with a user', ['GET / HTTP/1.1', 'host: a@b']],
    ['no target', ['GET HTTP/1.1', 'host: a']],
    ['a target with a space', ['GET /a b HTTP/1.1', 'host: a']],
    ['a method with a bracket', ['G(T / HTTP/1.1', 'host: a']],
    ['lower-case HTTP', ['GET / http/1.1', 'host: a']],
  ])('is rejected with %s', (_what, lines) => {
    expect(rejected(...lines)).toBe(400);
  });

  it.each([
    [501, ['POST / HTTP/1.1', 'host: a', 'transfer-encoding: gzip, chunked']],
    [501, ['POST / HTTP/1.1', 'host: a', 'transfer-encoding: xchunked']],
    [501, ['POST / HTTP/1.1', 'host: a', 'transfer-encoding: chunked', 'Transfer-Encoding: chunked']],
    [505, ['GET / HTTP/2.0', 'host: a']],
    [417, ['POST / HTTP/1.1', 'host: a', 'expect: something']],
    [414, [`GET /${'a'.repeat(9_000)} HTTP/1.1`, 'host: a']],
    [431, ['GET / HTTP/1.1', 'host: a', ...Array.from({ length: 101 }, (_, n) => `x-${n}: 1`)]],
  ])('has the status %i where there is a better one than 400', (status, lines) => {
    expect(rejected(...lines)).toBe(status);
  });

  it('either reads or rejects any bytes', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '\r\n',
        ' ',
        ':',
        'host: a',
        'GET / HTTP/1.1',
        'content-length: 1',
        'transfer-encoding: chunked',
        '\t',
        '\0',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        try {
          const head = new RequestHead();
          head.read(text);
          expect(head.text.slice(head.fields)).not.toMatch(/[^\r]\n|\r[^\n]/);
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
