import { type Kind, resourceName } from './kinds.ts';

/** Why a field is not accepted, in `details.causes` of a Status. */
export interface Cause {
  reason: string;
  message: string;
  field: string;
}

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

export const alreadyExists = (kind: Kind, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${resourceName(kind)} "${name}" already exists`, detailsOf(kind, name));

export const conflict = (kind: Kind, name: string, why: string, causes: readonly Cause[] = []): ApiError =>
  new ApiError(
    409,
    'Conflict',
    causes.length > 0 ? why : `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`,
    { ...detailsOf(kind, name), ...(causes.length > 0 && { causes }) },
  );

/** What the platform does not accept in an object; `problem` begins with the path of a field. */
export function invalid(kind: Kind, name: string, problem: string): ApiError {
  const [, field = '', rest = problem] =
    /^([\w.[\]"/-]*[.[][\w.[\]"/-]*|spec|metadata|data) (.*)$/s.exec(problem) ?? [];
  const causes: Cause[] = [{ reason: 'FieldValueInvalid', message: rest, field }];
  const group = kind.group ? `.${kind.group}` : '';
  return new ApiError(
    422,
    'Invalid',
    `${kind.kind}${group} "${name}" is invalid: ${field ? `${field}: ` : ''}${rest}`,
    {
      ...{ name, group: kind.group, kind: kind.kind, causes },
    },
  );
}

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unknownPath = (path: string): ApiError =>
  new ApiError(404, 'NotFound', `the local platform has no ${path}`);
