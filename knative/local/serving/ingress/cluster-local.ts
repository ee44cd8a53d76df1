import { hopFields, keptFields } from '@dormouse/http/kept-fields';
import { problemBody } from '@dormouse/http/problem';
import { ProblemError } from '@dormouse/http/problem-error';
import type { RequestCounts } from '@dormouse/telemetry/request-counts';
import type { ClientRequest, RequestHandler } from '../proxy/client-request.ts';
import type { Target } from '../proxy/exchange.ts';
import { countRequest } from './count-request.ts';

const into: ReadonlySet<string> = new Set([...hopFields, 'host', 'expect', 'content-length']);
const back: ReadonlySet<string> = new Set(hopFields);

/**
 * Handler of a cluster-local address: forwards requests unchanged, trace context included.
 * @param targetOf finds the Service of a request; throws a ProblemError when there is none
 * @param counts counts what is answered
 * @param pathOf the path and query that the function sees; throws a ProblemError when the request may not pass
 */
export function clusterLocal(
  targetOf: (request: ClientRequest) => Target,
  counts: RequestCounts,
  pathOf = (request: ClientRequest): string => request.url,
): RequestHandler {
  return {
    accept(request) {
      request.traceId = request.fields.traceparent.slice(3, 35);
      if (request.url.charCodeAt(0) !== 47)
        throw new ProblemError(400, 'malformed', 'The request target is malformed.');
      const path = pathOf(request);
      const target = targetOf(request);
      request.forward(target, path, ['host', target.authority, ...keptFields(request.fields.all, into)]);
    },
    responseFields: (_request, fields) => keptFields(fields, back),
    problem: (request, problem) => ({
      fields: [
        'content-type',
        'application/problem+json',
        ...(problem.retryAfter === undefined ? [] : ['retry-after', String(problem.retryAfter)]),
      ],
      body: problemBody(problem, request.traceId),
    }),
    finished(request, status) {
      countRequest(counts, request, { entry: 'local', route: '', status, ms: performance.now() - request.startedAt });
    },
  };
}
