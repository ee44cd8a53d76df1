import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@dormouse/http/problem-error';
import { html } from 'hono/html';

const maxBytes = 65_536;
/** CSRF token: other sites can send a form here, but cannot read one. */
const secret = randomBytes(32).toString('base64url');

/** The hidden token field that every state-changing form carries. */
export const formToken = () => html`<input type="hidden" name="token" value="${secret}">`;

/**
 * The fields of a form that a page of this console sent.
 * @throws ProblemError for a form of another site, without the token, too large, or of another type
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const { origin, host, 'sec-fetch-site': site, 'content-type': type = '' } = request.headers;
  if ((origin !== undefined && origin !== `http://${host}`) || (site !== undefined && site !== 'same-origin'))
    throw new ProblemError(403, 'forbidden', 'This form came from another site.');
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type))
    throw new ProblemError(415, 'malformed', 'This is not a form.');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new ProblemError(413, 'too_large', 'This form is too large.');
    parts.push(part);
  }
  const form = new URLSearchParams(Buffer.concat(parts).toString('utf8'));
  const [given, expected] = [Buffer.from(form.get('token') ?? ''), Buffer.from(secret)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ProblemError(
      403,
      'forbidden',
      'This form is from an earlier start of the console. Go back, reload the page, and send it again.',
    );
  return form;
}
