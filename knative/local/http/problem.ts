import type { ProblemError } from './problem-error.ts';

export const titles: Readonly<Record<string, string>> = {
  malformed: 'Malformed request',
  not_found: 'Not found',
  too_large: 'Too large',
  unavailable: 'Unavailable',
  bad_gateway: 'Bad gateway',
  timeout: 'Timeout',
  not_implemented: 'Not implemented',
};

/** A problem document (RFC 9457), in the same shape as the functions' problems. */
export function problemBody({ status, code, detail }: ProblemError, traceId: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: titles[code] ?? 'Error',
    status,
    detail,
    code,
    trace_id: traceId,
  });
}
