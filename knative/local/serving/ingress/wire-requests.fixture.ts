import fc from 'fast-check';

const inner = 'GET /inner HTTP/1.1\r\nHost: a\r\nX-Inner: 1\r\n\r\n';
const corpus = [
  'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n',
  'GET /a?b=c HTTP/1.1\r\nHost: blog.example.org:8080\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n',
  'GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
  `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  `POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
  'DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
  'POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
];
const lines = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding:\u00a0chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding:\u000bchunked',
  ' Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length: 0x5',
  'Content-Length: 5 6',
  'Content-Length:',
  'Content-Length : 5',
  'Host: b',
  'Connection: content-length',
  'Connection: transfer-encoding, close',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'X: a\u0000b',
  'X: a\rb',
  'X',
  ': x',
];
const pieces = [
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  '\r\n\r\n',
  '\0',
  '\t',
  ' ',
  '\u000b',
  '\u000c',
  '\u00a0',
  '\u0085',
  ':',
  ',',
  ';',
  '0',
  'ffffffffffffffff',
  '-1',
  inner,
];

type Change =
  | { kind: 'line'; line: string; at: number }
  | { kind: 'piece'; piece: string; at: number }
  | { kind: 'drop'; at: number; count: number }
  | { kind: 'byte'; at: number; byte: number }
  | { kind: 'line feeds'; at: number };
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('line' as const), line: fc.constantFrom(...lines), at: share }),
  fc.record({ kind: fc.constant('piece' as const), piece: fc.constantFrom(...pieces), at: share }),
  fc.record({ kind: fc.constant('drop' as const), at: share, count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('byte' as const), at: share, byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('line feeds' as const), at: share }),
);

function changed(text: string, given: Change): string {
  const at = Math.floor(given.at * text.length);
  switch (given.kind) {
    case 'line': {
      const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2);
      const end = ends[Math.floor(given.at * ends.length)] ?? at;
      return `${text.slice(0, end)}${given.line}\r\n${text.slice(end)}`;
    }
    case 'piece':
      return text.slice(0, at) + given.piece + text.slice(at);
    case 'drop':
      return text.slice(0, at) + text.slice(at + given.count);
    case 'byte':
      return text.slice(0, at) + String.fromCharCode(given.byte) + text.slice(at + 1);
    case 'line feeds':
      return text.slice(0, at) + text.slice(at).replace('\r\n', '\n');
  }
}

/** Requests with a few faults, and sometimes another one behind them. A character is a byte. */
export const mutatedRequest = fc
  .tuple(fc.constantFrom(...corpus), fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(
    ([text, changes, followed]) =>
      changes.reduce(changed, text) + (followed ? 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n' : ''),
  );
