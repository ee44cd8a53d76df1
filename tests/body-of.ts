import type { Failure } from '@dormouse/runtime/api-client';

/** The body of a response that should be a success. @throws Error with the problem */
export function bodyOf<R extends { readonly status: number; readonly body: unknown }>(
  response: R | Failure,
): Exclude<R, Failure>['body'] {
  const { status, body } = response;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
