/** A request that the platform itself answers, with what the problem document says (RFC 9457). */
export class ProblemError {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, detail: string, retryAfter?: number) {
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}
