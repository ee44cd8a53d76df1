import { AppError } from './errors.ts';

/** What is known of a statement of postgres.js: `handler` sends it, one of the others is called once it is answered. */
interface Statement {
  handler: (query: never) => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** Watches the statements of one connection. */
export interface ResponseWatchdog {
  /** Counts a statement from the moment it is sent (a fragment of another never is) until it is answered. */
  follow<S>(statement: S): S;
  stop(): void;
}

const sweepsPerLimit = 10;

/**
 * Finds connections on which nothing is answered any more: the server hangs, or the network drops everything. PostgreSQL itself
 * cancels a slow statement (statement_timeout), but only while it runs, and postgres.js waits forever.
 *
 * One timer for all connections, and only while a statement is in flight; it counts its own rounds instead of reading the clock, so
 * that a process that was itself stopped for a while reports no timeout.
 *
 * @param limitMs without any answer while at least one statement waits; found out up to a tenth later.
 * @returns makes the watchdog of a connection. `hung` must end the connection; what it leaves unanswered fails with AppError unavailable.
 */
export function responseWatchdog(limitMs: number): (hung: (error: AppError) => void) => ResponseWatchdog {
  const checks = new Set<() => boolean>();
  let timer: NodeJS.Timeout | undefined;
  const sweep = () => {
    for (const check of checks) if (!check()) checks.delete(check);
    if (checks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (hung) => {
    let inFlight = 0;
    let roundsWithoutResponse = 0;
    let over: AppError | undefined;
    let stopped = false;
    const check = (): boolean => {
      if (stopped || inFlight === 0) return false;
      if (++roundsWithoutResponse <= sweepsPerLimit) return true;
      stopped = true;
      over = timeoutError(limitMs);
      hung(over);
      return false;
    };
    const sent = () => {
      if (inFlight++ > 0) return;
      roundsWithoutResponse = 0;
      checks.add(check);
      timer ??= setInterval(sweep, limitMs / sweepsPerLimit).unref();
    };
    return {
      follow(given) {
        const statement = given as Statement;
        const { handler } = statement;
        statement.handler = (query) => {
          const { resolve, reject } = statement;
          sent();
          const answered = () => {
            Object.assign(statement, { resolve, reject });
            inFlight--;
            roundsWithoutResponse = 0;
          };
          statement.resolve = (value) => {
            answered();
            resolve(value);
          };
          statement.reject = (error) => {
            answered();
            reject(over ?? error);
          };
          return handler(query);
        };
        return given;
      },
      stop() {
        stopped = true;
      },
    };
  };
}

const timeoutError = (limitMs: number): AppError =>
  new AppError('unavailable', 'Something this request needs does not answer now. Try again shortly.', {
    cause: Object.assign(new Error(`PostgreSQL answered nothing for ${limitMs} ms`), { code: 'CONNECTION_CLOSED' }),
    headers: { 'retry-after': '1' },
  });
