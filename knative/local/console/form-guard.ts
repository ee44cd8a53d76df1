import { randomBytes } from 'node:crypto';
import { isSecret } from '@dormouse/http/loopback-guard';
import { ProblemError } from '@dormouse/http/problem-error';
import type { HonoRequest } from 'hono';
import { html } from 'hono/html';

/** CSRF token: other sites can send a form here, but cannot read one. */
const secret = randomBytes(32).toString('base64url');

/** The hidden token field that every state-changing form carries. */
export const formToken = () => html`<input type="hidden" name="token" value="${secret}">`;

/**
 * The fields of a form that a page of this console sent.
 * @throws ProblemError for a form without the token, or of another type
 */
export async function readForm(request: HonoRequest): Promise<URLSearchParams> {
  const { 'content-type': type = '' } = request.header();
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type))
    throw new ProblemError(415, 'malformed', 'This is not a form.');
  const form = new URLSearchParams(await request.text());
  if (!isSecret(form.get('token') ?? '', secret))
    throw new ProblemError(
      403,
      'forbidden',
      'This form is from an earlier start of the console. Go back, reload the page, and send it again.',
    );
  return form;
}
