import { ProblemError } from './problem-error.ts';

/** Maximum bytes of request line and header fields; above it the status is 431. */
export const headLimit = 16_384;
/** Maximum number of header fields; above it the status is 431. */
export const fieldLimit = 100;
const targetLimit = 8_192;

/** Longest value of `Connection`. */
const maxConnection = 256;

const authority = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
const visible = /^[\x21-\x7e]+$/;
/** What `Connection` may name: a field that decides about the message or its sender is never a matter of one hop. */
const connectionOptions = new Set([
  'close',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
  'http2-settings',
]);

/** Whether it may be the value of `Host` (RFC 9110 section 7.2). */
export const isAuthority = (value: string): boolean => authority.test(value);

const malformed = (detail: string) => new ProblemError(400, 'malformed', detail);

/** What the header of a request says to a proxy. */
export interface RequestFields {
  /** Name, value, name, value …; names in lower case, HTTP/2's pseudo-fields left out. */
  all: string[];
  host: string;
  /** Length of the body in bytes; 0 without a body, -1 when only its end will tell. */
  length: number;
  expectContinue: boolean;
  /** The protocols that the client would change to; '' when `Connection` does not name `Upgrade`. */
  upgrade: string;
  /** Two of them are joined, which makes none of them valid. */
  traceparent: string;
}

/** Of a request that could not be read. */
export const noFields: RequestFields = {
  all: [],
  host: '',
  length: 0,
  expectContinue: false,
  upgrade: '',
  traceparent: '',
};

/** Checks a request target as it was on the wire. @throws ProblemError 400 or 414 */
export function checkTarget(target: string): void {
  if (target.length > targetLimit)
    throw new ProblemError(414, 'too_large', `The request target has more than ${targetLimit} bytes.`);
  if (!visible.test(target)) throw malformed('The request target has characters that a URL cannot have.');
}

/**
 * Reads the header of an HTTP/1.x request that a parser has accepted, and rejects what two HTTP implementations could
 * understand differently (RFC 9112 sections 3.2, 6.3 and 7.1, RFC 9110 section 7.6.1).
 * @param raw name, value, name, value … as received
 * @throws ProblemError 400, 417, 431 or 501
 */
export function readRequestFields(raw: readonly string[], minor: number): RequestFields {
  if (raw.length > 2 * fieldLimit)
    throw new ProblemError(431, 'too_large', `The request has more than ${fieldLimit} header fields.`);
  const fields: RequestFields = {
    all: new Array(raw.length),
    host: '',
    length: 0,
    expectContinue: false,
    upgrade: '',
    traceparent: '',
  };
  let hosts = 0;
  let lengths = 0;
  let chunked = false;
  let upgrades = false;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    const value = raw[at + 1]!;
    fields.all[at] = name;
    fields.all[at + 1] = value;
    switch (name) {
      case 'host':
        hosts++;
        fields.host = value;
        break;
      case 'content-length':
        lengths++;
        fields.length = contentLength(value);
        break;
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked')
          throw new ProblemError(501, 'malformed', 'Only the transfer coding "chunked" is understood.');
        chunked = true;
        break;
      case 'connection':
        if (readConnection(value)) upgrades = true;
        break;
      case 'expect':
        if (value.toLowerCase() !== '100-continue')
          throw new ProblemError(417, 'malformed', 'Only the expectation "100-continue" is understood.');
        fields.expectContinue = minor === 1;
        break;
      case 'upgrade':
        fields.upgrade = value;
        break;
      case 'traceparent':
        fields.traceparent += fields.traceparent === '' ? value : `, ${value}`;
    }
  }
  if (hosts > 1 || (hosts === 0 && minor === 1) || !authority.test(fields.host))
    throw malformed('The request needs exactly one valid Host.');
  if (lengths > 1 || (chunked && (lengths > 0 || minor === 0))) throw malformed("The body's length is ambiguous.");
  if (chunked) fields.length = -1;
  // HTTP/2 is begun with by those who know it (RFC 9113 section 3.1): the way there by `Upgrade` is gone.
  if (!upgrades || fields.upgrade.toLowerCase() === 'h2c') fields.upgrade = '';
  return fields;
}

/** Reads the header of an HTTP/2 request (RFC 9113 section 8.3.1). @throws ProblemError 400 or 431 */
export function readRequestFields2(raw: readonly string[], ended: boolean): RequestFields {
  const fields: RequestFields = {
    all: [],
    host: '',
    length: ended ? 0 : -1,
    expectContinue: false,
    upgrade: '',
    traceparent: '',
  };
  let host: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    if (name === ':authority') fields.host = value;
    if (name.startsWith(':')) continue;
    if (name === 'host') host = value;
    else if (name === 'content-length' && !ended) fields.length = contentLength(value);
    else if (name === 'traceparent') fields.traceparent += fields.traceparent === '' ? value : `, ${value}`;
    fields.all.push(name, value);
  }
  fields.host ||= host ?? '';
  if (fields.all.length > 2 * fieldLimit)
    throw new ProblemError(431, 'too_large', `The request has more than ${fieldLimit} header fields.`);
  if (!fields.host || !authority.test(fields.host) || (host !== undefined && host !== fields.host))
    throw malformed('The request needs exactly one valid authority.');
  return fields;
}

/** The values of a field, joined by `, ` (RFC 9110 section 5.3); `undefined` when there is none. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at] === name) found = found === undefined ? fields[at + 1]! : `${found}, ${fields[at + 1]}`;
  return found;
}

/** Whether it names `upgrade`. */
function readConnection(value: string): boolean {
  const given = value.toLowerCase();
  if (given === 'keep-alive' || given === 'close') return false;
  // Trimming tries each run of white space from each of its characters.
  if (given.length > maxConnection) throw malformed('Connection is too long.');
  let upgrades = false;
  for (const part of given.split(',')) {
    const option = part.replace(/^[ \t]+|[ \t]+$/g, '');
    if (option === '') continue;
    if (!connectionOptions.has(option)) throw malformed('Connection names a field that is not only of the connection.');
    if (option === 'upgrade') upgrades = true;
  }
  return upgrades;
}

function contentLength(value: string): number {
  if (!/^[0-9]{1,15}$/.test(value)) throw malformed('Content-Length is malformed.');
  return Number(value);
}
