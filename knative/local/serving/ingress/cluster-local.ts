import { dropped, keptFields } from '@dormouse/http/kept-fields';
import { problemBody } from '@dormouse/http/problem';
import { ProblemError } from '@dormouse/http/problem-error';
import type { RequestHead } from '@dormouse/http/request-head';
import type { RequestHandler } from '../proxy/client-connection.ts';
import type { Target } from '../proxy/exchange.ts';

const oneHop = dropped([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
]);
const oneHopBack = dropped([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Handler of a cluster-local address: forwards requests unchanged, trace context included.
 * @param targetOf finds the Service of a request; throws a ProblemError when there is none
 */
export function clusterLocal(targetOf: (request: RequestHead) => Target): RequestHandler {
  return {
    accept(connection) {
      const { request } = connection;
      connection.traceId = request.traceparent.slice(3, 35);
      if (request.target.charCodeAt(0) !== 47)
        throw new ProblemError(400, 'malformed', 'The request target is malformed.');
      if (request.upgrade && request.hop.includes('upgrade'))
        throw new ProblemError(501, 'not_implemented', 'Protocol upgrades are not supported.');
      const target = targetOf(request);
      connection.forward(
        target,
        request.target,
        `host: ${target.authority}\r\n${keptFields(request.text, request.fields, oneHop, request.hop)}`,
      );
    },
    responseFields: (_connection, head) => keptFields(head.text, head.fields, oneHopBack),
    problem: (connection, problem) => ({
      fields: `content-type: application/problem+json\r\n${problem.retryAfter === undefined ? '' : `retry-after: ${problem.retryAfter}\r\n`}`,
      body: problemBody(problem, connection.traceId),
    }),
    finished() {},
    closed() {},
  };
}
