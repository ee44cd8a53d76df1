import { type AppError, toAppError } from '@dormouse/runtime/errors';
import { retryAfter } from './retry-after.ts';
import { english } from './words-en.ts';

/** A rejected form's messages: one above it, and one for each field. */
export interface FormProblem {
  status: AppError['status'];
  alert: string;
  /** By field name. */
  errors: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
}

/** The session ended while somebody was writing. */
export const expired: FormProblem = {
  status: 401,
  alert: 'You have been logged out meanwhile. Nothing is lost: log in here, then press the button again.',
  errors: {},
  headers: {},
};

/** A form without the session's token. */
export const stale: FormProblem = {
  status: 403,
  alert:
    'This form was older than your session, or your browser keeps no cookies. Nothing is lost: press the button again.',
  errors: {},
  headers: {},
};

/** A form of somebody who has no session yet. */
export const staleSignUp: FormProblem = {
  status: 403,
  alert:
    'Your browser did not send the cookie that belongs to this form. Cookies may be off, or the form was open for very long. Please try again.',
  errors: {},
  headers: {},
};

const alerts: Partial<Record<AppError['code'], string>> = {
  internal: 'Something went wrong on our side. Nothing you typed is lost: try again.',
  unavailable: 'Part of the blog is waking up or does not answer. Nothing you typed is lost: try again in a moment.',
  invalid: 'Please look at the marked fields.',
};

/** Any error as the messages of the form that it belongs to. */
export function formProblem(error: unknown, alert?: string): FormProblem {
  const { status, code, detail, errors = [], headers = {} } = toAppError(error);
  const named = code === 'invalid' && errors.length === 0 ? detail : undefined;
  const text =
    code === 'too_many_requests'
      ? `Too many attempts. ${english.errors.tryAgain(retryAfter({ headers }))}`
      : (alert ?? named ?? alerts[code] ?? detail);
  return {
    status,
    alert: text,
    errors: Object.fromEntries(errors.map(({ field, message }) => [field, message])),
    headers,
  };
}
