import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProblemError } from '@dormouse/http/problem-error';
import { checkTarget, headLimit, noFields, readRequestFields } from '@dormouse/http/request-fields';
import { ClientRequest, type RequestHandler, type RequestTimeouts } from './client-request.ts';
import type { ClientResponse } from './client-response.ts';
import type { Connection } from './connection.ts';
import { Http1Response, UpgradeResponse } from './http1-response.ts';

/** Requests that a connection may send ahead of its responses; more are read later. */
const pipelineLimit = 16;

/** Problems of node:http's parser, by its error code; all others are 400. */
const parserProblems: Readonly<Record<string, [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, `The request's head has more than ${headLimit} bytes.`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The head did not come in time.'],
};

/** Serves HTTP/1.x connections with node:http's parser, in its strict mode. One request at a time per connection. */
export function createHttp1Server(
  handler: RequestHandler,
  { headMs, idleMs }: RequestTimeouts,
  connectionOf: (socket: Duplex) => Connection,
): Server {
  const server = createServer({
    insecureHTTPParser: false,
    maxHeaderSize: headLimit,
    headersTimeout: headMs,
    requestTimeout: 0, // `ClientRequest.check` knows how long a body may take
    connectionsCheckingInterval: Math.min(1_000, headMs / 2),
    keepAliveTimeout: idleMs,
    requireHostHeader: false, // answered as a problem document
    noDelay: true,
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() !== 'h2c',
  });
  server.maxHeadersCount = 0; // node:http would drop further fields; `readRequestFields` rejects them

  const serve = (incoming: IncomingMessage, responseOf: (connection: Connection) => ClientResponse) => {
    const connection = connectionOf(incoming.socket);
    const response = responseOf(connection);
    let fields = noFields;
    let problem: ProblemError | undefined;
    try {
      if (incoming.httpVersionMajor !== 1) throw new ProblemError(505, 'malformed', 'Only HTTP/1.1 is understood.');
      fields = readRequestFields(incoming.rawHeaders, incoming.httpVersionMinor);
      checkTarget(incoming.url!);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problem = error;
    }
    const message = {
      method: incoming.method!,
      target: incoming.url!,
      fields,
      body: fields.length === 0 || fields.upgrade !== '' ? undefined : incoming,
      peer: connection.address,
      response,
    };
    connection.queue(new ClientRequest(message, handler, () => connection.next()), problem);
    if (connection.pending > pipelineLimit) incoming.socket.pause();
  };
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    serve(incoming, (connection) => {
      const last = (early: boolean) => {
        if (early || incoming.httpVersionMinor === 0 || !outgoing.shouldKeepAlive) connection.ending = true;
        return connection.ending;
      };
      return new Http1Response(outgoing, last, () => connection.drained(), connection.unsentBytes);
    });
  server
    .on('request', onRequest)
    .on('checkContinue', onRequest)
    .on('checkExpectation', onRequest)
    .on('upgrade', (incoming, socket, head: Buffer) =>
      serve(incoming, (connection) => new UpgradeResponse(socket, head, () => connection.drained())),
    )
    .on('connect', (incoming, socket) => {
      const connection = connectionOf(incoming.socket);
      refuse(handler, connection, socket, new ProblemError(400, 'malformed', 'The request target is malformed.'));
    })
    .on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const connection = connectionOf(socket);
      const [status, detail] = parserProblems[error.code ?? ''] ?? [400, 'The request is not valid HTTP/1.1.'];
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else
        refuse(
          handler,
          connection,
          socket,
          new ProblemError(status, status === 431 ? 'too_large' : status === 408 ? 'timeout' : 'malformed', detail),
        );
    });
  return server;
}

/** What cannot be read is answered after the requests before it; then the connection ends. */
function refuse(handler: RequestHandler, connection: Connection, socket: Duplex, problem: ProblemError): void {
  if (connection.broken) return;
  connection.broken = true;
  if (connection.refuseIncomplete(problem)) return;
  const message = {
    method: '',
    target: '',
    fields: noFields,
    body: undefined,
    peer: connection.address,
    response: new UpgradeResponse(socket, Buffer.alloc(0), () => {}),
  };
  connection.queue(new ClientRequest(message, handler, () => connection.next()), problem);
}
