import { ProblemError } from './problem-error.ts';

/** Maximum bytes of request line and header fields; above it the status is 431. */
export const headLimit = 16_384;
const targetLimit = 8_192;
const fieldLimit = 100;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}$/;
const fieldLines = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/y;
const authority = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
const malformed = (detail: string) => new ProblemError(400, 'malformed', detail);

/** Initials (lower case) of the fields that this parser reads. */
const telling = initials('c', 'e', 'h', 't', 'u');

/** A table for `charCode | 32`. */
export function initials(...firsts: string[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const first of firsts) table[first.charCodeAt(0) | 32] = 1;
  return table;
}

/**
 * Strict parser of an HTTP/1.x request head (RFC 9112): rejects anything that two HTTP parsers could interpret differently.
 * One object serves all requests of a connection.
 */
export class RequestHead {
  /** Request line and fields, each line with its CRLF, without the empty line. */
  text = '';
  method = '';
  target = '';
  /** Offset of the header fields in `text`. */
  fields = 0;
  /** HTTP/1.`minor`. */
  minor = 1;
  host = '';
  /** Body length in bytes; 0 without a body, -1 when chunked. */
  length = 0;
  keepAlive = true;
  /** Names in `Connection` other than close and keep-alive: hop-by-hop fields. */
  hop: readonly string[] = none;
  expectContinue = false;
  upgrade = '';
  traceparent = '';

  /**
   * Reads a head, the closing empty line cut off.
   * @throws ProblemError 400, 414, 417, 431, 501 or 505
   */
  read(text: string): void {
    this.text = text;
    this.host = this.upgrade = this.traceparent = '';
    this.length = 0;
    this.hop = none;
    this.expectContinue = false;
    this.#requestLine(text);
    this.keepAlive = this.minor === 1;
    fieldLines.lastIndex = this.fields;
    if (!fieldLines.test(text)) throw malformed('A header field is malformed.');
    this.#fields(text);
  }

  #requestLine(text: string): void {
    const end = text.indexOf('\r\n');
    const afterMethod = text.indexOf(' ');
    const afterTarget = text.indexOf(' ', afterMethod + 1);
    if (afterMethod < 1 || afterTarget < 0 || afterTarget > end) throw malformed('The request line is malformed.');
    this.method = text.slice(0, afterMethod);
    this.target = text.slice(afterMethod + 1, afterTarget);
    if (this.method !== 'GET' && !token.test(this.method)) throw malformed('The request method is malformed.');
    if (this.target.length > targetLimit)
      throw new ProblemError(414, 'too_large', `The request target has more than ${targetLimit} bytes.`);
    this.minor = version(text.slice(afterTarget + 1, end));
    this.fields = end + 2;
  }

  #fields(text: string): void {
    let hosts = 0;
    let count = 0;
    let lengths = 0;
    let chunked = false;
    for (let at = this.fields, next = 0; at < text.length; at = next) {
      next = text.indexOf('\r\n', at) + 2;
      if (++count > fieldLimit)
        throw new ProblemError(431, 'too_large', `The request has more than ${fieldLimit} header fields.`);
      if (telling[text.charCodeAt(at) | 32] === 0) continue;
      const colon = text.indexOf(':', at);
      const value = text.slice(colon + 1, next - 2).trim();
      switch (text.slice(at, colon).toLowerCase()) {
        case 'host':
          hosts++;
          this.host = value;
          break;
        case 'content-length':
          lengths++;
          this.length = contentLength(value);
          break;
        case 'transfer-encoding':
          if (chunked || value.toLowerCase() !== 'chunked')
            throw new ProblemError(501, 'malformed', 'Only the transfer coding "chunked" is understood.');
          chunked = true;
          break;
        case 'connection':
          this.#connection(value);
          break;
        case 'expect':
          if (value.toLowerCase() !== '100-continue')
            throw new ProblemError(417, 'malformed', 'Only the expectation "100-continue" is understood.');
          this.expectContinue = this.minor === 1;
          break;
        case 'upgrade':
          this.upgrade = value;
          break;
        case 'traceparent':
          this.traceparent = value;
      }
    }
    if (hosts > 1 || (hosts === 0 && this.minor === 1) || !authority.test(this.host))
      throw malformed('The request needs exactly one valid Host.');
    if (lengths > 1 || (chunked && (lengths > 0 || this.minor === 0)))
      throw malformed("The body's length is ambiguous.");
    if (chunked) this.length = -1;
  }

  #connection(value: string): void {
    const given = value.toLowerCase();
    if (given === 'keep-alive') this.keepAlive = true;
    else if (given === 'close') this.keepAlive = false;
    else {
      const names = given.split(',').map((name) => name.trim());
      if (names.includes('close')) this.keepAlive = false;
      else if (names.includes('keep-alive')) this.keepAlive = true;
      this.hop = [...this.hop, ...names];
    }
  }

  /** The value of a field, repeated fields joined by `, `; `undefined` when there is none. Scans all fields: too slow for every request. */
  field(name: string): string | undefined {
    let found: string | undefined;
    for (const line of this.text.slice(this.fields, -2).split('\r\n')) {
      const colon = line.indexOf(':');
      if (line.slice(0, colon).toLowerCase() !== name) continue;
      const value = line.slice(colon + 1).trim();
      found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}

const none: readonly string[] = [];

function version(given: string): number {
  if (given === 'HTTP/1.1') return 1;
  if (given === 'HTTP/1.0') return 0;
  throw /^HTTP\/[0-9]\.[0-9]$/.test(given)
    ? new ProblemError(505, 'malformed', 'Only HTTP/1.1 is understood.')
    : malformed('The request line is malformed.');
}

function contentLength(value: string): number {
  if (!/^[0-9]{1,15}$/.test(value)) throw malformed('Content-Length is malformed.');
  return Number(value);
}
