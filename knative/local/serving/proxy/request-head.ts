import type { InstanceRequest } from './instance-exchange.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const target = /^[\x21-\x7e]+$/;
const badValue = /[^\t\x20-\x7e\x80-\xff]/;

/** What is said anew of each message and each connection. */
const framing = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Methods whose requests have no body, so that no length says that there is none (RFC 9110 section 8.6). */
const bodiless = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * The head of a request in its wire form (RFC 9112 section 2.1). What another than its sender could read as two messages is
 * refused, and fields about the message's framing are made here.
 * @throws Error with code ERR_INVALID_CHAR
 */
export function requestHead({ method, path, fields, body, length, upgrade }: InstanceRequest): string {
  if (!token.test(method) || !target.test(path)) throw invalid(`${method} ${path}`);
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!;
    const value = fields[at + 1]!;
    if (!token.test(name) || badValue.test(value)) throw invalid(name);
    if (!framing.has(name.toLowerCase())) head += `${name}: ${value}\r\n`;
  }
  if (badValue.test(upgrade)) throw invalid('upgrade');
  head += upgrade === '' ? 'connection: keep-alive\r\n' : `connection: upgrade\r\nupgrade: ${upgrade}\r\n`;
  if (body && length < 0) head += 'transfer-encoding: chunked\r\n';
  else if (body || !bodiless.has(method)) head += `content-length: ${body ? length : 0}\r\n`;
  return `${head}\r\n`;
}

const invalid = (what: string) =>
  Object.assign(new Error(`${JSON.stringify(what)} cannot be sent`), { code: 'ERR_INVALID_CHAR' });
