import type { AppError } from '@dormouse/runtime/errors';

/** Seconds until it is worth trying again, from Retry-After; undefined when nobody said. */
export function retryAfter({ headers }: Pick<AppError, 'headers'>): number | undefined {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined;
}
