import { type Kind, resourceName } from './kinds.ts';

/** A failure that the client is told of by a Status object. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: object;

  constructor(code: number, reason: string, message: string, details: object = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The Status (v1), as clients of Kubernetes expect a failure. */
  get body(): object {
    const { code, reason, message, details } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  }
}

const detailsOf = (kind: Kind, name: string) => ({ name, group: kind.group, kind: kind.plural });

export const notFound = (kind: Kind, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${resourceName(kind)} "${name}" not found`, detailsOf(kind, name));

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unknownPath = (path: string): ApiError =>
  new ApiError(404, 'NotFound', `the local platform has no ${path}`);
