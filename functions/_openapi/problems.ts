import type { Route } from '@dormouse/runtime/api';
import { AppError, type ErrorCode, titleOf } from '@dormouse/runtime/errors';
import type { JsonSchema } from './schema.ts';

/** What each code means to a client. */
const meaning: Record<ErrorCode, string> = {
  malformed: 'The request is not well-formed: its body is no JSON, or its address is none.',
  unauthorized: 'There is no token, or it is not valid (any more).',
  forbidden: 'The token does not allow this.',
  not_found: 'There is nothing at this address.',
  method_not_allowed: 'The address answers other methods.',
  conflict: 'The request contradicts what is stored.',
  idempotency_in_flight: 'A request with this Idempotency-Key is being answered.',
  precondition_failed: 'The resource was changed since the client read it.',
  too_large: 'The body is too large.',
  unsupported_media_type: 'The body is of a type that is not accepted.',
  invalid: 'Fields of the body or the query are not acceptable; `errors` names each.',
  idempotency_mismatch: 'The Idempotency-Key was used for another request.',
  too_many_requests: 'Too many requests; `Retry-After` says when to come again.',
  internal: 'Something went wrong on our side.',
  unavailable: 'Something the request needs does not answer now.',
};

/** Every code that a route may answer, the ones that follow from its body, query and token included. */
export function codesOf(route: Route): ErrorCode[] {
  const readsBody = route.body || route.bytes;
  const all: (ErrorCode | false | undefined)[] = [
    'malformed',
    route.roles && 'unauthorized',
    Array.isArray(route.roles) && 'forbidden',
    // Of a network that invents personal access tokens.
    route.roles && 'too_many_requests',
    readsBody && 'too_large',
    readsBody && 'unsupported_media_type',
    (route.body || route.query || route.headers) && 'invalid',
    ...(route.errors ?? []),
    'unavailable',
  ];
  return [...new Set(all.filter((code): code is ErrorCode => typeof code === 'string'))];
}

/** The failures of a route by status, as references to `writer`'s components. */
export function problemResponses(route: Route, writer: ProblemWriter): Record<string, JsonSchema> {
  const byStatus = Map.groupBy(codesOf(route), (code) => statusOf(code));
  const reference = { $ref: '#/components/responses/too_long' };
  const tooLong = { ...((route.query || route.params) && { 414: reference }), 431: reference };
  return {
    ...Object.fromEntries(
      [...byStatus].map(([status, codes]) => [String(status), writer.write(status, codes, route.failsWithPages)]),
    ),
    ...tooLong,
  };
}

/** Responses that several routes share: each set of codes stands once. */
export interface ProblemWriter {
  write(status: number, codes: readonly ErrorCode[], asPages?: boolean): JsonSchema;
  named(): Record<string, JsonSchema>;
}

export function problemWriter(): ProblemWriter {
  const responses = new Map<string, JsonSchema>();
  return {
    write(status, codes, asPages = false) {
      const name = codes.join('-') + (asPages ? '-page' : '');
      responses.set(name, problemResponse(status, codes, asPages));
      return { $ref: `#/components/responses/${name}` };
    },
    named: () => ({ ...Object.fromEntries([...responses].sort(([a], [b]) => (a < b ? -1 : 1))), too_long: tooLong }),
  };
}

/** The ingress refuses what is longer than a request line may be. */
const tooLong: JsonSchema = {
  description: '`too_large`: the address has more than 8,192 bytes, or all headers together more than 16,384.',
  headers: { 'x-trace-id': { $ref: '#/components/headers/TraceId' } },
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const problemResponse = (status: number, codes: readonly ErrorCode[], asPages: boolean): JsonSchema => ({
  description: codes.map((code) => `\`${code}\`: ${meaning[code]}`).join('\n\n'),
  headers: {
    'x-trace-id': { $ref: '#/components/headers/TraceId' },
    ...((status === 429 || status === 503) && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
  },
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])),
    },
    ...(asPages && { 'text/html': {} }),
  },
});

export const statusOf = (code: ErrorCode): number => new AppError(code, '').status;

function example(code: ErrorCode): JsonSchema {
  return {
    type: `https://dormouse.dev/problems/${code}`,
    title: titleOf[statusOf(code)],
    status: statusOf(code),
    detail: meaning[code],
    code,
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    ...(code === 'invalid' && { errors: [{ field: 'title', message: 'must not be empty' }] }),
  };
}

/** problem+json (RFC 9457) with our code, the trace and the fields. */
export const problemSchema: JsonSchema = {
  title: 'Problem',
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(meaning) },
    trace_id: {
      type: 'string',
      pattern: '^[0-9a-f]{32}$',
      description: 'Missing where the gateway itself refuses; the field x-trace-id has it.',
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
        required: ['field', 'message'],
        additionalProperties: false,
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code'],
  additionalProperties: false,
};
