import type { Front } from './client-connection.ts';
import type { Target } from './exchange.ts';
import { problemBody } from './ingress.ts';
import { dropped, keptFields } from './kept-fields.ts';
import { Refusal } from './refusal.ts';

const oneHop = dropped(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'expect']);
const oneHopBack = dropped(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** A Service's address inside the platform: everything goes to it as it is, the trace included. */
export function clusterLocal(target: Target): Front {
  return {
    accept(connection) {
      const { request } = connection;
      connection.traceId = request.traceparent.slice(3, 35);
      if (request.target.charCodeAt(0) !== 47) throw new Refusal(400, 'malformed', 'The request target is malformed.');
      if (request.upgrade && request.hop.includes('upgrade')) throw new Refusal(501, 'not_implemented', 'Protocol upgrades are not supported.');
      connection.forward(target, request.target, `host: ${target.authority}\r\n${keptFields(request.text, request.fields, oneHop, request.hop)}`);
    },
    responseFields: (_connection, head) => keptFields(head.text, head.fields, oneHopBack),
    refusal: (connection, refusal) => ({
      fields: `content-type: application/problem+json\r\n${refusal.retryAfter === undefined ? '' : `retry-after: ${refusal.retryAfter}\r\n`}`,
      body: problemBody(refusal, connection.traceId),
    }),
    finished() {},
    closed() {},
  };
}
