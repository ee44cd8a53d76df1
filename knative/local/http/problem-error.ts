/** Thrown when the platform itself responds to a request with a problem document (RFC 9457). */
export class ProblemError {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** `Retry-After`, seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, detail: string, retryAfter?: number) {
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}
