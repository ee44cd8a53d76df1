import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '@dormouse/http/problem-error';
import type { HonoRequest } from 'hono';
import { html } from 'hono/html';

/** CSRF token: other sites can send a form here, but cannot read one. */
const secret = randomBytes(32).toString('base64url');

/** The hidden token field that every state-changing form carries. */
export const formToken = () => html`<input type="hidden" name="token" value="${secret}">`;

/**
 * The fields of a form that a page of this console sent.
 * @throws ProblemError for a form of another site, without the token, or of another type
 */
export async function readForm(request: HonoRequest): Promise<URLSearchParams> {
  const { origin, host, 'sec-fetch-site': site, 'content-type': type = '' } = request.header();
  if ((origin !== undefined && origin !== `http://${host}`) || (site !== undefined && site !== 'same-origin'))
    throw new ProblemError(403, 'forbidden', 'This form came from another site.');
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type))
    throw new ProblemError(415, 'malformed', 'This is not a form.');
  const form = new URLSearchParams(await request.text());
  const [given, expected] = [Buffer.from(form.get('token') ?? ''), Buffer.from(secret)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ProblemError(
      403,
      'forbidden',
      'This form is from an earlier start of the console. Go back, reload the page, and send it again.',
    );
  return form;
}
