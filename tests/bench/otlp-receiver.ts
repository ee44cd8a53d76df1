import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes OTLP/HTTP and reads nothing of it until it is asked. */
export interface Receiver {
  url: string;
  /** Spans that came since the last time, as `traceId name`. */
  take(): Set<string>;
  close(): void;
}

interface Traces {
  resourceSpans: { scopeSpans: { spans: { traceId: string; name: string }[] }[] }[];
}

const maxKeptBytes = 64 * 1024 * 1024;

export async function openReceiver(): Promise<Receiver> {
  let bodies: Buffer[] = [];
  let bytes = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        response.end();
        if (request.url !== '/v1/traces' || bytes > maxKeptBytes) return;
        const body = Buffer.concat(chunks);
        bytes += body.length;
        bodies.push(body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = bodies.map((body) => JSON.parse(body.toString()) as Traces);
      [bodies, bytes] = [[], 0];
      const spans = taken.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      );
      return new Set(spans.map(({ traceId, name }) => `${traceId} ${name}`));
    },
    close: () => void server.close().closeAllConnections(),
  };
}
