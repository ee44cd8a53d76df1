import { type AppError, toAppError } from '@dormouse/runtime/errors';
import { retryAfter } from './retry-after.ts';
import type { Words } from './words-en.ts';

/** A text in the language of the page that will show it. */
export type Said = (words: Words) => string;

/** A rejected form's messages: one above it, and one for each field. */
export interface FormProblem {
  status: AppError['status'];
  alert: Said;
  /** By field name, in the words of the function that refused it. */
  errors: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
}

/** The messages in the language of a page. */
export interface SaidProblem {
  alert: string;
  errors: Readonly<Record<string, string>>;
}

/** The session ended while somebody was writing. */
export const expired: FormProblem = { status: 401, alert: ({ problems }) => problems.expired, errors: {}, headers: {} };

/** A form without the session's token. */
export const stale: FormProblem = { status: 403, alert: ({ problems }) => problems.stale, errors: {}, headers: {} };

/** A form of somebody who has no session yet. */
export const staleSignUp: FormProblem = {
  status: 403,
  alert: ({ problems }) => problems.staleSignUp,
  errors: {},
  headers: {},
};

/** Any error as the messages of the form that it belongs to. */
export function formProblem(error: unknown, alert?: Said): FormProblem {
  const { status, code, detail, errors = [], headers = {} } = toAppError(error);
  const isNamed = code === 'invalid' && errors.length === 0;
  return {
    status,
    alert(words) {
      if (code === 'too_many_requests') return words.problems.tooMany(retryAfter({ headers }));
      if (alert) return alert(words);
      return (isNamed ? undefined : words.problems.ofCode(code)) ?? words.errors.said(detail);
    },
    errors: Object.fromEntries(errors.map(({ field, message }) => [field, message])),
    headers,
  };
}

/** A problem in the words of a page. */
export function saidIn(words: Words, problem: FormProblem): SaidProblem;
export function saidIn(words: Words, problem: FormProblem | undefined): SaidProblem | undefined;
export function saidIn(words: Words, problem: FormProblem | undefined): SaidProblem | undefined {
  if (!problem) return undefined;
  const errors = Object.entries(problem.errors).map(([field, message]) => [field, words.errors.said(message)]);
  return { alert: problem.alert(words), errors: Object.fromEntries(errors) };
}
