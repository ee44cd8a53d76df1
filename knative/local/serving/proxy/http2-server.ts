import { constants, createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import { ProblemError } from '@dormouse/http/problem-error';
import { checkTarget, fieldLimit, headLimit, noFields, readRequestFields2 } from '@dormouse/http/request-fields';
import { ClientRequest, type RequestHandler, type RequestTimeouts } from './client-request.ts';
import type { Connection } from './connection.ts';
import { Http2Response } from './http2-response.ts';

/** Serves connections that speak HTTP/2 in clear text, as gRPC clients do. */
export function createHttp2Server(
  handler: RequestHandler,
  { idleMs, readMs }: RequestTimeouts,
): (connection: Connection) => void {
  const connectionOf = new WeakMap<Http2Session, Connection>();
  let beginning: Connection;
  const server = createServer({
    maxHeaderListPairs: fieldLimit + 4,
    settings: { maxConcurrentStreams: 100, maxHeaderListSize: headLimit, enableConnectProtocol: false },
  });
  server
    .on('session', (session) => {
      connectionOf.set(session, beginning);
      session.setTimeout(idleMs, () => session.close());
      session.on('error', () => {});
    })
    .on('stream', (stream: ServerHttp2Stream, headers, flags, raw: string[]) => {
      stream.on('error', () => {}); // one that nobody listens to ends the process
      const connection = stream.session && connectionOf.get(stream.session);
      if (!connection) return; // it was cancelled, or its connection broke, before it was begun
      let fields = noFields;
      let problem: ProblemError | undefined;
      try {
        fields = readRequestFields2(raw, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
        checkTarget(headers[':path'] ?? '');
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        problem = error;
      }
      const message = {
        method: headers[':method'] ?? '',
        target: headers[':path'] ?? '',
        fields,
        body: fields.length === 0 ? undefined : stream,
        peer: connection.address,
        response: new Http2Response(stream, () => request.drained(), connection.unsentBytes, readMs),
      };
      const request: ClientRequest = new ClientRequest(message, handler, () => connection.streamEnded(request));
      connection.streams.add(request);
      stream.on('close', () => {
        request.closed();
        connection.streamEnded(request);
      });
      if (problem) request.rejected(problem);
      else request.start();
    });
  return (connection) => {
    beginning = connection; // `session` is emitted in between
    // The listener's sockets stay half open, for HTTP/1. Here a client that is gone would keep its streams, and what they hold, for ever.
    connection.socket.allowHalfOpen = false;
    server.emit('connection', connection.socket);
  };
}
